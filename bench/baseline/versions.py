"""Prints the baseline's versions. Fails if a part isn't installed."""

import json
import platform

import boto3
import PIL
from PIL import features

print(
    json.dumps(
        {
            "python": platform.python_version(),
            "pillow": PIL.__version__,
            "boto3": boto3.__version__,
            "zlib": f"zlib-ng {features.version('zlib_ng')}"
            if features.check("zlib_ng")
            else f"zlib {features.version('zlib')}",
        }
    )
)
