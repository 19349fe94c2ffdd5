"""Applies IAM policies as AWS does: by action, resource and condition.

moto checks the operation's name against the resource "*", except for roles and S3.

The action of each operation comes from genato's table (src/aws/actions.ts). Everything else is written here from
AWS's service authorization reference: resources, conditions and further permissions that a call needs. Otherwise
the printed policy would be checked against itself.
"""

import json
import os
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

import flask
from moto.cloudfront.models import cloudfront_backends
from moto.iam.access_control import IAMPolicy, IAMRequest, IAMRequestBase
from moto.iam.models import IAMBackend, iam_backends
from moto.iam.responses import IamResponse
from moto.s3.models import s3_backends
from werkzeug.exceptions import HTTPException

from .control import memories, replace, settings
from .s3 import as_list, is_kms, matches

# S3's names of the operations on a bucket's parts, by GET, PUT and DELETE.
BUCKET_PARTS = {
    "publicAccessBlock": ("GetPublicAccessBlock", "PutPublicAccessBlock", "DeletePublicAccessBlock"),
    "ownershipControls": (
        "GetBucketOwnershipControls",
        "PutBucketOwnershipControls",
        "DeleteBucketOwnershipControls",
    ),
    "acl": ("GetBucketAcl", "PutBucketAcl", ""),
    "encryption": ("GetBucketEncryption", "PutBucketEncryption", "DeleteBucketEncryption"),
    "tagging": ("GetBucketTagging", "PutBucketTagging", "DeleteBucketTagging"),
    "lifecycle": (
        "GetBucketLifecycleConfiguration",
        "PutBucketLifecycleConfiguration",
        "DeleteBucketLifecycle",
    ),
    "policy": ("GetBucketPolicy", "PutBucketPolicy", "DeleteBucketPolicy"),
    "versioning": ("GetBucketVersioning", "PutBucketVersioning", ""),
    "versions": ("ListObjectVersions", "", ""),
    "location": ("GetBucketLocation", "", ""),
}
ACTIONS: dict[str, str] = json.loads(os.environ["GENATO_ACTIONS"])
SERVICE_LINKED = {
    "replicator.lambda.amazonaws.com": "AWSServiceRoleForLambdaReplicator",
    "logger.cloudfront.amazonaws.com": "AWSServiceRoleForCloudFrontLogger",
}


@dataclass
class Need:
    action: str
    resource: str
    context: dict[str, str] = field(default_factory=dict)
    # The error, if it isn't the usual one.
    code: str | None = None
    message: str | None = None


class Refused(HTTPException):
    """An error in the service's format."""

    def __init__(self, service: str, code: str, message: str, status: int) -> None:
        super().__init__()
        self.code = status
        if service in ("lambda", "logs"):
            self.description = json.dumps({"__type": code, "message": message, "Message": message})
        else:
            error = (
                f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
            )
            self.description = f"<ErrorResponse>{error}<RequestId>refused</RequestId></ErrorResponse>"


def action(service: str, operation: str) -> str:
    """The operation's action from genato's table, whose names access.test.ts compares with AWS's."""
    name = f"{service}:{operation}"
    return ACTIONS.get(name, name)


def s3_needs(request: IAMRequestBase) -> list[Need]:
    url = urlsplit(request._path)
    query = parse_qs(url.query, keep_blank_values=True)
    bucket, _, key = unquote(url.path).lstrip("/").partition("/")
    methods = ("GET", "PUT", "DELETE")
    place = methods.index(request._method) if request._method in methods else 0
    if not bucket:
        return [Need("s3:ListAllMyBuckets", "*")]
    if key:
        name = ("GetObject", "PutObject", "DeleteObject")[place]
        version = "Version" if "versionId" in query and name != "PutObject" else ""
        needs = [Need(f"s3:{name}{version}", f"arn:aws:s3:::{bucket}/{key}")]
        known = s3_backends[request.account_id]["aws"].buckets.get(bucket)
        # Only callers who may list learn that a key is missing.
        if name == "GetObject" and known is not None and key not in known.keys:
            needs.append(Need("s3:ListBucket", f"arn:aws:s3:::{bucket}"))
        if name == "GetObject" and is_kms(request.account_id, bucket, key):
            needs.append(Need("kms:Decrypt", f"arn:aws:kms:us-east-1:{request.account_id}:key/default"))
        return needs
    if "delete" in query:
        body = request._body.decode()
        objects = re.findall(r"<Object>(.*?)</Object>", body, re.DOTALL)
        return [
            Need(
                "s3:DeleteObjectVersion" if "<VersionId>" in one else "s3:DeleteObject",
                f"arn:aws:s3:::{bucket}/{re.search('<Key>(.*?)</Key>', one)[1]}",
            )
            for one in objects
        ]
    arn = f"arn:aws:s3:::{bucket}"
    for part, operations in BUCKET_PARTS.items():
        if part in query:
            return [Need(action("s3", operations[place]), arn)]
    read = "HeadBucket" if request._method == "HEAD" else "ListObjectsV2"
    return [Need(action("s3", (read, "CreateBucket", "DeleteBucket")[place]), arn)]


def cloudfront_needs(request: IAMRequestBase, operation: str) -> list[Need]:
    url = urlsplit(request._path)
    home = f"arn:aws:cloudfront::{request.account_id}:"
    parts = url.path.split("/")[2:]
    resource = "*"
    if parts[0] == "tagging":
        resource = parse_qs(url.query)["Resource"][0]
    # The service authorization reference lists no resource type for it.
    elif operation.startswith("CreateDistribution"):
        resource = "*"
    elif not operation.startswith("List") or "invalidation" in parts:
        resource = f"{home}{parts[0]}/{parts[1] if len(parts) > 1 else '*'}"
    needs = [Need(action("cloudfront", operation), resource)]
    if operation.endswith("WithTags"):
        needs.append(Need("cloudfront:TagResource", f"{home}distribution/*"))
    if parts[0] == "distribution" and operation.startswith(("Create", "Update")):
        body = request._body.decode()
        arns = set(re.findall(r"<LambdaFunctionARN>(.*?)</LambdaFunctionARN>", body))
        distribution = cloudfront_backends[request.account_id]["aws"].distributions.get((parts + [""])[1])
        before = {arn for _, arn in distribution.distribution_config.associations} if distribution else set()
        if operation != "CreateInvalidation":
            needs += replication_needs(request, arns - before, before - arns)
        for acl in re.findall(r"<WebACLId>(arn:aws:wafv2:.+?)</WebACLId>", body):
            message = "The web ACL is not valid, or you may not read it."
            needs.append(Need("wafv2:GetWebACL", acl, code="InvalidWebACLId", message=message))
    return needs


def replication_needs(request: IAMRequestBase, added: set[str], removed: set[str]) -> list[Need]:
    """Associating a function needs permissions for it and, the first time, for the service-linked roles."""
    wanted = [
        (action, arn)
        for arn in sorted(added)
        for action in ("lambda:GetFunction", "lambda:EnableReplication*")
    ]
    wanted += [("lambda:DisableReplication*", arn) for arn in sorted(removed)]
    needs = [
        Need(
            action,
            arn,
            code="InvalidLambdaFunctionAssociation",
            message="Lambda@Edge cannot retrieve the specified Lambda function. Update the IAM policy to add "
            f"permission: {action} for resource: {arn}",
        )
        for action, arn in wanted
    ]
    role = f"arn:aws:iam::{request.account_id}:role/aws-service-role/"
    for service, name in SERVICE_LINKED.items() if added else []:
        context = {"iam:awsservicename": service}
        needs.append(Need("iam:CreateServiceLinkedRole", f"{role}{service}/{name}", context))
    return needs


def lambda_needs(request: IAMRequestBase, operation: str) -> list[Need]:
    url = urlsplit(request._path)
    body = json.loads(request._body) if request._body else {}
    home = f"arn:aws:lambda:{request._region}:{request.account_id}:function:"
    parts = [unquote(part) for part in url.path.strip("/").split("/")][1:]
    name = parts[1] if len(parts) > 1 else body.get("FunctionName")
    qualifier = parse_qs(url.query).get("Qualifier")
    if operation in ("ListFunctions", "GetAccountSettings"):
        resource = "*"
    else:
        arn = name if name.startswith("arn:") else f"{home}{name}"
        resource = f"{arn}:{qualifier[0]}" if qualifier else arn
    needs = [Need(action("lambda", operation), resource)]
    if operation == "CreateFunction" and body.get("Tags"):
        needs.append(Need("lambda:TagResource", resource))
    if body.get("Role"):
        needs.append(Need("iam:PassRole", body["Role"], {"iam:passedtoservice": "lambda.amazonaws.com"}))
    code = body.get("Code", body)
    if "S3Bucket" in code:
        needs.append(Need("s3:GetObject", f"arn:aws:s3:::{code['S3Bucket']}/{code['S3Key']}"))
    return needs


def iam_needs(request: IAMRequestBase, operation: str) -> list[Need]:
    values = {key: value[0] if isinstance(value, list) else value for key, value in request._data.items()}
    home = f"arn:aws:iam::{request.account_id}:"
    backend = iam_backends[request.account_id]["aws"]
    resource = "*"
    if "RoleName" in values:
        name = values["RoleName"]
        known = next((role.arn for role in backend.roles.values() if role.name == name), None)
        resource = known or f"{home}role{values.get('Path', '/')}{name}"
    elif "UserName" in values:
        resource = f"{home}user/{values['UserName']}"
    elif "PolicyArn" in values:
        resource = values["PolicyArn"]
    context = {"iam:policyarn": values["PolicyArn"]} if "PolicyArn" in values else {}
    role = next((one for one in backend.roles.values() if one.name == values.get("RoleName")), None)
    # The boundary in the request, otherwise the role's.
    boundary = values.get("PermissionsBoundary") or (role and role.permissions_boundary_arn)
    if boundary:
        context["iam:permissionsboundary"] = boundary
    needs = [Need(action("iam", operation), resource, context)]
    if operation == "CreateRole" and any(key.startswith("Tags.") for key in values):
        needs.append(Need("iam:TagRole", resource))
    return needs


def logs_needs(request: IAMRequestBase, operation: str) -> list[Need]:
    body = json.loads(request._body) if request._body else {}
    group = body.get("logGroupName", "")
    home = f"arn:aws:logs:{request._region}:{request.account_id}:log-group:"
    # Tags belong to the group itself, whose ARN then has no ":*". Source: CloudWatch Logs API, LogGroup.
    if operation in ("TagResource", "ListTagsForResource"):
        return [Need(action("logs", operation), body.get("resourceArn", ""))]
    needs = [Need(action("logs", operation), f"{home}{group}:log-stream:{body.get('logStreamName', '')}")]
    if operation == "CreateLogGroup" and body.get("tags"):
        needs.append(Need("logs:TagResource", f"{home}{group}"))
    return needs


NEEDS = {"cloudfront": cloudfront_needs, "lambda": lambda_needs, "iam": iam_needs, "logs": logs_needs}


def applies(statement: dict[str, Any], need: Need) -> bool:
    def one_of(element: str, what: str) -> bool:
        return any(matches(pattern, what) for pattern in as_list(statement[element]))

    lower = {"Action": [one.lower() for one in as_list(statement.get("Action", []))]}
    lower["NotAction"] = [one.lower() for one in as_list(statement.get("NotAction", []))]
    action = need.action.lower()
    listed = any(matches(one, action) for one in lower["Action" if "Action" in statement else "NotAction"])
    if listed != ("Action" in statement):
        return False
    if (
        one_of("Resource", need.resource)
        if "Resource" in statement
        else not one_of("NotResource", need.resource)
    ):
        return all(holds(*one, need.context) for one in statement.get("Condition", {}).items())
    return False


def holds(operator: str, expected: dict[str, Any], context: dict[str, str]) -> bool:
    """Checks string and ARN conditions. A condition on an unknown key never holds."""
    for key, values in expected.items():
        known = context.get(key.lower())
        if known is None:
            if operator.endswith("IfExists"):
                continue
            return False
        exact = operator.startswith("StringEquals")
        if not any(known == value if exact else matches(value, known) for value in as_list(values)):
            return False
        if not re.match(r"(String(Equals|Like)|Arn(Equals|Like))(IfExists)?$", operator):
            return False
    return True


def is_allowed(documents: list[dict[str, Any]], need: Need) -> bool:
    """Whether a statement allows the action and none denies it."""
    statements = [one for document in documents for one in as_list(document["Statement"])]
    effects = [one["Effect"] for one in statements if applies(one, need)]
    return "Allow" in effects and "Deny" not in effects


def apply_lag() -> None:
    ghosts: dict[str, tuple[Any, int]] = {}
    memories.append(ghosts)

    @replace(IAMBackend)
    def delete_role(self: IAMBackend, role_name: str) -> None:
        role = self.get_role(role_name)
        delete_role.original(self, role_name)
        ghosts[role_name] = (role, settings["deleted_role_reads"])

    @replace(IAMBackend)
    def create_role(self: IAMBackend, role_name: str, *args: Any, **named: Any) -> Any:
        ghosts.pop(role_name, None)
        return create_role.original(self, role_name, *args, **named)

    @replace(IamResponse, "get_role")
    def look(self: IamResponse) -> Any:
        """GetRole may still return a role for a while after its deletion."""
        name = self._get_param("RoleName")
        role, left = ghosts.get(name, (None, 0))
        if role is None or left <= 0 or settings["deleted_role_reads"] <= 0:
            return look.original(self)
        ghosts[name] = (role, left - 1)
        self.backend.roles[role.id] = role
        try:
            return look.original(self)
        finally:
            del self.backend.roles[role.id]


def apply() -> None:
    apply_lag()

    @replace(IAMRequestBase)
    def check_action_permitted(self: IAMRequestBase, resource: str) -> None:
        """Checks every permission that AWS requires for the call, on its resource."""
        operation = self._action.split(":")[1]
        if self._action == "sts:GetCallerIdentity":
            return
        if self._service == "s3":
            needs = s3_needs(self)
        elif self._service in NEEDS:
            needs = NEEDS[self._service](self, operation)
        else:
            needs = [Need(self._action, resource)]
        documents = [IAMPolicy(policy)._policy_json for policy in self._access_key.collect_policies()]
        common = {
            "aws:requestedregion": self._region,
            "aws:resourceaccount": self.account_id,
            "aws:principalaccount": self.account_id,
        }
        for need in needs:
            need.context.update(common)
            bucket = re.match(r"arn:aws:s3:::([^/]+)", need.resource)
            if bucket and bucket[1] in s3_backends.bucket_accounts:
                need.context["aws:resourceaccount"] = s3_backends.bucket_accounts[bucket[1]][1]
            if not is_allowed(documents, need):
                refuse(self, need)

    def refuse(request: IAMRequestBase, need: Need) -> None:
        if request._service == "s3":
            request._raise_access_denied()
        user = request._access_key.arn
        message = f"User: {user} is not authorized to perform: {need.action} on resource: {need.resource} "
        message += "because no identity-based policy allows the action"
        json_name = "AccessDeniedException" if request._service in ("lambda", "logs") else "AccessDenied"
        status = 400 if need.code or request._service == "logs" else 403
        raise Refused(request._service, need.code or json_name, need.message or message, status)

    @replace(IAMRequestBase)
    def _create_aws_request(self: IAMRequestBase) -> Any:
        """The signature covers the path as sent, before decoding."""
        self._path = flask.request.environ["RAW_URI"]
        return _create_aws_request.original(self)

    @replace(IAMRequest)
    def _raise_invalid_access_key(self: IAMRequest, _: str) -> None:
        name = (
            "UnrecognizedClientException" if self._service in ("lambda", "logs") else "InvalidClientTokenId"
        )
        raise Refused(self._service, name, "The security token included in the request is invalid.", 403)

    @replace(IAMRequest)
    def _raise_signature_does_not_match(self: IAMRequest) -> None:
        name = "InvalidSignatureException" if self._service in ("lambda", "logs") else "SignatureDoesNotMatch"
        message = "The request signature we calculated does not match the signature you provided."
        raise Refused(self._service, name, message, 403)
