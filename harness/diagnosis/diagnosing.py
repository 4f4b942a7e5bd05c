"""A diagnosis of many users: judged one after another, compared with the logs, summed up by cause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain

from harness.diagnosis.comparing import Comparison, compared, not_joined
from harness.diagnosis.judging import Judge, Judged
from harness.diagnosis.spool import Spool
from harness.diagnosis.verdicts import Finding, finding
from harness.exports.evidence import Evidence, InputFile, Person
from harness.remedies.causes import Verdict

_EXAMPLES = 5


@dataclass(slots=True)
class Group:
    """The users with one cause and one remedy: how many, and the first of them."""

    cause: str
    verdict: Verdict
    attribute: str
    meaning: str
    remedy: str
    sentence: str
    count: int = 0
    examples: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Diagnosis:
    """`findings` walks all verdicts again; `causes` are in order, most people first; `notes` concern all users."""

    inputs: list[InputFile]
    mapping: str
    profile: str
    notes: list[str]
    counts: Mapping[Verdict, int]
    causes: list[Group]
    comparisons: list[Comparison]
    trail_only: Mapping[str, int]
    findings: Callable[[], Iterator[Finding]]

    @property
    def users(self) -> int:
        return sum(self.counts.values())

    @property
    def all_arrive(self) -> bool:
        return self.counts.get(Verdict.ARRIVES, 0) == self.users > 0


def diagnose(
    evidence: Evidence, people: Iterable[Person], judge: Judge, spool: Spool, step: Callable[[], None]
) -> Diagnosis:
    """Judge everybody; `step` is called after each. The spool must stay open as long as the diagnosis is read."""
    unseen = {entry.object_id: entry for entry in evidence.log.values() if entry.status == "failure"}
    for person in people:
        spool.add(judge.judge(person))
        unseen.pop(person.object_id, None)
        step()
    listed = any("users of Entra ID" in each.format for each in evidence.inputs)
    for entry in unseen.values():
        label = entry.user_principal_name or entry.object_id
        missing = finding(label, "not-seen", attribute="userPrincipalName")
        if listed or not entry.object_id:
            spool.add(Judged(missing, {}))
    spool.settle()

    def findings() -> Iterator[Finding]:
        return spool.findings(judge.clash)

    by_name = {entry.user_principal_name.casefold(): entry for entry in evidence.log.values()}
    trail = {event.request_id: event for event in reversed(evidence.trail) if event.request_id}
    counts: Counter[Verdict] = Counter()
    groups: dict[tuple[str, str, str], Group] = {}
    comparisons: list[Comparison] = []
    for each in findings():
        counts[each.verdict] += 1
        if each.cause:
            _count(groups, each)
        logged = by_name.get(each.user_principal_name.casefold())
        if logged is not None and (comparison := compared(logged, each, trail)) is not None:
            comparisons.append(comparison)
    return Diagnosis(
        inputs=evidence.inputs,
        mapping=judge.mapping.origin,
        profile=judge.aws.profile,
        notes=list(chain(_assumptions(evidence), _unjoined(evidence), _job_notes(evidence))),
        counts=counts,
        causes=sorted(groups.values(), key=lambda group: (-group.count, group.cause, group.attribute)),
        comparisons=comparisons,
        trail_only=not_joined(evidence),
        findings=findings,
    )


def _count(groups: dict[tuple[str, str, str], Group], each: Finding) -> None:
    key = (each.cause, each.attribute, each.remedy)
    group = groups.get(key)
    if group is None:
        group = groups[key] = Group(
            each.cause, each.verdict, each.attribute, each.meaning, each.remedy, each.sentence
        )
    group.count += 1
    if len(group.examples) < _EXAMPLES:
        group.examples.append(each.user_principal_name)


def _assumptions(evidence: Evidence) -> Iterator[str]:
    if evidence.assigned is None:
        yield "who is assigned was not exported: everybody is judged as assigned (appRoleAssignedTo says it)"
    if not evidence.accounts_known:
        yield "what AWS holds was not exported: conflicts with accounts there are not seen (aws identitystore list-users)"


def _unjoined(evidence: Evidence) -> Iterator[str]:
    if evidence.unjoined:
        yield (
            f"{evidence.unjoined} rows of the portal's steps or changes belong to no entry of a log given: download "
            "ProvisioningLogs too, which comes with them"
        )


def _job_notes(evidence: Evidence) -> Iterator[str]:
    status = (evidence.job or {}).get("status")
    if not isinstance(status, dict):
        return
    quarantine = status.get("quarantine")
    if isinstance(quarantine, dict):
        error = quarantine.get("error") or {}
        code = error.get("code", "") if isinstance(error, dict) else ""
        yield f"the job is in quarantine ({quarantine.get('reason') or code}): nothing arrives before that is mended"
    elif str(status.get("code", "")).lower() == "paused":
        yield "the job is paused: nothing arrives before it is started"
