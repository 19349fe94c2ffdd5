"""CloudFront: complete configurations, checked versions, and states that take time."""

from typing import Any

from moto.cloudfront import models
from moto.cloudfront.exceptions import CloudFrontException, InvalidIfMatchVersion, NoSuchDistribution
from moto.cloudfront.models import CloudFrontBackend, Distribution, random_id
from moto.cloudfront.responses import CloudFrontResponse
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import utcnow

from . import associations
from .control import replace, settings
from .distribution_config import REQUIRED_IN_UPDATE, Config, check_required


class PreconditionFailed(CloudFrontException):
    code = "PreconditionFailed"
    message = (
        "The request failed because it didn't meet the preconditions in one or more request-header fields."
    )


def page(response: CloudFrontResponse, items: list[Any], key: str) -> dict[str, Any]:
    """Pages of at most 100. A page's marker is the last id of the previous page."""
    marker = response._get_param("Marker") or ""
    size = min(int(response._get_param("MaxItems") or 100), 100)
    ids = [item[key] for item in items]
    start = ids.index(marker) + 1 if marker in ids else 0
    shown, rest = items[start : start + size], items[start + size :]
    result = {"Marker": marker, "MaxItems": size, "IsTruncated": bool(rest), "Quantity": len(shown)}
    if shown:
        result["Items"] = shown
    if rest:
        result["NextMarker"] = shown[-1][key]
    return result


def check_version(resource: Any, if_match: str | None) -> None:
    """A missing If-Match and a stale one are different errors."""
    if not if_match:
        raise InvalidIfMatchVersion
    if if_match != resource.etag:
        raise PreconditionFailed()


def find(backend: CloudFrontBackend, distribution_id: str) -> Distribution:
    if distribution_id not in backend.distributions:
        raise NoSuchDistribution
    return backend.distributions[distribution_id]


def changed(distribution: Distribution) -> None:
    """Each change gets a new ETag, and takes time until it is deployed everywhere."""
    distribution.etag = random_id()
    distribution.last_modified_time = utcnow()
    distribution.reads_left = settings["distribution_reads"]


def status(distribution: Distribution) -> str:
    return "InProgress" if distribution.reads_left > 0 else "Deployed"


def check_config(backend: CloudFrontBackend, config: Config, own_id: str | None) -> None:
    """An alias belongs to one distribution only. The access control and the function must exist."""
    for others in models.cloudfront_backends.values():
        for other in others[backend.region_name].distributions.values():
            if other.id != own_id and set(config.aliases) & set(other.distribution_config.aliases):
                message = (
                    "One or more of the CNAMEs you provided are already associated with a different resource."
                )
                raise CloudFrontException("CNAMEAlreadyExists", message)
    if not config.access_controls <= backend.origin_access_controls.keys():
        message = "The origin access control is not valid."
        raise CloudFrontException("InvalidOriginAccessControl", message)
    for event, arn in config.associations:
        associations.check(backend.account_id, event, arn)


def apply_distributions() -> None:
    models.DistributionConfig = Config

    @replace(Distribution)
    def __init__(self: Distribution, account_id: str, region_name: str, config: dict[str, Any]) -> None:
        """An id begins with an E. An ARN has no region, hence the two colons."""
        __init__.original(self, account_id, region_name, config)
        self.id = self.distribution_id = f"E{self.id[1:]}"
        self.arn = f"arn:aws:cloudfront::{account_id}:distribution/{self.id}"
        changed(self)

    Distribution.status = property(status, lambda *_: None)

    @replace(CloudFrontBackend)
    def create_distribution_with_tags(
        self: CloudFrontBackend, distribution_config: dict[str, Any], tags: list[dict[str, str]]
    ) -> tuple[Distribution, str, str]:
        """A caller reference can be used once, even if its distribution has been deleted."""
        config = Config(distribution_config)
        used = self.__dict__.setdefault("caller_references", {})
        if config.caller_reference in used:
            raise models.DistributionAlreadyExists(used[config.caller_reference])
        check_config(self, config, None)
        result = create_distribution_with_tags.original(self, distribution_config, tags)
        used[config.caller_reference] = result[0].id
        associations.replicate(self.account_id, config)
        return result

    @replace(CloudFrontBackend)
    def get_distribution(self: CloudFrontBackend, distribution_id: str) -> tuple[Distribution, str]:
        distribution = find(self, distribution_id)
        return distribution, distribution.etag

    @replace(CloudFrontBackend)
    def get_distribution_config(self: CloudFrontBackend, distribution_id: str) -> tuple[Config, str]:
        distribution = find(self, distribution_id)
        return distribution.distribution_config, distribution.etag

    @replace(CloudFrontResponse, "get_distribution")
    def get_distribution_response(self: CloudFrontResponse) -> Any:
        """Counts as a read that moves the deployment forward. No other operation does."""
        distribution, etag = self.backend.get_distribution(self._get_param("Id"))
        answer = self.serialized(ActionResult({"Distribution": distribution, "ETag": etag}))
        distribution.reads_left = max(0, distribution.reads_left - 1)
        return answer

    @replace(CloudFrontBackend)
    def update_distribution(
        self: CloudFrontBackend, dist_config: dict[str, Any], _id: str, if_match: str | None
    ) -> tuple[Distribution, str, str]:
        """Replaces the whole configuration, so it must be complete. The caller reference can't change."""
        distribution = find(self, _id)
        check_version(distribution, if_match)
        check_required(dist_config, REQUIRED_IN_UPDATE)
        config = Config(dist_config)
        if config.caller_reference != distribution.distribution_config.caller_reference:
            raise CloudFrontException("IllegalUpdate", "The caller reference cannot be changed.")
        check_config(self, config, _id)
        distribution.distribution_config = config
        associations.replicate(self.account_id, config)
        changed(distribution)
        return distribution, distribution.location, distribution.etag

    @replace(CloudFrontBackend)
    def delete_distribution(self: CloudFrontBackend, distribution_id: str, if_match: str | None) -> None:
        """Deletes a distribution only if it is disabled everywhere."""
        distribution = find(self, distribution_id)
        check_version(distribution, if_match)
        if distribution.distribution_config["Enabled"] or status(distribution) != "Deployed":
            message = "The distribution you are trying to delete has not been disabled."
            raise CloudFrontException("DistributionNotDisabled", message)
        del self.distributions[distribution_id]
        self.invalidations.pop(distribution_id, None)
        self.tagger.delete_all_tags_for_resource(distribution.arn)

    @replace(CloudFrontResponse)
    def list_distributions(self: CloudFrontResponse) -> ActionResult:
        """A summary has most of the configuration and the ETag, but no caller reference. Isn't counted as a read."""
        summaries = [
            {
                **distribution.distribution_config,
                "Id": distribution.id,
                "ARN": distribution.arn,
                "ETag": distribution.etag,
                "Status": distribution.status,
                "LastModifiedTime": distribution.last_modified_time,
                "DomainName": distribution.domain_name,
            }
            for distribution in self.backend.distributions.values()
        ]
        return ActionResult({"DistributionList": page(self, summaries, "Id")})

    for name in ("list_tags_for_resource", "tag_resource", "untag_resource"):
        original = getattr(CloudFrontBackend, name)

        def checked(self: CloudFrontBackend, resource: str, original: Any = original, **rest: Any) -> Any:
            """Only an existing distribution has tags."""
            if resource not in [distribution.arn for distribution in self.distributions.values()]:
                raise CloudFrontException("NoSuchResource", "The specified resource does not exist.")
            return original(self, resource, **rest)

        setattr(CloudFrontBackend, name, checked)


def apply_invalidations() -> None:
    @replace(CloudFrontBackend)
    def create_invalidation(self: CloudFrontBackend, dist_id: str, paths: list[str], caller_ref: str) -> Any:
        """A known reference returns the earlier batch if the paths are the same, otherwise an error."""
        distribution = find(self, dist_id)
        batches = self.invalidations.setdefault(dist_id, [])
        for batch in batches:
            if batch.caller_ref == caller_ref:
                if sorted(batch.paths) == sorted(paths):
                    return batch
                message = "The caller reference is already associated with another invalidation batch."
                raise CloudFrontException("InvalidationBatchAlreadyExists", message)
        batch = models.Invalidation(distribution, paths, caller_ref)
        batch.status = "InProgress"
        batch.reads_left = settings["invalidation_reads"]
        batches.append(batch)
        return batch

    @replace(CloudFrontBackend)
    def get_invalidation(self: CloudFrontBackend, dist_id: str, id: str) -> Any:
        """A batch begins InProgress, and becomes Completed (spelled like this) after some reads."""
        batch = get_invalidation.original(self, dist_id, id)
        if batch.reads_left <= 0:
            batch.status = "Completed"
        batch.reads_left -= 1
        return batch

    @replace(CloudFrontResponse)
    def list_invalidations(self: CloudFrontResponse) -> ActionResult:
        distribution_id = self._get_param("DistributionId")
        find(self.backend, distribution_id)
        batches = [
            {"Id": batch.id, "CreateTime": batch.create_time, "Status": batch.status}
            for batch in reversed(self.backend.list_invalidations(distribution_id))
        ]
        return ActionResult({"InvalidationList": page(self, batches, "Id")})


def apply_access_controls() -> None:
    def check_name(backend: CloudFrontBackend, config: dict[str, str], own_id: str | None) -> None:
        """An access control's name is unique in the account."""
        for control in backend.origin_access_controls.values():
            if control.id != own_id and control.name == config.get("Name"):
                message = "An origin access control with the same name already exists."
                raise CloudFrontException("OriginAccessControlAlreadyExists", message)

    @replace(CloudFrontBackend)
    def create_origin_access_control(self: CloudFrontBackend, config_dict: dict[str, str]) -> Any:
        check_name(self, config_dict, None)
        return create_origin_access_control.original(self, {"Description": "", **config_dict})

    @replace(CloudFrontResponse)
    def update_origin_access_control(self: CloudFrontResponse) -> Any:
        control = self.backend.get_origin_access_control(self._get_param("Id"))
        check_version(control, self._get_param("IfMatch"))
        check_name(self.backend, self._get_param("OriginAccessControlConfig"), control.id)
        control.etag = random_id()
        return update_origin_access_control.original(self)

    @replace(CloudFrontResponse)
    def delete_origin_access_control(self: CloudFrontResponse) -> EmptyResult:
        """An access control can't be deleted while a distribution uses it, even a disabled one."""
        control = self.backend.get_origin_access_control(self._get_param("Id"))
        check_version(control, self._get_param("IfMatch"))
        for distribution in self.backend.distributions.values():
            if control.id in distribution.distribution_config.access_controls:
                message = "Cannot delete the origin access control because it's in use."
                raise CloudFrontException("OriginAccessControlInUse", message)
        del self.backend.origin_access_controls[control.id]
        return EmptyResult()

    @replace(CloudFrontResponse)
    def list_origin_access_controls(self: CloudFrontResponse) -> ActionResult:
        summaries = [
            {
                "Id": control.id,
                "Name": control.name,
                "Description": control.description,
                "SigningProtocol": control.signing_protocol,
                "SigningBehavior": control.signing_behavior,
                "OriginAccessControlOriginType": control.origin_type,
            }
            for control in self.backend.list_origin_access_controls()
        ]
        return ActionResult({"OriginAccessControlList": page(self, summaries, "Id")})


def apply() -> None:
    apply_distributions()
    apply_invalidations()
    apply_access_controls()
