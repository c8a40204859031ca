"""Good Japanese rows of our own writing, in each text format, and files made of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from runner.examine import Examination, examine

Row = dict[str, Any]

MODELS = {
    "converse": "amazon.nova-lite-v1:0",
    "prompt_completion": "meta.llama3-1-8b-instruct-v1:0",
    "anthropic_messages": "anthropic.claude-3-haiku-20240307-v1:0",
}
"""A model for each format that fine-tuning is checked with."""

_GOODS = (
    "急須", "湯呑み", "風呂敷", "扇子", "手ぬぐい", "万年筆", "便箋", "封筒",
    "座布団", "行灯", "線香立て", "花瓶", "菓子鉢", "重箱", "箸置き", "土鍋",
    "鉄瓶", "茶筒", "竹かご", "和傘", "下駄", "草履", "足袋", "帯留め",
    "かんざし", "印鑑", "硯", "文鎮", "筆", "墨", "半紙", "色紙",
    "掛け軸", "屏風", "すだれ", "風鈴", "うちわ", "蚊帳", "湯たんぽ", "火鉢",
)  # fmt: skip
_TALK = (
    ("{}を返品できますか。", "{}は、お届けから十四日以内で未使用であれば返品できます。"),
    ("{}のお手入れの方法を教えてください。", "{}は柔らかい布で乾拭きし、直射日光を避けて保管してください。"),
    (
        "{}を贈り物として包んでもらえますか。",
        "はい、{}は無料でお包みします。ご注文の際に備考欄へお書きください。",
    ),
)


def pairs(number: int = 120) -> list[tuple[str, str]]:
    """Questions to a shop with their answers, all different."""
    asked = [(ask.format(good), answer.format(good)) for good in _GOODS for ask, answer in _TALK]
    more = ((f"{ask}（{n}番のお客様）", answer) for n in range(2, 1 + number) for ask, answer in asked)
    return [*asked, *(next(more) for _ in range(number - len(asked)))][:number]


def row(format: str, prompt: Any, completion: Any) -> Row:
    """One record in a format; the texts may be of a wrong type."""
    if format == "prompt_completion":
        return {"prompt": prompt, "completion": completion}
    if format == "anthropic_messages":
        return {"messages": [_turn("user", prompt), _turn("assistant", completion)]}
    turns = [_turn("user", [{"text": prompt}]), _turn("assistant", [{"text": completion}])]
    return {"schemaVersion": "bedrock-conversation-2024", "messages": turns}


def good(format: str, number: int = 120) -> list[Row]:
    """Rows without a fault."""
    return [row(format, *pair) for pair in pairs(number)]


def line(record: Row) -> bytes:
    """The record as it stands in a file, without a line end."""
    return json.dumps(record, ensure_ascii=False).encode()


def written(file: Path, lines: list[bytes], end: bytes = b"\n") -> Path:
    """A file of these lines."""
    file.write_bytes(b"".join(text + end for text in lines))
    return file


def judged(file: Path, format: str = "prompt_completion", **options: Any) -> Examination:
    """What the examination of a file for fine-tuning says."""
    return examine([str(file)], MODELS[format], "fine_tuning", **options)


def places(examination: Examination) -> set[tuple[str, int]]:
    """Code and line of all that was found, but for the lifecycle of the model."""
    return {
        (found.finding.code, found.finding.place.line if found.finding.place else 0)
        for found in examination.findings
        if found.finding.code != "D239"
    }


def _turn(role: str, content: Any) -> Row:
    return {"role": role, "content": content}
