"""The HTTP server on loopback, one thread a connection, that can reset a connection on purpose."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable
from typing import Any

from runner.errors import RunnerError
from runner.simulator.world import World

HOST = "127.0.0.1"


class Server:
    """A world behind a port. `start` serves in a thread; `serve` in this one."""

    def __init__(self, world: World, *, on_stop: Callable[[], None] = lambda: None) -> None:
        from runner.simulator.app import application
        from runner.simulator.elsewhere import moto

        moto()
        self.last_request = time.monotonic()
        self.on_stop = on_stop
        self._http = _made(self, application(world))
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{HOST}:{self._http.server_port}"

    def start(self) -> None:
        """Serve in the background."""
        self._thread = threading.Thread(target=self.serve, daemon=True)
        self._thread.start()

    def serve(self) -> None:
        """Serve until `stop`."""
        self._http.serve_forever(poll_interval=0.05)

    def stop(self) -> None:
        """Stop serving and close the port."""
        self._http.shutdown()
        if self._thread is not None:
            self._thread.join(5)
        self._http.server_close()


def _made(server: Server, app: Any) -> Any:
    """werkzeug's threaded server with moto's request handler, and our way to drop a connection."""
    try:
        from moto.moto_server.werkzeug_app import MotoRequestHandler
        from werkzeug.serving import ThreadedWSGIServer
    except ImportError:
        from runner.simulator.elsewhere import INSTALL

        raise RunnerError("the simulated AWS needs moto, which is not installed", fix=INSTALL) from None

    class Handler(MotoRequestHandler):
        disable_nagle_algorithm = True  # head and body are two writes; a kept connection would wait 40 ms
        protocol_version = "HTTP/1.1"

        def make_environ(self) -> dict[str, Any]:
            server.last_request = time.monotonic()
            environ = super().make_environ()
            environ["simulator.drop"] = lambda: self._reset()
            environ["simulator.stop"] = server.on_stop
            return dict(environ)

        def _reset(self) -> None:
            # Closing with a zero linger time sends RST, not FIN: the client sees "connection reset by peer".
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

        def connection_dropped(self, error: BaseException, environ: Any = None) -> None:  # noqa: ARG002
            self.close_connection = True

        def log(self, type: str, message: str, *args: Any) -> None:
            """Say nothing of single requests."""

    class Http(ThreadedWSGIServer):
        daemon_threads = True
        request_queue_size = 256

        def shutdown_request(self, request: Any) -> None:
            try:
                lingers = request.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8)
            except OSError:
                lingers = b""
            if lingers == struct.pack("ii", 1, 0):
                self.close_request(request)
            else:
                super().shutdown_request(request)

    return Http(HOST, 0, app, handler=Handler)
