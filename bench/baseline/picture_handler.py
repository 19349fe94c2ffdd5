"""The same service for stored pictures in Python: looks, gets the original, makes the rendition, stores it."""

import io
import os

import boto3
from botocore.exceptions import ClientError
from PIL import Image, ImageOps

s3 = boto3.client(
    "s3",
    region_name=os.environ["AWS_REGION"],
    endpoint_url=os.environ.get("AWS_ENDPOINT_URL_S3"),
)


ENCODERS = {
    "jpg": {"format": "JPEG", "quality": 80, "optimize": True},
    "webp": {"format": "WEBP", "quality": 80, "method": 4},
}


def render(original, width, height, format):
    image = Image.open(io.BytesIO(original))
    # JPEG's decoder can leave pixels out.
    image.draft("RGB", (width * 2, height * 2))
    image = ImageOps.exif_transpose(image)
    image = ImageOps.fit(image, (width, height), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    image.save(out, **ENCODERS[format])
    return out.getvalue()


def exists(bucket, key):
    try:
        s3.head_object(Bucket=bucket, Key=key)
        return True
    except ClientError as error:
        if error.response["Error"]["Code"] == "404":
            return False
        raise


def handler(event, context):
    width, height = event["width"], event["height"]
    key, format = event["key"], event["format"]
    rendition = f"{key}/{width}x{height}_{format}"
    if exists("renditions", rendition):
        return {"key": rendition}
    original = s3.get_object(Bucket="originals", Key=key)["Body"].read()
    picture = render(original, width, height, format)
    s3.put_object(
        Bucket="renditions",
        Key=rendition,
        Body=picture,
        ContentType="image/jpeg" if format == "jpg" else "image/webp",
        CacheControl="public, max-age=3600, s-maxage=86400",
    )
    return {"key": rendition, "body": picture}
