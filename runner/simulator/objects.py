"""S3 objects on disk: each key of a bucket as one blob of the world, all its versions in it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from runner.simulator import elsewhere
from runner.simulator.world import ACCOUNT, World

_PLAIN = (
    "checksum_algorithm",
    "checksum_parts",
    "checksum_type",
    "checksum_value",
    "encryption",
    "kms_key_id",
    "bucket_key_enabled",
    "lock_mode",
    "lock_legal_status",
    "lock_until",
    "website_redirect_location",
    "_etag",
    "_is_versioned",
    "_storage_class",
    "_version_id",
)


def keep(world: World, bucket: str, key: str) -> None:
    """Write down what lies at a key now."""
    found = elsewhere.bucket(bucket)
    versions = found.keys.getlist(key, []) if found is not None else []
    if not versions:
        world.delete_blob("object", f"{bucket}/{key}")
        return
    states, bodies = [], []
    for version in versions:
        marker = not hasattr(version, "value")
        body = b"" if marker else bytes(version.value)
        bodies.append(body)
        states.append({"marker": marker, "size": len(body), **({} if marker else _state(version))})
    head = json.dumps(states).encode()
    world.put_blob("object", f"{bucket}/{key}", b"".join([len(head).to_bytes(8, "big"), head, *bodies]))


def keep_all(world: World, bucket: str) -> None:
    """Write down every key of a bucket."""
    found = elsewhere.bucket(bucket)
    here = set(found.keys) if found is not None else set()
    kept = {name.partition("/")[2] for name in world.blob_keys("object") if name.partition("/")[0] == bucket}
    with world.transaction():
        for key in here | kept:
            keep(world, bucket, key)


def restore(world: World) -> None:
    """Put all that was kept back into moto's buckets."""
    from moto.s3.models import FakeDeleteMarker, FakeKey

    for name, blob in world.blobs("object"):
        bucket, _, key = name.partition("/")
        found = elsewhere.bucket(bucket)
        if found is None:
            continue
        length = int.from_bytes(blob[:8], "big")
        place = 8 + length
        versions: list[Any] = []
        for state in json.loads(blob[8:place]):
            if state["marker"] and versions:
                versions.append(FakeDeleteMarker(versions[-1]))
                continue
            item = FakeKey(key, blob[place : place + state["size"]], ACCOUNT, "aws", bucket_name=bucket)
            place += state["size"]
            for member in _PLAIN:
                setattr(item, member, state[member])
            item.last_modified = datetime.fromisoformat(state["last_modified"])
            item._metadata.update(state["metadata"])
            versions.append(item)
            elsewhere.tag_object(item, state["tags"])
        found.keys.setlist(key, versions)


def _state(version: Any) -> dict[str, Any]:
    return {
        **{member: getattr(version, member) for member in _PLAIN},
        "last_modified": version.last_modified.isoformat(),
        "metadata": dict(version._metadata),
        "tags": elsewhere.tags_of_object(version),
    }
