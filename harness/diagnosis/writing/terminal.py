"""A diagnosis for a terminal: what was read, the sum, the causes with their remedies, what the logs say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from harness.diagnosis.diagnosing import Diagnosis, Group
from harness.diagnosis.verdicts import Finding
from harness.exports.evidence import InputFile
from harness.remedies.causes import Verdict

_MOST_LISTED = 20
_MOST_NAMES = 12
_LONGEST_NAME = 60


def lines(diagnosis: Diagnosis) -> Iterator[str]:
    """Yield the lines, without line ends."""
    yield "Read"
    for each in diagnosis.inputs:
        yield from _input(each)
    yield f"Mapping: {diagnosis.mapping}; AWS as in the profile {diagnosis.profile}"
    yield from (f"Note: {note}" for note in diagnosis.notes)
    yield ""
    sums = ", ".join(
        f"{diagnosis.counts[verdict]} {_WORDS[verdict]}"
        for verdict in Verdict
        if diagnosis.counts.get(verdict)
    )
    yield f"{diagnosis.users} users: {sums or 'nobody to judge'}{'' if diagnosis.complete else '; there may be more'}"
    for number, group in enumerate(diagnosis.causes, 1):
        yield from _group(number, group)
    if 0 < diagnosis.users - diagnosis.counts.get(Verdict.ARRIVES, 0) <= _MOST_LISTED:
        yield ""
        yield "Each of them"
        yield from (_line(each) for each in diagnosis.findings() if each.cause)
    yield from _groups(diagnosis)
    yield from _logs(diagnosis)


_WORDS = {
    Verdict.ARRIVES: "arrive",
    Verdict.REFUSED: "refused by AWS",
    Verdict.SKIPPED: "skipped by Azure AD",
    Verdict.CONFLICTS: "in conflict",
    Verdict.UNDECIDABLE: "undecidable",
}


def _input(each: InputFile) -> Iterator[str]:
    yield f"  {each.name}: {each.format}, {each.rows} rows"
    yield from (f"    {count} rows left out: {reason}" for reason, count in each.skipped.items())
    yield from (f"    {note}" for note in each.notes)
    if each.exported:
        yield f"    attributes: {', '.join(each.exported)}"
    if each.not_understood:
        yield f"    columns not understood: {_few(each.not_understood)} (--column 'COLUMN=attribute' says what one is)"


def _few(names: Sequence[str]) -> str:
    """Return names in one line, many as the first of them and a number."""
    listed = ", ".join(
        name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…" for name in names[:_MOST_NAMES]
    )
    return f"{listed} and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else listed


def _group(number: int, group: Group) -> Iterator[str]:
    yield ""
    yield f"{number}. {group.count} {_WORDS[group.verdict]}: {group.meaning}"
    if group.sentence:
        yield f'   AWS answers: "{group.sentence}"'
    yield f"   To do: {group.remedy}"
    more = (
        f" and {group.count - len(group.examples)} more (--json and --csv list all)"
        if group.count > len(group.examples)
        else ""
    )
    yield f"   Users: {', '.join(group.examples)}{more}"


def _line(each: Finding) -> str:
    value = f" = '{each.value}'" if each.value else ""
    mapping = f" ({each.mapping})" if each.mapping else ""
    return f"  {each.user_principal_name}: {each.verdict.value}, {each.attribute}{value}{mapping}"


def _groups(diagnosis: Diagnosis) -> Iterator[str]:
    """Yield how many groups arrive, and of those that do not why, what to do, and which they are."""
    if not diagnosis.groups:
        return
    counts = Counter(each.finding.verdict for each in diagnosis.groups)
    yield ""
    yield f"{len(diagnosis.groups)} groups: " + ", ".join(
        f"{counts[v]} {_WORDS[v]}" for v in Verdict if counts[v]
    )
    by_cause: dict[str, list[Finding]] = {}
    for each in diagnosis.groups:
        if each.finding.cause:
            by_cause.setdefault(each.finding.cause, []).append(each.finding)
    for findings in by_cause.values():
        first = findings[0]
        yield f"  {len(findings)} {_WORDS[first.verdict]}: {first.meaning} To do: {first.remedy}"
        yield f"    Groups: {_few([each.user_principal_name for each in findings])}"
    for group in [each for each in diagnosis.groups if each.missing][:_MOST_LISTED]:
        name = _few([group.finding.user_principal_name])
        yield f"  {name} arrives without {len(group.missing)} of its members, who do not: {_few(group.missing)}"


def _logs(diagnosis: Diagnosis) -> Iterator[str]:
    if not (diagnosis.comparisons or diagnosis.trail_only):
        return
    yield ""
    done = sum(each.reproduced for each in diagnosis.comparisons)
    yield f"The logs: {done} of {len(diagnosis.comparisons)} failures and skips come out here too"
    for each in diagnosis.comparisons[:_MOST_LISTED]:
        outcome = "the same here" if each.reproduced else f"not the same here: {each.note}"
        trail = f"; CloudTrail: {each.cloudtrail}" if each.cloudtrail else ""
        yield f"  {each.user_principal_name}: {each.logged}; {outcome}{trail}"
    if len(diagnosis.comparisons) > _MOST_LISTED:
        yield f"  … {len(diagnosis.comparisons) - _MOST_LISTED} more (--json lists all)"
    for message, count in diagnosis.trail_only.items():
        yield f"  in CloudTrail alone, which never says who ({count}): {message}"
