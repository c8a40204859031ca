"""Records per CPU second of judging a training file: `python benchmarks/validator.py [FILE.jsonl ...]`.

Ours beside the ways in which others do it, all in one process and one run, on the same rows. Without a file,
rows are made here: Japanese questions and answers of about 400 bytes. A file holds prompt/completion records.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner.examine import examine
from runner.examining.record_schema import record_schema

ROUNDS = 3
RECORDS = 100_000
PROMPTS, TURNS = "meta.llama3-1-8b-instruct-v1:0", "amazon.nova-lite-v1:0"
# Slow ways are given fewer rows: a rate does not depend on how many there are.
SHARE = {"jsonschema.validate per row": 200, "one jsonschema validator": 20_000}


@dataclass(frozen=True, slots=True)
class Way:
    """One way to judge a file, and the rate that we promise for it."""

    name: str
    judge: Callable[[Path], int]
    """Judges every row of the file; how many there were."""
    turns: bool = False
    """Reads conversations in place of prompts and completions."""
    target: int | None = None


def ours(model: str, *, everything: bool) -> Callable[[Path], int]:
    """Structure: JSON, keys, types, blank texts, repeated keys; `everything`: tokens and duplicates, too."""

    def judge(file: Path) -> int:
        return examine([str(file)], model, "fine_tuning", structure_only=not everything).records

    return judge


def validate_each(file: Path) -> int:
    """What a first script does: the schema is checked again for each row."""
    import jsonschema

    schema, number = record_schema("prompt_completion"), 0
    for line in file.read_text(encoding="utf-8").splitlines():
        jsonschema.validate(json.loads(line), schema)
        number += 1
    return number


def validator_once(file: Path) -> int:
    """One validator object for all rows."""
    import jsonschema

    validator, number = jsonschema.Draft202012Validator(record_schema("prompt_completion")), 0
    for line in file.read_text(encoding="utf-8").splitlines():
        number += 1
        if not validator.is_valid(json.loads(line)):
            raise SystemExit(f"{file}:{number} is not valid")
    return number


def by_hand(file: Path) -> int:
    """The approach of AWS's sample validators: `json.loads`, checks by hand, six characters a token."""
    errors: list[str] = []
    number = 0
    with file.open(encoding="utf-8") as handle:
        for number, line in enumerate(handle, start=1):
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                errors.append(f"line {number}: {error}")
                continue
            if not isinstance(row, dict):
                errors.append(f"line {number}: not an object")
                continue
            for name in ("prompt", "completion"):
                if name not in row:
                    errors.append(f"line {number}: {name} is missing")
                elif not isinstance(row[name], str):
                    errors.append(f"line {number}: {name} is not a string")
                elif not row[name].strip():
                    errors.append(f"line {number}: {name} is empty")
            if not errors and (len(row["prompt"]) + len(row["completion"])) / 6 > 16_000:
                errors.append(f"line {number}: too long")
    if errors:
        raise SystemExit(errors[0])
    return number


WAYS = (
    Way("ours, structure", ours(PROMPTS, everything=False), target=150_000),
    Way("ours, everything", ours(PROMPTS, everything=True), target=30_000),
    Way("ours, structure, conversations", ours(TURNS, everything=False), turns=True),
    Way("ours, everything, conversations", ours(TURNS, everything=True), turns=True),
    Way("AWS sample: json.loads, by hand", by_hand),
    Way("one jsonschema validator", validator_once),
    Way("jsonschema.validate per row", validate_each),
)


def made(records: int) -> list[dict[str, Any]]:
    """Rows of our own words: questions of a sentence or two, answers of one to nine."""
    pick = random.Random(3)
    things = ["注文", "配送", "返品", "会員登録", "領収書", "在庫", "修理", "保証", "予約", "支払い"]
    ways = [
        "確認できます",
        "変更できます",
        "取り消せます",
        "お問い合わせください",
        "画面の案内に従ってください",
    ]
    rows = []
    for number in range(records):
        thing = pick.choice(things)
        asked = f"{thing}番号{number}について、{pick.choice(things)}の方法を教えてください。"
        answers = (
            f"{pick.choice(things)}は{pick.randint(1, 30)}日以内に{pick.choice(ways)}。"
            for _ in range(pick.randint(1, 9))
        )
        rows.append({"prompt": asked, "completion": f"{thing}の件ですね。\n" + "".join(answers)})
    return rows


def conversation(row: dict[str, Any]) -> dict[str, Any]:
    """The same row as a conversation."""
    turns = [
        {"role": role, "content": [{"text": row[name]}]}
        for role, name in (("user", "prompt"), ("assistant", "completion"))
    ]
    return {"schemaVersion": "bedrock-conversation-2024", "messages": turns}


def write(file: Path, rows: Sequence[dict[str, Any]]) -> Path:
    """The rows as JSON Lines."""
    with file.open("w", encoding="utf-8") as handle:
        handle.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return file


def measure(way: Way, file: Path, rounds: int) -> float:
    """Records per CPU second of this process, best of some rounds."""
    best = 0.0
    for _ in range(rounds):
        started = time.process_time()
        records = way.judge(file)
        best = max(best, records / (time.process_time() - started))
    return best


def compare(rows: Sequence[dict[str, Any]], title: str, rounds: int) -> None:
    """Print one row a way."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prompts = write(folder / "prompts.jsonl", rows)
        turns = write(folder / "turns.jsonl", [conversation(row) for row in rows])
        size = prompts.stat().st_size / len(rows)
        print(f"{title}: {len(rows):,} records of {size:,.0f} bytes, best of {rounds}")
        print(f"{'':<34}{'records per CPU s':>18}{'MB per CPU s':>14}{'promised':>10}{'ours is':>10}")
        rates: dict[str, float] = {}
        for way in WAYS:
            few = SHARE.get(way.name)
            file = turns if way.turns else prompts
            if few is not None and few < len(rows):
                file = write(folder / "few.jsonl", rows[:few])
            rate = rates[way.name] = measure(way, file, rounds)
            times = f"{rates['ours, structure'] / rate:,.1f}x" if not way.name.startswith("ours") else ""
            promised = f"{way.target:,}" if way.target else ""
            bytes_each = file.stat().st_size / (few or len(rows)) if few else file.stat().st_size / len(rows)
            speed = rate * bytes_each / 1e6
            print(f"{way.name:<34}{rate:>18,.0f}{speed:>14,.0f}{promised:>10}{times:>10}")


def main() -> None:
    """Measure made rows, then those of each file."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--records", type=int, default=RECORDS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    args = parser.parse_args()
    compare(made(args.records), "made rows", args.rounds)
    for file in args.files:
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        compare(rows, file.name, args.rounds)


if __name__ == "__main__":
    main()
