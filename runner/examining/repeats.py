"""Says which records repeat another, within one side and across training and validation data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from runner.examining.rules import DataFile, Fault, Side
from runner.examining.scan import Scan
from runner.examining.sightings import Again

_CODES = {(True, False): "D230", (False, False): "D231", (True, True): "D232", (False, True): "D233"}
_HINTS = {
    "D230": "drop it; in a recipe: the step drop_duplicates",
    "D231": "drop one of the two; in a recipe: the step drop_duplicates with match: normalized",
    "D232": "drop it from one of the two: a loss measured on rows that were trained on says nothing",
    "D233": "drop it from one of the two: a loss measured on rows that were trained on says little",
}
_MOSTLY = 0.5


def judge_repeats(scan: Scan, data: Sequence[DataFile]) -> None:
    """Report every record that repeats an earlier one. All are warnings: the service takes them.

    `D230`: the same record as an earlier one of its side: same texts, same roles.
    `D231`: near-identical: the same but for case, width, white space, invisible characters, punctuation.
    `D232`: a validation record stands in the training data, too.
    `D233`: a validation record is near-identical to one of the training data.
    `D234`: more than half of the records of a side repeat another.
    """
    if scan.sightings is None:
        return
    sides = [file.side for file in data]
    repeated: Counter[Side] = Counter()
    for again in scan.sightings.again():
        across = sides[again.place.file] != sides[again.first.file]
        code = _CODES[again.exact, across]
        repeated[sides[again.place.file]] += again.exact and not across
        file, line = again.place
        if scan.tally.wanted(code, "warning", file, line):
            scan.tally.add(file, line, _fault(code, again, data))
        else:
            scan.tally.count(code, "warning", file)
    for side, number in repeated.items():
        files = [file for file, owner in enumerate(sides) if owner == side]
        records = sum(scan.records[file] for file in files)
        if number > _MOSTLY * records:
            message = f"{number:,} of {records:,} records repeat another one: {records - number:,} differ"
            hint = "look at how the file was made; a model learns such rows by heart"
            scan.tally.add(files[0], 0, Fault("D234", "", message, hint, severity="warning"))


def _fault(code: str, again: Again, data: Sequence[DataFile]) -> Fault:
    where = f"line {again.first.line:,}"
    if again.first.file != again.place.file:
        where += f" of {data[again.first.file].name}"
    if code in {"D232", "D233"}:
        where += " (training data)"
    if again.exact:
        times = f" ({again.copies:,} times in all)" if again.copies > 2 else ""
        message = f"the same record as {where}{times}"
    else:
        message = f"near-identical to {where}: case, width, white space or punctuation differ at most"
    return Fault(code, "", message, _HINTS[code], severity="warning")
