"""The verdict on each group that is assigned or was exported, by its exported values alone.

A group is matched by its displayName, so an equal one in AWS is taken over, not a conflict. Assigned groups must be
security enabled: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works, "Scoping";
what AWS takes: https://docs.aws.amazon.com/singlesignon/latest/developerguide/creategroup.html (read 2026-11-29).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.aws_sso import rules
from harness.aws_sso.refusals import Refused
from harness.azure_ad.mappings.expression import EvaluationError
from harness.azure_ad.mappings.functions import Value
from harness.azure_ad.provisioning.target.dialect import create_body
from harness.diagnosis.judging import Judge
from harness.diagnosis.mapping import COMPUTED
from harness.diagnosis.scoping import Scoped, scoped
from harness.diagnosis.verdicts import Finding, finding
from harness.exports.evidence import DirectoryGroup, Evidence
from harness.remedies.causes import Verdict

_NAME = "displayName"


@dataclass(frozen=True, slots=True)
class GroupFinding:
    """The verdict on one group; `finding` has the group's name in the place of a user's.

    `missing` are the exported members who do not arrive, and without whom the group arrives.
    """

    id: str
    finding: Finding
    missing: tuple[str, ...] = ()


def judged_groups(evidence: Evidence, judge: Judge, lost: Sequence[str]) -> list[GroupFinding]:
    """Return the verdict on every group that is assigned or was exported, by name and id.

    `lost` are the userPrincipalNames of those who do not arrive.
    """
    groups = dict(evidence.groups)
    for key, name in evidence.assignments.groups.items():
        groups.setdefault(key, DirectoryGroup(key, name or None, None))
    names = Counter(group.display_name.casefold() for group in groups.values() if group.display_name)
    judged = []
    for key, group in groups.items():
        label = group.display_name or key
        answers = (*_kept_out(evidence, judge, group), *_refused(judge, group), *_twice(group, names))
        answer = next(iter(answers), Finding(label, Verdict.ARRIVES))
        arrives = answer.verdict is Verdict.ARRIVES
        judged.append(GroupFinding(key, answer, _missing(evidence, group, lost) if arrives else ()))
    return sorted(judged, key=lambda each: (each.finding.user_principal_name.casefold(), each.id))


def _missing(evidence: Evidence, group: DirectoryGroup, lost: Sequence[str]) -> tuple[str, ...]:
    """Return the members of a group who do not arrive."""
    members = evidence.assignments.members
    listed = members.get(group.id) or members.get((group.display_name or "").casefold())
    return tuple(name for name in lost if listed and name.casefold().partition("#ext#")[0] in listed.names)


def _kept_out(evidence: Evidence, judge: Judge, group: DirectoryGroup) -> Iterator[Finding]:
    """Yield why Azure AD does not send a group, or why that is not known."""
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
    """Yield why a group with a known name is not sent, what AWS refuses of it, and which values are not known."""
    mapping, reads = judge.mapping.groups, judge.mapping.group_reads
    if mapping is None or group.display_name is None:
        return
    label = group.display_name or group.id
    source: dict[str, Value] = {**group.values, "objectId": group.id, _NAME: group.display_name or None}
    if mapping.scope is not None:
        yield from _out_of_scope(label, scoped(mapping.scope.evaluate(source, judge.azure), source.keys()))
    lacking = {
        target: names - source.keys() - COMPUTED
        for target, names in reads.items()
        if names - source.keys() - COMPUTED
    }
    if _NAME not in reads:
        yield finding(label, "group-name-not-mapped", attribute=_NAME)
        return
    try:
        values = mapping.mapped({**source, "IsSoftDeleted": "False"}, creating=True).new
    except EvaluationError as error:
        if not lacking:
            yield finding(label, "group-not-mappable", attribute=_NAME, how=str(error))
        values = {}
    values = {target: text for target, text in values.items() if target not in lacking}
    if not lacking and not values.get(_NAME):
        yield finding(label, "group-without-name", attribute=_NAME)
        return
    yield from _sent(judge, label, values)
    if lacking:
        names = ", ".join(sorted(frozenset[str]().union(*lacking.values())))
        yield finding(label, "group-name-not-exported", attribute=names)


def _out_of_scope(label: str, answer: Scoped) -> Iterator[Finding]:
    """Yield that a group is out of the filter's scope, or that this is not known."""
    if answer.failed is not None:
        yield finding(label, "group-out-of-scope", attribute=answer.failed.clause.text)
    elif answer.lacking:
        yield finding(label, "group-name-not-exported", attribute=", ".join(sorted(answer.lacking)))


def _sent(judge: Judge, label: str, values: Mapping[str, str]) -> Iterator[Finding]:
    """Yield the known value of a group that AWS refuses: one without which it accepts the group, else the name."""
    if judge.mapping.groups is None or not values.get(_NAME) or not (sentence := _refusal(judge, values)):
        return
    for target in values.keys() - {_NAME}:
        if not _refusal(judge, {name: text for name, text in values.items() if name != target}):
            yield finding(label, "group-not-taken", attribute=target, value=values[target], sentence=sentence)
            return
    yield finding(label, "group-refused", attribute=_NAME, value=values[_NAME], sentence=sentence)


def _refusal(judge: Judge, values: Mapping[str, str]) -> str:
    """Return AWS's message where it refuses a group with such values, an empty text where it accepts it."""
    assert judge.mapping.groups is not None
    body = create_body(judge.mapping.groups, values, judge.azure)
    body.pop("members", None)
    try:
        rules.group(body, judge.aws)
    except Refused as refused:
        return refused.http_message(judge.aws)
    return ""


def _twice(group: DirectoryGroup, names: Counter[str]) -> Iterator[Finding]:
    if group.display_name and names[group.display_name.casefold()] > 1:
        yield finding(group.display_name, "group-same-name", attribute=_NAME, value=group.display_name)
