"""Pillow's side of the warm comparison: one process that generates the requested images."""

import json
import sys
import time

from handler import render

for line in sys.stdin:
    order = json.loads(line)
    started = time.perf_counter()
    image = render(order["width"], order["height"], "white")
    done = time.perf_counter()
    print(json.dumps({"ms": (done - started) * 1000, "bytes": len(image)}), flush=True)
