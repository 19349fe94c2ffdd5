"""The tests' entry: settings, and a reset that covers them."""

import json
from collections.abc import Callable
from typing import Any

from moto import settings as moto_settings
from moto.iam import models as iam_models
from moto.moto_api._internal import urls
from moto.moto_api._internal.models import MotoAPIBackend

DEFAULTS = {
    # How many reads see a distribution InProgress after a change, or an invalidation after its creation.
    "distribution_reads": 1,
    "invalidation_reads": 1,
    # How many deletions of a function are refused after its last association.
    "replica_refusals": 0,
    # How many calls of each kind, Lambda's fetches too, return NoSuchBucket after CreateBucket.
    "new_bucket_misses": 0,
    # How many reads still see a deleted bucket or role.
    "deleted_bucket_reads": 0,
    "deleted_role_reads": 0,
    # How many keys DeleteObjects refuses in a response with status 200, and with which code.
    "refused_deletions": 0,
    "refused_deletions_code": "InternalError",
    # The concurrency in GetAccountSettings.
    "concurrent_executions": 1000,
    # The runtimes of Lambda@Edge. None: all of Lambda's.
    "edge_runtimes": None,
    # How many reads see a function Pending after its creation, and InProgress after an update.
    "function_reads": 1,
    # Functions that Lambda fails to create or update, by name: "creation" or "update".
    "failed": {},
}

MANAGED = ("AWSLambda", "CloudFront", "AdministratorAccess", "PowerUserAccess", "ReadOnlyAccess")

settings: dict[str, Any] = dict(DEFAULTS)
# Further functions that a reset calls.
memories: list[dict[str, Any]] = []


def replace(owner: Any, name: str | None = None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Replaces a function of the owner, and keeps the replaced one as `.original`."""

    def put(function: Callable[..., Any]) -> Callable[..., Any]:
        key = name or function.__name__
        function.original = getattr(owner, key, None)  # type: ignore[attr-defined]
        setattr(owner, key, function)
        return function

    return put


def genato_settings(request: Any, _url: str, _headers: Any) -> Any:
    """POST changes settings. Every other method returns them."""
    if request.method == "POST":
        values = json.loads(request.data)
        unknown = values.keys() - DEFAULTS.keys()
        if unknown:
            return 400, {}, json.dumps({"unknown": sorted(unknown)})
        settings.update(values)
    return 200, {}, json.dumps(settings)


def apply() -> None:
    urls.url_paths["{0}/moto-api/genato/settings"] = genato_settings

    @replace(MotoAPIBackend)
    def reset(self: MotoAPIBackend) -> None:
        """moto's reset changes neither IAM enforcement nor these settings."""
        reset.original(self)
        settings.clear()
        settings.update(DEFAULTS)
        for memory in memories:
            memory.clear()
        moto_settings.INITIAL_NO_AUTH_ACTION_COUNT = float("inf")

    # Every account gets all of these after each reset. Of AWS's 1300 policies, only these matter here.
    policies = json.loads(iam_models.aws_managed_policies_data)
    kept = {name: policy for name, policy in policies.items() if name.startswith(MANAGED)}
    iam_models.aws_managed_policies_data = json.dumps(kept)
