"""Looks at media objects: one at a time in a folder, many at a time on S3."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from runner.errors import RunnerError
from runner.examining.images import HEAD, IMAGES, kind_of, read_image
from runner.examining.media_limits import Looked
from runner.examining.media_places import Bucket, Copies, Place
from runner.examining.s3_uri import S3Uri
from runner.examining.videos import VIDEOS, video_seconds
from runner.reading.confine import MissingError

_AT_ONCE = 16
_BATCH = 256
_REMEMBERED = 4096

Then = Callable[[Looked], None]


class Looks:
    """Looks at objects and tells what it found, at once or a little later; `flush` does what is left.

    An object that many records name is looked at once; memory stays bounded however many there are.
    """

    def __init__(self, place: Place, *, together: bool) -> None:
        self._place = place
        self._together = together
        self._known: OrderedDict[S3Uri, Looked] = OrderedDict()
        self._waiting: list[tuple[S3Uri, Then]] = []

    def ask(self, uri: S3Uri, then: Then) -> None:
        """Look at one object and give what was found to `then`."""
        if self._together:
            self._waiting.append((uri, then))
            if len(self._waiting) >= _BATCH:
                self.flush()
        else:
            then(self._known.get(uri) or self._remember(uri, look(self._place, uri)))

    def flush(self) -> None:
        """Answer everything that was asked."""
        waiting, self._waiting = self._waiting, []
        unknown = list(dict.fromkeys(uri for uri, _ in waiting if uri not in self._known))
        found = {uri: self._known[uri] for uri, _ in waiting if uri in self._known}
        if unknown:
            with ThreadPoolExecutor(_AT_ONCE) as threads:
                looked = threads.map(lambda uri: look(self._place, uri), unknown)
                found.update(zip(unknown, looked, strict=True))
        for uri, then in waiting:
            then(self._remember(uri, found[uri]))

    def _remember(self, uri: S3Uri, looked: Looked) -> Looked:
        self._known[uri] = looked
        self._known.move_to_end(uri)
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return looked


def looks(images: Path | None, location: str) -> Looks | None:
    """Looks at copies in a folder; without one at S3, if the records lie there; else at nothing."""
    if images is not None:
        return Looks(Copies.of(images), together=False)
    if location.startswith("s3://"):
        from runner.aws.connection import Connection

        client = Connection().client("s3", max_pool_connections=_AT_ONCE)
        return Looks(Bucket(client), together=True)
    return None


def look(place: Place, uri: S3Uri) -> Looked:
    """What one object is. A failure is part of the answer."""
    try:
        with place.open(uri) as (handle, size):
            head = handle.read(HEAD)
            kind = kind_of(head)
            handle.seek(0)
            image = read_image(kind, handle) if kind in IMAGES else None
            seconds = video_seconds(kind, handle, size) if kind in VIDEOS else None
    except MissingError as error:
        return Looked(problem=error.message, missing=True, hint=error.fix)
    except RunnerError as error:
        return Looked(problem=error.message, hint=error.fix)
    except OSError as error:
        return Looked(problem=error.strerror or str(error))
    return Looked(size, kind, image, seconds) if size else Looked(problem="it is empty")
