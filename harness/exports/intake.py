"""Reads all files into one Evidence, with a record of how each was read; their order makes no difference."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from pathlib import Path

from harness.base.errors import HarnessError
from harness.exports import aws, people, provisioning_log
from harness.exports.assignments import Application, Members
from harness.exports.carriers import Row, Rows, rows
from harness.exports.everybody import Pages, People, PeopleFile, is_person
from harness.exports.evidence import Evidence, InputFile
from harness.exports.formats import OFFER, Format, foreigner, recognise
from harness.exports.logbook import LogBook, is_day_first, month_first
from harness.exports.provisioning_log import Unreadable
from harness.exports.schemas import Schemas
from harness.exports.sources import NotAnExportError, sources, traffic_of
from harness.exports.tenants import Tenants

_LOOKED_AT = 50


@dataclass(slots=True)
class _Intake:
    """Everything that was read so far."""

    evidence: Evidence = field(default_factory=Evidence)
    everybody: People = field(default_factory=People)
    schemas: Schemas = field(default_factory=Schemas)
    book: LogBook = field(default_factory=LogBook)
    day_first: bool = False  # in dates with slashes, of the log under way
    pages: Pages = field(default_factory=Pages)
    jobs: list[Row] = field(default_factory=list)
    tenants: Tenants = field(default_factory=Tenants)
    account_pages: aws.AccountPages = field(default_factory=aws.AccountPages)

    def settle(self) -> None:
        """Choose schema, log and applications where files differ, and note the choice. Raises HarnessError for a contradiction."""
        evidence = self.evidence
        self.schemas.candidates.sort(key=lambda each: (each.file, each.id))
        evidence.schema = self.schemas.choose(self.book.jobs)
        schema_id = str((evidence.schema or {}).get("id") or "")
        evidence.log, notes = self.book.choose(schema_id)
        evidence.job_ids = {entry.job for entry in evidence.log.values()}
        ids = {schema_id, *evidence.job_ids}
        jobs = [each for each in self.jobs if str(each.get("id")) in ids] or self.jobs
        evidence.job = min(jobs, key=repr) if jobs else None
        evidence.assignments.only(entry.principal for entry in evidence.log.values())
        evidence.assignments.complete = "assignments" not in evidence.incomplete
        if self.account_pages.chain(len(evidence.accounts.by_id)):
            evidence.incomplete.discard("accounts")
        evidence.accounts.complete = "accounts" not in evidence.incomplete
        evidence.join_log_parts(self.book.changes() if evidence.log_parts else ())
        if self.pages.lacking == 0 and not self.pages.damaged:
            evidence.incomplete.discard("people")
        evidence.notes += [*self.schemas.notes, *notes, *evidence.assignments.notes()]
        evidence.notes += [*filter(None, [self.pages.note()]), *self.tenants.notes()]
        evidence.notes += self.account_pages.notes(evidence.accounts)


def take_in(
    paths: Iterable[Path],
    *,
    renamed: Mapping[str, str],
    members: Mapping[Path, str],
    default_access_counts: bool = True,
    day_first: bool | None = None,
) -> tuple[Evidence, People]:
    """Read files in any order. `members` says whose members a file lists: path to the group's id or name.

    `default_access_counts` says whether the role Default Access brings its holders, `day_first` how dates with slashes are
    meant where no number above 12 tells.
    A file that is none of those known is left out, and said to be. Raises HarnessError where all are, for one that
    cannot be read, and for two that contradict each other where nothing says which is meant.
    """
    intake = _Intake()
    evidence = intake.evidence
    evidence.assignments.default_access_counts = default_access_counts
    foreign: list[InputFile] = []
    for path in sorted(dict.fromkeys(paths)):
        for carrier in _carriers(path, foreign, renamed):
            first = list(islice(iter(carrier), _LOOKED_AT))
            form = recognise(chain.from_iterable(first)) if first else None
            if not first and (line := _without_rows(evidence, carrier)) is not None:
                evidence.inputs.append(line)
                continue
            if form is None:
                foreign.append(InputFile(carrier.source.name, foreigner(first), 0, {}, ()))
                continue
            if form.kind == "people":
                line = _people(intake, carrier, form, first, members.get(path))
            else:
                moments = map(provisioning_log.moment, carrier if carrier.carrier == "CSV" else ())
                intake.day_first = is_day_first(carrier.source.name, moments, chosen=day_first)
                line = _others(intake, carrier, form)
            if not line.complete:
                evidence.incomplete.add(form.kind)
            evidence.inputs.append(line)
    if foreign and not evidence.inputs:
        raise HarnessError(f"{foreign[0].name}: {foreign[0].format}; {OFFER}")
    evidence.inputs += foreign
    intake.settle()
    return evidence, intake.everybody


def _without_rows(evidence: Evidence, carrier: Rows) -> InputFile | None:
    """Read an empty list whose wrapper says what it lists. Raises HarnessError for one cut before its first row."""
    text, _ = carrier.source.edges()
    form = recognise(_NAME.findall(text))
    if form is not None and not carrier.complete:
        raise HarnessError(f"{carrier.source.name}: {form.label}, but {carrier.notes[-1]}")
    label = next((label for mark, label in _EMPTY_LISTS if mark in text), "")
    if label == _ASSIGNMENTS:
        evidence.assignments.applications.setdefault("", Application("", ""))
    elif label:
        evidence.accounts.exported = True
    return InputFile(carrier.source.name, f"{label}, {carrier.carrier}", 0, {}, ()) if label else None


_NAME = re.compile(r'"([@\w.-]+)"\s*:')
_ASSIGNMENTS = "app role assignments"
_EMPTY_LISTS = (("appRoleAssignedTo", _ASSIGNMENTS), ('"Users"', "users of AWS (identitystore)"))


def _carriers(path: Path, foreign: list[InputFile], renamed: Mapping[str, str]) -> Iterator[Rows]:
    """Yield the rows of each text in a file; a text without rows is noted as foreign."""
    if path.is_file() and (why := traffic_of(path)):
        foreign.append(InputFile(str(path), why, 0, {}, ()))
        return
    try:
        texts = sources(path)
    except NotAnExportError as error:
        foreign.append(InputFile(error.name, error.why, 0, {}, ()))
        return
    for source in texts:
        try:
            yield rows(source, renamed)
        except NotAnExportError as error:
            foreign.append(InputFile(error.name, error.why, 0, {}, ()))


def _people(intake: _Intake, carrier: Rows, form: Format, first: list[Row], group: str | None) -> InputFile:
    """Add a file of people, also as the members of a group where one is named, in one pass through its rows."""
    tally, ids = people.Tally(), intake.evidence.assignments.ids
    members = intake.evidence.assignments.members.setdefault(group.casefold(), Members()) if group else None
    for row in carrier:
        key, name = tally.add(row, is_person=is_person(row))
        if members is not None:
            members.ids.add(key)
            members.names.add(name.partition("#ext#")[0])
            if key and name:
                ids[name.partition("#ext#")[0]] = key
    if members is None and carrier.carrier == "JSON":
        intake.pages.add(carrier, tally.keys)
    if members is not None:
        members.complete = members.complete and carrier.complete
        members.ids.discard("")
        members.names.discard("")
    intake.tenants.add(carrier.source.name, carrier.beginning, tally.initial_domains, tally.custom_domains)
    reader = people.PeopleReader(
        filled=frozenset(tally.filled) if people.has_all_columns(tally.columns) else None,
        from_ascii_csv=carrier.carrier == "CSV" and carrier.source.ascii,
    )
    intake.everybody.files.append(
        PeopleFile(carrier, reader, tally.people, tally.repeated, is_of_members=members is not None)
    )
    exported = frozenset[str]().union(*(reader.person(row).exported for row in first))
    return InputFile(
        name=carrier.source.name,
        format=f"{form.label}, {carrier.carrier}",
        rows=tally.people,
        skipped={"not a user": tally.others} if tally.others else {},
        notes=(*carrier.notes, *(people.notes(carrier.beginning) if members is None else ())),
        exported=tuple(sorted(exported)),
        not_understood=tuple(people.not_understood(tally.columns)),
        complete=carrier.complete,
    )


def _others(intake: _Intake, carrier: Rows, form: Format) -> InputFile:
    read, skipped = 0, Counter[str]()
    for row in carrier:
        try:
            reason = _taken(intake, form.kind, row, carrier.source.name)
        except (Unreadable, TypeError, AttributeError, KeyError) as error:
            reason = f"not readable: {error}"
        if reason:
            skipped[reason] += 1
        else:
            read += 1
    if form.kind == "accounts":
        intake.account_pages.add(carrier, read)
    return InputFile(
        carrier.source.name,
        f"{form.label}, {carrier.carrier}",
        read,
        dict(skipped),
        tuple(carrier.notes),
        complete=carrier.complete,
    )


def _taken(intake: _Intake, kind: str, row: Row, file: str) -> str:
    """Read a row of a file that does not list people; return why it is left out, an empty text if it is not."""
    if kind == "log":
        return _log(intake, row)
    if kind == "schema":
        return _schema(intake, row, file)
    if kind == "job":
        intake.jobs.append(row)
        return ""
    return _TAKERS[kind](intake.evidence, row)


def _log(intake: _Intake, row: Row) -> str:
    category = row.get("category") or row.get("Category")
    if category not in (None, "ProvisioningLogs"):
        return "another category of log"
    details = provisioning_log.imported(row)
    if details.get("userPrincipalName"):
        reader = people.PeopleReader(filled=None, from_ascii_csv=False)
        person = reader.person(details)
        before = intake.everybody.from_log.get(person.key)
        intake.everybody.from_log[person.key] = person if before is None else before.joined(person)
    entry = provisioning_log.entry(row)
    if entry is None:
        return "about a group"
    intake.book.add(replace(entry, moment=month_first(entry.moment)) if intake.day_first else entry)
    if entry.object_id and entry.user_principal_name:
        intake.evidence.assignments.ids[entry.user_principal_name.casefold()] = entry.object_id.lower()
    return ""


def _schema(intake: _Intake, row: Row, file: str) -> str:
    if isinstance(row.get("status"), dict):
        intake.jobs.append(row)
    return intake.schemas.add(row, file)


def _log_part(evidence: Evidence, row: Row) -> str:
    part = provisioning_log.part(row)
    if part is None:
        return "names no user and no property"
    evidence.log_parts.append(part)
    return ""


def _trail(evidence: Evidence, row: Row) -> str:
    event = aws.trail_event(row)
    if event is None:
        return "not a refused SCIM call"
    return "" if evidence.add_event(event) else "the same event again"


def _assignment(evidence: Evidence, row: Row) -> str:
    evidence.assignments.add(row)
    return ""


def _account(evidence: Evidence, row: Row) -> str:
    evidence.accounts.add(aws.account(row))
    return ""


def _group(evidence: Evidence, row: Row) -> str:
    group = people.group(row)
    if not group.id:
        return "a group without id"
    evidence.groups[group.id] = group
    return ""


def _membership(evidence: Evidence, row: Row) -> str:
    evidence.accounts.members |= aws.members(row)
    return ""


def _nothing(_evidence: Evidence, _row: Row) -> str:
    return "not needed for a verdict"


_TAKERS = {
    "log part": _log_part,
    "trail": _trail,
    "assignments": _assignment,
    "accounts": _account,
    "memberships": _membership,
    "aws groups": _nothing,
    "groups": _group,
}
