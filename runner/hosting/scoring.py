"""How near answers are to the references: chrF as in the local report, exact matches, length."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def scores(answers: Sequence[str], references: Sequence[str]) -> dict[str, Any]:
    """`chrf` (0 to 100; None without sacrebleu), `exact_match` (share), `length_ratio` (characters)."""
    pairs = list(zip(answers, references, strict=True))
    same = sum(answer.strip() == reference.strip() for answer, reference in pairs)
    wanted = sum(len(reference) for _, reference in pairs)
    return {
        "chrf": _chrf(answers, references),
        "exact_match": round(same / len(pairs), 4),
        "length_ratio": round(sum(len(answer) for answer, _ in pairs) / wanted, 3) if wanted else None,
    }


def _chrf(answers: Sequence[str], references: Sequence[str]) -> float | None:
    try:
        from sacrebleu.metrics.chrf import CHRF
    except ImportError:
        return None
    return round(float(CHRF().corpus_score(list(answers), [list(references)]).score), 2)
