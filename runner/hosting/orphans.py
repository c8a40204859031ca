"""Things that carry this project's name and stand in no ledger: what a lost ledger has forgotten.

Another project, or a colleague's clone, may have the same name: the tag `runner:owner` tells whose they are.

Bedrock lists each kind and tells the tags of each ARN; that needs no service beside Bedrock, and shows what
was made a second ago. Schedules carry no tags: theirs is the description.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from runner.aws.calls import look
from runner.bedrock.cloud import Cloud
from runner.bedrock.names import tags
from runner.hosting.things import KINDS, found, labels_of
from runner.ledger import Entry

_ENDED = ("Completed", "Failed", "Stopped")
"""States in which a job costs nothing any more."""


def orphans(cloud: Cloud, root: Path, known: set[str]) -> Iterator[Entry]:
    """What AWS has of this project in the region, except the ARNs in `known`. Nothing is written."""
    project = tags(str(root), "", "", {})["runner:project"]
    for name, kind in KINDS.items():
        for summary in _listed(cloud, name):
            arn = str(summary[kind.summary_arn])
            ended = name.endswith("-job") and summary.get("status") in _ENDED
            if arn in known or ended:
                continue
            labels = _labels(cloud, name, summary)
            if labels.get("runner:project") != project:
                continue
            yield Entry(
                kind=name,
                name=str(summary[kind.summary_name]),
                account=cloud.account,
                region=cloud.region,
                simulator=cloud.simulator,
                project=str(root),
                recipe=labels.get("runner:recipe", ""),
                fingerprint=labels.get("runner:fingerprint", ""),
                arn=arn,
                tags=labels,
            )


def _listed(cloud: Cloud, name: str) -> Iterator[Mapping[str, Any]]:
    """Every summary of a kind; listed by hand, since a page may fail and is then asked for again."""
    kind = KINDS[name]
    method = getattr(cloud.client(kind.service), kind.listed)
    request: dict[str, Any] = {"NamePrefix": "runner-"} if name == "schedule" else {}
    token = "NextToken" if name == "schedule" else "nextToken"
    while True:
        reply = look(f"listing every {kind.title}", method, **request)
        yield from reply.get(kind.summaries, [])
        if not reply.get(token):
            return
        request[token] = reply[token]


def _labels(cloud: Cloud, name: str, summary: Mapping[str, Any]) -> dict[str, str]:
    kind = KINDS[name]
    if name != "schedule":
        return labels_of(cloud, name, {kind.arn: summary[kind.summary_arn]})
    entry = Entry("schedule", str(summary[kind.summary_name]), cloud.account, cloud.region)
    return labels_of(cloud, name, found(cloud, entry) or {})
