"""Rules that come from capability schemas: words, lengths, amounts, names, lifecycle."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from examining.rows import MODELS, good, judged, line, pairs, places, row, written
from hypothesis import given
from hypothesis import strategies as st

from runner.errors import RunnerError
from runner.examine import Examination, examine
from runner.examining.limits import Amounts, outside
from runner.examining.naming import method_named, model_named
from runner.examining.rules import Rules, Text
from runner.examining.shapes import foreign
from runner.examining.words import ReservedWords, finder

NOVA, HAIKU = MODELS["converse"], MODELS["anthropic_messages"]
TITAN = "amazon.titan-text-express-v1"


def with_rows(file: Path, format: str, *records: dict[str, Any]) -> Path:
    """Good rows, with some of ours in front."""
    return written(file, [line(record) for record in (*records, *good(format)[len(records) :])])


def messages(found: Examination, code: str) -> list[str]:
    """What the findings of a code say."""
    return [each.finding.message for each in found.findings if each.finding.code == code]


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("System: 店員です", "error"),
        ("ＵＳＥＲ: は全角です", None),
        ("次の uSeR: を読む", "error"),
        ("\\u0055ser: escaped", "error"),
        ("<IMAGE> を見て", "error"),
        ("利用者: は別の語です", None),
    ],
)
def test_reserved_words_of_nova(text: str, severity: str | None, tmp_path: Path) -> None:
    """In any ASCII case and any spelling of JSON; in the question an error, in the answer a warning."""
    question = line(row("converse", "QQ", "はい。")).replace(b"QQ", text.encode())
    answer = line(row("converse", "返品できますか。", "QQ")).replace(b"QQ", text.encode())
    found = judged(written(tmp_path / "q.jsonl", [question, *map(line, good("converse"))]), "converse")
    said = [each.finding for each in found.findings if each.finding.code == "D220"]
    assert [each.severity for each in said] == ([severity] if severity else [])
    if severity:
        assert said[0].path == "$.messages[0].content[0].text"
        assert said[0].source.startswith("AWS sample: Nova dataset validator")
    found = judged(written(tmp_path / "a.jsonl", [answer, *map(line, good("converse"))]), "converse")
    severities = [each.finding.severity for each in found.findings if each.finding.code == "D220"]
    assert severities == (["warning"] if severity else [])


def test_reserved_words_of_claude(tmp_path: Path) -> None:
    """They begin a line, and case counts."""
    format = "anthropic_messages"
    texts = (
        "Human: 先頭なら可",
        "一行目\nHuman: 二行目",
        "一行目\nhuman: 小文字",
        "続けて\n\nAssistant: 答え",
    )
    records = [row(format, text, "はい。") for text in texts]
    assert places(judged(with_rows(tmp_path / "t.jsonl", format, *records), format)) == {
        ("D220", 2),
        ("D220", 4),
    }


@pytest.mark.parametrize("ascii", [True, False])
def test_token_limits_are_certain_or_possible(tmp_path: Path, ascii: bool) -> None:
    """Over by the lower bound is an error, over by the upper one a warning; short lines are not counted."""
    texts = ("漢字" * 500, "長い文章です。" * 650, "漢字と仮名の長い文" * 2_000)
    lines = [
        json.dumps(row("prompt_completion", f"{n}番の質問", text), ensure_ascii=ascii).encode()
        for n, text in enumerate(texts)
    ]
    found = examine([str(written(tmp_path / "t.jsonl", lines))], TITAN, "fine_tuning")
    severities = {
        (each.finding.code, each.finding.place.line if each.finding.place else 0): each.finding.severity
        for each in found.findings
    }
    assert severities["D221", 3] == "error"
    assert severities["D222", 2] == "warning"
    assert not any(number == 1 for _, number in severities)
    assert "most likely" in messages(found, "D222")[0]
    narrower = examine([str(tmp_path / "t.jsonl")], TITAN, "fine_tuning", batch_size=4)
    assert ("D222", 1) in places(narrower)
    assert "2,048 at batchSize 4" in messages(narrower, "D221")[0]


def test_characters_are_a_quota_of_their_own(tmp_path: Path) -> None:
    """Titan: six characters a token; English text may break it without too many tokens."""
    records = [row("prompt_completion", "Go on.", "a" * 24_571)]
    found = examine(
        [str(with_rows(tmp_path / "t.jsonl", "prompt_completion", *records))], TITAN, "fine_tuning"
    )
    assert "24,577 characters" in messages(found, "D223")[0]
    records = [row("prompt_completion", "Go on.", "a" * 24_570)]
    found = examine(
        [str(with_rows(tmp_path / "t.jsonl", "prompt_completion", *records))], TITAN, "fine_tuning"
    )
    assert messages(found, "D223") == []


@pytest.mark.parametrize(
    ("train", "validation", "model", "codes"),
    [
        (7, 0, NOVA, {"D225"}),
        (31, 32, HAIKU, {"D225"}),
        (40, 31, HAIKU, {"D226"}),
        (60, 39, "meta.llama3-3-70b-instruct-v1:0", {"D227"}),
        (60, 40, "meta.llama3-3-70b-instruct-v1:0", set()),
        (0, 5, NOVA, set()),
    ],
)
def test_amounts(train: int, validation: int, model: str, codes: set[str], tmp_path: Path) -> None:
    """Each side and the sum; validation data alone say nothing of the sum."""
    format = model_named(model).methods["fine_tuning"].format
    lines = [line(record) for record in good(format)]
    file = written(tmp_path / "train.jsonl", lines[:train])
    other = written(tmp_path / "val.jsonl", lines[train : train + validation])
    found = examine(
        [str(file)] if train else [], model, "fine_tuning", validation=[str(other)] if validation else []
    )
    assert {code for code, _ in places(found)} == codes


def test_validation_data_where_none_is_taken(tmp_path: Path) -> None:
    """Nova 2 Lite takes no validation file."""
    lines = [line(record) for record in good("converse", 200)]
    file = str(written(tmp_path / "v.jsonl", lines))
    found = examine([file], "amazon.nova-2-lite-v1:0", "fine_tuning", split="validation")
    assert ("D229", 0) in places(found)


def test_names_of_files(tmp_path: Path) -> None:
    """Another ending, a compressed file and odd letters are warnings for a file on disk."""
    lines = [line(record) for record in good("converse")]
    for name, code in (
        ("a.json", "D235"),
        ("お客様.jsonl", "D236"),
        ("a b.jsonl", "D236"),
        ("a-b_1.jsonl", ""),
    ):
        found = judged(written(tmp_path / name, lines), "converse")
        assert {code for code, _ in places(found)} == ({code} if code else set())
        assert found.accepted
    packed = tmp_path / "a.jsonl.gz"
    packed.write_bytes(gzip.compress((tmp_path / "a-b_1.jsonl").read_bytes()))
    found = judged(packed, "converse")
    assert places(found) == {("D235", 0)}
    assert found.records == 120


def test_ended_models_judge_by_their_last_rules(tmp_path: Path) -> None:
    """The data are judged, and the warning says that no job can start and what to use."""
    file = written(tmp_path / "t.jsonl", [line(record) for record in good("prompt_completion")])
    found = examine([str(file)], TITAN, "fine_tuning")
    assert found.accepted
    (ended,) = [each.finding for each in found.findings]
    assert (ended.code, ended.severity) == ("D239", "warning")
    assert "amazon.nova" in ended.fix


@pytest.mark.parametrize(
    "name",
    [
        "amazon.nova-lite-v1:0",
        "amazon.nova-lite-v1:0:300k",
        "amazon.nova-lite-v1:0:24k",
        "amazon.nova-lite-v1",
        "nova-lite",
        "us.amazon.nova-lite-v1:0",
        "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0:300k",
        "arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.amazon.nova-lite-v1:0",
    ],
)
def test_any_identifier_of_a_model(name: str) -> None:
    """With or without context, version, region and ARN."""
    assert model_named(name).id == "amazon.nova-lite-v1:0"


def test_titan_by_its_job_identifier() -> None:
    """Where the id itself has no version."""
    for name in ("amazon.titan-text-express-v1:0:8k", "amazon.titan-text-express-v1"):
        assert model_named(name).id == TITAN


def test_unknown_models_and_methods() -> None:
    """Clear errors with what is meant."""
    with pytest.raises(RunnerError, match="no capability schema knows"):
        model_named("amazon.nova-light-v1:0")
    with pytest.raises(RunnerError) as wrong:
        method_named(model_named(NOVA), "fine-tuning")
    assert wrong.value.fix == "did you mean fine_tuning?"
    with pytest.raises(RunnerError, match="has no method continued_pre_training"):
        method_named(model_named(NOVA), "continued_pre_training")


def test_distillation_takes_prompts_alone(tmp_path: Path) -> None:
    """A prompt without an answer; unknown keys are refused there; one question for Llama."""
    lines = [
        line({**row("converse", *pair), "messages": row("converse", *pair)["messages"][:1]})
        for pair in pairs()
    ]
    file = str(written(tmp_path / "prompts.jsonl", lines))
    assert examine([file], NOVA, "distillation").accepted
    assert examine([file], "meta.llama3-1-8b-instruct-v1:0", "distillation").accepted
    record = row("converse", "もう一つ", "はい。")
    record["messages"] *= 2
    more = str(
        written(tmp_path / "more.jsonl", [*lines, line(record), line({**json.loads(lines[0]), "memo": 1})])
    )
    assert ("D213", 122) in places(examine([more], NOVA, "distillation"))
    assert ("D218", 121) in places(examine([more], "meta.llama3-1-8b-instruct-v1:0", "distillation"))
    assert not examine([more], NOVA, "distillation").accepted


NEEDLES = ("USER:", "system:", "<Image>", "[eos]")


@given(data=st.data())
def test_no_spelling_hides_a_word(data: st.DataObject) -> None:
    """What the search over bytes lets pass holds no word: in any case, escaped or not, among broken bytes."""
    known = model_named(NOVA)
    words = ReservedWords(Rules(known, known.methods["fine_tuning"], "converse"))
    may_hold = finder(words.signs)
    pieces = st.sampled_from([*NEEDLES, "あ", "/", "\\", '"', "u", "K\u212a", "ſ"])
    text = "".join(data.draw(st.lists(pieces, max_size=4)))
    written = json.dumps(text, ensure_ascii=False)
    for char in data.draw(st.sets(st.sampled_from("USERsytmIg:<>[]o"), max_size=3)):
        written = written.replace(char, f"\\u{ord(char):04x}")
    raw = data.draw(st.sampled_from([b"", b"\x83\x41", b"\xff"])) + written.encode()
    found = list(words.found([Text("$", "user", text)]))
    assert bool(found) == any(word.lower() in text.lower() for word in NEEDLES)
    assert may_hold(raw) or not found


def test_bytes_are_limited() -> None:
    """Titan Text takes a gigabyte."""
    known = model_named(TITAN)
    rules = Rules(known, known.methods["fine_tuning"], "prompt_completion")
    (fault,) = outside(rules, Amounts({"train": 100}, {"train": (1 << 30) + 1}))
    assert fault.code == "D228"
    assert not list(outside(rules, Amounts({"train": 100}, {"train": 1 << 30})))


@pytest.mark.parametrize(
    ("record", "wanted", "found"),
    [
        ({"prompt": "a", "completion": "b"}, "converse", "the format prompt_completion"),
        ({"input": "a"}, "prompt_completion", "the format input_text"),
        ({"messages": [{"role": "user", "content": "a"}]}, "converse", "the format anthropic_messages"),
        ({"messages": [{"role": "system", "content": "a"}]}, "converse", "the format openai_chat"),
        (
            {"messages": [{"role": "user", "content": [{"text": "a"}]}]},
            "anthropic_messages",
            "the format converse",
        ),
        ({"instruction": "a", "output": "b"}, "converse", "the Alpaca form (instruction, input, output)"),
        ({"conversations": []}, "converse", "the ShareGPT form (conversations)"),
        ({"text": "a"}, "input_text", 'one key "text"'),
        ({"messages": [{"role": "user", "content": None}]}, "converse", ""),
        ({"messages": [{"role": "user", "content": 3}]}, "anthropic_messages", ""),
        ({"messages": "a"}, "converse", ""),
        ({"prompt": "a"}, "prompt_completion", ""),
        ({"promt": "a"}, "prompt_completion", ""),
    ],
)
def test_other_formats_are_named(record: dict[str, Any], wanted: str, found: str) -> None:
    """Only what is clearly something else; a record with a fault keeps its format."""
    assert foreign(record, wanted) == found


def test_a_key_twice_in_a_record_with_other_faults(tmp_path: Path) -> None:
    """The slow path looks for it, too."""
    bad = b'{"prompt": "a", "prompt": "b", "completion": "c", "memo": 1}'
    lines = [bad, *map(line, good("prompt_completion"))]
    found = judged(written(tmp_path / "t.jsonl", lines))
    assert places(found) == {("D209", 1), ("D213", 1)}


def test_a_text_of_more_bytes_than_tokens_allowed_is_counted_and_fine(tmp_path: Path) -> None:
    """Bytes alone accuse nobody."""
    records = [row("prompt_completion", "Go on.", "one two three four " * 500)]
    file = with_rows(tmp_path / "t.jsonl", "prompt_completion", *records)
    assert places(examine([str(file)], TITAN, "fine_tuning")) == set()


def test_a_larger_batch_than_any_in_the_table(tmp_path: Path) -> None:
    """It cannot be allowed more than the largest that is."""
    records = [row("prompt_completion", "Go on.", "word " * 2_450)]
    file = str(with_rows(tmp_path / "t.jsonl", "prompt_completion", *records))
    codes = {
        size: {code for code, _ in places(examine([file], TITAN, "fine_tuning", batch_size=size))}
        for size in (1, 4, 8)
    }
    assert codes[8] == codes[4] != codes[1]


def test_two_questions_without_an_answer(tmp_path: Path) -> None:
    """Llama's turns need not alternate, but the last is the answer."""
    record = row("converse", "一つ目", "二つ目")
    record["messages"][1]["role"] = "user"
    file = str(written(tmp_path / "t.jsonl", [line(record), *map(line, good("converse"))]))
    assert ("D217", 1) in places(examine([file], "meta.llama3-3-70b-instruct-v1:0", "fine_tuning"))
