"""CloudFront's conditions for associating a function, and the traces that an association leaves."""

import json
import re

from moto.awslambda.models import LambdaFunction, lambda_backends
from moto.cloudfront.exceptions import CloudFrontException
from moto.cloudfront.models import cloudfront_backends
from moto.iam.models import iam_backends

from .control import settings
from .distribution_config import Config

RUNTIMES = re.compile(r"nodejs(20|22|24|26)\.x|python3\.\d+")
ORIGIN_LIMITS = {"timeout": 30, "memory size": 10240, "code size": 52428800}
REPLICATOR = {
    "Sid": "replicator-lambda-GetFunction",
    "Effect": "Allow",
    "Principal": {"Service": "replicator.lambda.amazonaws.com"},
    "Action": "lambda:GetFunction",
}
VIEWER_LIMITS = {"timeout": 5, "memory size": 128, "code size": 1048576}


def refuse(message: str) -> None:
    raise CloudFrontException("InvalidLambdaFunctionAssociation", message)


def check(account_id: str, event: str, arn: str) -> None:
    """Requires a numbered version of a function of this account in us-east-1, within Lambda@Edge's restrictions."""
    parts = arn.split(":")
    if len(parts) < 7 or parts[2] != "lambda" or parts[5] != "function":
        refuse(f"The function ARN must be a Lambda function ARN. ARN: {arn}")
    if parts[3] != "us-east-1":
        refuse(f"The function must be in region 'us-east-1'. ARN: {arn}")
    if len(parts) != 8 or not parts[7].isdigit():
        refuse(
            "The function ARN must reference a specific function version. "
            f"(The ARN must end with the version number.) ARN: {arn}"
        )
    versions = lambda_backends[account_id]["us-east-1"].list_versions_by_function(parts[6])
    function = next((one for one in versions if one.function_arn == arn), None)
    if function is None:
        refuse(f"The function cannot be found. Function: {arn}")
    check_version(function, event)


def check_version(function: LambdaFunction, event: str) -> None:
    arn = function.function_arn
    if function.state != "Active":
        refuse(
            "The function must be in an Active state. "
            f"The current state for function {arn} is {function.state}. Function: {arn}"
        )
    if function.environment_vars:
        refuse(f"The function cannot have environment variables. Function: {arn}")
    supported = settings["edge_runtimes"]
    runs = function.run_time in supported if supported else RUNTIMES.fullmatch(function.run_time or "")
    if not runs:
        listed = ", ".join(supported or ["nodejs22.x", "nodejs24.x"])
        refuse(
            "The function has a runtime that is not supported by Lambda@Edge. "
            f"Runtime: {function.run_time} Supported runtimes: [{listed}]. Function: {arn}"
        )
    measures = {
        "timeout": function.timeout,
        "memory size": function.memory_size,
        "code size": function.code_size,
    }
    limits = VIEWER_LIMITS if event.startswith("viewer") else ORIGIN_LIMITS
    for name, limit in limits.items():
        if measures[name] > limit:
            refuse(
                f"The function {name} is larger than the maximum allowed for functions that are triggered by "
                f"a CloudFront event: {measures[name]} Max allowed: {limit} Function: {arn}"
            )
    check_trust(function)


def trusted_services(function: LambdaFunction) -> set[str]:
    """The services in the role's trust policy."""
    role = iam_backends[function.account_id]["aws"].get_role_by_arn(function.role)
    services: set[str] = set()
    for statement in json.loads(role.assume_role_policy_document)["Statement"]:
        named = statement.get("Principal", {}).get("Service", [])
        services.update([named] if isinstance(named, str) else named)
    return services


def check_trust(function: LambdaFunction) -> None:
    """Requires that the role trusts Lambda@Edge's service and Lambda's."""
    if not {"lambda.amazonaws.com", "edgelambda.amazonaws.com"} <= trusted_services(function):
        refuse(
            "The function execution role must be assumable with edgelambda.amazonaws.com as well as "
            f"lambda.amazonaws.com principals. Update the IAM role and try again. Role: {function.role}"
        )


def replicate(account_id: str, config: Config) -> None:
    """Marks the function of an associated version as replicated for ever.

    CloudFront adds the replicator's permission to the version's policy.
    """
    backend = lambda_backends[account_id]["us-east-1"]
    for _, arn in config.associations:
        version = backend.get_function(arn)
        if not any(one.get("Sid") == REPLICATOR["Sid"] for one in version.policy.statements):
            version.policy.statements.append({**REPLICATOR, "Resource": arn})
    backend.__dict__.setdefault("replicated", set()).update(arn for _, arn in config.associations)


def associated(account_id: str) -> set[str]:
    """The versions that a distribution names now."""
    distributions = cloudfront_backends[account_id]["aws"].distributions.values()
    return {arn for one in distributions for _, arn in one.distribution_config.associations}
