"""Records of an image and its caption: Nova Canvas, Titan Image Generator, Titan Multimodal Embeddings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from runner.examining.images import kind_named
from runner.examining.keys import is_text, known_keys, seen
from runner.examining.media_judge import MediaJudge
from runner.examining.media_limits import Named, outside, within
from runner.examining.rules import Checker, Fault, Fit, Report, Rules, Text

_KEYS = ("image-ref", "caption")


def image_caption(rules: Rules) -> Checker:
    """An image on S3 and its caption. The image is looked at: on S3, or as a copy in the folder `--images`.

    Only the first bytes of an image are read: its kind by them, never by its name, and its sides.

    `D271`: the caption is shorter or longer than the model takes.
    """
    media = MediaJudge(rules)
    limit = rules.limit("caption_characters")

    def judge(row: Any, report: Report) -> None:
        known_keys(row, "$", _KEYS, (), rules, report)
        if "caption" in row:
            _caption(row["caption"], rules, report)
        if "image-ref" in row and is_text(row["image-ref"], '$["image-ref"]', report):
            uri = row["image-ref"]
            named = Named(uri, '$["image-ref"]', "image", kind_named(uri.rpartition("/")[2]))
            media.object(named, report)

    def fit(row: Any) -> Fit | None:
        if type(row) is dict and len(row) == 2:
            uri, caption = row.get("image-ref"), row.get("caption")
            if type(uri) is not str or type(caption) is not str or not seen(caption):
                return None
            if not outside(len(caption), limit) and media.fine(uri):
                return Fit(4, (caption,), (uri,))
        return None

    def others(row: Any) -> tuple[str, ...]:
        uri = row.get("image-ref") if type(row) is dict else None
        return (uri,) if type(uri) is str else ()

    return Checker(fit, judge, _texts, others, begin=media.begin, finish=media.finish)


def _caption(caption: Any, rules: Rules, report: Report) -> None:
    limit = rules.limit("caption_characters")
    if caption == "" and limit.get("minimum") == 0:
        return
    if is_text(caption, "$.caption", report) and outside(len(caption), limit):
        message = f"the caption has {len(caption):,} characters; {rules.who} takes {within(limit)}"
        hint = "say it in fewer words" if len(caption) > limit["minimum"] else "say what the image shows"
        report(Fault("D271", "$.caption", message, hint, rules.cite(limit), rules.severity(limit)))


def _texts(row: Any) -> Iterator[Text]:
    if type(row) is dict and type(row.get("caption")) is str:
        yield Text("$.caption", "text", row["caption"])
