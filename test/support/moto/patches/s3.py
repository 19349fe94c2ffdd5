"""S3: defaults of new buckets, ownership, and checked policies."""

import json
import re
from typing import Any

from moto.iam.access_control import PermissionResult
from moto.iam.models import iam_backends
from moto.s3.exceptions import BucketAlreadyExists, MissingBucket, S3AccessDeniedError, S3ClientError
from moto.s3.models import FakeBucket, PublicAccessBlock, S3Backend, s3_backends
from moto.s3.responses import S3Response

from .control import memories, replace, settings

AES256 = {
    "Rule": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": "false"}
}
LIMITING = re.compile(r"aws:(Source|Principal|VpcSource|UserId|userid)|s3:DataAccessPointArn", re.IGNORECASE)


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def is_for_all(statement: dict[str, Any]) -> bool:
    principal = statement.get("Principal")
    return principal == "*" or (isinstance(principal, dict) and "*" in as_list(principal.get("AWS")))


def is_public(statement: dict[str, Any]) -> bool:
    """Whether a statement allows everyone, without a condition that narrows it."""
    keys = [key for condition in statement.get("Condition", {}).values() for key in condition]
    return statement["Effect"] == "Allow" and is_for_all(statement) and not any(map(LIMITING.match, keys))


def check_policy(backend: S3Backend, bucket: FakeBucket, policy: bytes) -> list[dict[str, Any]]:
    """A policy names only its bucket, and principals that exist."""
    try:
        statements = as_list(json.loads(policy)["Statement"])
    except (ValueError, KeyError, TypeError) as error:
        message = "This policy contains invalid Json"
        raise S3ClientError("MalformedPolicy", message) from error
    for statement in statements:
        for resource in as_list(statement.get("Resource")):
            if resource != bucket.arn and not str(resource).startswith(f"{bucket.arn}/"):
                raise S3ClientError("MalformedPolicy", "Policy has invalid resource")
        principal = statement.get("Principal")
        for arn in as_list(principal.get("AWS", [])) if isinstance(principal, dict) else []:
            role = re.fullmatch(r"arn:aws:iam::(\d+):role/(?:.*/)?([^/]+)", arn)
            roles = iam_backends[role[1]]["aws"].roles.values() if role else []
            if role and role[2] not in [one.name for one in roles]:
                raise S3ClientError("MalformedPolicy", "Invalid principal in policy")
    return statements


def check_owner(response: S3Response, request: Any) -> None:
    """403 for another account's bucket, and for one whose owner isn't the expected one."""
    name = response.bucket_name
    if name not in s3_backends.bucket_accounts:
        return
    _, owner = s3_backends.bucket_accounts[name]
    creates = request.method == "PUT" and not request.query_string and request.path.strip("/") == name
    if creates:
        if owner != response.current_account:
            raise BucketAlreadyExists(bucket=name)
    elif (
        owner not in (response.current_account, "")
        or request.headers.get("x-amz-expected-bucket-owner", owner) != owner
    ):
        raise S3AccessDeniedError()


def may_read(bucket: FakeBucket, key: str, reader: str) -> bool:
    """
    Whether S3 lets `reader` get an object: "anyone", or the ARN of a distribution that signs its requests.
    Sources: S3 user guide, "Blocking public access"; CloudFront developer guide, "Restrict access to an S3 origin".
    """
    resource = f"{bucket.arn}/{key}"
    statements = as_list(json.loads(bucket.policy)["Statement"]) if bucket.policy else []
    allowing = [
        one
        for one in statements
        if one["Effect"] == "Allow"
        and any(matches(action, "s3:GetObject") for action in as_list(one["Action"]))
        and any(matches(pattern, resource) for pattern in as_list(one["Resource"]))
    ]
    block = bucket.public_access_block
    open_to_all = any(map(is_public, allowing))
    if reader == "anyone":
        return open_to_all and not (block and block.restrict_public_buckets)
    signed = [
        one
        for one in allowing
        if isinstance(one["Principal"], dict)
        and one["Principal"].get("Service") == "cloudfront.amazonaws.com"
        and one.get("Condition", {}).get("StringEquals", {}).get("AWS:SourceArn") == reader
    ]
    return bool(signed) or (open_to_all and not (block and block.restrict_public_buckets))


def check_reader(response: S3Response, request: Any) -> None:
    """Checks a GET that names its reader as a request from CloudFront."""
    reader = request.headers.get("x-genato-reader")
    name = response.bucket_name
    if reader is None or name not in s3_backends.bucket_accounts:
        return
    key = response.parse_key_name()
    bucket = s3_backends[s3_backends.bucket_accounts[name][1]]["aws"].buckets[name]
    if not may_read(bucket, key, reader):
        raise S3AccessDeniedError()


# Deleted buckets that may still be seen, with their accounts.
ghosts: dict[str, tuple[FakeBucket, str]] = {}
memories.append(ghosts)


def misses(bucket: FakeBucket | None, call: str) -> bool:
    """Whether the servers for this kind of call don't know a new bucket yet."""
    if bucket is None or not hasattr(bucket, "missed"):
        return False
    bucket.missed[call] = bucket.missed.get(call, 0) + 1
    return bucket.missed[call] <= settings["new_bucket_misses"]


def check_seen(response: S3Response, request: Any) -> None:
    name = response.bucket_name
    known = s3_backends[response.current_account]["aws"].buckets.get(name)
    creates = request.method == "PUT" and not request.query_string and request.path.strip("/") == name
    parts = sorted({*request.args} - {"x-id", "max-keys", "versionId"})[:1]
    is_key = "/" in request.path.strip("/")
    if not creates and misses(known, f"{request.method} {parts} {is_key}"):
        raise MissingBucket(bucket=name)


def is_kms(account: str, bucket: str, key: str) -> bool:
    """Whether an object is encrypted with a KMS key, which its readers must be allowed to use."""
    known = s3_backends[account]["aws"].buckets.get(bucket)
    found = known.keys.get(key) if known else None
    return found is not None and str(found.encryption).startswith("aws:kms")


def apply() -> None:
    @replace(S3Backend)
    def create_bucket(self: S3Backend, *args: Any, **named: Any) -> FakeBucket:
        bucket = create_bucket.original(self, *args, **named)
        bucket.missed = {}
        ghosts.pop(bucket.name, None)
        return bucket

    @replace(S3Backend)
    def delete_bucket(self: S3Backend, bucket_name: str) -> FakeBucket | None:
        bucket = delete_bucket.original(self, bucket_name)
        if bucket and settings["deleted_bucket_reads"]:
            bucket.seen = 0
            ghosts[bucket_name] = (bucket, self.account_id)
        return bucket

    @replace(S3Response)
    def _bucket_response_delete_keys(self: S3Response, *args: Any, **named: Any) -> Any:
        """Refuses some keys for now, in a successful response."""
        objects = re.findall(rb"<Object>.*?</Object>", self.body, re.DOTALL)
        refused = objects[: settings["refused_deletions"]]
        if not refused:
            return _bucket_response_delete_keys.original(self, *args, **named)
        settings["refused_deletions"] -= len(refused)
        for one in refused:
            self.body = self.body.replace(one, b"")
        if len(refused) < len(objects):
            _bucket_response_delete_keys.original(self, *args, **named)
        code = f"<Code>{settings['refused_deletions_code']}</Code><Message>Please try again.</Message>"
        keys = [re.search(rb"<Key>.*?</Key>", one, re.DOTALL)[0].decode() for one in refused]
        errors = "".join(f"<Error>{key}{code}</Error>" for key in keys)
        return 200, {}, f"<DeleteResult>{errors}</DeleteResult>"

    @replace(FakeBucket)
    def __init__(self: FakeBucket, *args: Any, **named: Any) -> None:
        """Since 2023 a new bucket blocks public access, has no access control lists and is encrypted."""
        __init__.original(self, *args, **named)
        self.public_access_block = PublicAccessBlock(True, True, True, True)
        self.ownership_rule = "BucketOwnerEnforced"
        self.encryption = AES256

    @replace(FakeBucket)
    def get_permission(self: FakeBucket, action: str, resource: str) -> PermissionResult:
        """moto treats each condition that it can't decide as a denial, even in an allowing statement."""
        for statement in as_list(json.loads(self.policy)["Statement"]) if self.policy else []:
            concerned = any(matches(one, action) for one in as_list(statement.get("Action", [])))
            concerned &= any(matches(one, resource) for one in as_list(statement.get("Resource", [])))
            if concerned and is_for_all(statement) and not statement.get("Condition"):
                return (
                    PermissionResult.DENIED if statement["Effect"] == "Deny" else PermissionResult.PERMITTED
                )
        return PermissionResult.NEUTRAL

    @replace(S3Backend)
    def delete_bucket_encryption(self: S3Backend, bucket_name: str) -> None:
        self.get_bucket(bucket_name).encryption = AES256

    @replace(S3Backend)
    def put_bucket_policy(self: S3Backend, bucket_name: str, policy: bytes) -> None:
        """Refuses a public policy while the bucket blocks public policies."""
        bucket = self.get_bucket(bucket_name)
        statements = check_policy(self, bucket, policy)
        block = bucket.public_access_block
        if block and block.block_public_policy and any(map(is_public, statements)):
            message = (
                f'not authorized to perform: s3:PutBucketPolicy on resource: "{bucket.arn}" because public '
                "policies are blocked by the BlockPublicPolicy block public access setting."
            )
            raise S3ClientError("AccessDenied", message)
        put_bucket_policy.original(self, bucket_name, policy)

    for name in ("_bucket_response", "_key_response"):
        original = getattr(S3Response, name)

        def owned(self: S3Response, request: Any, full_url: str, original: Any = original) -> Any:
            try:
                check_owner(self, request)
                check_reader(self, request)
                check_seen(self, request)
            except S3ClientError as error:
                if request.method == "HEAD":
                    return 404 if isinstance(error, MissingBucket) else 403, {}, ""
                raise
            bucket, account = ghosts.get(self.bucket_name, (None, ""))
            if bucket is None or request.method not in ("GET", "HEAD") or account != self.current_account:
                return original(self, request, full_url)
            if request.method == "HEAD":
                bucket.seen += 1
            if bucket.seen > settings["deleted_bucket_reads"]:
                ghosts.pop(self.bucket_name)
                return original(self, request, full_url)
            # Requests are handled one at a time.
            buckets = s3_backends[account]["aws"].buckets
            buckets[self.bucket_name] = bucket
            try:
                return original(self, request, full_url)
            finally:
                del buckets[self.bucket_name]

        setattr(S3Response, name, owned)


def matches(pattern: str, text: str) -> bool:
    """IAM's wildcards: * for any characters, ? for one."""
    parts = (".*" if one == "*" else "." if one == "?" else re.escape(one) for one in pattern)
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None
