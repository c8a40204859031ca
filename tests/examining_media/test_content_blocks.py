"""Media, reasoning and tools in conversations: Nova's own rules and Llama's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pictures import MKV, MOV, MP4, PDF, codes, gif, judged, png, webp

from runner.examine import examine

LITE = "amazon.nova-lite-v1:0"
LITE_2 = "amazon.nova-2-lite-v1:0"
MICRO = "amazon.nova-micro-v1:0"
LLAMA = "meta.llama3-2-11b-instruct-v1:0"


def media(kind: str, name: str, format: str = "", bucket: str = "data") -> dict[str, Any]:
    """A block that names an object."""
    location = {"s3Location": {"uri": f"s3://{bucket}/{name}"}}
    return {kind: {"format": format or name.rpartition(".")[2], "source": location}}


def record(*asked: Any, answer: list[Any] | None = None, **rest: Any) -> dict[str, Any]:
    """A conversation of one turn and its answer."""
    turns = [
        {"role": "user", "content": [{"text": "What is this?"}, *asked]},
        {"role": "assistant", "content": answer or [{"text": "A bus."}]},
    ]
    return {"schemaVersion": "bedrock-conversation-2024", **rest, "messages": turns}


def found(*rows: Any, model: str = LITE, images: Path | None = None, **more: Any) -> list[tuple[int, str]]:
    """Line and code, without the note that nothing was looked at."""
    faults = judged(rows, format="converse", model=model, images=images, **more)
    return [pair for pair in codes(faults) if pair[1] != "D261"]


def test_images_in_the_user_s_turn_are_taken(tmp_path: Path) -> None:
    """Nova Lite, Nova 2 Lite and Llama 3.2 11B."""
    (tmp_path / "a.png").write_bytes(png(40, 40))
    for model in (LITE, LITE_2, LLAMA):
        assert found(record(media("image", "a.png")), model=model, images=tmp_path) == []


@pytest.mark.parametrize(
    ("model", "block", "expected"),
    [
        (MICRO, media("image", "a.png"), ["D263"]),
        (LLAMA, media("video", "a.mp4"), ["D263"]),
        (LITE, media("document", "a.pdf"), ["D263"]),
        (LITE_2, media("document", "a.pdf"), []),
        (LITE, media("image", "a.webp"), []),
        (LITE_2, media("image", "a.webp"), ["D255"]),
        (LITE_2, media("video", "a.webm"), ["D255"]),
        (LITE, media("image", "a.jpg", "jpeg"), []),
        (LITE, media("image", "a b.png"), ["D251"]),
        (LITE, media("image", "猫.png"), ["D251"]),
        (LITE, {"image": {"format": "png", "source": {"bytes": "aGk="}}}, ["D266"]),
        (LITE, {"image": {"source": {"s3Location": {"uri": "s3://data/a.png"}}}}, ["D266"]),
        (LITE, {"image": "s3://data/a.png"}, ["D266"]),
        (LITE, {"audio": {}}, ["D266"]),
        (LITE, {"text": "x", "image": {}}, ["D266"]),
        (LITE, {}, ["D266"]),
    ],
)
def test_what_each_model_takes(model: str, block: dict[str, Any], expected: list[str]) -> None:
    assert found(record(block), model=model) == [(1, code) for code in expected]


def test_media_do_not_belong_in_an_answer() -> None:
    assert found(record(answer=[{"text": "Look."}, media("image", "a.png")])) == [(1, "D264")]


def test_ten_images_or_one_video() -> None:
    images = [media("image", f"{n}.png") for n in range(11)]
    assert found(record(*images[:10])) == []
    assert found(record(*images)) == [(1, "D262")]
    assert found(record(media("video", "a.mp4"), media("video", "b.mp4"))) == [(1, "D262")]


def test_one_kind_of_media_in_a_dataset() -> None:
    """Text alone may stand beside; a second kind may not, wherever it comes."""
    image, video = media("image", "a.png"), media("video", "a.mp4")
    assert found(record(image), record(), record(image)) == []
    assert found(record(), record(image), record(video), record(video)) == [(3, "D265"), (4, "D265")]
    assert (1, "D265") in found(record(image, video))
    assert found(record(image), record(media("image", "b.png")), model=LLAMA) == []


def test_media_lie_in_the_bucket_of_the_dataset() -> None:
    """Known from the dataset's own address; else all must lie in one bucket."""
    mine, other = media("image", "a.png"), media("image", "a.png", bucket="elsewhere")
    assert found(record(mine), record(other)) == [(2, "D252")]
    faults = judged(
        [record(other)], format="converse", model=LITE, images=Path("/"), file="s3://data/train.jsonl"
    )
    assert (1, "D252") in codes(faults)
    assert "aws s3 cp s3://elsewhere/a.png s3://data/a.png" in faults[0][1].hint


@pytest.mark.parametrize(
    ("kind", "name", "content", "expected"),
    [
        ("image", "a.png", png(24, 400), ["D258"]),
        ("image", "a.png", webp(40, 40), ["D256"]),
        ("image", "a.gif", gif(40, 40), []),
        ("image", "a.png", MP4, ["D255"]),
        ("video", "a.mp4", MP4, []),
        ("video", "a.mov", MOV, []),
        ("video", "a.mp4", MKV, ["D256"]),
        ("video", "a.mp4", PDF, ["D255"]),
        ("video", "gone.mp4", b"", ["D253"]),
    ],
)
def test_the_object_itself(tmp_path: Path, kind: str, name: str, content: bytes, expected: list[str]) -> None:
    if not name.startswith("gone"):
        (tmp_path / name).write_bytes(content)
    assert found(record(media(kind, name)), images=tmp_path) == [(1, code) for code in expected]


def test_sizes_by_kind(tmp_path: Path) -> None:
    """10 MB an image, 50 MB a video."""
    for name, head, size in (("a.png", png(40, 40), 10), ("a.mp4", MP4, 50)):
        for over in (0, 1):
            with (tmp_path / name).open("wb") as file:
                file.write(head)
                file.truncate(size * 1024 * 1024 + over)
            kind = "image" if name == "a.png" else "video"
            assert found(record(media(kind, name)), images=tmp_path) == [(1, "D257")] * over


# --- reasoning -----------------------------------------------------------------------------------

THOUGHT = {"reasoningContent": {"reasoningText": {"text": "It has wheels."}}}


def test_reasoning_in_answers_of_nova_2_lite() -> None:
    assert found(record(answer=[THOUGHT, {"text": "A bus."}]), model=LITE_2) == []
    assert found(record(answer=[THOUGHT, {"text": "A bus."}])) == [(1, "D267")]
    assert found(record(THOUGHT), model=LITE_2) == [(1, "D267")]


def test_reasoning_about_an_image_is_taken() -> None:
    """AWS's own example has an image in the user's turn and reasoning in the answer."""
    assert found(record(media("image", "a.png"), answer=[THOUGHT, {"text": "A bus."}]), model=LITE_2) == []
    beside = record(answer=[THOUGHT, {"text": "A bus."}, media("image", "a.png")])
    assert found(beside, model=LITE_2) == [(1, "D267"), (1, "D264")]


@pytest.mark.parametrize("inside", [{}, {"redactedContent": "aGk="}, {"reasoningText": {"text": " "}}, None])
def test_reasoning_is_text(inside: Any) -> None:
    answer = [{"reasoningContent": inside}, {"text": "A bus."}]
    assert found(record(answer=answer), model=LITE_2) == [(1, "D267")]


# --- tools ---------------------------------------------------------------------------------------


def tool(name: str = "weather") -> dict[str, Any]:
    """A declaration that is right."""
    schema = {"json": {"type": "object", "properties": {"city": {"type": "string"}}}}
    return {"toolSpec": {"name": name, "description": "Tells the weather.", "inputSchema": schema}}


def call(id: str = "c1", name: str = "weather") -> dict[str, Any]:
    """A call of it."""
    return {"toolUse": {"toolUseId": id, "name": name, "input": {"city": "Kyoto"}}}


def answered(id: str = "c1") -> dict[str, Any]:
    """What the tool said."""
    return {"toolResult": {"toolUseId": id, "content": [{"json": {"sky": "clear"}}]}}


def talk(*contents: list[Any], tools: list[Any] | None = None) -> dict[str, Any]:
    """A conversation with tools; turns alternate."""
    turns = [
        {"role": ("user", "assistant")[number % 2], "content": list(content)}
        for number, content in enumerate(contents)
    ]
    config = {"tools": [tool()] if tools is None else tools}
    return {"schemaVersion": "bedrock-conversation-2024", "toolConfig": config, "messages": turns}


def tool_faults(row: Any) -> list[str]:
    """Codes of the errors; that tools are doubtful for Nova 2 Lite is a warning of its own."""
    faults = judged([row], format="converse", model=LITE_2)
    assert [fault.code for _, fault in faults if fault.severity == "warning"] == ["D268"]
    return [fault.code for _, fault in faults if fault.severity == "error"]


ASK = [{"text": "How is the weather in Kyoto?"}]
SAY = [{"text": "Clear."}]


def test_a_call_and_its_answer() -> None:
    assert tool_faults(talk(ASK, [call()], [answered()], SAY)) == []
    assert tool_faults(talk(ASK, [call("a"), call("b")], [answered("b"), answered("a")], SAY)) == []


@pytest.mark.parametrize(
    ("contents", "expected"),
    [
        ((ASK, [call()], [answered("c2")], SAY), ["D269"]),
        ((ASK, [call(), call()], [answered()], SAY), ["D269"]),
        ((ASK, [call()], [answered(), answered()], SAY), ["D269"]),
        (([*ASK, call()], SAY), ["D268"]),
        ((ASK, [call()], [answered()], [*SAY, answered("c1")]), ["D268", "D269"]),
        ((ASK, [call(name="wether")], [answered()], SAY), ["D270"]),
        ((ASK, [call(id="")], SAY), ["D269"]),
        ((ASK, [{"toolUse": {"toolUseId": "c1", "name": "weather", "input": "Kyoto"}}], SAY), ["D269"]),
        ((ASK, [call()], [{"toolResult": {"toolUseId": "c1", "content": []}}], SAY), ["D269"]),
        ((ASK, [call()], [{"toolResult": {"toolUseId": "c1", "content": [{"image": {}}]}}], SAY), ["D269"]),
    ],
)
def test_identifiers_come_in_pairs(contents: tuple[list[Any], ...], expected: list[str]) -> None:
    faults = tool_faults(talk(*contents))
    assert [code for code in faults if code.startswith(("D26", "D27"))] == expected


def test_a_close_name_is_offered() -> None:
    faults = judged([talk(ASK, [call(name="wether")], [answered()], SAY)], format="converse", model=LITE_2)
    (fault,) = (fault for _, fault in faults if fault.code == "D270")
    assert "'weather'" in fault.message
    assert fault.path == "$.messages[1].content[0].toolUse.name"


@pytest.mark.parametrize(
    "tools",
    [
        [],
        [tool(), tool()],
        [{"toolSpec": {**tool()["toolSpec"], "name": ""}}],
        [{"toolSpec": {**tool()["toolSpec"], "description": None}}],
        [{"toolSpec": {**tool()["toolSpec"], "inputSchema": {"json": {}}}}],
        [{"function": {}}],
    ],
)
def test_declarations(tools: list[Any]) -> None:
    assert tool_faults(talk(ASK, SAY, tools=tools)) == ["D270"]


def test_distillation_is_text_only() -> None:
    """No media, no reasoning, no tools in prompts."""
    for block, code in ((media("image", "a.png"), "D263"), (THOUGHT, "D267"), (call(), "D268")):
        assert (1, code) in found(record(block), model=MICRO, method="distillation")


KEYS = "messages content role image video source s3Location uri format text toolUse toolResult toolUseId"
keys = st.sampled_from([*KEYS.split(), "toolConfig", "tools", "toolSpec", "reasoningContent", "user"])
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=12,
)


@given(anything, st.sampled_from([LITE, LITE_2, MICRO, LLAMA]))
def test_any_json_gets_findings_and_never_an_error(value: Any, model: str) -> None:
    """Whatever stands in a record, each fault has a code, a message and a way out."""
    rows = [record(value), {"messages": value}, {"messages": [{"role": "user", "content": value}]}]
    for _, fault in judged(rows, format="converse", model=model):
        assert fault.code.startswith("D2")
        assert fault.message
        json.dumps(fault)


@pytest.mark.parametrize("where", ["call", "result", "json", "declaration"])
def test_tools_count_as_tokens(where: str, tmp_path: Path) -> None:
    """A call, its result and a declaration fill the context of the model like any text."""
    long = {where: "one two three four " * 12_000}
    call = {"toolUse": {"toolUseId": "a", "name": "look", "input": {"q": long.get("call", "x")}}}
    content = {"json": {"a": long["json"]}} if where == "json" else {"text": long.get("result", "found")}
    spec = {
        "name": "look",
        "description": long.get("declaration", "Looks."),
        "inputSchema": {"json": {"type": "object"}},
    }
    row = {
        "schemaVersion": "bedrock-conversation-2024",
        "toolConfig": {"tools": [{"toolSpec": spec}]},
        "messages": [
            {"role": "user", "content": [{"text": "Where?"}]},
            {"role": "assistant", "content": [call]},
            {"role": "user", "content": [{"toolResult": {"toolUseId": "a", "content": [content]}}]},
            {"role": "assistant", "content": [{"text": "There."}]},
        ],
    }
    short = json.dumps(row).replace("one two three four " * 12_000, "one")
    file = tmp_path / "train.jsonl"
    file.write_text(f"{json.dumps(row)}\n{short}\n")
    result = examine([str(file)], MICRO, "fine_tuning")
    lines = [(each.finding.place.line, each.finding.code) for each in result.findings if each.finding.place]
    assert [pair for pair in lines if pair[0]] == [(1, "D221")]


def test_several_system_texts() -> None:
    """A warning where sources differ, an error where the rule is clear."""
    row = record(system=[{"text": "Be kind."}, {"text": "Be brief."}])
    for model, severity in ((LITE, "warning"), (LLAMA, "error")):
        faults = judged([row], format="converse", model=model)
        assert [(fault.code, fault.severity) for _, fault in faults] == [("D219", severity)]
