"""Advice for people."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from runner.advising.advice import Advice, Option, together, volume
from runner.advising.candidates import Candidate
from runner.planning.money import dollars

_WIDTH = 110
_SHOWN = 6
_SIGNS = {True: "+", False: "-"}


def advice_text(advice: Advice, *, sources: bool = True) -> str:
    """The ways in order, why, with which models, and the sources as numbered notes."""
    notes: list[str] = []
    lines = list(_lines(advice, notes))
    if sources:
        lines += ["", "sources", *(f"  [{number}] {note}" for number, note in enumerate(notes, 1))]
    return "\n".join(lines)


def _lines(advice: Advice, notes: list[str]) -> Iterator[str]:
    fitting = [option for option in advice.options if option.fits]
    if not fitting:
        yield "No way fits these answers."
    for number, option in enumerate(fitting, 1):
        yield f"{number}. {option.way.name}: {option.way.what}"
        yield from _why(option, notes)
        yield from _models(option, notes)
    for sentence in (together(advice), volume(advice.answers)):
        if sentence:
            yield sentence
    others = [option for option in advice.options if not option.fits]
    if others:
        yield "not advised"
    for option in others:
        yield from _wrapped(option.way.name + _against(option, notes), "  ")


def _against(option: Option, notes: list[str]) -> str:
    """The strongest reason against a way; what speaks for it is none."""
    if option.way.fits:
        return ": no model can do it today with these answers"
    reason = min(option.way.reasons, key=lambda reason: (not reason.never, reason.points), default=None)
    return f": {reason.text} [{_note(reason.source, notes)}]" if reason else ""


def _why(option: Option, notes: list[str]) -> Iterator[str]:
    for reason in sorted(option.way.reasons, key=lambda reason: -reason.points):
        sign = _SIGNS[reason.points > 0]
        yield from _wrapped(f"{sign} {reason.text} [{_note(reason.source, notes)}]", "   ")
    if option.way.note:
        source = f" [{_note(option.way.note_source, notes)}]" if option.way.note_source else ""
        yield from _wrapped(option.way.note + source, "   ")


def _models(option: Option, notes: list[str]) -> Iterator[str]:
    if option.candidates:
        yield "   models that can do it today"
    for candidate in option.candidates[:_SHOWN]:
        model = candidate.model
        where = "this machine" if candidate.local else f"{candidate.region or 'region unknown'}"
        seen = f", {model.lifecycle['status']}"
        known = _note(model.source(model.lifecycle["source"]), notes)
        yield f"     {model.id}  {where}{seen} [{known}], {_cost(candidate)}"
        for note in candidate.notes:
            yield from _wrapped(note, "       ")


def _cost(candidate: Candidate) -> str:
    if candidate.local:
        return "nothing to pay"
    if candidate.cost is None:
        prices = [price for price in candidate.model.prices("training_tokens") if price["usd"] is not None]
        if not prices:
            return "training price unknown"
        return f"{prices[0]['usd']} USD / {prices[0]['per']} (--tokens tells what a job costs)"
    bounds = [candidate.cost.sum(bound) for bound in ("low", "likely", "high")]
    if None in bounds:
        return "cost unknown"
    said = f"{dollars(bounds[1])} USD ({dollars(bounds[0])} to {dollars(bounds[2])})"
    return said + (f" without {', '.join(candidate.cost.unknown)}" if candidate.cost.unknown else "")


def _note(source: str, notes: list[str]) -> int:
    """The number of a source, which is told once."""
    if source not in notes:
        notes.append(source)
    return notes.index(source) + 1


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=indent, subsequent_indent=indent + "  ")
