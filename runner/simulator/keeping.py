"""Keeps what moto holds, so that a daemon killed at any moment has it again: moto has everything in memory.

Objects in S3 are kept as they are after each write. All other changes (buckets, roles, keys, functions) are
few: each is kept as the request that made it, with the seed of moto's ids, and sent to moto again at start.
Nothing is unpickled: a state folder that came with a pull request can hold wrong data, but cannot run code.
Not kept: uploads in parts that are not complete, ACLs of objects, and the secret material of KMS keys.
"""

from __future__ import annotations

import base64
import io
import json
import re
import secrets
import threading
from typing import Any

from runner.simulator import elsewhere, objects
from runner.simulator.reply import Reply
from runner.simulator.wire import Call, Target
from runner.simulator.world import World

_READS = re.compile(
    r"(Get|List|Head|Describe|Lookup|Simulate|Assume|Select|UploadPart|CreateMultipart|AbortMultipart)"
)
_ONE_AT_A_TIME = threading.Lock()


def asked(world: World, environ: dict[str, Any], call: Call, target: Target | None, body: bytes) -> Reply:
    """moto's reply to a request; what it changed is written down before the reply goes out."""
    if target is None or _READS.match(target.operation):
        return elsewhere.asked(environ)
    if world.database is None:
        made = elsewhere.asked(environ)
    elif "Key" in target.labels:
        made = elsewhere.asked(environ)
        if made.status < 300:
            objects.keep(world, target.labels["Bucket"], target.labels["Key"])
    else:
        with _ONE_AT_A_TIME:
            seed = secrets.randbits(63)
            elsewhere.seed(seed)
            made = elsewhere.asked(environ)
            if made.status < 300:
                _journal(world, call, environ, body, seed)
        if target.operation == "DeleteObjects":
            objects.keep_all(world, target.labels["Bucket"])
    if target.operation in {"CreateRole", "UpdateAssumeRolePolicy"} and made.status < 300:
        _role_changed(world, body)
    return made


def write_object(world: World, bucket: str, key: str, body: bytes) -> None:
    """Put an object, as Bedrock writes metrics."""
    elsewhere.write_object(bucket, key, body)
    if world.database is not None:
        objects.keep(world, bucket, key)


def restore(world: World) -> None:
    """Give moto what an earlier daemon of this folder had."""
    for _, kept in world.blobs("journal"):
        entry = json.loads(kept)
        elsewhere.seed(entry["seed"])
        elsewhere.asked(_environ(entry))
    objects.restore(world)


def _journal(world: World, call: Call, environ: dict[str, Any], body: bytes, seed: int) -> None:
    dropped = {"authorization", "x-amz-security-token"}
    entry = {
        "seed": seed,
        "method": call.method,
        "uri": str(environ.get("REQUEST_URI", call.path)),
        "scope": f"{call.region}/{call.signing_name}",
        "headers": {name: value for name, value in call.headers.items() if name not in dropped},
        "body": base64.b64encode(body).decode(),
    }
    with world.transaction():
        number = (world.get("world", "journal") or {"last": 0})["last"] + 1
        world.put("world", "journal", {"last": number})
        world.put_blob("journal", f"{number:09}", json.dumps(entry).encode())


def _environ(entry: dict[str, Any]) -> dict[str, Any]:
    from urllib.parse import unquote

    path, _, query = entry["uri"].partition("?")
    body = base64.b64decode(entry["body"])
    scope = f"Credential=simulated/20260101/{entry['scope']}/aws4_request"
    return {
        **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in entry["headers"].items()},
        "HTTP_AUTHORIZATION": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0",
        "REQUEST_METHOD": entry["method"],
        "PATH_INFO": unquote(path, "latin-1"),
        "QUERY_STRING": query,
        "REQUEST_URI": entry["uri"],
        "RAW_URI": entry["uri"],
        "CONTENT_TYPE": entry["headers"].get("content-type", ""),
        "CONTENT_LENGTH": str(len(body)),
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


def _role_changed(world: World, body: bytes) -> None:
    from urllib.parse import parse_qs

    name = parse_qs(body.decode())["RoleName"][0]
    world.put("role-changed", name, {"name": name, "at": world.seconds()})
