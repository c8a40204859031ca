"""A hub on loopback: the few addresses that `huggingface_hub` and `datasets` ask, over plain HTTP.

`python -m tests.hub.server` serves until it is interrupted and prints the environment to set.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
import urllib.parse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

REPO = "kunishou/databricks-dolly-15k-ja"
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass(frozen=True, slots=True)
class Repo:
    """A dataset repository in one commit. `any_commit` answers for every commit id with the same content."""

    files: Mapping[str, bytes]
    commit: str = COMMIT
    refs: tuple[str, ...] = ("main", "v1")
    any_commit: bool = False
    refuses: str = ""
    """`GatedRepo` or `RepoNotFound`: what every request is answered with."""

    def resolve(self, revision: str) -> str | None:
        """The commit that a branch, tag or commit id stands for."""
        if revision in {*self.refs, self.commit}:
            return self.commit
        return revision if self.any_commit and re.fullmatch("[0-9a-f]{40}", revision) else None


@dataclass(slots=True)
class Hub:
    """A running server: its address, and every request it got."""

    endpoint: str
    requests: list[str] = field(default_factory=list)
    home: str = ""
    """A folder for the libraries' caches."""
    repo: str = REPO
    commit: str = COMMIT

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs that is to use this hub: the libraries read it when they are imported."""
        return {"HF_ENDPOINT": self.endpoint, "HF_HOME": self.home, "NO_PROXY": "127.0.0.1"}


def dolly() -> dict[str, Repo]:
    """The dolly-like sample under dolly's own name, at any pinned commit."""
    from hub.records import records

    content = json.dumps(records(), ensure_ascii=False, indent=1).encode()
    readme = b"---\nlicense: cc-by-sa-3.0\nlanguage:\n- ja\n---\nA sample for tests.\n"
    return {REPO: Repo({"README.md": readme, "databricks-dolly-15k-ja.json": content}, any_commit=True)}


@contextmanager
def serving(repos: Mapping[str, Repo], *, home: str = "", port: int = 0) -> Iterator[Hub]:
    """Serve the repositories on 127.0.0.1 while the block runs."""
    server = ThreadingHTTPServer(("127.0.0.1", port), _Handler)
    hub = Hub(f"http://127.0.0.1:{server.server_address[1]}", home=home)
    server.repos, server.hub = dict(repos), hub  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    _ADDRESSES = (
        (re.compile(r"/api/datasets/([^/]+/[^/]+)(?:/revision/([^/]+))?"), "_info"),
        (re.compile(r"/api/datasets/([^/]+/[^/]+)/tree/([^/]+)(?:/(.*))?"), "_tree"),
        (re.compile(r"/api/datasets/([^/]+/[^/]+)/paths-info/([^/]+)"), "_paths"),
        (re.compile(r"/datasets/([^/]+/[^/]+)/resolve/([^/]+)/(.*)"), "_content"),
    )

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing on standard error: the requests are kept in `Hub.requests`."""

    def _answer(self) -> None:
        address, _, query = self.path.partition("?")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        self.server.hub.requests.append(f"{self.command} {self.path}")  # type: ignore[attr-defined]
        self._query = urllib.parse.parse_qs(f"{query}&{body}")
        for pattern, method in self._ADDRESSES:
            if match := pattern.fullmatch(address):
                parts = [urllib.parse.unquote(part or "") for part in match.groups()]
                return self._in_repo(method, parts)
        return self._send(404, b"{}")

    def _in_repo(self, method: str, parts: list[str]) -> None:
        repo = self.server.repos.get(parts[0])  # type: ignore[attr-defined]
        if repo is None or repo.refuses == "RepoNotFound":
            return self._send(
                401, b"", {"X-Error-Code": "RepoNotFound", "X-Error-Message": "Repository not found"}
            )
        if repo.refuses:
            return self._send(
                403, b"", {"X-Error-Code": repo.refuses, "X-Error-Message": "Access is restricted"}
            )
        commit = repo.resolve(parts[1] or "main")
        if commit is None:
            return self._send(
                404, b"", {"X-Error-Code": "RevisionNotFound", "X-Error-Message": "Invalid rev id"}
            )
        return getattr(self, method)(parts[0], repo, commit, *parts[2:])  # type: ignore[no-any-return]

    def _info(self, name: str, repo: Repo, commit: str) -> None:
        siblings = [{"rfilename": path} for path in repo.files]
        self._json(
            {"id": name, "sha": commit, "private": False, "gated": False, "tags": [], "siblings": siblings}
        )

    def _tree(self, name: str, repo: Repo, commit: str, folder: str = "") -> None:
        del name, commit
        prefix = f"{folder}/" if folder else ""
        inside = [path for path in repo.files if path.startswith(prefix)]
        if folder and not inside:
            return self._send(
                404, b"", {"X-Error-Code": "EntryNotFound", "X-Error-Message": "No such folder"}
            )
        deep = self._query.get("recursive", ["false"])[0].lower() in {"true", "1"}
        folders = {
            prefix + path.removeprefix(prefix).split("/")[0]
            for path in inside
            if "/" in path.removeprefix(prefix)
        }
        found = [
            _entry(path, repo.files[path]) for path in inside if deep or "/" not in path.removeprefix(prefix)
        ]
        found += [
            {"type": "directory", "path": path, "oid": _oid(path.encode()), "size": 0}
            for path in sorted(folders)
        ]
        return self._json(found)

    def _paths(self, name: str, repo: Repo, commit: str) -> None:
        del name, commit
        wanted = self._query.get("paths", [])
        self._json([_entry(path, repo.files[path]) for path in wanted if path in repo.files])

    def _content(self, name: str, repo: Repo, commit: str, path: str) -> None:
        del name
        if path not in repo.files:
            headers = {
                "X-Error-Code": "EntryNotFound",
                "X-Error-Message": "Entry not found",
                "X-Repo-Commit": commit,
            }
            return self._send(404, b"", headers)
        content = repo.files[path]
        headers = {"X-Repo-Commit": commit, "ETag": f'"{_oid(content)}"', "Accept-Ranges": "bytes"}
        if match := re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "")):
            start, end = int(match[1]), min(int(match[2] or len(content)), len(content) - 1)
            headers["Content-Range"] = f"bytes {start}-{end}/{len(content)}"
            return self._send(206, content[start : end + 1], headers)
        return self._send(200, content, headers)

    def _json(self, data: Any) -> None:
        self._send(200, json.dumps(data).encode(), {"Content-Type": "application/json"})

    def _send(self, status: int, content: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for key, value in (headers or {}).items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


def _entry(path: str, content: bytes) -> dict[str, Any]:
    return {"type": "file", "path": path, "oid": _oid(content), "size": len(content)}


def _oid(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def main() -> None:
    """Serve the sample in the foreground."""
    import sys
    from pathlib import Path

    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    with serving(dolly(), port=int(sys.argv[1]) if len(sys.argv) > 1 else 0) as hub:
        print(f"HF_ENDPOINT={hub.endpoint}\n# repo {REPO}, commit {COMMIT}", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
