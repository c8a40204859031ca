"""A real browser for tests: headless Chromium, a loopback server that is its proxy, a small PNG reader."""

from __future__ import annotations

import json
import os
import re
import shutil
import struct
import subprocess
import tempfile
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

_BROWSERS_OWN = re.compile(r"^\w+ (https?://)?[\w.-]+\.(google|googleapis|gvt1)\.com[:/]")
"""Chromium asks its maker for the time and for sign-in, whatever page it shows and whatever the flags say."""

_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-domain-reliability",
    "--hide-scrollbars",
    "--force-device-scale-factor=1",
    "--virtual-time-budget=3000",
)


def find_browser() -> str | None:
    """The browser: `RUNNER_BROWSER`, else a Chromium or Chrome on the path."""
    names = (os.environ.get("RUNNER_BROWSER"), "chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if name and (found := shutil.which(name))), None)


@dataclass
class Picture:
    """A screenshot as rows of RGB triples."""

    width: int
    height: int
    rows: list[bytes]

    def pixel(self, x: int, y: int) -> tuple[int, int, int]:
        """The colour at a place."""
        red, green, blue = self.rows[y][3 * x : 3 * x + 3]
        return red, green, blue

    def colours(self) -> set[tuple[int, int, int]]:
        """Every colour of every second pixel."""
        return {self.pixel(x, y) for y in range(0, self.height, 2) for x in range(0, self.width, 2)}


@dataclass
class Site:
    """Pages on loopback. Every request of the browser, to whatever host, arrives here and is noted."""

    address: str = ""
    pages: dict[str, bytes] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)

    def add(self, name: str, content: str | bytes) -> str:
        """Serve a page; its address."""
        self.pages[f"/{name}"] = content if isinstance(content, bytes) else content.encode()
        return f"{self.address}/{name}"

    def foreign(self) -> list[str]:
        """The requests that were for none of our pages, without what the browser does for itself."""
        known = {f"GET {self.address}{name}" for name in (*self.pages, "/favicon.ico")}
        return [one for one in self.requests if one not in known and not _BROWSERS_OWN.search(one)]


@contextmanager
def serving() -> Iterator[Site]:
    """A site that answers until the block ends."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            path = self.path.removeprefix(site.address)
            site.requests.append(f"{self.command} {site.address + path if path.startswith('/') else path}")
            content = site.pages.get(path)
            self.send_response(200 if content is not None else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(content or b"")

        do_GET = do_HEAD = do_POST = do_CONNECT = _answer

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass(frozen=True)
class Browser:
    """One browser; every call starts it anew with an empty profile."""

    program: str
    proxy: str

    def measured(self, address: str, *, width: int = 1200) -> Any:
        """What a page's script wrote as JSON into the element with the id `measured`."""
        dom = self._run("--dump-dom", f"--window-size={width},900", address)
        found = re.search(r'<pre id="measured">(.*?)</pre>', dom.decode(), re.DOTALL)
        assert found, f"the page measured nothing: {dom[:2000]!r}"
        return json.loads(unescape(found[1]))

    def dom(self, address: str) -> str:
        """The document after loading."""
        return self._run("--dump-dom", address).decode()

    def screenshot(self, address: str, file: Path, *, width: int, height: int, dark: bool) -> Picture:
        """A picture of the window, in light or dark."""
        scheme = f"--blink-settings=preferredColorScheme={0 if dark else 1}"
        self._run(scheme, f"--window-size={width},{height}", f"--screenshot={file}", address)
        return read_png(file.read_bytes())

    def _run(self, *words: str) -> bytes:
        # Everything goes through our own server, loopback too: whatever the page asks for is seen.
        network = (f"--proxy-server={self.proxy}", "--proxy-bypass-list=<-loopback>")
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
            command = [self.program, *_FLAGS, *network, f"--user-data-dir={profile}", *words]
            done = subprocess.run(command, capture_output=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        return done.stdout


def read_png(data: bytes) -> Picture:
    """Decode an 8-bit RGB or RGBA picture without interlacing: what Chromium writes."""
    at, packed, width, height, kind = 8, b"", 0, 0, 0
    while at < len(data):
        length, name = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + length]
        if name == b"IHDR":
            width, height, depth, kind, _, _, interlaced = struct.unpack(">IIBBBBB", body)
            assert (depth, interlaced) == (8, 0)
        elif name == b"IDAT":
            packed += body
        at += 12 + length
    channels = {2: 3, 6: 4}[kind]
    rows = _unfiltered(zlib.decompress(packed), width * channels, height, channels)
    if channels == 4:
        rows = [b"".join(row[x : x + 3] for x in range(0, len(row), 4)) for row in rows]
    return Picture(width, height, rows)


def _unfiltered(raw: bytes, stride: int, height: int, channels: int) -> list[bytes]:
    rows, above = [], bytearray(stride)
    for y in range(height):
        start = y * (stride + 1)
        kind, row = raw[start], bytearray(raw[start + 1 : start + 1 + stride])
        if kind:
            for x in range(stride):
                left = row[x - channels] if x >= channels else 0
                corner = above[x - channels] if x >= channels else 0
                row[x] = (row[x] + _predicted(kind, left, above[x], corner)) & 255
        rows.append(bytes(row))
        above = row
    return rows


def _predicted(kind: int, left: int, up: int, corner: int) -> int:
    if kind == 1:
        return left
    if kind == 2:
        return up
    if kind == 3:
        return (left + up) // 2
    guess = left + up - corner
    nearest = min((abs(guess - left), 0, left), (abs(guess - up), 1, up), (abs(guess - corner), 2, corner))
    return nearest[2]
