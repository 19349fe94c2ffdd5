"""Lambda: versions, revisions, permissions of each version, and replicas that outlive their use."""

import copy
import json
from typing import Any
from urllib.parse import unquote

from moto.awslambda import urls
from moto.awslambda.exceptions import (
    InvalidParameterValueException,
    LambdaClientError,
    PreconditionFailedException,
    UnknownFunctionException,
)
from moto.awslambda.models import LambdaBackend, LambdaFunction, LambdaStorage, lambda_backends
from moto.awslambda.policy import Policy
from moto.awslambda.responses import LambdaResponse
from moto.core.utils import iso_8601_datetime_with_nanoseconds
from moto.moto_api._internal import mock_random
from moto.s3.models import s3_backends

from .associations import associated, trusted_services
from .control import replace, settings
from .s3 import is_kms, misses

PAGE = 50
PUBLISHED = (
    "code_sha_256",
    "memory_size",
    "timeout",
    "run_time",
    "handler",
    "role",
    "latest_description",
    "environment_vars",
    "layers",
    "architectures",
    "logging_config",
)


def progress(function: LambdaFunction) -> dict[str, Any]:
    """A function is Pending for a while after its creation, and each update takes time."""
    failed = settings["failed"].get(function.function_name) if function.version == "$LATEST" else None
    if failed == "creation":
        return {"State": "Failed", "StateReason": "It could not be made.", "StateReasonCode": "InternalError"}
    if failed == "update":
        reason = {"LastUpdateStatusReason": "It could not be updated."}
        return {"State": "Active", "LastUpdateStatus": "Failed", **reason}
    if function.__dict__.get("reads_left", 0) > 0:
        if function.updated:
            return {"State": "Active", "LastUpdateStatus": "InProgress"}
        return {"State": "Pending", "LastUpdateStatus": "InProgress"}
    return {"State": "Active", "LastUpdateStatus": "Successful"}


def begin(function: LambdaFunction, updated: bool) -> None:
    function.updated = updated
    function.reads_left = settings["function_reads"]
    if settings["failed"].get(function.function_name) == "update":
        del settings["failed"][function.function_name]


def read(response: LambdaResponse, place: int) -> None:
    """Each read returns the current state, then moves the creation or update forward."""
    function = response.backend.get_function(name_in_path(response, place), response._get_param("Qualifier"))
    function.reads_left = max(0, function.__dict__.get("reads_left", 0) - 1)


def changed(function: LambdaFunction) -> None:
    function.revision_id = str(mock_random.uuid4())
    function.last_modified = iso_8601_datetime_with_nanoseconds()


def check_revision(function: LambdaFunction, revision_id: str | None) -> None:
    if revision_id and revision_id != function.revision_id:
        raise PreconditionFailedException(
            "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias "
            "API to retrieve the latest Revision Id"
        )


def name_in_path(response: LambdaResponse, place: int) -> str:
    """The function's name. The path may have its ARN instead."""
    return unquote(response.path.rstrip("/").split("/")[place]).split(":function:")[-1].split(":")[0]


def page(response: LambdaResponse, items: list[Any], key: str) -> str:
    start = int(response._get_param("Marker") or 0)
    end = start + min(int(response._get_param("MaxItems") or PAGE), PAGE)
    result: dict[str, Any] = {key: items[start:end]}
    if end < len(items):
        result["NextMarker"] = str(end)
    return json.dumps(result)


def check_code(function: LambdaFunction, bucket_name: str, key: str) -> None:
    bucket = s3_backends[function.account_id]["aws"].buckets.get(bucket_name)
    if bucket is None or misses(bucket, "Lambda"):
        found = "NoSuchBucket. S3 Error Message: The specified bucket does not exist"
    elif bucket.region_name != function.region:
        found = f"PermanentRedirect. S3 Error Message: The bucket is in this region: {bucket.region_name}. "
        found += "Please use this region to retry the request"
    elif key not in bucket.keys:
        found = "NoSuchKey. S3 Error Message: The specified key does not exist."
    elif is_kms(function.account_id, bucket_name, key):
        found = "AccessDenied. S3 Error Message: no identity-based policy allows the kms:Decrypt action"
    else:
        return
    raise InvalidParameterValueException(f"Error occurred while GetObject. S3 Error Code: {found}")


def apply_configuration() -> None:
    @replace(LambdaFunction)
    def __init__(
        self: LambdaFunction, account_id: str, spec: dict[str, Any], *rest: Any, **named: Any
    ) -> None:
        group = f"/aws/lambda/{spec['FunctionName']}"
        self.logging_config = {"LogFormat": "Text", "LogGroup": group, **spec.get("LoggingConfig", {})}
        __init__.original(self, account_id, spec, *rest, **named)
        changed(self)
        begin(self, updated=False)

    @replace(LambdaFunction)
    def get_configuration(self: LambdaFunction, on_create: bool = False) -> dict[str, Any]:
        """A configuration has its revision and its log group."""
        known = get_configuration.original(self, on_create)
        return {
            **known,
            **progress(self),
            "RevisionId": self.revision_id,
            "LoggingConfig": self.logging_config,
        }

    @replace(LambdaFunction)
    def _set_function_code(self: LambdaFunction, updated_spec: dict[str, Any]) -> None:
        """A zip in S3 must exist, in a bucket of the function's region."""
        if "S3Bucket" in updated_spec:
            check_code(self, updated_spec["S3Bucket"], updated_spec["S3Key"])
        _set_function_code.original(self, updated_spec)

    @replace(LambdaStorage)
    def put_function(self: LambdaStorage, fn: LambdaFunction) -> None:
        """The role must trust Lambda."""
        put_function.original(self, fn)
        if "lambda.amazonaws.com" not in trusted_services(fn):
            del self._functions[fn.function_name]
            raise InvalidParameterValueException(
                "The role defined for the function cannot be assumed by Lambda."
            )

    @replace(LambdaBackend)
    def update_function_code(
        self: LambdaBackend, function_name: str, qualifier: str | None, body: dict[str, Any]
    ) -> dict[str, Any]:
        """With Publish, the new version has the new code, and so does $LATEST."""
        function = self.get_function(function_name, qualifier)
        check_revision(function, body.get("RevisionId"))
        if not body.get("DryRun"):
            function._set_function_code(body)
            function.architectures = body.get("Architectures", function.architectures)
            changed(function)
            begin(function, updated=True)
            if body.get("Publish"):
                function = self.publish_version(function_name)
        return function.get_configuration()

    @replace(LambdaBackend)
    def update_function_configuration(
        self: LambdaBackend, function_name: str, qualifier: str | None, body: dict[str, Any]
    ) -> dict[str, Any]:
        function = self.get_function(function_name, qualifier)
        check_revision(function, body.get("RevisionId"))
        function.logging_config = {**function.logging_config, **body.get("LoggingConfig", {})}
        changed(function)
        begin(function, updated=True)
        return function.update_configuration(body)

    @replace(LambdaResponse)
    def get_function(self: LambdaResponse) -> Any:
        answer = get_function.original(self)
        read(self, -1)
        return answer

    @replace(LambdaResponse)
    def get_function_configuration(self: LambdaResponse) -> Any:
        answer = get_function_configuration.original(self)
        read(self, -2)
        return answer


def apply_versions() -> None:
    @replace(LambdaStorage)
    def publish_version(self: LambdaStorage, name_or_arn: str, description: str = "") -> LambdaFunction:
        """An unchanged function isn't published again. No number is used twice, even after a deletion."""
        latest = self.get_function_by_name_or_arn_forbid_qualifier(name_or_arn)
        name = latest.function_name
        latest.latest_description = latest.description
        versions = self._functions[name]["versions"]
        if versions and all(getattr(versions[-1], one) == getattr(latest, one) for one in PUBLISHED):
            return versions[-1]
        numbers = self.__dict__.setdefault("last_numbers", {})
        numbers[name] = numbers.get(name, 0) + 1
        version = copy.copy(latest)
        version.code = dict(latest.code)
        version.set_version(numbers[name])
        version.description = description or latest.description
        version.policy = Policy(version)
        changed(version)
        begin(version, updated=False)
        versions.append(version)
        self._arns[version.function_arn] = version
        return version

    @replace(LambdaResponse, "publish_version")
    def publish_version_response(self: LambdaResponse) -> Any:
        """Publishing can require a certain code and revision."""
        name = name_in_path(self, -2)
        latest = self.backend.get_function(name)
        expected = self._get_param("CodeSha256")
        if expected and expected != latest.code_sha_256:
            raise InvalidParameterValueException(
                f"CodeSHA256 ({expected}) is different from current CodeSHA256 in $LATEST "
                f"({latest.code_sha_256}). Please try again with the CodeSHA256 in $LATEST."
            )
        check_revision(latest, self._get_param("RevisionId"))
        version = self.backend.publish_version(name, self._get_param("Description") or "")
        return 201, {"status": 201}, json.dumps(version.get_configuration())

    @replace(LambdaResponse)
    def list_versions_by_function(self: LambdaResponse) -> str:
        """Pages of 50, the oldest first. An absent function is an error."""
        name = name_in_path(self, -2)
        self.backend.get_function(name)
        versions = self.backend.list_versions_by_function(name)
        return page(self, [version.get_configuration() for version in versions], "Versions")

    @replace(LambdaResponse)
    def list_functions(self: LambdaResponse) -> str:
        """With a master region, lists the replicas of that region's functions."""
        if self._get_param("MasterRegion"):
            return page(self, replicas(self.current_account, self.region), "Functions")
        functions = self.backend.list_functions(self._get_param("FunctionVersion"))
        return page(self, [function.get_configuration() for function in functions], "Functions")


def replicas(account_id: str, region: str) -> list[dict[str, Any]]:
    """The replicas of associated versions, and of former ones as long as deletions are refused."""
    master = lambda_backends[account_id]["us-east-1"]
    alive = (
        master.__dict__.get("replicated", set()) if settings["replica_refusals"] else associated(account_id)
    )
    found = []
    for arn in sorted(alive) if region != "us-east-1" else []:
        name, number = arn.split(":")[-2:]
        try:
            configuration = master.get_function(name, number).get_configuration()
        except UnknownFunctionException:
            continue
        own = {
            "FunctionName": f"us-east-1.{name}",
            "FunctionArn": f"arn:aws:lambda:{region}:{account_id}:function:us-east-1.{name}:{number}",
            "MasterArn": arn,
        }
        found.append({**configuration, **own})
    return found


def apply_deletion() -> None:
    @replace(LambdaBackend)
    def delete_function(self: LambdaBackend, function_name: str, qualifier: str | None = None) -> None:
        """Refuses while a distribution names the function, and for hours while there are replicas."""
        if qualifier == "$LATEST":
            message = "$LATEST version cannot be deleted without deleting the function."
            raise InvalidParameterValueException(message)
        function = self.get_function(function_name, qualifier)
        arn = function.function_arn
        in_use = [one for one in associated(self.account_id) if one == arn or one.startswith(f"{arn}:")]
        once = [one for one in self.__dict__.get("replicated", set()) if one.startswith(f"{arn}:")]
        refused = sorted(in_use)
        if not refused and once and not qualifier and settings["replica_refusals"] > 0:
            settings["replica_refusals"] -= 1
            refused = sorted(once)
        if refused:
            raise InvalidParameterValueException(
                f"Lambda was unable to delete {refused[-1]} because it is a replicated function. Please see "
                "our documentation for Deleting Lambda@Edge Functions and Replicas."
            )
        delete_function.original(self, function_name, qualifier)
        if not qualifier:
            settings["failed"].pop(function.function_name, None)
        self.__dict__.get("replicated", set()).difference_update([] if qualifier else once)


def apply_permissions() -> None:
    @replace(LambdaBackend)
    def add_permission(
        self: LambdaBackend, function_name: str, qualifier: str | None, raw: str
    ) -> dict[str, Any]:
        """A statement id is unique in a version. Adding it again is an error, even with the same content."""
        function = self.get_function(function_name, qualifier)
        sid = json.loads(raw)["StatementId"]
        if sid in [statement.get("Sid") for statement in function.policy.statements]:
            conflict = LambdaClientError(
                "ResourceConflictException",
                f"The statement id ({sid}) provided already exists. Please provide a new statement id, or "
                "remove the existing statement.",
            )
            conflict.code = 409
            raise conflict
        statement, _ = function.policy.add_statement(raw)
        return statement

    @replace(LambdaResponse)
    def remove_permission(self: LambdaResponse) -> Any:
        """Each version has its own statements."""
        function = self.backend.get_function(name_in_path(self, -3), self._get_param("Qualifier"))
        sid = unquote(self.path.split("/")[-1])
        function.policy.del_statement(sid, self._get_param("RevisionId") or "")
        return 204, {"status": 204}, ""


def apply_account_settings() -> None:
    urls.url_paths[r"{0}/(?P<api_version>[^/]+)/account-settings/?$"] = LambdaResponse.dispatch

    @replace(LambdaResponse)
    def get_account_settings(self: LambdaResponse) -> str:
        """New accounts have fewer concurrent executions than the usual 1000."""
        functions = self.backend.list_functions()
        concurrency = settings["concurrent_executions"]
        limit = {
            "TotalCodeSize": 80530636800,
            "CodeSizeUnzipped": 262144000,
            "CodeSizeZipped": 52428800,
            "ConcurrentExecutions": concurrency,
            "UnreservedConcurrentExecutions": concurrency,
        }
        size = sum(function.code_size for function in functions)
        return json.dumps(
            {"AccountLimit": limit, "AccountUsage": {"FunctionCount": len(functions), "TotalCodeSize": size}}
        )


def apply() -> None:
    apply_configuration()
    apply_versions()
    apply_deletion()
    apply_permissions()
    apply_account_settings()
