"""Judges what records name on S3: the address, its bucket, how many of which kinds, and the object itself."""

from __future__ import annotations

import re

from runner.examining.media_limits import Looked, Named, media_faults, outside, within
from runner.examining.media_looks import Looks, looks
from runner.examining.rules import DataFile, Fault, Report, Rules
from runner.examining.s3_uri import S3Uri, not_an_object, s3_uri

KINDS = ("image", "video", "document")


class MediaJudge:
    """Judges the media of all records of one examination; holds what only the whole dataset shows.

    `D250`: what should name an object is no S3 URI of one object.
    `D251`: the object's key has characters that the model does not take.
    `D252`: the object lies in another bucket than the dataset.
    `D253`: the object does not exist.
    `D254`: the object cannot be read, or is damaged.
    `D255`: the object is of a kind that the model does not take, whatever its name says.
    `D256`: the object's name or `format` claims another kind than its first bytes show.
    `D257`: the object has too many bytes.
    `D258`: a side of the image is too short or too long.
    `D259`: the image has too many pixels.
    `D260`: the image is too long for its width, or too wide for its height.
    `D261`: the objects could not be looked at, only their addresses.
    `D272`: the video is too long.
    `D262`: a record names more objects than the model takes.
    `D263`: the model takes no media of this kind, or nothing says that it does.
    `D265`: several kinds of media where only one is taken.
    """

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._media = rules.content("media")
        self._key_rule = rules.content("s3_key")
        pattern = self._key_rule.get("pattern", ".").removesuffix("$")
        self._key = re.compile(pattern + r"\Z" if self._key_rule else pattern)
        self._looks: Looks | None = None
        self._bucket = ""
        self._bucket_of_data = False
        self._kind = ""
        self._unseen = 0

    def begin(self, file: DataFile) -> None:
        """A file begins; on S3 its bucket is the one where media must be."""
        if self._looks is None:
            self._looks = looks(self._rules.images, file.location)
        if uri := s3_uri(file.location):
            self._bucket, self._bucket_of_data = uri.bucket, True

    def finish(self, report: Report) -> None:
        """Answers what still waits, and says what was not looked at."""
        if self._looks:
            self._looks.flush()
        if self._unseen:
            message = f"{self._unseen:,} objects on S3 were judged by their addresses, not by what they are"
            hint = "give --images FOLDER with copies of them, or the dataset where it lies: --data s3://…"
            report(Fault("D261", "", message, hint, severity="warning"))

    def taken(self, kind: str, path: str, report: Report) -> bool:
        """Whether the model takes media of this kind at all; reports it if not."""
        kinds = self._media.get("kinds")
        if kinds is None:
            message = f"nothing says that {self._rules.who} takes media"
            hint = "leave the record out, or try it with a small job first"
            report(Fault("D263", path, message, hint, self._rules.cite(self._media), "warning"))
            return True
        if kind in kinds:
            return True
        words = f"{' and '.join(kinds)} only" if kinds else "text only"
        message = f"a block of kind {kind}; {self._rules.who} takes {words}"
        hint = "leave the record out, or take a model that sees: `runner models`"
        report(Fault("D263", path, message, hint, self._rules.cite(self._media)))
        return False

    def count(self, kinds: list[str], path: str, report: Report) -> None:
        """The kinds of all media of one record: how many of each, and whether they go together."""
        for kind in dict.fromkeys(kinds):
            limit = self._rules.method.media(kind).get("per_record") or {}
            if outside(found := kinds.count(kind), limit):
                message = f"{found} blocks of kind {kind}; {self._rules.who} takes {within(limit)} a record"
                report(Fault("D262", path, message, "split the record", self._rules.cite(limit)))
        if one := self._media.get("one_kind"):
            self._one_kind(list(dict.fromkeys(kinds)), one, path, report)

    def fine(self, text: str) -> bool:
        """Whether an address is right and there is nothing to look at: the fast path of `object`."""
        uri = s3_uri(text)
        if uri is None or self._looks is not None or not self._key.match(uri.key):
            return False
        if self._media.get("same_bucket") and uri.bucket != self._bucket:
            return False
        self._unseen += 1
        return True

    def object(self, named: Named, report: Report) -> None:
        """One object that a record names: its address now, the object now or at the end."""
        uri = s3_uri(named.uri)
        if uri is None:
            source = self._rules.cite(self._media)
            report(Fault("D250", named.path, not_an_object(named.uri), "write s3://BUCKET/KEY", source))
            return
        self._address(uri, named.path, report)
        if self._looks is None:
            self._unseen += 1
            return

        def then(looked: Looked) -> None:
            for fault in media_faults(self._rules, named, looked):
                report(fault)

        self._looks.ask(uri, then)

    def _address(self, uri: S3Uri, path: str, report: Report) -> None:
        if not self._key.match(uri.key):
            message = f"the key of {uri} has characters that {self._rules.who} does not take"
            hint = f"use {self._key_rule.get('words', 'plain characters')}"
            report(Fault("D251", path, message, hint, self._rules.cite(self._key_rule)))
        if not self._media.get("same_bucket"):
            return
        if not self._bucket:
            self._bucket = uri.bucket
        elif uri.bucket != self._bucket:
            whose = "the dataset" if self._bucket_of_data else "earlier records"
            message = f"{uri} is not in the bucket of {whose}, {self._bucket}"
            hint = f"copy it there: aws s3 cp {uri} s3://{self._bucket}/{uri.key}"
            report(Fault("D252", path, message, hint, self._rules.cite(self._media)))

    def _one_kind(self, kinds: list[str], one: str, path: str, report: Report) -> None:
        """`one_kind` is `record` or `dataset`."""
        source = self._rules.cite(self._media)
        if len(kinds) > 1:
            message = f"{' and '.join(kinds)} in one record; {self._rules.who} takes one kind in a {one}"
            report(Fault("D265", path, message, "split the record by kind", source))
        if one != "dataset" or not kinds:
            return
        self._kind = self._kind or kinds[0]
        if len(kinds) == 1 and kinds[0] != self._kind:
            message = f"{kinds[0]} in a dataset that began with {self._kind}; {self._rules.who} takes one"
            report(Fault("D265", path, message, "make two datasets, and two jobs", source))
