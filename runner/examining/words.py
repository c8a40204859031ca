"""Reserved words in the texts of a record."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from runner.examining.rules import Fault, Report, Rules, Text
from runner.finding import Severity

ROLES = {"system": "system", "prompt": "user", "completion": "assistant", "text": "text"}
"""The role whose text a field of a rule stands for."""


class ReservedWords:
    """The words that a model keeps for itself.

    `D220`: a text holds one of them in a turn in which it is forbidden (a warning where sources differ).
    """

    def __init__(self, rules: Rules) -> None:
        rule = rules.content("reserved_words")
        words: list[str] = list(rule.get("value") or ())
        self.any = bool(words)
        self._rules, self._rule = rules, rule
        self._folded = not rule.get("case_sensitive", True)
        self.signs = [
            *(json.dumps(word, ensure_ascii=False)[1:-1].encode() for word in words),
            *_escapes(words),
        ]
        """What must stand in JSON text for one of the words to be in it, whatever the case."""
        # Only ASCII letters are folded: that is what a search over bytes can do, too.
        flags = re.IGNORECASE | re.ASCII if self._folded else 0
        self._pattern = re.compile("|".join(map(re.escape, words)) or r"(?!)", flags)
        self._written = {self._fold(word): word for word in words}
        self._refused = {ROLES[name] for name in rule.get("fields") or ROLES}
        self._doubtful = {ROLES[name] for name in rule.get("doubtful_fields") or ()} - self._refused

    def found(self, texts: Iterable[Text]) -> Iterator[tuple[Text, str, Severity]]:
        """Each word in each text of one record, as the rule writes it, and how bad it is there."""
        for text in texts:
            if text.role not in self._refused and text.role not in self._doubtful:
                continue
            severity = self._rules.severity(self._rule) if text.role in self._refused else "warning"
            for word in dict.fromkeys(map(self._fold, self._pattern.findall(text.text))):
                yield text, self._written.get(word, word), severity

    def judge(self, texts: Iterable[Text], report: Report) -> None:
        """Report the words in the texts of one record, each once a text."""
        for (path, role, _), word, severity in self.found(texts):
            message = f"reserved word {word!r} in the {_of(role)}; "
            if severity == "error":
                message += f"{self._rules.who} refuses it there"
            else:
                message += "sources differ on whether it may be there"
            hint = "reword it; in a recipe: the step replace, or filter_pattern to drop the record"
            report(Fault("D220", path, message, hint, self._rules.cite(self._rule), severity))

    def _fold(self, word: str) -> str:
        return word.lower() if self._folded else word


def finder(signs: Sequence[bytes]) -> Callable[[bytes], bool]:
    """What finds any of the signs in JSON text, in any case: quick over whole batches, as few hold one."""
    if not signs:
        return lambda _raw: False
    import re2

    search = re2.compile(b"(?i)" + b"|".join(map(re.escape, signs))).search
    return lambda raw: search(raw) is not None


def _escapes(words: Iterable[str]) -> Iterable[bytes]:
    """How a word could be written so that its own bytes are not there."""
    together = "".join(words)
    if not together:
        return
    yield b"\\u00" if together.isascii() else b"\\u"
    if "/" in together:
        yield rb"\/"


def _of(role: str) -> str:
    return {"system": "system text", "user": "user's text", "assistant": "answer"}.get(role, "text")
