"""Which users and groups are assigned to which application, who is in those groups, and what the exports leave open.

Only direct members of an assigned group count: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works,
"Scoping"; whether the role Default Access does, the quirk `default-access` of Azure AD says (read 2026-11-29).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum

from harness.exports.carriers import Row

_DEFAULT_ACCESS = "00000000-0000-0000-0000-000000000000"


class Standing(Enum):
    """Whether a user is assigned, as far as the exports show it."""

    ASSIGNED = "assigned"
    NOT_ASSIGNED = "not assigned"
    DEFAULT_ACCESS = "assigned with the role Default Access"
    MEMBERS_LACK = "the members of a group lack"
    PAGES_LACK = "assignments lack"
    ID_LACKS = "the user's id lacks"
    UNCLEAR = "several applications, not all of which have the user"


@dataclass(slots=True)
class Application:
    """One application's assignments: users and groups by id in lower case, each with its roles, groups with their names.

    `groups`, complete after the last row, are those with a role for which Azure AD provisions.
    """

    id: str
    name: str
    users: dict[str, set[str]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    group_roles: dict[str, set[str]] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        return self.name or self.id or "an application without a name"


@dataclass(slots=True)
class Members:
    """The users that files list as members of one group: ids and userPrincipalNames in lower case."""

    ids: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    complete: bool = True


@dataclass(slots=True)
class Assignments:
    """All files of assignments and of members. `ids` maps userPrincipalNames to ids, from files that have both.

    `default_access_counts`: the role Default Access alone is enough to be provisioned.
    """

    applications: dict[str, Application] = field(default_factory=dict)
    members: dict[str, Members] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    complete: bool = True
    default_access_counts: bool = True
    unused: tuple[str, ...] = ()

    @property
    def exported(self) -> bool:
        return bool(self.applications)

    @property
    def groups(self) -> dict[str, str]:
        """Every assigned group's name by its id."""
        return {key: name for each in self.applications.values() for key, name in each.groups.items()}

    def add(self, row: Row) -> None:
        """Add one assignment. Raises KeyError for a row without a principal."""
        folded = {key.lower(): value for key, value in row.items()}
        resource = str(folded.get("resourceid") or "").lower()
        name = str(folded.get("resourcedisplayname") or "")
        application = self.applications.setdefault(resource, Application(resource, name))
        application.name = max(application.name, name)
        principal, role = str(folded["principalid"]).lower(), str(folded.get("approleid") or "").lower()
        kind = str(folded["principaltype"]).casefold()
        if kind == "user":
            application.users.setdefault(principal, set()).add(role)
        elif kind == "group":
            application.names[principal] = str(folded.get("principaldisplayname") or "")
            application.group_roles.setdefault(principal, set()).add(role)

    def only(self, ids: Iterable[str]) -> None:
        """Keep only the applications with these service principal ids, those of the log; without ids keep all."""
        for application in self.applications.values():
            application.groups = {
                key: name
                for key, name in application.names.items()
                if self._counts(application.group_roles[key])
            }
        folded = {each.lower() for each in ids} - {""}
        others = [key for key in self.applications if folded and key and key not in folded]
        self.unused = tuple(sorted(self.applications.pop(key).label for key in others))

    def standing(self, object_id: str, user_principal_name: str) -> tuple[Standing, str]:
        """Return a user's standing, and the group or the applications that it is about (or an empty text).

        One of id and userPrincipalName may be empty; a missing id is looked up in `ids`.
        """
        name = user_principal_name.casefold()
        key = object_id.lower() or self.ids.get(name, "")
        answers = [self._in(application, key, name) for application in self.applications.values()]
        standings = {standing for standing, _ in answers}
        if len(standings) == 1:
            return answers[0]
        return Standing.UNCLEAR, ", ".join(sorted(each.label for each in self.applications.values()))

    def _counts(self, roles: set[str]) -> bool:
        """Return whether Azure AD provisions somebody with these roles."""
        return self.default_access_counts or bool(roles - {_DEFAULT_ACCESS})

    def members_of(self, key: str, name: str) -> Members | None:
        """Return the members that files list for a group, by its id or by its name."""
        return self.members.get(key) or self.members.get(name.casefold())

    def _in(self, application: Application, key: str, name: str) -> tuple[Standing, str]:
        roles = application.users.get(key)
        if roles is not None and self._counts(roles):
            return Standing.ASSIGNED, ""
        lacking = []
        for group, label in application.groups.items():
            members = self.members_of(group, label)
            if members is not None and (key in members.ids or (name and name in members.names)):
                return Standing.ASSIGNED, ""
            if members is None or not members.complete or not (key or members.names):
                lacking.append(label or group)
        return self._not_in(key, roles, sorted(lacking))

    def _not_in(self, key: str, roles: set[str] | None, lacking: list[str]) -> tuple[Standing, str]:
        if lacking:
            return Standing.MEMBERS_LACK, ", ".join(lacking)
        if not key:
            return Standing.ID_LACKS, "objectId"
        if not self.complete:
            return Standing.PAGES_LACK, ""
        return (Standing.NOT_ASSIGNED if roles is None else Standing.DEFAULT_ACCESS), ""

    def notes(self) -> Iterator[str]:
        """Yield notes for the reader, a line each."""
        if self.unused:
            yield (
                f"assignments of other applications are not used: {', '.join(self.unused)} (the log is about "
                "another service principal); export appRoleAssignedTo of that one"
            )
        if len(self.applications) > 1:
            names = ", ".join(sorted(each.label for each in self.applications.values()))
            yield (
                f"assignments of {len(self.applications)} applications ({names}): give those of one, or the provisioning "
                "log, which says which is meant; who stands differently in them is not judged"
            )
        assigned = {name.casefold() for name in self.groups.values()} | self.groups.keys()
        others = sorted(self.members.keys() - assigned)
        if others:
            names = ", ".join(sorted(name or key for key, name in self.groups.items())) or "none"
            yield f"members were given of groups that are not assigned: {', '.join(others)} (assigned are: {names})"
        if not self.complete:
            yield "assignments lack (further pages, or a file that ends early): export all of appRoleAssignedTo"
