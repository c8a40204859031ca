"""Lines that are no JSON: the reason in plain words, the column, and the likely encoding."""

from __future__ import annotations

import json
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.examining.beginnings import not_lines
from runner.examining.encodings import guessed
from runner.examining.rules import Fault
from runner.examining.unreadable import unreadable


def said(line: bytes) -> list[tuple[Fault, int]]:
    """Faults and columns of a line."""
    found: list[tuple[Fault, int]] = []
    unreadable(line, lambda fault, column: found.append((fault, column)))
    return found


def converted(fault: Fault, content: bytes) -> str:
    """What the command of a hint makes of the content."""
    command = fault.hint.removeprefix("convert it: ").split()
    return subprocess.run(command, input=content, capture_output=True, check=False).stdout.decode()


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ('{"prompt": "a", "completion": "b"', 34, "no end"),
        ('{"prompt": "a", "completion": "b', 31, "no closing quotation mark"),
        ('{"prompt": "a" "completion": "b"}', 16, "a comma is missing"),
        ('{"prompt": "彼は"はい"と言った"}', 16, "ended too early"),
        ('{"prompt" "a"}', 11, "colon"),
        ('{"prompt": "a",}', 16, "comma stands before the closing bracket"),
        ('{"a": [1,]}', 10, "comma stands before the closing bracket"),
        ("{'prompt': 'a'}", 2, "' is used as a quotation mark"),
        ("{“prompt”: 1}", 2, "“ is used as a quotation mark"),
        ('{"a": None}', 7, "None is Python"),
        ('{"a": True}', 7, "True is Python"),
        ('{prompt: "a"}', 2, "a key in double quotation marks"),
        ('{"a": }', 7, "comma stands before"),
        ('{"a": text}', 7, "value is missing"),
        ('{"a": 1} // note', 10, "something stands behind"),
        ('{"a": 1},', 9, "a comma stands behind the record"),
        ('{"a": 1}{"a": 2}', 9, "a second record"),
        ('{"a": "x\ty"}', 9, "a tab stands raw"),
        ('{"a": "\x07"}', 8, "U+0007"),
        ('{"a": "C:\\dir"}', 10, "\\d is no escape"),
        ("prompt: a", 1, "value is missing"),
        ('{"a": ' + "9" * 5000 + "}", 1, "too many digits"),
    ],
)
def test_reasons(text: str, column: int, words: str) -> None:
    """One fault with a column that an editor shows, counted in characters."""
    ((fault, at),) = said(text.encode())
    assert fault.code == "D201"
    assert words in fault.message
    assert at == column


@pytest.mark.parametrize(
    ("text", "code", "path"),
    [
        ('{"a": NaN}', "D208", ""),
        ('{"a": "NaN", "b": -Infinity}', "D208", ""),
        ('{"a": "\\ud800"}', "D206", "$.a"),
        ('{"a": [{"b c": "x\\udc00\\ud800"}]}', "D206", '$.a[0]["b c"]'),
        ("", "D202", ""),
        ("\u0020\t", "D202", ""),
    ],
)
def test_what_only_lenient_parsers_take(text: str, code: str, path: str) -> None:
    """Each has a code of its own."""
    ((fault, _),) = said(text.encode())
    assert (fault.code, fault.path) == (code, path)


@given(st.binary(max_size=40))
def test_every_refused_line_is_explained(line: bytes) -> None:
    """Whatever the bytes are: a line that the strict parser refuses gets a finding, never an exception."""
    import orjson

    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        assert said(line)


@given(st.recursive(st.none() | st.text(st.sampled_from('"\\{}[],:é')), st.lists, max_leaves=3), st.data())
def test_every_cut_line_is_explained(value: object, data: st.DataObject) -> None:
    """JSON cut anywhere or with one byte changed."""
    import json

    import orjson

    line = bytearray(json.dumps({"a": value}, ensure_ascii=data.draw(st.booleans())).encode())
    at = data.draw(st.integers(0, len(line) - 1))
    line[at : data.draw(st.integers(at, len(line)))] = data.draw(st.binary(max_size=2))
    try:
        orjson.loads(bytes(line))
    except orjson.JSONDecodeError:
        assert said(bytes(line))


SENTENCE = "お問い合わせの件、ご連絡ありがとうございます。"


@pytest.mark.parametrize(
    ("text", "codec", "name"),
    [
        (SENTENCE, "cp932", "Shift-JIS"),
        (SENTENCE, "euc_jp", "EUC-JP"),
        ("カタカナだけの行です", "euc_jp", "EUC-JP"),
        ("東京", "cp932", "Shift-JIS"),
        ("Crème brûlée à la carte", "cp1252", "Windows-1252"),
    ],
)
def test_encodings_are_guessed(text: str, codec: str, name: str) -> None:
    """And the fault names the guess, the byte and a command that converts."""
    line = b'{"prompt": "' + text.encode(codec) + b'"}'
    assert guessed(line)[1] == name
    ((fault, column),) = said(line)
    assert fault.code == "D205"
    assert name in fault.message
    assert column >= 13
    assert text in converted(fault, line)


def test_jis_is_named() -> None:
    """All its bytes are ASCII: what shows is the escape character."""
    line = '{"prompt": "東京の天気"}'.encode("iso2022_jp")
    ((fault, column),) = said(line)
    assert (fault.code, column) == ("D201", 13)
    assert "ISO-2022-JP" in fault.message
    assert "東京の天気" in converted(fault, line)


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_files_in_utf_16_and_32_can_be_converted_as_told(codec: str) -> None:
    """With and without a mark of the byte order."""
    whole = '{"prompt": "a", "completion": "b"}\n'.encode(codec)
    fault = not_lines(whole)
    assert fault is not None
    assert fault.code == "D205"
    assert json.loads(converted(fault, whole)) == {"prompt": "a", "completion": "b"}


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (SENTENCE.encode("utf-16"), "UTF-16"),
        (b'{"a": 1}'.decode().encode("utf-16-le"), "UTF-16"),
        (b"PAR1\x15\x04", "a Parquet file"),
        (b"PK\x03\x04rest", "a ZIP archive"),
        (b"", "empty"),
        (b"[\n  {\n", "JSON array"),
        (b'[{"a": 1}]', "JSON array"),
        (b'{\n  "prompt": "a",\n', "spread over several lines"),
    ],
)
def test_files_that_are_no_lines(head: bytes, words: str) -> None:
    """One fault for the file, not one for each of its lines."""
    fault = not_lines(head)
    assert fault is not None
    assert words in fault.message


@pytest.mark.parametrize(
    "head", [b'{"a": 1}\n', b'[1]\n{"a": 1}\n', b"\xef\xbb\xbf{}\n", b"\n\n", b"x", b'{\n{"a": 1}\n']
)
def test_files_that_are_lines(head: bytes) -> None:
    """An array on one line among others is that line's fault."""
    assert not_lines(head) is None
