"""Cuts a text into pieces of at most so many tokens, at the best places there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from runner.text.sentences import LEVELS, graphemes

Count = Callable[[Sequence[str]], list[int]]

SMALLEST_LIMIT = 4
"""One character is at most four bytes, and so at most four tokens: with this limit every text can be cut."""


class Piece(NamedTuple):
    """A part of a text with its exact number of tokens."""

    text: str
    tokens: int


def pieces(text: str, max_tokens: int, count: Count) -> list[Piece]:
    """The text as pieces of at most `max_tokens` each; joined they are the text again.

    Every piece takes as many whole sentences as fit; a longer sentence is cut after lines, then after
    phrases, then between characters.
    """
    if max_tokens < SMALLEST_LIMIT:
        raise ValueError(f"max_tokens is {max_tokens}, but must be at least {SMALLEST_LIMIT}")
    units = _units(text, max_tokens, count, 0)
    packed: list[Piece] = []
    start = 0
    while start < len(units):
        end, piece = _fill(units, start, max_tokens, count)
        packed.append(piece)
        start = end
    return packed


def _units(text: str, max_tokens: int, count: Count, level: int) -> list[Piece]:
    """Parts that fit, each cut no finer than it must be."""
    if level == len(LEVELS):
        return _hard_cut(text, max_tokens, count)
    parts = LEVELS[level](text)
    units: list[Piece] = []
    for part, tokens in zip(parts, count(parts), strict=True):
        units += [Piece(part, tokens)] if tokens <= max_tokens else _units(part, max_tokens, count, level + 1)
    return units


def _fill(units: Sequence[Piece], start: int, max_tokens: int, count: Count) -> tuple[int, Piece]:
    """The longest run of units from `start` that fits, and where the next one starts."""
    end = start + 1
    total = units[start].tokens
    while end < len(units) and total + units[end].tokens <= max_tokens:
        total += units[end].tokens
        end += 1
    # Tokens may span a cut, so the sum of the parts is only a guess at the whole: correct it both ways.
    piece = _joined(units[start:end], count)
    while piece.tokens > max_tokens:
        end -= 1
        piece = _joined(units[start:end], count)
    while end < len(units) and (longer := _joined((piece, units[end]), count)).tokens <= max_tokens:
        piece = longer
        end += 1
    return end, piece


def _joined(parts: Sequence[Piece], count: Count) -> Piece:
    if len(parts) == 1:
        return parts[0]
    text = "".join(part.text for part in parts)
    return Piece(text, count([text])[0])


def _hard_cut(text: str, max_tokens: int, count: Count) -> list[Piece]:
    """The longest prefixes that fit, cut between what a reader sees as characters."""
    units: list[Piece] = []
    characters = graphemes(text)
    start = 0
    while start < len(characters):
        end, piece = _longest_prefix(characters, start, max_tokens, count)
        if piece.tokens > max_tokens:
            # A letter under a heap of marks may be longer than the limit all by itself.
            characters[start : start + 1] = list(characters[start])
            continue
        units.append(piece)
        start = end
    return units


def _longest_prefix(
    characters: Sequence[str], start: int, max_tokens: int, count: Count
) -> tuple[int, Piece]:
    """By bisection: the last end that was seen to fit, or one character."""
    best = (start + 1, Piece(characters[start], count([characters[start]])[0]))
    low, high = start + 2, min(len(characters), start + _MOST_CHARACTERS_PER_TOKEN * max_tokens)
    while low <= high:
        middle = (low + high) // 2
        text = "".join(characters[start:middle])
        tokens = count([text])[0]
        if tokens <= max_tokens:
            best = (middle, Piece(text, tokens))
            low = middle + 1
        else:
            high = middle - 1
    return best


_MOST_CHARACTERS_PER_TOKEN = 128
"""Longest token of the vocabularies (a run of spaces): only bounds the search."""
