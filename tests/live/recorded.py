"""AWS's replies from files, over HTTP on loopback: bedrock, service-quotas, pricing and sts."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "replies"
ACCOUNT = "111122223333"
_IDENTITY = (
    "<GetCallerIdentityResponse><GetCallerIdentityResult>"
    f"<Arn>arn:aws:iam::{ACCOUNT}:user/me</Arn><UserId>U</UserId><Account>{ACCOUNT}</Account>"
    "</GetCallerIdentityResult></GetCallerIdentityResponse>"
)


@dataclass
class Recorded:
    """The server: `say` puts another reply in place of the file's, for one operation in one region."""

    url: str = ""
    identity: str = _IDENTITY
    calls: list[str] = field(default_factory=list)
    said: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def say(self, question: str, *replies: str | dict[str, Any]) -> None:
        """Answer `Operation.region` with these, in turn, the last for ever: error names, files or replies."""
        self.said[question] = [_reply(each) if isinstance(each, str) else each for each in replies]

    def answer(self, operation: str, region: str, page: str, identifier: str) -> dict[str, Any]:
        """The reply to one question."""
        self.calls.append(f"{operation}.{region}")
        told = self.said.get(f"{operation}.{region}")
        if told:
            return told.pop(0) if len(told) > 1 else told[0]
        if operation == "GetFoundationModel":
            return self._details(region, identifier)
        name = f"{operation.replace('ListAWSDefault', 'List')}.{region}"
        return _reply(f"{name}.{page}" if operation != "ListFoundationModels" else name)

    def _details(self, region: str, identifier: str) -> dict[str, Any]:
        listed = self.answer("ListFoundationModels", region, "", "")["body"].get("modelSummaries", [])
        self.calls.pop()
        found = [entry for entry in listed if entry["modelId"] == identifier]
        return {"status": 200, "body": {"modelDetails": found[0]}} if found else _reply("unknown model")


def named(entries: dict[str, dict[str, Any] | None], region: str = "us-east-1") -> dict[str, Any]:
    """The recorded list of a region with entries changed by identifier; None takes one out."""
    reply = _reply(f"ListFoundationModels.{region}")
    summaries = [
        {**entry, **(entries.get(entry["modelId"]) or {})}
        for entry in reply["body"]["modelSummaries"]
        if entries.get(entry["modelId"], {}) is not None
    ]
    return {"status": 200, "body": {"modelSummaries": summaries}}


@contextmanager
def recorded() -> Iterator[Recorded]:
    """A running server."""
    told = Recorded()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            identifier = path.removeprefix("/foundation-models").lstrip("/").replace("%3A", ":")
            operation = "GetFoundationModel" if identifier else "ListFoundationModels"
            self._send(told.answer(operation, self._region(), "", identifier))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            target = self.headers.get("X-Amz-Target", "")
            if not target:
                told.calls.append("GetCallerIdentity")
                return self._write(200, told.identity.encode(), "text/xml")
            params = json.loads(body)
            region = self._region()
            for rule in params.get("Filters", ()):
                region = rule["Value"] if rule["Field"] == "regionCode" else region
            page = params.get("NextToken", "page-1").removeprefix("page-")
            return self._send(told.answer(target.partition(".")[2], region, page, ""))

        def _region(self) -> str:
            found = re.search(r"Credential=[^/]+/\d+/([^/]+)/", self.headers.get("Authorization", ""))
            return found[1] if found else ""

        def _send(self, reply: dict[str, Any]) -> None:
            self._write(reply["status"], json.dumps(reply["body"]).encode(), "application/json")

        def _write(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    told.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _reply(name: str) -> dict[str, Any]:
    errors: dict[str, dict[str, Any]] = json.loads((FOLDER / "errors.json").read_text())
    return errors[name] if name in errors else json.loads((FOLDER / f"{name}.json").read_text())  # type: ignore[no-any-return]
