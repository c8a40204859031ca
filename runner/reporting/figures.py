"""How numbers, money, times and foreign text are written for people, on the page and on the terminal."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, TypeGuard

from runner.planning.money import dollars

UNKNOWN = "–"
"""Stands for a value that was not measured, or that nobody stated."""

_KANA = re.compile("[\u3040-\u30ff\uff66-\uff9f]")
_HANGUL = re.compile("[\uac00-\ud7af]")
_HAN = re.compile("[\u4e00-\u9fff]")
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
_CONTROL = {code: f"\\x{code:02x}" for code in (*range(32), 0x7F) if chr(code) not in "\n\t"}


def is_number(value: Any) -> TypeGuard[float]:
    """Whether the value is a finite number (a loss may be NaN; a bool is no number)."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def count(value: Any) -> str:
    """A whole number with separators: `12,345`."""
    return f"{int(value):,}" if is_number(value) else UNKNOWN


def measure(value: Any, digits: int = 3) -> str:
    """A measured number: `2.391`; a loss that is not a finite number says so."""
    if is_number(value):
        text = f"{value:,.{digits}f}"
        return text.removeprefix("-") if float(text.replace(",", "")) == 0 else text.replace("-", "−")
    return "not finite" if isinstance(value, float) else UNKNOWN


def loss(metrics: Mapping[str, Any], when: str) -> str:
    """The validation loss `before` or `after`; one that no model was trained for says so."""
    value = metrics.get(f"validation_loss_{when}")
    made_up = " synthetic" if metrics.get("synthetic") and value is not None else ""
    return measure(value) + made_up


def change(before: Any, after: Any) -> str:
    """The relative change: `−23.4%`; empty where it cannot be stated."""
    if not (is_number(before) and is_number(after)) or before == 0:
        return ""
    percent = (after - before) / abs(before) * 100
    if abs(percent) < 0.05:
        return "±0.0%"
    return f"{'+' if percent > 0 else '−'}{abs(percent):.1f}%"


def share(part: Any, whole: Any) -> str:
    """A part of a whole: `12.5%`."""
    return f"{100 * part / whole:.1f}%" if is_number(part) and is_number(whole) and whole else UNKNOWN


def usd(value: Any) -> str:
    """US dollars, rounded as the plan rounds them; an unknown price is never 0."""
    amount = decimal(value)
    return "unknown" if amount is None else f"${dollars(amount)}"


def decimal(value: Any) -> Decimal | None:
    """A finite amount from its JSON spelling, or None."""
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def duration(seconds: Any) -> str:
    """A length of time in its two largest units: `3 min 12 s`."""
    if not is_number(seconds):
        return UNKNOWN
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    parts = [(whole // 3600, "h"), (whole // 60 % 60, "min"), (whole % 60, "s")]
    first = next((i for i, (number, _) in enumerate(parts) if number), 2)
    return " ".join(f"{number} {unit}" for number, unit in parts[first : first + 2] if number)


def size(number_of_bytes: Any) -> str:
    """Bytes in decimal units: `1.2 MB`."""
    if not is_number(number_of_bytes):
        return UNKNOWN
    amount = float(number_of_bytes)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            break
        amount /= 1000
    return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"


def readable(value: Any) -> str:
    """Text that any file can hold and any reader can see: control characters are spelled out."""
    text = value if isinstance(value, str) else str(value)
    return _HALF_CHARACTER.sub("\ufffd", text.translate(_CONTROL))


def clipped(value: Any, length: int = 700) -> str:
    """Readable text, cut when long; the cut says how much is missing."""
    text = readable(value)
    return text if len(text) <= length else f"{text[:length]} … ({len(text) - length:,} more characters)"


def language(value: Any) -> str:
    """A `lang` attribute for foreign text: it decides which shapes a browser gives to Han characters."""
    text = str(value)
    if _KANA.search(text):
        return "ja"
    if _HANGUL.search(text):
        return "ko"
    return "ja" if _HAN.search(text) else ""


def plain(data: Any) -> Any:
    """The same data as strict, encodable JSON: a number that is not finite becomes null."""
    if isinstance(data, dict):
        return {readable(key): plain(value) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [plain(item) for item in data]
    if isinstance(data, str):
        return _HALF_CHARACTER.sub("\ufffd", data)
    if isinstance(data, float) and not math.isfinite(data):
        return None
    return data
