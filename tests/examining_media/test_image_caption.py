"""Manifests of images and captions against the limits of the image models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pictures import codes, gif, jpeg, judged, png, webp

from runner.errors import RunnerError
from runner.examining.rules import Rules
from runner.model import load_model
from runner.plugins import load

EMBEDDINGS = "amazon.titan-embed-image-v1"
GENERATOR = "amazon.titan-image-generator-v2:0"
CANVAS = "amazon.nova-canvas-v1:0"

anything = (
    st.none() | st.integers() | st.text(max_size=9) | st.just("s3://pictures/a.png") | st.lists(st.text())
)


def row(name: str, caption: str = "a red bus on a bridge", bucket: str = "pictures") -> dict[str, Any]:
    """One line of a manifest."""
    return {"image-ref": f"s3://{bucket}/train/{name}", "caption": caption}


def found(rows: list[Any], folder: Path | None = None, *, model: str = GENERATOR) -> list[tuple[int, str]]:
    """Line and code of what is wrong."""
    return codes(judged(rows, format="image_caption", model=model, images=folder))


def test_images_within_the_limits_are_accepted(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png(512, 2048))
    (tmp_path / "b.jpg").write_bytes(jpeg(4096, 3072))
    assert found([row("a.png"), row("b.jpg")], tmp_path) == []


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("small.png", png(511, 600), ["D258"]),
        ("large.png", png(4097, 1100), ["D258"]),
        ("many.png", png(4096, 3073), ["D259"]),
        ("wide.png", png(2100, 520), ["D260"]),
        ("film.gif", gif(600, 600), ["D255"]),
        ("web.webp", webp(600, 600), ["D255"]),
        ("lies.png", webp(600, 600), ["D255"]),
        ("lies.png", jpeg(600, 600), ["D256"]),
        ("text.png", b"<html>not found</html>", ["D255"]),
        ("empty.png", b"", ["D254"]),
        ("cut.png", png(600, 600)[:12], ["D254"]),
    ],
)
def test_every_limit_of_an_image(tmp_path: Path, name: str, content: bytes, expected: list[str]) -> None:
    (tmp_path / name).write_bytes(content)
    assert found([row(name)], tmp_path) == [(1, code) for code in expected]


def test_the_right_model_s_limits(tmp_path: Path) -> None:
    """One image, three models: too small for the generator, right for embeddings, no number for Canvas."""
    (tmp_path / "a.png").write_bytes(png(130, 200))
    assert found([row("a.png")], tmp_path) == [(1, "D258")]
    assert found([row("a.png")], tmp_path, model=EMBEDDINGS) == []
    assert found([row("a.png")], tmp_path, model=CANVAS) == []


def test_bytes_are_limited(tmp_path: Path) -> None:
    """5 MB for embeddings, 50 MB for the generator; the file is not read to know."""
    with (tmp_path / "a.png").open("wb") as file:
        file.write(png(600, 600))
        file.truncate(5 * 1024 * 1024 + 1)
    assert found([row("a.png")], tmp_path, model=EMBEDDINGS) == [(1, "D257")]
    assert found([row("a.png")], tmp_path) == []


def test_everything_wrong_with_a_record_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.gif").write_bytes(gif(5000, 100))
    faults = judged([row("a.gif", "x")], format="image_caption", model=GENERATOR, images=tmp_path)
    assert codes(faults) == [(1, "D271"), (1, "D255"), (1, "D258"), (1, "D260")]
    assert all(fault.hint for _, fault in faults)
    assert all("model-customization-prepare" in fault.source for _, fault in faults)
    assert faults[0][1].path == "$.caption"
    assert faults[1][1].path == '$["image-ref"]'


def test_a_missing_image_is_named(tmp_path: Path) -> None:
    (line, fault), *_ = judged([row("gone.png")], format="image_caption", model=GENERATOR, images=tmp_path)
    assert (line, fault.code) == (1, "D253")
    assert "s3://pictures/train/gone.png" in fault.message


@pytest.mark.parametrize("folders", ["pictures/train", "train", ""])
def test_copies_may_lie_under_any_tail_of_the_key(tmp_path: Path, folders: str) -> None:
    (tmp_path / folders).mkdir(parents=True, exist_ok=True)
    (tmp_path / folders / "a.png").write_bytes(png(600, 600))
    assert found([row("a.png")], tmp_path) == []


@pytest.mark.parametrize(
    "name", ["../secret.png", "..", "a\0b.png", "x" * 5000 + ".png", "./a/../../secret.png"]
)
def test_a_key_never_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "copies").mkdir()
    (tmp_path / "secret.png").write_bytes(png(600, 600))
    assert {code for _, code in found([row(name)], tmp_path / "copies")} <= {"D253", "D254", "D250"}
    assert found([row(name)], tmp_path / "copies")


def test_the_folder_of_copies_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(RunnerError, match="is not a folder"):
        found([row("a.png")], tmp_path / "nowhere")


@given(
    st.dictionaries(st.sampled_from(["image-ref", "caption", "image_ref"]), anything, max_size=3) | anything
)
def test_fast_and_slow_path_agree(record: Any) -> None:
    """What the fast path takes, the slow path has nothing to say about; and neither ever fails."""
    known = load_model(EMBEDDINGS)
    checker = load("checks.records", "image_caption")(
        Rules(known, known.methods["fine_tuning"], "image_caption")
    )
    faults: list[Any] = []
    if isinstance(record, dict):
        checker.judge(record, faults.append)
    assert (checker.fit(record) is None) or not faults
    hash(checker.others(record))
    assert all(text.text == record["caption"] for text in checker.texts(record))


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "copies").mkdir()
    (tmp_path / "secret.png").write_bytes(png(600, 600))
    (tmp_path / "copies" / "a.png").symlink_to(tmp_path / "secret.png")
    assert found([row("a.png")], tmp_path / "copies") == [(1, "D254")]


@pytest.mark.parametrize(
    "uri",
    [
        "pictures/a.png",
        "https://pictures/a.png",
        "s3://pictures",
        "s3://pictures/train/",
        "s3:///a.png",
        "s3://A_b/c",
    ],
)
def test_an_address_must_be_one_object_on_s3(uri: str) -> None:
    assert found([{"image-ref": uri, "caption": "a red bus"}]) == [(1, "D250")]


def test_images_that_were_not_looked_at_are_counted() -> None:
    """Without copies only addresses are judged, and that is said once."""
    faults = judged([row("a.png"), row("b.png")], format="image_caption", model=GENERATOR)
    assert codes(faults) == [(0, "D261")]
    assert faults[0][1].severity == "warning"
    assert faults[0][1].message.startswith("2 ")
    assert "--images" in faults[0][1].hint


LENGTHS = {GENERATOR: (3, 1024), EMBEDDINGS: (0, 2560)}


@pytest.mark.parametrize("model", LENGTHS)
@pytest.mark.parametrize("length", [1, 2, 3, 1024, 1025, 2560, 2561])
def test_caption_lengths(model: str, length: int) -> None:
    """Counted in characters, whatever the script."""
    least, most = LENGTHS[model]
    right = least <= length <= most
    assert ((1, "D271") not in found([row("a.png", "車" * length)], model=model)) is right


def test_an_empty_caption_is_right_only_where_the_limit_says_so() -> None:
    assert (1, "D215") in found([row("a.png", "")])
    assert (1, "D215") not in found([row("a.png", "")], model=EMBEDDINGS)
    assert (1, "D215") in found([row("a.png", " \n")], model=EMBEDDINGS)


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"image-ref": "s3://pictures/a.png"}, "D212"),
        ({"image_ref": "s3://pictures/a.png", "caption": "a red bus"}, "D213"),
        ({"image-ref": 7, "caption": "a red bus"}, "D214"),
        ({"image-ref": "s3://pictures/a.png", "caption": None}, "D215"),
    ],
)
def test_keys_and_types(record: dict[str, Any], expected: str) -> None:
    assert (1, expected) in found([record])


@given(st.integers(1, 6000), st.integers(1, 6000))
def test_sides_pixels_and_ratio_are_what_the_schema_says(width: int, height: int) -> None:
    """An image is accepted exactly when it lies within every number of the schema."""
    import tempfile

    fine = all(512 <= side <= 4096 for side in (width, height)) and width * height <= 12_582_912
    fine = fine and max(width, height) <= 4 * min(width, height)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "a.png").write_bytes(png(width, height))
        assert (found([row("a.png")], Path(folder)) == []) is fine


def test_coco_images_by_the_right_model(shared_data: Path) -> None:
    """Of the photographs only one has both sides of 512 or more; embeddings take them all."""
    folder = shared_data / "coco" / "images"
    rows = [row(file.name) for file in sorted(folder.glob("*.jpg"))]
    assert len(rows) == 15
    refused = {line for line, code in found(rows, folder) if code == "D258"}
    assert [rows[n]["image-ref"][-16:] for n in range(15) if n + 1 not in refused] == ["000000099053.jpg"]
    assert found(rows, folder, model=EMBEDDINGS) == []


def test_aws_s_own_images_are_accepted(shared_data: Path) -> None:
    """The four sample photographs, 1.4 to 12.2 million pixels."""
    folder = shared_data / "aws-examples" / "canvas-images"
    rows = [row(file.name) for file in sorted(folder.glob("*.jpg"))]
    assert found(rows, folder, model=CANVAS) == []
    assert found(rows, folder) == []
