"""The self-check of the fast token counter against tiktoken, once per version and project."""

from __future__ import annotations

from pathlib import Path

from runner.atomic import digest, write_json
from runner.errors import RunnerError
from runner.text.tokens import disagreement, versions
from runner.text.vocabulary import VocabularyMissing

SAMPLE = (
    "",
    " ",
    "\n\n\n \t x",
    "Hello, world! I'll say it's 12345678 o'clock.\r\n",
    "東京都庁は新宿区にあります。ご不明な点は、お気軽にお問い合わせください！",
    "ＡＢＣ１２３　全角ｶﾅ㈱①Ⅳ㎏",
    "が か\u3099 e\u0301 👩‍👩‍👧 🇯🇵 \u200b\ufeff",
    "<|endoftext|> <|im_start|> [INST] </s>",
    '{"a": [1, 2.5e-3, null], "b": "\\u3042"}\n\tdef f(x):\n\t\treturn x ** 2',
    "한국어 文字 Ελληνικά русский العربية हिन्दी ไทย",
    "a" * 300 + "あ" * 300 + " " * 300 + "!" * 100,
)


def require_exact_counts(tokenizer: str, cache: Path) -> None:
    """Errors: `RunnerError` when the fast counter differs from the reference on the sample."""
    passed = cache / "token-check" / f"{digest([tokenizer, versions(), SAMPLE])}.json"
    if passed.exists():
        return
    try:
        wrong = disagreement(SAMPLE, tokenizer)
    except VocabularyMissing:
        return  # nothing to compare with; checked as soon as there is
    if wrong is not None:
        raise RunnerError(
            f"toktok-rs counts {wrong[:40]!r} differently than tiktoken does ({tokenizer})",
            fix="install the versions that the project pins: toktok-rs>=0.3,<0.4 and tiktoken>=0.9",
        )
    write_json(passed, {"tokenizer": tokenizer, "versions": versions(), "texts": len(SAMPLE)})
