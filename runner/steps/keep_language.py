"""Keep records written in one language."""

from __future__ import annotations

from collections.abc import Iterator

from runner.record import Record, Records
from runner.text.language import Language, share

SCOPE = "record"


def keep_language(
    records: Records, *, language: Language = "ja", min_share: float = 0.5, fields: tuple[str, ...] = ()
) -> Iterator[Record]:
    """Keep records in which enough letters belong to the script of a language.

    The script decides, not the words: all Latin letters count as `en`, and `ja` means kana and kanji (but a
    long text of kanji without any kana is Chinese). Digits, punctuation and symbols are no letters; a field
    without letters, such as `42`, passes.

    `language`: `ja`, `en`, `zh` or `ko`.
    `min_share`: smallest share of the letters of a field, from 0 to 1. Japanese text about technology holds
      many Latin letters: 0.2 to 0.3 keeps it.
    `fields`: names of fields that must each reach the share; empty means every field that is trained on.

    Drops with reason `language`: the detail names the field and its share.
    """
    if not 0 <= min_share <= 1:
        raise ValueError(f"min_share is {min_share}, but must be from 0 to 1")
    return (_judged(record, language, min_share, fields) for record in records)


def _judged(record: Record, language: Language, min_share: float, fields: tuple[str, ...]) -> Record:
    for name in fields or record.fields:
        found = share(record.fields.get(name, ""), language)
        if found is not None and found < min_share:
            return record.drop("language", f"{found:.0%} of the letters of {name} are {language}")
    return record
