"""The same service in Python: an origin-request handler with boto3 and Pillow."""

import functools
import io
import os
import re

import boto3
from botocore.exceptions import ClientError
from PIL import Image, ImageDraw, ImageFont

FONT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "Inter-Regular.ttf")
TEXT = "Hello World"
PATH = re.compile(r"^/(\d+)x(\d+),(\w+),png$")

s3 = boto3.client(
    "s3",
    region_name=os.environ["AWS_REGION"],
    endpoint_url=os.environ.get("AWS_ENDPOINT_URL_S3"),
)


@functools.lru_cache
def font(size):
    return ImageFont.truetype(FONT, size)


def render(width, height, color):
    image = Image.new("RGB", (width, height), color)
    draw = ImageDraw.Draw(image)
    size = round(min(width, height) / 10)
    draw.text((width / 2, height / 2), TEXT, fill="black", font=font(size), anchor="mm")
    out = io.BytesIO()
    image.save(out, format="PNG")
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
    request = event["Records"][0]["cf"]["request"]
    match = PATH.match(request["uri"])
    if match is None:
        return {"status": "400", "statusDescription": "Bad Request"}
    width, height, color = int(match[1]), int(match[2]), match[3]
    bucket = request["origin"]["s3"]["domainName"].split(".s3.")[0]
    key = f"generated/{width}x{height}/{color}.png"
    if not exists(bucket, key):
        s3.put_object(
            Bucket=bucket,
            Key=key,
            Body=render(width, height, color),
            ContentType="image/png",
            CacheControl="public, max-age=86400",
        )
    request["uri"] = f"/{key}"
    return request
