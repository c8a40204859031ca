"""A team's ledger on a real S3 server: the same interface, and no update is ever lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import seaweed
import writers

from runner.errors import RunnerError
from runner.ledger import Entry, open_ledger

MODEL = Entry("custom-model", "m", "1", "us-east-1", token="t1", project="p")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One server for all tests of the file."""
    with seaweed.serving(tmp_path_factory.mktemp("weed")) as address:
        yield address


@pytest.fixture
def bucket(server: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A bucket of this test, named as the ledger's place the way a user does it."""
    name = "b" + str(abs(hash(request.node.name)))
    seaweed.client(server).create_bucket(Bucket=name)
    for variable, value in {
        "RUNNER_LEDGER": f"s3://{name}/team/ledger.sqlite",
        "AWS_ENDPOINT_URL": server,
        "AWS_ACCESS_KEY_ID": seaweed.KEYS["accessKey"],
        "AWS_SECRET_ACCESS_KEY": seaweed.KEYS["secretKey"],
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(variable, value)
    return name


def at_once(deed: Callable[..., str], *words: tuple[str, ...]) -> list[str]:
    """Each in a thread with a store and a client of its own: machines share nothing but the object either."""
    with ThreadPoolExecutor(len(words)) as machines:
        return list(machines.map(lambda each: deed(*each), words))


@pytest.mark.usefixtures("bucket")
def test_it_has_the_same_interface() -> None:
    """Intended by one machine, seen by another."""
    assert open_ledger().alive() == []
    entry = open_ledger().intend(MODEL)
    open_ledger().made(entry, "arn:m")
    assert [(row.token, row.state, row.arn) for row in open_ledger().alive("p")] == [("t1", "made", "arn:m")]
    open_ledger().gone(entry, "deleted")
    assert open_ledger().alive() == []


@pytest.mark.usefixtures("bucket")
def test_parallel_machines_lose_no_update() -> None:
    """Three writers race for one object: every entry of each is there afterwards."""
    tokens = set(at_once(writers.intend, ("a", "3"), ("b", "3"), ("c", "3")))
    rows = open_ledger().alive()
    assert len(tokens) == 1
    assert Counter(row.state for row in rows) == {"made": 9, "intended": 1}


@pytest.mark.usefixtures("bucket")
def test_parallel_machines_cannot_jointly_overspend() -> None:
    """Five want 6 USD each of 20: three get them."""
    said = Counter(at_once(writers.reserve, *((f"job-{number}", "s") for number in range(5))))
    assert said == {"reserved": 3, "refused": 2}


def test_a_put_that_came_late_is_done_again(server: str, bucket: str) -> None:
    """Somebody writes between our read and our write: theirs stays, ours is added."""
    ledger = open_ledger()
    store: Any = ledger.store
    rival = Entry("custom-model", "rival", "1", "us-east-1")
    fetched = []

    def interfere(**_: Any) -> None:
        if not fetched:
            fetched.append(True)
            open_ledger().intend(rival)

    store.s3.meta.events.register("before-call.s3.PutObject", interfere)
    ledger.intend(MODEL)
    assert [row.name for row in open_ledger().alive()] == ["rival", "m"]
    assert seaweed.client(server).list_objects_v2(Bucket=bucket)["KeyCount"] == 1


def test_what_is_no_ledger_is_refused(server: str, bucket: str) -> None:
    """A wrong key must not be overwritten."""
    body = b"somebody else's file" * 300
    seaweed.client(server).put_object(Bucket=bucket, Key="team/ledger.sqlite", Body=body)
    with pytest.raises(RunnerError, match="no ledger"):
        open_ledger().intend(MODEL)
    found = seaweed.client(server).get_object(Bucket=bucket, Key="team/ledger.sqlite")
    assert found["Body"].read() == body


@pytest.mark.parametrize("uri", ["s3://bucket", "file:///x", "s3://Bucket/key", "s3://bucket/key/"])
def test_a_wrong_place_is_named(uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is sent."""
    monkeypatch.setenv("RUNNER_LEDGER", uri)
    with pytest.raises(RunnerError, match="RUNNER_LEDGER"):
        open_ledger()
