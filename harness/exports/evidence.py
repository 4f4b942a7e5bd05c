"""What the files say: people of Entra ID, accounts of AWS, entries of both logs, the mapping and who is assigned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from harness.azure_ad.mappings.functions import Value
from harness.base.store import Document


@dataclass(frozen=True, slots=True)
class Person:
    """One user as exported, under the names that attribute mappings use.

    A name in `exported` that `values` lacks is known to be empty; a name in neither was not exported, and nothing may be
    said of it. `damaged` are names whose cells an export spoiled, each with how.
    """

    values: Mapping[str, Value]
    exported: frozenset[str]
    damaged: Mapping[str, str]

    @property
    def object_id(self) -> str:
        return str(self.values.get("objectId") or "")

    @property
    def user_principal_name(self) -> str:
        return str(self.values.get("userPrincipalName") or "")

    @property
    def label(self) -> str:
        return (
            self.user_principal_name or self.object_id or str(self.values.get("displayName") or "(no name)")
        )

    def joined(self, other: Person) -> Person:
        """Return what both exports of one person say; the later one counts where both know."""
        values = {key: value for key, value in self.values.items() if key not in other.exported}
        damaged = {key: how for key, how in self.damaged.items() if key not in other.exported}
        return Person(
            {**values, **other.values},
            (self.exported | other.exported).difference(other.damaged),
            {**{k: v for k, v in other.damaged.items() if k not in self.exported}, **damaged},
        )


@dataclass(frozen=True, slots=True)
class Account:
    """One user of AWS; `external_ids` is empty for an account made by hand or by another identity provider."""

    user_id: str
    user_name: str
    email: str
    external_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LogEntry:
    """The newest entry of the provisioning log about one user.

    `status` is `success`, `failure`, `skipped` or `warning`; `http` .NET's name of the HTTP status (`BadRequest`); `detail`
    what the target said; `request_id` AWS's name of the request; `property` what a skip was for; `change_id` ties the portal's
    three CSV files together.
    """

    object_id: str
    user_principal_name: str
    moment: str
    action: str
    status: str
    code: str = ""
    http: str = ""
    detail: str = ""
    request_id: str = ""
    property: str = ""
    change_id: str = ""


@dataclass(frozen=True, slots=True)
class LogPart:
    """What the portal's CSV files of steps and of modified properties say of one change: whom it was about, what a skip was for."""

    change_id: str
    user_principal_name: str = ""
    property: str = ""


@dataclass(frozen=True, slots=True)
class TrailEvent:
    """A refused SCIM call in CloudTrail, which never names the user."""

    event_id: str
    request_id: str
    moment: str
    name: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class InputFile:
    """What was made of one file: format, rows read, rows skipped by reason, what to know of it."""

    name: str
    format: str
    rows: int
    skipped: Mapping[str, int]
    notes: tuple[str, ...]
    exported: tuple[str, ...] = ()
    not_understood: tuple[str, ...] = ()


@dataclass(slots=True)
class Evidence:
    """All files together. `people` can be walked again and again; `members` maps a group's id or name to its users' ids.

    `assigned` are the ids of users and groups that are assigned to the application, None where no file says so; `unjoined`
    rows of the portal's steps and changes belong to no entry.
    """

    inputs: list[InputFile] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    accounts_known: bool = False
    log: dict[str, LogEntry] = field(default_factory=dict)
    log_parts: list[LogPart] = field(default_factory=list)
    unjoined: int = 0
    trail: list[TrailEvent] = field(default_factory=list)
    schema: Document | None = None
    job: Document | None = None
    job_ids: set[str] = field(default_factory=set)
    assigned: dict[str, str] | None = None
    groups: dict[str, str] = field(default_factory=dict)
    members: dict[str, set[str]] = field(default_factory=dict)
    _event_ids: set[str] = field(default_factory=set)

    def add_event(self, event: TrailEvent) -> bool:
        """Add a refusal to the trail; False for one that is there already, as files that overlap have it."""
        if event.event_id in self._event_ids:
            return False
        if event.event_id:
            self._event_ids.add(event.event_id)
        self.trail.append(event)
        return True

    def join_log_parts(self) -> None:
        """Complete the entries of the portal's CSV by what its other two files say."""
        entries = {entry.change_id: entry for entry in self.log.values() if entry.change_id}
        for part in self.log_parts:
            entry = entries.get(part.change_id)
            if entry is None:
                self.unjoined += 1
                continue
            entry = entries[part.change_id] = replace(
                entry,
                user_principal_name=entry.user_principal_name or part.user_principal_name,
                property=entry.property or part.property,
            )
            for key in (entry.object_id, entry.user_principal_name.casefold()):
                if key:
                    self.log[key] = entry

    def entry_of(self, person: Person) -> LogEntry | None:
        """Return the newest log entry about a person, by id, else by userPrincipalName."""
        by_id = self.log.get(person.object_id) if person.object_id else None
        return by_id or self.log.get(person.user_principal_name.casefold())
