"""One media object against the model's limits: kind, bytes, sides, pixels, ratio."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from runner.examining.images import IMAGES, Image
from runner.examining.rules import Fault, Rules

_A_KIND = {"image": "an image", "video": "a video", "document": "a document"}


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look at one object found. `problem` says why there is nothing else."""

    size: int = 0
    kind: str = ""
    """By its first bytes: `png`, `mp4`, …; empty where they say nothing."""
    image: Image | None = None
    seconds: float | None = None
    """A video's length, if its header says it."""
    problem: str = ""
    missing: bool = False
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """How a record names an object."""

    uri: str
    path: str
    """Of the value in the record."""
    kind: str
    """`image`, `video` or `document`."""
    claims: str = ""
    """The kind that the record's `format` or the ending of the key claims."""


def media_faults(rules: Rules, named: Named, looked: Looked) -> Iterator[Fault]:
    """Everything in which the object departs from the limits of its kind."""
    limits = rules.method.media(named.kind)
    source = rules.cite(rules.content("media"))
    if looked.missing:
        message, hint = f"{named.uri}: {looked.problem}", looked.hint or "check bucket and key"
        yield Fault("D253", named.path, message, hint, source)
    elif looked.problem:
        message, hint = f"{named.uri} cannot be read: {looked.problem}", looked.hint or "save it again"
        yield Fault("D254", named.path, message, hint, source)
    else:
        yield from _kind_faults(rules, named, looked, limits.get("formats") or {})
        yield from _size_faults(rules, named, looked, limits.get("bytes") or {})
        yield from _length_faults(rules, named, looked, limits.get("seconds") or {})
        if looked.image and looked.kind in IMAGES and named.kind == "image":
            yield from _side_faults(rules, named, looked.image, limits)


def outside(value: float, limit: Mapping[str, Any]) -> bool:
    """Whether a number lies outside a limit's `minimum` and `maximum`, where they are known."""
    least, most = limit.get("minimum"), limit.get("maximum")
    return (least is not None and value < least) or (most is not None and value > most)


def within(limit: Mapping[str, Any], unit: str = "") -> str:
    """A limit in words: `512 to 4,096 pixels`."""
    least, most = limit.get("minimum"), limit.get("maximum")
    unit = f" {unit}" if unit else ""
    if least is not None and most is not None:
        return f"{least:,} to {most:,}{unit}"
    return f"{least:,}{unit} or more" if most is None else f"{most:,}{unit} at most"


def _kind_faults(rules: Rules, named: Named, looked: Looked, formats: Mapping[str, Any]) -> Iterator[Fault]:
    taken = formats.get("value") or ()
    found = f"is a {looked.kind} file" if looked.kind else f"is not {_A_KIND[named.kind]} of a known kind"
    if taken and looked.kind not in taken:
        message = f"{named.uri} {found} by its first bytes; {rules.who} takes {', '.join(taken)}"
        hint = f"convert it to {taken[0]}: a new name alone changes nothing"
        yield Fault("D255", named.path, message, hint, rules.cite(formats), rules.severity(formats))
    elif named.claims and looked.kind and named.claims != looked.kind:
        message = f"{named.uri} is called {named.claims}, but by its first bytes it {found}"
        yield Fault("D256", named.path, message, f"call it {looked.kind}", rules.cite(formats), "warning")


def _size_faults(rules: Rules, named: Named, looked: Looked, limit: Mapping[str, Any]) -> Iterator[Fault]:
    if outside(looked.size, limit):
        message = f"{named.uri} has {looked.size:,} bytes; {rules.who} takes {within(limit)}"
        hint = "save it smaller: fewer pixels, or stronger compression"
        yield Fault("D257", named.path, message, hint, rules.cite(limit), rules.severity(limit))


def _length_faults(rules: Rules, named: Named, looked: Looked, limit: Mapping[str, Any]) -> Iterator[Fault]:
    if looked.seconds is not None and outside(looked.seconds, limit):
        message = f"{named.uri} lasts {looked.seconds:,.1f} seconds; {rules.who} takes {within(limit)}"
        hint = "cut it into pieces, or to the part that matters"
        yield Fault("D272", named.path, message, hint, rules.cite(limit), rules.severity(limit))


def _side_faults(rules: Rules, named: Named, image: Image, limits: Mapping[str, Any]) -> Iterator[Fault]:
    sides, pixels, ratio = (limits.get(name) or {} for name in ("side_pixels", "total_pixels", "ratio"))
    shape = f"{named.uri} is {image.width:,} x {image.height:,} pixels"
    if not image.pixels:
        message = f"{named.uri} is a {image.kind} file whose sides cannot be read: it is cut off or damaged"
        yield Fault("D254", named.path, message, "save the image again")
        return
    if outside(image.width, sides) or outside(image.height, sides):
        message = f"{shape}; each side must be {within(sides, 'pixels')} for {rules.who}"
        yield Fault(
            "D258", named.path, message, _side_hint(image, sides), rules.cite(sides), rules.severity(sides)
        )
    if outside(image.pixels, pixels):
        message = f"{shape}, {image.pixels:,} in all; {rules.who} takes {within(pixels, 'pixels')}"
        yield Fault("D259", named.path, message, "scale it down", rules.cite(pixels), rules.severity(pixels))
    if outside(image.ratio, ratio):
        most = ratio["maximum"]
        message = f"{shape}, 1:{image.ratio:.2f}; {rules.who} takes 1:{most:g} to {most:g}:1"
        hint = "crop it, or pad the short side"
        yield Fault("D260", named.path, message, hint, rules.cite(ratio), rules.severity(ratio))


def _side_hint(image: Image, sides: Mapping[str, Any]) -> str:
    least = sides.get("minimum")
    if least is not None and min(image.width, image.height) < least:
        return "leave the image out, or take a larger original: scaling it up adds no detail"
    return "scale it down"
