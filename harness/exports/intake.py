"""All files into one body of evidence, each with a line about what was made of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path

from harness.base.errors import HarnessError
from harness.exports import aws, people, provisioning_log
from harness.exports.carriers import Row, Rows, rows
from harness.exports.evidence import Evidence, InputFile, Person
from harness.exports.formats import OFFER, Format, recognise
from harness.exports.provisioning_log import Unreadable
from harness.exports.sources import NotAnExportError, sources

_LOOKED_AT = 50


@dataclass(slots=True)
class People:
    """The people of one or more files, read anew whenever they are walked; those of several files are joined in memory."""

    files: list[tuple[Rows, people.PeopleReader]] = field(default_factory=list)
    from_log: dict[str, Person] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Person]:
        if not self.files:
            yield from self.from_log.values()
        elif len(self.files) == 1:
            carrier, reader = self.files[0]
            yield from (reader.person(row) for row in carrier if _is_person(row))
        else:
            joined: dict[str, Person] = {}
            for carrier, reader in self.files:
                for row in carrier:
                    if _is_person(row):
                        person = reader.person(row)
                        key = person.object_id or person.user_principal_name.casefold()
                        joined[key] = joined[key].joined(person) if key in joined else person
            yield from joined.values()


def take_in(
    paths: Iterable[Path], *, renamed: Mapping[str, str], members: Mapping[Path, str]
) -> tuple[Evidence, People]:
    """Read files in any order. `members` says whose members a file lists: path to the group's id or name.

    A file that is none of those known is left out, and said to be. Raises HarnessError where all are, and for one that
    cannot be read.
    """
    evidence, everybody = Evidence(), People()
    foreign: list[InputFile] = []
    for path in paths:
        for carrier in _carriers(path, foreign):
            first = list(islice(iter(carrier), _LOOKED_AT))
            form = recognise(chain.from_iterable(first)) if first else None
            if form is None:
                shape = ", ".join(list(first[0])[:8]) if first else "no rows"
                foreign.append(
                    InputFile(carrier.source.name, f"not an export that is known (it has {shape})", 0, {}, ())
                )
                continue
            if form.kind == "people":
                line, ids = _people(everybody, carrier, form, first, renamed)
                if path in members:
                    evidence.members.setdefault(members[path], set()).update(ids)
            else:
                line = _others(evidence, everybody, carrier, form)
            evidence.inputs.append(line)
    if foreign and not evidence.inputs:
        raise HarnessError(f"{foreign[0].name}: {foreign[0].format}; {OFFER}")
    evidence.inputs += foreign
    evidence.join_log_parts()
    return evidence, everybody


def _carriers(path: Path, foreign: list[InputFile]) -> Iterator[Rows]:
    """Yield how each text of a file carries its rows; what has none is among the foreign ones."""
    try:
        texts = sources(path)
    except NotAnExportError as error:
        foreign.append(InputFile(error.name, error.why, 0, {}, ()))
        return
    for source in texts:
        try:
            yield rows(source)
        except NotAnExportError as error:
            foreign.append(InputFile(error.name, error.why, 0, {}, ()))


def _people(
    everybody: People, carrier: Rows, form: Format, first: list[Row], renamed: Mapping[str, str]
) -> tuple[InputFile, set[str]]:
    """Add a file to everybody's; return what was made of it and the object ids in it, all of one walk through its rows."""
    tally = people.Tally(renamed)
    for row in carrier:
        tally.add(row, is_person=_is_person(row))
    reader = people.PeopleReader(
        renamed=renamed,
        filled=frozenset(tally.filled) if people.has_all_columns(tally.columns) else None,
        from_ascii_csv=carrier.carrier == "CSV" and carrier.source.ascii,
    )
    everybody.files.append((carrier, reader))
    exported = frozenset[str]().union(*(reader.person(row).exported for row in first))
    line = InputFile(
        name=carrier.source.name,
        format=f"{form.label}, {carrier.carrier}",
        rows=tally.people,
        skipped={"not a user": tally.others} if tally.others else {},
        notes=tuple(carrier.notes),
        exported=tuple(sorted(exported)),
        not_understood=tuple(people.not_understood(renamed.get(name, name) for name in tally.columns)),
    )
    return line, tally.object_ids


def _others(evidence: Evidence, everybody: People, carrier: Rows, form: Format) -> InputFile:
    take = _TAKERS[form.kind]
    read, skipped = 0, Counter[str]()
    for row in carrier:
        try:
            reason = take(evidence, row)
        except (Unreadable, TypeError, AttributeError, KeyError) as error:
            reason = f"not readable: {error}"
        if reason:
            skipped[reason] += 1
        else:
            read += 1
        if form.kind == "log":
            _remember_imported(everybody, row)
    return InputFile(
        carrier.source.name, f"{form.label}, {carrier.carrier}", read, dict(skipped), tuple(carrier.notes)
    )


def _remember_imported(everybody: People, row: Row) -> None:
    details = provisioning_log.imported(row)
    if details.get("userPrincipalName"):
        reader = people.PeopleReader(renamed={}, filled=None, from_ascii_csv=False)
        person = reader.person(details)
        everybody.from_log[person.object_id or person.user_principal_name] = person


def _log(evidence: Evidence, row: Row) -> str:
    category = row.get("category") or row.get("Category")
    if category not in (None, "ProvisioningLogs"):
        return "another category of log"
    evidence.job_ids.add(provisioning_log.job_id(row))
    entry = provisioning_log.entry(row)
    if entry is None:
        return "about a group"
    for key in (entry.object_id, entry.user_principal_name.casefold()):
        newest = evidence.log.get(key)
        if key and (newest is None or newest.moment <= entry.moment):
            evidence.log[key] = entry
    return ""


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


def _schema(evidence: Evidence, row: Row) -> str:
    if isinstance(row.get("status"), dict):
        evidence.job = row
    schema = row if "synchronizationRules" in row else row.get("schema")
    if not isinstance(schema, dict) or "synchronizationRules" not in schema:
        return "no schema in it"
    evidence.schema = schema
    return ""


def _job(evidence: Evidence, row: Row) -> str:
    evidence.job = row
    return ""


def _assignment(evidence: Evidence, row: Row) -> str:
    if evidence.assigned is None:
        evidence.assigned = {}
    folded = {key.lower(): value for key, value in row.items()}
    evidence.assigned[str(folded["principalid"])] = str(folded["principaltype"])
    evidence.groups[str(folded["principalid"])] = str(folded.get("principaldisplayname") or "")
    return ""


def _account(evidence: Evidence, row: Row) -> str:
    evidence.accounts_known = True
    evidence.accounts.append(aws.account(row))
    return ""


def _nothing(_evidence: Evidence, _row: Row) -> str:
    return "not needed for a verdict on users"


_TAKERS = {
    "log": _log,
    "log part": _log_part,
    "trail": _trail,
    "schema": _schema,
    "job": _job,
    "assignments": _assignment,
    "accounts": _account,
    "memberships": _nothing,
    "aws groups": _nothing,
    "groups": _nothing,
}


def _is_person(row: Row) -> bool:
    kind = str(row.get("@odata.type") or row.get("odata.type") or "user").lower()
    return kind.rpartition(".")[2] == "user" and any(
        row.get(name)
        for name in ("userPrincipalName", "UserPrincipalName", "User principal name", "id", "Id", "ObjectId")
    )
