"""The content of the export files as records: people, accounts of AWS, entries of both logs, the schema, assignments."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from harness.azure_ad.mappings.functions import Value
from harness.base.store import Document
from harness.exports.assignments import Assignments


@dataclass(frozen=True, slots=True)
class Person:
    """One user as exported, under the names that attribute mappings use.

    A name in `exported` but not in `values` is known to be empty. A name in neither was not exported: its value is not
    known. `damaged` are names whose cells the export damaged, each with the sign of it.
    """

    values: Mapping[str, Value]
    exported: frozenset[str]
    damaged: Mapping[str, str]

    @property
    def object_id(self) -> str:
        return str(self.values.get("objectId") or "")

    @property
    def key(self) -> str:
        """What identifies a person: the id in lower case, else the userPrincipalName in lower case."""
        return self.object_id.lower() or self.user_principal_name.casefold()

    @property
    def user_principal_name(self) -> str:
        return str(self.values.get("userPrincipalName") or "")

    @property
    def label(self) -> str:
        return (
            self.user_principal_name or self.object_id or str(self.values.get("displayName") or "(no name)")
        )

    def joined(self, other: Person) -> Person:
        """Return one person's two exports as one, in either order; a value that differs between them is damaged."""
        values: dict[str, Value] = {}
        exported, damaged = self.exported | other.exported, {**self.damaged, **other.damaged}
        disputed = {
            name for name in exported if CONTRADICTED in (self.damaged.get(name), other.damaged.get(name))
        }
        for name in exported - disputed:
            mine, theirs = self.values.get(name), other.values.get(name)
            if name not in other.exported or (name in self.exported and mine == theirs):
                value = mine
            elif name not in self.exported:
                value = theirs
            elif name in _CASELESS and str(mine).casefold() == str(theirs).casefold():
                value = min(mine, theirs, key=str)
            else:
                disputed.add(name)
                continue
            damaged.pop(name, None)
            if value is not None:
                values[name] = value
        contradicted = dict.fromkeys(disputed, CONTRADICTED)
        return Person(values, frozenset(exported - disputed), {**damaged, **contradicted})


CONTRADICTED = "two of the files contradict each other, as exports of different days do"
# Attributes whose case makes no difference.
_CASELESS = frozenset({"objectId", "userPrincipalName", "originalUserPrincipalName", "mail"})


@dataclass(frozen=True, slots=True)
class Account:
    """One user of AWS; `external_ids` is empty for an account made by hand or by another identity provider.

    `store` is the id of the identity store, empty in a dump of SCIM.
    """

    user_id: str
    user_name: str
    email: str
    external_ids: tuple[str, ...]
    store: str = ""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """The newest entry of the provisioning log about one user.

    `status` is `success`, `failure`, `skipped` or `warning`; `http` .NET's name of the HTTP status (`BadRequest`); `detail`
    what the target said; `request_id` AWS's name of the request; `property` what a skip was for; `change_id` ties the portal's
    three CSV files together; `job` and `principal` are the ids of the job and of its service principal. `targets` are the
    attributes that were written, as the log spells them. `is_cut` says that the export kept a failure, but not what it was.
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
    job: str = ""
    principal: str = ""
    targets: frozenset[str] = frozenset()
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class LogPart:
    """One change in the portal's CSV files of steps or modified properties: the user, and the reason of a skip."""

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
    """How one file was read: format, rows, skipped rows by reason, notes, and whether the file is complete."""

    name: str
    format: str
    rows: int
    skipped: Mapping[str, int]
    notes: tuple[str, ...]
    exported: tuple[str, ...] = ()
    not_understood: tuple[str, ...] = ()
    complete: bool = True


@dataclass(frozen=True, slots=True)
class DirectoryGroup:
    """One group of Entra ID: id in lower case, name (empty if it has none), whether security is enabled (None: not exported).

    `values` are the properties that were exported, under the names that mappings use, None for one that is known to be empty.
    """

    id: str
    display_name: str | None
    security_enabled: bool | None
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(slots=True)
class Accounts:
    """The users of AWS by their ids; what two files say of one account is joined. `complete` is False where pages lack.

    `members` are the ids of users that are members of groups there.
    """

    by_id: dict[str, Account] = field(default_factory=dict)
    members: set[str] = field(default_factory=set)
    exported: bool = False
    complete: bool = True

    def add(self, account: Account) -> None:
        self.exported = True
        key = account.user_id or f"{account.store} {account.user_name}"
        before = self.by_id.get(key)
        if before is not None:
            owners = {*before.external_ids, *account.external_ids} - {""}
            account = replace(
                account,
                email=max(before.email, account.email),
                external_ids=tuple(sorted(owners)),
                store=max(before.store, account.store),
            )
        self.by_id[key] = account

    @property
    def stores(self) -> list[str]:
        """The identity stores that the accounts are of, where the exports say it."""
        return sorted({account.store for account in self.by_id.values()} - {""})

    @property
    def whole(self) -> bool:
        """Whether the exports certainly have every account."""
        return self.complete and len(self.stores) < 2

    def __iter__(self) -> Iterator[Account]:
        return iter(self.by_id.values())


@dataclass(slots=True)
class Evidence:
    """All files together. `log` holds the newest entry about each user, by id and by userPrincipalName in lower case.

    `unjoined` rows of the portal's steps and changes belong to no entry; `notes` concern several files; `incomplete` are the
    kinds of export that lack a part.
    """

    inputs: list[InputFile] = field(default_factory=list)
    accounts: Accounts = field(default_factory=Accounts)
    assignments: Assignments = field(default_factory=Assignments)
    groups: dict[str, DirectoryGroup] = field(default_factory=dict)
    log: dict[str, LogEntry] = field(default_factory=dict)
    log_parts: list[LogPart] = field(default_factory=list)
    unjoined: int = 0
    trail: list[TrailEvent] = field(default_factory=list)
    schema: Document | None = None
    job: Document | None = None
    job_ids: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    incomplete: set[str] = field(default_factory=set)
    _places: dict[str, int] = field(default_factory=dict)

    def add_event(self, event: TrailEvent) -> bool:
        """Add a refusal to the trail; return False for one that another file had already.

        Of two, the one with AWS's message stays: the console's CSV has none.
        """
        place = self._places.get(event.event_id)
        if place is not None:
            self.trail[place] = max(
                self.trail[place], event, key=lambda each: (len(each.message), repr(each))
            )
            return False
        if event.event_id:
            self._places[event.event_id] = len(self.trail)
        self.trail.append(event)
        return True

    def join_log_parts(self, changes: Collection[str]) -> None:
        """Complete the entries of the portal's CSV from its two other files; `changes` are the ids of all entries' changes."""
        entries = {entry.change_id: entry for entry in self.log.values() if entry.change_id}
        for part in self.log_parts:
            entry = entries.get(part.change_id)
            if entry is None:
                self.unjoined += part.change_id not in changes
                continue
            entry = entries[part.change_id] = replace(
                entry,
                user_principal_name=entry.user_principal_name or part.user_principal_name,
                property=entry.property or part.property,
            )
            for key in (entry.object_id.lower(), entry.user_principal_name.casefold()):
                if key:
                    self.log[key] = entry

    def entry_of(self, person: Person) -> LogEntry | None:
        """Return the newest log entry about a person, by id, else by userPrincipalName."""
        if not self.log:
            return None
        by_id = self.log.get(person.object_id.lower()) if person.object_id else None
        return by_id or self.log.get(person.user_principal_name.casefold())
