"""moto's server, patched to behave like AWS where genato would notice a difference.

Prints its port, and ends when its standard input does, with the process that started it.
"""

import logging
import os
import sys
import threading
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

from patches import access, cloudfront, control, functions, logs, s3


class Handler(WSGIRequestHandler):
    # Header and body are two writes. On a kept-alive connection, the second would wait for an acknowledgement.
    disable_nagle_algorithm = True

    def log_request(self, *_: object) -> None:
        """Logs only failures, because the tests know their requests."""


def end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


def one_at_a_time(app: Any) -> Any:
    """Handles one request at a time. AWS's checks hold against simultaneous calls, those of moto's threads wouldn't."""
    lock = threading.Lock()

    def answer(environ: Any, start_response: Any) -> list[bytes]:
        with lock:
            return list(app(environ, start_response))

    return answer


def main() -> None:
    for patches in (control, cloudfront, functions, s3, logs, access):
        patches.apply()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    threading.Thread(target=end_with_parent, daemon=True).start()
    app = one_at_a_time(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Handler)
    print(server.port, flush=True)
    server.serve_forever()


main()
