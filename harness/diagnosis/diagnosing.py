"""The diagnosis of all users: each is judged, compared with the logs, and counted by cause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain

from harness.diagnosis.comparing import Comparison, compared, not_joined
from harness.diagnosis.groups import GroupFinding, judged_groups
from harness.diagnosis.judging import Judge, Judged
from harness.diagnosis.mapping import MappingInForce
from harness.diagnosis.refusing import plain
from harness.diagnosis.spool import Spool
from harness.diagnosis.verdicts import Finding, finding
from harness.exports.evidence import Evidence, InputFile, LogEntry, Person
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
    """`findings` walks all verdicts again; `causes` are in order, most people first; `notes` concern all users.

    `complete` is False where users lack that an export announced: further pages, or what followed in a file that ends early.
    """

    inputs: list[InputFile]
    mapping: str
    profile: str
    notes: list[str]
    counts: Mapping[Verdict, int]
    causes: list[Group]
    comparisons: list[Comparison]
    trail_only: Mapping[str, int]
    complete: bool
    groups: list[GroupFinding]
    findings: Callable[[], Iterator[Finding]]

    @property
    def users(self) -> int:
        return sum(self.counts.values())

    @property
    def all_arrive(self) -> bool:
        lost = any(each.finding.verdict in _LOST for each in self.groups)
        return self.complete and not lost and self.counts.get(Verdict.ARRIVES, 0) == self.users > 0


_NOT_ARRIVING = (Verdict.REFUSED, Verdict.CONFLICTS, Verdict.SKIPPED)
# A skipped group is no failure: nobody means to send it.
_LOST = (Verdict.REFUSED, Verdict.CONFLICTS, Verdict.UNDECIDABLE)


def diagnose(
    evidence: Evidence, people: Iterable[Person], judge: Judge, spool: Spool, step: Callable[[], None]
) -> Diagnosis:
    """Judge everybody; `step` is called after each user. The spool must stay open while the diagnosis is read."""
    unseen = {id(entry): entry for entry in evidence.log.values()}
    logged_users = len(unseen)
    logged: dict[str, LogEntry] = {}
    for person in people:
        spool.add(judge.judge(person))
        entry = evidence.entry_of(person)
        if entry is not None:
            unseen.pop(id(entry), None)
            logged[person.label] = entry
        step()
    strangers = logged_users if logged_users == len(unseen) and _lists_users(evidence) else 0
    for entry in unseen.values():
        answer = _by_log_alone(entry, listed=_lists_users(evidence))
        if answer is not None:
            spool.add(Judged(answer, {}))
            logged[answer.user_principal_name] = entry
    spool.settle()

    def findings() -> Iterator[Finding]:
        return spool.findings(judge.clash)

    trail = {event.request_id: event for event in reversed(evidence.trail) if event.request_id}
    counts: Counter[Verdict] = Counter()
    groups: dict[tuple[str, str, str], Group] = {}
    comparisons: list[Comparison] = []
    lost: list[str] = []
    for each in findings():
        counts[each.verdict] += 1
        if each.cause:
            _count(groups, each)
        if each.verdict in _NOT_ARRIVING and evidence.assignments.members:
            lost.append(each.user_principal_name)
        entry = logged.get(each.user_principal_name)
        if entry is not None and (comparison := compared(entry, each, trail)) is not None:
            comparisons.append(comparison)
    return Diagnosis(
        inputs=evidence.inputs,
        mapping=judge.mapping.origin,
        profile=judge.aws.profile,
        notes=[*evidence.notes, *_notes(evidence, judge.mapping), *_strangers(strangers)],
        counts=counts,
        causes=sorted(groups.values(), key=lambda group: (-group.count, group.cause, group.attribute)),
        comparisons=comparisons,
        trail_only=not_joined(evidence),
        complete=_complete(evidence),
        groups=judged_groups(evidence, judge, lost),
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


def _lists_users(evidence: Evidence) -> bool:
    return any("users of Entra ID" in each.format for each in evidence.inputs)


def _by_log_alone(entry: LogEntry, *, listed: bool) -> Finding | None:
    """Return the log's finding for a user whose values no file has; for users in no list, only failures."""
    label = entry.user_principal_name or entry.object_id
    if entry.status == "failure" and listed:
        return finding(label, "not-seen", attribute="userPrincipalName")
    if entry.status == "failure":
        cause = "logged-conflict" if entry.http == "Conflict" else "logged-failure"
        return finding(label, cause, attribute="userName", sentence=entry.detail)
    if entry.status == "skipped" and not listed and entry.property not in _NO_TARGETS:
        return finding(label, "required-missing", attribute=entry.property)
    return None


# What a skip was for that is no attribute of the target.
_NO_TARGETS = frozenset(
    {"", "AttributeValidationFailed", "NotEffectivelyEntitled", "RedundantExport", "NotInScope"}
)


def _complete(evidence: Evidence) -> bool:
    """Return whether the files have all users, as far as they say so themselves."""
    return ("people" if _lists_users(evidence) else "log") not in evidence.incomplete


def _notes(evidence: Evidence, mapping: MappingInForce) -> Iterator[str]:
    if not _complete(evidence):
        yield "users may lack (further pages, or a file that ends early): nothing is said of them; export all users into one file"
    yield from chain(
        _assumptions(evidence), _unjoined(evidence), _stale(evidence, mapping), _job_notes(evidence)
    )


def _strangers(count: int) -> Iterator[str]:
    if count > 1:
        yield (
            f"none of the {count} users that the log names is in the lists of users: they may be of another tenant; export both of one"
        )


def _stale(evidence: Evidence, mapping: MappingInForce) -> Iterator[str]:
    """Yield the note, if any, that the log has changes of attributes without a mapping: log or mapping is out of date."""
    mapped = {plain(target) for target in (*mapping.reads, *mapping.unreadable, *mapping.references)}
    written = {name for entry in evidence.log.values() for name in entry.targets}
    others = sorted(name for name in written if plain(name) not in mapped | _UNMAPPED)
    if others and evidence.schema is not None:
        yield (
            f"the log shows values written to {', '.join(others)}, which the schema does not map: it was changed since, or is "
            "another job's; export both of one day"
        )


# Attributes that the log lists as modified although no mapping writes them.
_UNMAPPED = frozenset({"accountDisabled", "accountEnabled", "id", "externalId", "active"})


def _assumptions(evidence: Evidence) -> Iterator[str]:
    if not evidence.assignments.exported:
        yield "who is assigned was not exported: everybody is judged as assigned (appRoleAssignedTo says it)"
    if not evidence.accounts.exported:
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
