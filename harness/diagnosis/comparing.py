"""Verdicts compared with what the provisioning log and CloudTrail say happened."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from harness.diagnosis.refusing import plain
from harness.diagnosis.verdicts import Finding
from harness.exports.evidence import Evidence, LogEntry, TrailEvent
from harness.remedies.causes import Verdict

# The log's (.NET's) name of an HTTP status, and the verdict that predicts it.
_BY_ANSWER = {"BadRequest": Verdict.REFUSED, "Conflict": Verdict.CONFLICTS}
# Codes of failures that Azure AD had before it asked the target, and the causes that predict them:
# https://learn.microsoft.com/en-us/entra/identity/monitoring-health/howto-analyze-provisioning-logs, "Error codes" (read 2026-11-29).
_BY_CODE = {
    "MissingValues": ("required-missing",),
    "MandatoryFieldsMissing": ("required-missing",),
    "SchemaPropertyCanOnlyAcceptValue": ("several-for-one",),
    "DuplicateSourceEntries": ("same-as-somebody",),
    "ImportSkipped": ("nothing-to-match-by", "not-mappable"),
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """One logged failure or skip with the verdict. `note` is why they differ, `cloudtrail` AWS's event of the same request."""

    user_principal_name: str
    logged: str
    reproduced: bool
    verdict: Verdict
    note: str
    cloudtrail: str


def compared(entry: LogEntry, finding: Finding, trail: Mapping[str, TrailEvent]) -> Comparison | None:
    """Compare a user's newest log entry with the verdict; return None for an entry that is no failure.

    `trail` are CloudTrail's refusals by request id.
    """
    if entry.status not in ("failure", "skipped") or "RedundantExport" in (entry.code, entry.property):
        return None
    event = trail.get(entry.request_id)
    expected = Verdict.SKIPPED if entry.status == "skipped" else _BY_ANSWER.get(entry.http)
    same_verdict = (
        finding.verdict is expected
        or finding.cause in _BY_CODE.get(entry.code, ())
        or (finding.cause == "required-missing" and entry.http == "BadRequest")
    )
    others = _named(entry, event) if same_verdict else []
    reproduced = same_verdict and (not others or _is_about(finding, others))
    return Comparison(
        user_principal_name=finding.user_principal_name,
        logged=" ".join(part for part in (entry.status, entry.http, entry.code, entry.property) if part),
        reproduced=reproduced,
        verdict=finding.verdict,
        note="" if reproduced else _why(finding, expected, others),
        cloudtrail=_said(event),
    )


def _named(entry: LogEntry, event: TrailEvent | None) -> list[str]:
    """Return the attributes or reasons that log or CloudTrail name for a failure; none where they name none."""
    if entry.status == "skipped":
        return [entry.property] if entry.property not in _UNSPECIFIC else []
    text = f"{entry.detail} {event.message if event else ''}"
    return _ATTRIBUTE.findall(text)


def _is_about(finding: Finding, names: Iterable[str]) -> bool:
    """Return whether a finding is about one of the attributes or reasons in `names`."""
    about = {plain(part) for part in (finding.attribute, finding.attribute.partition("[")[0])}
    return any(plain(name) in about or finding.cause in _REASONS.get(name, ()) for name in names)


# An attribute in one of AWS's error messages.
_ATTRIBUTE = re.compile(r"(?:Value at '|List attribute )([\w.:]+)")
_UNSPECIFIC = ("", "AttributeValidationFailed")
# Reasons of skips that name no attribute, and the causes that predict them.
_REASONS = {
    "NotEffectivelyEntitled": ("not-assigned", "default-access", "disabled"),
    "NotInScope": ("out-of-scope", "not-assigned"),
    "ScopingFilterEvaluationFailed": ("out-of-scope",),
}


def _why(finding: Finding, expected: Verdict | None, names: Sequence[str]) -> str:
    if names:
        return (
            f"{finding.verdict.value} here too, but for {finding.attribute}: {finding.meaning} The log names "
            f"{', '.join(names)}: the values, the mapping or AWS changed since"
        )
    if finding.verdict is Verdict.UNDECIDABLE:
        return f"cannot be judged: {finding.meaning}"
    if expected is None:
        return "no rule about the user's values leads to this; it is about the connection or the server"
    if finding.verdict is Verdict.ARRIVES:
        return "by what was exported this user arrives: the values, the mapping or AWS changed since, or differ from those given"
    return f"by what was exported this user is {finding.verdict.value} earlier: {finding.meaning}"


def _said(event: TrailEvent | None) -> str:
    return f"{event.name}: {event.message or event.code}" if event else ""


def not_joined(evidence: Evidence) -> Mapping[str, int]:
    """Count the refusals in CloudTrail that belong to no entry of the provisioning log, by event and message."""
    named = {entry.request_id for entry in evidence.log.values() if entry.request_id}
    return Counter(_said(event) for event in evidence.trail if event.request_id not in named)
