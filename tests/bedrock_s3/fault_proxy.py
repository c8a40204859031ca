"""A TCP proxy before an S3 server that knows where requests begin and end: a fault hits the one meant.

Bytes go through unchanged (signatures stay valid). Rules are asked in order at each request; the first that
takes it decides, and its `times` counts down.
"""

from __future__ import annotations

import re
import socket
import socketserver
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

_CHUNK = 1 << 18
_RESET = struct.pack("ii", 1, 0)
"""Closing with a zero linger time sends RST, not FIN."""

PUT_OBJECT = r"PUT [^?]+ "
UPLOAD_PART = r"PUT .*[?&]partNumber="
COMPLETE = r"POST .*[?&]uploadId="


@dataclass
class Rule:
    """What happens to the next `times` requests whose first line matches, after `skip` of them have passed.

    `cut`: the connection is reset when `after` bytes of the body have gone to the server.
    `lose reply`: the server gets everything and answers; the connection is reset in place of the answer.
    `flip`: one byte of the body arrives as another.
    `call`: `then` is called when the server has answered and before the client knows, which may kill either.
    """

    request: str
    kind: Literal["cut", "flip", "lose reply", "call"]
    times: int = 1
    skip: int = 0
    after: int = 0
    then: Callable[[], None] = lambda: None


class _Cut(Exception):
    """The connection ends here."""


@dataclass
class Proxy:
    """Where it listens, what it does to requests, and the first lines of those that came."""

    server_port: int
    bytes_per_second: float = 0.0
    """How fast one connection takes bodies; 0: as fast as can be."""
    delay_seconds: float = 0.0
    """What each request waits: the way there and back."""
    rules: list[Rule] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    address: str = ""
    busy: int = 0
    """Requests that have come and are not answered yet."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, request: str) -> int:
        """How many requests came whose first line matches."""
        return sum(bool(re.match(request, line)) for line in self.seen)

    def quiet(self) -> None:
        """Wait until nothing is on its way to the server any more. Errors: `TimeoutError`."""
        deadline = time.monotonic() + 20
        while self.busy:
            if time.monotonic() > deadline:
                raise TimeoutError
            time.sleep(0.01)

    def exchange(self, client: socket.socket, server: socket.socket) -> bool:
        """One request and its reply; whether the connection goes on."""
        head, rest = _head(client)
        if not head:
            return False
        with self._lock:
            self.busy += 1
        try:
            return self._answered(client, server, head, rest)
        finally:
            with self._lock:
                self.busy -= 1

    def rule_of(self, line: str) -> Rule | None:
        """The rule that takes this request, used up by it."""
        with self._lock:
            self.seen.append(line)
            for rule in self.rules:
                if rule.times and re.match(rule.request, line):
                    if rule.skip:
                        rule.skip -= 1
                        continue
                    rule.times -= 1
                    return rule
        return None

    def _answered(self, client: socket.socket, server: socket.socket, head: bytes, rest: bytes) -> bool:
        rule = self.rule_of(head.split(b"\r\n", 1)[0].decode("latin-1"))
        time.sleep(self.delay_seconds)
        server.sendall(head)
        reply, more = b"", b""
        if _has(head, b"expect", b"100-continue"):
            reply, more = _head(server)
            if reply.split(b" ", 2)[1] == b"100":
                client.sendall(reply)
                reply = b""
        if not reply:
            self._body(client, server, _length(head), rest, rule)
            reply, more = _head(server)
        if not reply:
            return False
        if rule is not None and rule.kind == "call":
            rule.then()
        if rule is not None and rule.kind == "lose reply":
            raise _Cut
        client.sendall(reply)
        if not head.startswith(b"HEAD "):
            for chunk in _reply_body(server, reply, more):
                client.sendall(chunk)
        return not _has(reply, b"connection", b"close")

    def _body(
        self, client: socket.socket, server: socket.socket, length: int, rest: bytes, rule: Rule | None
    ) -> None:
        sent = 0
        for chunk in _chunks(client, length, rest):
            if rule is not None and rule.kind == "cut" and sent + len(chunk) > rule.after:
                server.sendall(chunk[: rule.after - sent])
                raise _Cut
            if rule is not None and rule.kind == "flip" and not sent:
                chunk = bytes([chunk[0] ^ 1]) + chunk[1:]
            server.sendall(chunk)
            sent += len(chunk)
            if self.bytes_per_second:
                time.sleep(len(chunk) / self.bytes_per_second)


@contextmanager
def proxied(address: str, *, bytes_per_second: float = 0.0, delay_seconds: float = 0.0) -> Iterator[Proxy]:
    """A proxy before the server at this address."""
    proxy = Proxy(int(address.rsplit(":", 1)[1]), bytes_per_second, delay_seconds)

    class Connection(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            try:
                with socket.create_connection(("127.0.0.1", proxy.server_port), 10) as server:
                    server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    while proxy.exchange(self.request, server):
                        pass
            except (_Cut, OSError):
                self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)

    class Listener(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True
        request_queue_size = 64

        def shutdown_request(self, request: socket.socket) -> None:  # type: ignore[override]
            # The default says FIN first, and then a reset is none.
            self.close_request(request)

    with Listener(("127.0.0.1", 0), Connection) as listener:
        thread = threading.Thread(target=listener.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        proxy.address = f"http://127.0.0.1:{listener.server_address[1]}"
        try:
            yield proxy
        finally:
            listener.shutdown()
            thread.join(5)


def _head(source: socket.socket) -> tuple[bytes, bytes]:
    """A head with the empty line behind it, and what came along; nothing when the other side has closed."""
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = source.recv(_CHUNK)
        if not chunk:
            return b"", b""
        data += chunk
    end = data.index(b"\r\n\r\n") + 4
    return data[:end], data[end:]


def _chunks(source: socket.socket, length: int, begun: bytes) -> Iterator[bytes]:
    """A body of this length; of which some has come already."""
    if begun:
        yield begun
    left = length - len(begun)
    while left > 0:
        chunk = source.recv(min(_CHUNK, left))
        if not chunk:
            raise _Cut
        left -= len(chunk)
        yield chunk


def _reply_body(source: socket.socket, head: bytes, begun: bytes) -> Iterator[bytes]:
    """A body of the length that its head says, or of chunks up to the empty one."""
    if not _has(head, b"transfer-encoding", b"chunked"):
        yield from _chunks(source, _length(head), begun)
        return
    last = begun
    yield begun
    while not last.endswith(b"0\r\n\r\n"):
        chunk = source.recv(_CHUNK)
        if not chunk:
            raise _Cut
        last = (last + chunk)[-5:]
        yield chunk


def _length(head: bytes) -> int:
    found = re.search(rb"(?im)^content-length:\s*(\d+)", head)
    return int(found[1]) if found else 0


def _has(head: bytes, name: bytes, value: bytes) -> bool:
    return bool(re.search(rb"(?im)^" + name + rb":\s*" + value, head))
