"""A distribution's configuration: everything in the request, and AWS's defaults for the rest."""

from typing import Any

from moto.cloudfront.exceptions import CloudFrontException, DomainNameNotAnS3Bucket, OriginDoesNotExist

NONE = {"Quantity": 0}
NOBODY = {"Enabled": False, "Quantity": 0}
GET_AND_HEAD = {"Quantity": 2, "Items": ["HEAD", "GET"]}

CONFIG = {
    "Aliases": NONE,
    "DefaultRootObject": "",
    "OriginGroups": NONE,
    "CacheBehaviors": NONE,
    "CustomErrorResponses": NONE,
    "Comment": "",
    "Logging": {"Enabled": False, "IncludeCookies": False, "Bucket": "", "Prefix": ""},
    "PriceClass": "PriceClass_All",
    "ViewerCertificate": {
        "CloudFrontDefaultCertificate": True,
        "SSLSupportMethod": "vip",
        "MinimumProtocolVersion": "TLSv1",
        "CertificateSource": "cloudfront",
    },
    "Restrictions": {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}},
    "WebACLId": "",
    "HttpVersion": "http2",
    "IsIPV6Enabled": True,
    "ContinuousDeploymentPolicyId": "",
    "Staging": False,
}

BEHAVIOR = {
    "TrustedSigners": NOBODY,
    "TrustedKeyGroups": NOBODY,
    "AllowedMethods": {**GET_AND_HEAD, "CachedMethods": GET_AND_HEAD},
    "SmoothStreaming": False,
    "Compress": False,
    "LambdaFunctionAssociations": NONE,
    "FunctionAssociations": NONE,
    "FieldLevelEncryptionId": "",
    "GrpcConfig": {"Enabled": False},
}

ORIGIN = {
    "OriginPath": "",
    "CustomHeaders": NONE,
    "ConnectionAttempts": 3,
    "ConnectionTimeout": 10,
    "OriginShield": {"Enabled": False},
    "OriginAccessControlId": "",
}


# Fields that an update must repeat, because it keeps nothing from before. A creation may omit them.
REQUIRED = ("CallerReference", "Origins", "DefaultCacheBehavior", "Comment", "Enabled")
REQUIRED_IN_UPDATE = (
    *REQUIRED,
    "Aliases",
    "CacheBehaviors",
    "CustomErrorResponses",
    "DefaultRootObject",
    "Logging",
    "PriceClass",
    "Restrictions",
    "ViewerCertificate",
    "WebACLId",
)


def fill(given: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    return {**defaults, **given}


def without_empty_items(value: Any) -> Any:
    """AWS returns an empty list as its quantity alone."""
    if isinstance(value, list):
        return [without_empty_items(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {key: without_empty_items(one) for key, one in value.items() if key != "Items" or one}


def check_required(given: dict[str, Any], required: tuple[str, ...]) -> None:
    for name in required:
        if name not in given:
            raise CloudFrontException("InvalidArgument", f"The parameter {name} is required.")


def check_quantities(value: Any) -> None:
    """A list states its length, and AWS checks it."""
    if isinstance(value, dict):
        if "Quantity" in value and int(value["Quantity"]) != len(value.get("Items") or []):
            message = "The value of Quantity and the size of Items don't match."
            raise CloudFrontException("InconsistentQuantities", message)
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            check_quantities(one)


def filled_behavior(given: dict[str, Any]) -> dict[str, Any]:
    """A behavior has either a cache policy, or the older forwarded values and TTLs."""
    if ("CachePolicyId" in given) == ("ForwardedValues" in given):
        message = "The parameter ForwardedValues is required, or a cache policy, but not both."
        raise CloudFrontException("InvalidArgument", message)
    behavior = fill(given, BEHAVIOR)
    behavior["AllowedMethods"] = fill(behavior["AllowedMethods"], {"CachedMethods": GET_AND_HEAD})
    if "ForwardedValues" in given:
        behavior = fill(behavior, {"MinTTL": 0, "DefaultTTL": 86400, "MaxTTL": 31536000})
    for association in behavior["LambdaFunctionAssociations"].get("Items", []):
        association.setdefault("IncludeBody", False)
    return behavior


def filled_origin(given: dict[str, Any]) -> dict[str, Any]:
    origin = fill(given, ORIGIN)
    if "S3OriginConfig" in origin:
        if not origin["DomainName"].endswith("amazonaws.com"):
            raise DomainNameNotAnS3Bucket
        origin["S3OriginConfig"] = fill(origin["S3OriginConfig"], {"OriginReadTimeout": 30})
    return origin


class Config(dict):  # type: ignore[type-arg]
    def __init__(self, given: dict[str, Any]) -> None:
        check_required(given, REQUIRED)
        check_quantities(given)
        config = fill(without_empty_items(given), CONFIG)
        config["Origins"]["Items"] = [filled_origin(origin) for origin in config["Origins"].get("Items", [])]
        config["DefaultCacheBehavior"] = filled_behavior(config["DefaultCacheBehavior"])
        if "Items" in config["CacheBehaviors"]:
            config["CacheBehaviors"]["Items"] = [
                filled_behavior(one) for one in config["CacheBehaviors"]["Items"]
            ]
        super().__init__(config)
        self.caller_reference = self["CallerReference"]
        self.check()

    @property
    def behaviors(self) -> list[dict[str, Any]]:
        return [self["DefaultCacheBehavior"], *self["CacheBehaviors"].get("Items", [])]

    @property
    def aliases(self) -> list[str]:
        return self["Aliases"].get("Items", [])

    @property
    def access_controls(self) -> set[str]:
        return {origin["OriginAccessControlId"] for origin in self["Origins"]["Items"]} - {""}

    @property
    def associations(self) -> list[tuple[str, str]]:
        """The event and the function of each association."""
        return [
            (one["EventType"], one["LambdaFunctionARN"])
            for behavior in self.behaviors
            for one in behavior["LambdaFunctionAssociations"].get("Items", [])
        ]

    def check(self) -> None:
        """A behavior's origin must be one of the origins, and an alias needs a certificate."""
        origins = [origin["Id"] for origin in self["Origins"]["Items"]]
        if any(behavior["TargetOriginId"] not in origins for behavior in self.behaviors):
            raise OriginDoesNotExist
        if len(self["Comment"]) > 128:
            raise CloudFrontException("InvalidArgument", "The parameter Comment is too big.")
        certificate = self["ViewerCertificate"]
        if self.aliases and certificate.get("CloudFrontDefaultCertificate"):
            message = (
                "To add an alternate domain name (CNAME) to a CloudFront distribution, you must attach a "
                "trusted certificate that validates your authorization to use the domain name."
            )
            raise CloudFrontException("InvalidViewerCertificate", message)
        if not certificate.get("ACMCertificateArn", "arn:aws:acm:us-east-1:").startswith(
            "arn:aws:acm:us-east-1:"
        ):
            message = (
                "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, "
                "or doesn't include a valid certificate chain."
            )
            raise CloudFrontException("InvalidViewerCertificate", message)
