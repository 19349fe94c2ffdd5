"""A process's first rendition: imports the handler and calls it once. The clock starts once Python has started."""

import json
import sys
import time

event = json.loads(sys.argv[1])
save = sys.argv[2] if len(sys.argv) > 2 else None

started = time.perf_counter()
from picture_handler import handler  # noqa: E402

loaded = time.perf_counter()
answer = handler(event, None)
done = time.perf_counter()

if not answer.get("body"):
    sys.exit(f"No picture: {answer}")
if save:
    with open(save, "wb") as file:
        file.write(answer["body"])
print(
    json.dumps(
        {
            "ms": (done - started) * 1000,
            "loadMs": (loaded - started) * 1000,
            "bytes": len(answer["body"]),
        }
    )
)
