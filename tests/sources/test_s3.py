"""Data on S3, against moto's server on loopback."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from moto.server import ThreadedMotoServer
from sources.packing import COMPRESSIONS, RECORDS, all_rows, context, jsonl, parquet, read

from runner.errors import RunnerError
from runner.reading.source import Input
from runner.sources.files import files

FOLDER = "training/dt=2026-11-21/lr=1e-5,v=1"
SECRET = "dummy-secret-key"


@pytest.fixture(scope="module")
def server() -> Iterator[ThreadedMotoServer]:
    """A simulated S3."""
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    yield running
    running.stop()


@pytest.fixture(autouse=True)
def _aws(server: ThreadedMotoServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    host, port = server.get_host_and_port()
    for name in (
        "AWS_PROFILE",
        "AWS_SESSION_TOKEN",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "http_proxy",
        "https_proxy",
    ):
        monkeypatch.delenv(name, raising=False)
    settings = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "dummy", "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_DEFAULT_REGION": "us-east-1", "AWS_MAX_ATTEMPTS": "1", "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": str(tmp_path / "none"), "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
    }  # fmt: skip
    for name, value in settings.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def s3() -> Iterator[Any]:
    """A client of it, with a bucket of data; all is gone afterwards."""
    from moto.s3.models import s3_backends

    from runner.aws import connection

    client = connection.client("s3")
    client.create_bucket(Bucket="datalake")
    for key, content in {
        f"{FOLDER}/b.jsonl.gz": COMPRESSIONS[".gz"](jsonl(RECORDS[2:])),
        f"{FOLDER}/a.jsonl": jsonl(RECORDS[:2]),
        f"{FOLDER}/": b"",
        f"{FOLDER}/_SUCCESS": b"",
        f"{FOLDER}/deep/c.jsonl": jsonl(RECORDS[:1]),
        "all.parquet": parquet(RECORDS),
    }.items():
        client.put_object(Bucket="datalake", Key=key, Body=content)
    yield client
    for backends in s3_backends.values():
        for backend in backends.values():
            backend.reset()


def opened(root: Path, path: str, *, offline: bool = False) -> Input:
    """A `files` source."""
    return files(context(root, offline=offline), path=path)


@pytest.mark.parametrize(
    ("uri", "count"),
    [
        (f"s3://datalake/{FOLDER}/a.jsonl", 2),
        (f"s3://datalake/{FOLDER}/*.jsonl*", 4),
        (f"s3://datalake/{FOLDER}/**/*.jsonl", 3),
        ("s3://datalake/training/dt=*/lr=1e-5,v=?/a.jsonl", 2),
        (f"s3://datalake/{FOLDER}/", 5),
        (f"s3://datalake/{FOLDER}", 5),
        ("s3://datalake/all.parquet", 4),
    ],
)
@pytest.mark.usefixtures("s3")
def test_objects_are_read(tmp_path: Path, uri: str, count: int) -> None:
    """A key, a pattern or a prefix, `=` and all; in the order of the keys."""
    found = read(tmp_path, uri)
    expected = [*RECORDS, RECORDS[0]]
    assert found == expected[:count] or (count == 3 and found == [*RECORDS[:2], RECORDS[0]])


@pytest.mark.usefixtures("s3")
def test_the_address_is_the_same_as_on_disk(tmp_path: Path) -> None:
    """Where the bytes lie does not matter."""
    (tmp_path / "a.jsonl").write_bytes(jsonl(RECORDS[:2]))
    assert opened(tmp_path, "a.jsonl").digest == opened(tmp_path, f"s3://datalake/{FOLDER}/a.jsonl").digest


def test_objects_are_fetched_once(tmp_path: Path, s3: Any) -> None:
    """The second time the cache answers, offline too; what changed or is damaged is fetched again."""
    uri = f"s3://datalake/{FOLDER}/*.jsonl"
    first = opened(tmp_path, uri)
    data = tmp_path / ".runner" / "cache" / "objects"
    (cached,) = data.glob("*.data")
    times = cached.stat().st_mtime_ns
    assert all_rows(opened(tmp_path, uri)) == all_rows(first) == list(RECORDS[:2])
    assert cached.stat().st_mtime_ns == times
    assert all_rows(opened(tmp_path, uri, offline=True)) == list(RECORDS[:2])
    cached.write_bytes(b"{}\n")
    with pytest.raises(RunnerError, match="not in the cache any more"):
        opened(tmp_path, uri, offline=True)
    assert all_rows(opened(tmp_path, uri)) == list(RECORDS[:2])
    s3.put_object(Bucket="datalake", Key=f"{FOLDER}/a.jsonl", Body=jsonl(RECORDS[:1]))
    again = opened(tmp_path, uri)
    assert all_rows(again) == list(RECORDS[:1])
    assert again.digest != first.digest


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("s3://no-such-bucket/a.jsonl", "names no object|no such bucket"),
        ("s3://no-such-bucket/*.jsonl", "no such bucket"),
        ("s3://datalake/none.jsonl", "names no object"),
        ("s3://datalake/none/*.jsonl", "names no object"),
        ("s3://Bad_Bucket/a.jsonl", "not an S3 URI"),
        ("s3:///a.jsonl", "not an S3 URI"),
    ],
)
@pytest.mark.usefixtures("s3")
def test_what_is_not_there(tmp_path: Path, uri: str, words: str) -> None:
    """A sentence with a next step, and no key of the user in it."""
    with pytest.raises(RunnerError, match=words) as caught:
        opened(tmp_path, uri)
    assert caught.value.fix
    assert SECRET not in f"{caught.value}{caught.value.fix}"


def test_offline_and_never_fetched(tmp_path: Path) -> None:
    """Nothing is asked for; the fix says what to do."""
    with pytest.raises(RunnerError, match="has not been fetched yet") as caught:
        opened(tmp_path, "s3://datalake/a.jsonl", offline=True)
    assert "--offline" in caught.value.fix


def test_without_credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Said as such, with how to sign in."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(RunnerError, match="no AWS credentials") as caught:
        opened(tmp_path, "s3://datalake/a.jsonl")
    assert "aws sso login" in caught.value.fix


def test_a_profile_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong setting is an error with its name, not a traceback."""
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(RunnerError, match="nobody"):
        opened(tmp_path, "s3://datalake/a.jsonl")


def test_an_endpoint_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The address is named; so are the settings that lead to it."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(RunnerError, match=r"cannot be reached \(http://127\.0\.0\.1:9") as caught:
        opened(tmp_path, "s3://datalake/a.jsonl")
    assert "AWS_ENDPOINT_URL" in caught.value.fix


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (403, "AccessDenied", "access is denied"),
        (403, "ExpiredToken", "have expired"),
        (403, "InvalidAccessKeyId", "does not know the access key"),
        (400, "AuthorizationHeaderMalformed", "another region"),
        (404, "NoSuchBucket", "no such bucket"),
        (418, "Teapot", "AWS refused: brewing"),
    ],
)
def test_refusals_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int, code: str, words: str
) -> None:
    """What AWS answers becomes what the user can do; a server that says so stands in for AWS."""
    import threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    class Refuses(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = f"<Error><Code>{code}</Code><Message>brewing</Message></Error>".encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            """Quiet."""

    with HTTPServer(("127.0.0.1", 0), Refuses) as refusing:
        thread = threading.Thread(target=refusing.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{refusing.server_address[1]}")
        try:
            with pytest.raises(RunnerError, match=words):
                opened(tmp_path, "s3://datalake/*.jsonl")
        finally:
            refusing.shutdown()
            thread.join()


def test_without_the_library(tmp_path: Path) -> None:
    """A machine without boto3 gets the sentence that names the extra."""
    script = (
        "import sys; sys.modules['boto3'] = sys.modules['botocore'] = None\n"
        "from pathlib import Path\n"
        "from runner.errors import RunnerError\n"
        "from runner.reading.source import SourceContext\n"
        "from runner.sources.files import files\n"
        "root = Path(sys.argv[1])\n"
        "try: files(SourceContext('a', root, (), False, False, root), path='s3://datalake/a.jsonl')\n"
        "except RunnerError as error: import json; print(json.dumps([error.message, error.fix]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True
    )
    message, fix = json.loads(done.stdout)
    assert "boto3, which is not installed" in message
    assert "bedrock-recipe-runner[aws]" in fix
