"""A process's first event: imports the handler and calls it once. The clock starts once Python has started."""

import json
import sys
import time

with open(sys.argv[1], encoding="utf-8") as file:
    event = json.load(file)

started = time.perf_counter()
from handler import handler  # noqa: E402

loaded = time.perf_counter()
answer = handler(event, None)
done = time.perf_counter()

if not answer.get("uri", "").startswith("/generated/"):
    sys.exit(f"No image: {answer}")
print(json.dumps({"ms": (done - started) * 1000, "loadMs": (loaded - started) * 1000}))
