"""An image on S3 and its caption: Titan Image Generator, Titan Multimodal Embeddings, Nova Canvas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.errors import RunnerError
from runner.record import Record
from runner.sample import Sample
from runner.text.line import system_of, text_of


def image_caption(record: Record, *, system: str | None = None) -> dict[str, Any]:
    """A line `{"image-ref": "s3://…", "caption": …}`: the record's `prompt` is the caption.

    The address of the image comes from a column that the source maps to `image`.

    `system`: has no place in this format and must not be given.
    """
    if system_of(record, system):
        fix = "leave out format.system, and a field named system"
        raise RunnerError("the format image_caption has no place for a system text", fix=fix)
    caption, image = text_of(record, "prompt"), record.meta.get("image")
    if not isinstance(image, str) or not image.strip():
        message = f"record {record.id} has no image, which the format needs"
        raise RunnerError(message, fix="map a column to it: sources.LABEL.fields.image: COLUMN")
    return {"image-ref": image, "caption": caption}


def sample(row: Mapping[str, Any]) -> Sample:
    """The caption as one text: the part that has tokens."""
    return Sample("", (("text", row["caption"]),))
