"""Whether the groups would arrive: those that are assigned or were exported, by what is known of them and nothing else.

A group is matched by its displayName, so one that AWS has already is taken over and no conflict. Assigned groups must be
security enabled: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works, "Scoping";
what AWS takes: https://docs.aws.amazon.com/singlesignon/latest/developerguide/creategroup.html (read 2026-11-29).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from harness.aws_sso import rules
from harness.aws_sso.refusals import Refused
from harness.azure_ad.mappings.expression import EvaluationError
from harness.azure_ad.mappings.functions import Value
from harness.azure_ad.provisioning.target.dialect import create_body
from harness.diagnosis.judging import Judge
from harness.diagnosis.verdicts import Finding, finding
from harness.exports.evidence import DirectoryGroup, Evidence
from harness.remedies.causes import Verdict

_NAME = "displayName"


@dataclass(frozen=True, slots=True)
class GroupFinding:
    """One group's verdict; `finding` names it in the place of a user."""

    id: str
    finding: Finding


def judged_groups(evidence: Evidence, judge: Judge) -> list[GroupFinding]:
    """Return the verdict on every group that is assigned or was exported, by name and id."""
    groups = dict(evidence.groups)
    for key, name in evidence.assignments.groups.items():
        groups.setdefault(key, DirectoryGroup(key, name or None, None))
    names = Counter(group.display_name.casefold() for group in groups.values() if group.display_name)
    judged = []
    for key, group in groups.items():
        label = group.display_name or key
        answers = (*_kept_out(evidence, judge, group), *_refused(judge, group), *_twice(group, names))
        judged.append(GroupFinding(key, next(iter(answers), Finding(label, Verdict.ARRIVES))))
    return sorted(judged, key=lambda each: (each.finding.user_principal_name.casefold(), each.id))


def _kept_out(evidence: Evidence, judge: Judge, group: DirectoryGroup) -> Iterator[Finding]:
    """Yield why Azure AD sends nothing of a group, or why that is not known."""
    label = group.display_name or group.id
    assignments = evidence.assignments
    if judge.mapping.groups is None:
        yield finding(label, "groups-not-mapped", attribute=_NAME)
    if assignments.exported and group.id not in assignments.groups:
        cause = "group-not-assigned" if assignments.complete else "group-assignment-unclear"
        yield finding(label, cause, attribute="appRoleAssignments")
    elif len(assignments.applications) > 1 and not all(
        group.id in each.groups for each in assignments.applications.values()
    ):
        yield finding(label, "group-assignment-unclear", attribute="appRoleAssignments")
    if group.security_enabled is False:
        yield finding(label, "group-not-security-enabled", attribute="securityEnabled", value="False")
    if group.display_name is None:
        yield finding(label, "group-name-not-exported", attribute=_NAME)


def _refused(judge: Judge, group: DirectoryGroup) -> Iterator[Finding]:
    """Yield what AWS refuses of a group whose name is known."""
    mapping = judge.mapping.groups
    if mapping is None or group.display_name is None:
        return
    label = group.display_name or group.id
    source: dict[str, Value] = {"objectId": group.id, _NAME: group.display_name or None}
    try:
        values = mapping.mapped(source, creating=True).new
    except EvaluationError as error:
        yield finding(label, "group-not-mappable", attribute=_NAME, how=str(error))
        return
    if not values.get(_NAME):
        yield finding(label, "group-without-name", attribute=_NAME)
        return
    body = create_body(mapping, values, judge.azure)
    body.pop("members", None)
    try:
        rules.group(body, judge.aws)
    except Refused as refused:
        sentence = refused.http_message(judge.aws)
        text = values[_NAME]
        yield finding(label, "group-refused", attribute=_NAME, value=text, sentence=sentence)


def _twice(group: DirectoryGroup, names: Counter[str]) -> Iterator[Finding]:
    if group.display_name and names[group.display_name.casefold()] > 1:
        yield finding(group.display_name, "group-same-name", attribute=_NAME, value=group.display_name)
