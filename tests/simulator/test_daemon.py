"""The daemon: one for a folder, started once however many ask, and whole again after it was killed."""

from __future__ import annotations

import concurrent.futures
import contextlib
import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path

import pytest
from simulator.accounts import account, request

from runner.aws.connection import Connection
from runner.cli import main
from runner.errors import RunnerError
from runner.simulator.daemon import down, ensure_up, order, standing


class Told:
    """Enough of the in-process simulator for `account`."""

    def __init__(self, address):
        self.address = address

    def client(self, service, region="us-east-1"):
        return Connection(region, simulator=self.address.url).client(service)

    def advance(self, seconds):
        order(self.address, "advance", {"seconds": seconds})


@pytest.fixture
def folder(tmp_path):
    yield tmp_path / "simulator"
    down(tmp_path / "simulator")


def test_many_ask_and_one_starts(folder):
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        found = {address.pid for address in pool.map(lambda _: ensure_up(folder), range(4))}
    assert len(found) == 1
    assert standing(folder).pid in found


def test_killed_and_up_again(folder):
    """`kill -9` loses neither the job nor an object."""
    first = Told(ensure_up(folder, rate=1))
    job = first.client("bedrock").create_model_customization_job(**request(account(first)))["jobArn"]
    os.kill(first.address.pid, signal.SIGKILL)
    again = Told(ensure_up(folder))
    assert again.address.pid != first.address.pid
    assert again.client("bedrock").get_model_customization_job(jobIdentifier=job)["status"] == "InProgress"
    assert again.client("s3").head_object(Bucket="bucket", Key="in/train.jsonl")["ContentLength"] > 0
    again.advance(3600)
    assert again.client("bedrock").get_model_customization_job(jobIdentifier=job)["status"] == "Completed"


def test_commands(folder, capsys):
    def said(*words):
        assert main(["simulator", *words, "--folder", str(folder), "--format", "json"]) == 0
        return json.loads(capsys.readouterr().out)

    assert said("status") == {"running": False}
    assert main(["simulator", "faults", "--folder", str(folder)]) == 1
    up = said("up", "--rate", "100")
    assert said("up")["pid"] == up["pid"]
    assert said("faults", "GetCustomModel", "throttle", "--times", "3")["faults"][0]["times"] == 3
    assert said("faults", "--clear")["faults"] == []
    said("advance", "60")
    assert said("status")["rate"] == 100
    assert said("down") == {"ended": True}
    assert said("down") == {"ended": False}


def test_wrong_words_are_explained(folder, capsys):
    assert main(["simulator", "advance", "--folder", str(folder)]) == 1
    assert "does not take 0 words" in capsys.readouterr().err
    address = ensure_up(folder)
    with pytest.raises(RunnerError, match="no such fault"):
        order(address, "faults", {"operation": "PutObject", "kind": "earthquake"})
    assert main(["simulator", "advance", "soon", "--folder", str(folder)]) == 1


def test_it_ends_when_nobody_asks(folder):
    address = ensure_up(folder, idle_seconds=0.3)
    while standing(folder):
        time.sleep(0.02)
    with pytest.raises(RunnerError, match="does not answer"):
        order(address, "status")


def test_it_ends_when_its_folder_is_deleted(folder):
    address = ensure_up(folder)
    shutil.rmtree(folder)
    with contextlib.suppress(RunnerError):
        while order(address, "ping"):
            time.sleep(0.02)
    assert ensure_up(folder).pid != address.pid


def test_a_daemon_that_cannot_start_says_why(folder):
    folder.mkdir()
    (folder / "state.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(RunnerError, match="file is not a database") as refused:
        ensure_up(folder)
    assert "daemon.log" in refused.value.fix


def test_without_moto_the_hint_says_how_to_install(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "moto", None)
    with pytest.raises(RunnerError, match="moto") as refused:
        ensure_up(folder)
    assert "[simulator]" in refused.value.fix


def test_no_link_is_followed(folder, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    folder.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RunnerError, match="is a link"):
        ensure_up(folder)
    assert not list((tmp_path / "elsewhere").glob("*.sqlite"))


def test_a_web_page_cannot_give_orders(folder):
    import urllib.error
    import urllib.request

    url = ensure_up(folder).url + "/_simulator/down"
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(urllib.request.Request(url, b"{}", method="POST"))
    assert Path(folder / "address.json").exists()
