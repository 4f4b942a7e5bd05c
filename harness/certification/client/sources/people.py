"""Who is in a client's source before and after it changes, and what every kind of source can do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from harness.base.store import Document

_DOMAIN = "contoso.com"
_FOREIGN = 3  # whose names have letters that a careless client loses
_DISABLED = 4  # whose place in the list is that of who is enabled later
POPULATION = (
    104  # more than a hundred: a group of them is more than one request may change, or one page may hold
)
MOST = 999  # names have three digits
FEWEST = 8  # each change has a person of its own


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    display_name: str
    active: bool = True

    @property
    def key(self) -> str:
        """Return the user name as directories compare it, without regard to case."""
        return self.user_name.lower()

    @property
    def user_name(self) -> str:
        return f"{self.name}@{_DOMAIN}"

    @property
    def given_name(self) -> str:
        return self.display_name.partition(" ")[0]

    @property
    def family_name(self) -> str:
        return self.display_name.partition(" ")[2]

    def document(self) -> Document:
        return {
            "userName": self.user_name,
            "givenName": self.given_name,
            "familyName": self.family_name,
            "displayName": self.display_name,
            "email": self.user_name,
            "active": self.active,
        }


@dataclass(frozen=True, slots=True)
class People:
    """Who is there, and the user names in each group, by its name."""

    users: tuple[Person, ...]
    groups: Mapping[str, frozenset[str]]

    def document(self) -> Document:
        groups = [{"displayName": name, "members": sorted(members)} for name, members in self.groups.items()]
        return {"users": [each.document() for each in self.users], "groups": groups}


NOBODY = People((), {})


class Source(Protocol):
    """`address` is told to the command in SCIM_SOURCE, `token` in SCIM_SOURCE_TOKEN; it is empty where none is needed."""

    before: People
    after: People
    address: str
    token: str

    def write(self, there: People) -> None:
        """Make the source work, with these people and nobody else."""

    def cut_off(self) -> None:
        """Let the source give half of what is asked for, from now on."""

    def fail(self) -> None:
        """Let the source give nothing that can be read, or nothing after the first answer."""

    def close(self) -> None: ...


def people(size: int = POPULATION) -> People:
    """Return so many people, the first half of them in one group, all in another, two in a third; the fifth is disabled.

    The fourth's names are not of ASCII's letters alone.
    """
    users = tuple(
        Person(
            f"person{number:03d}",
            "Zoë O'Łukasz" if number == _FOREIGN else f"Given{number:03d} Family",
            active=number != _DISABLED,
        )
        for number in range(size)
    )
    names = [each.user_name for each in users]
    office, visitors = frozenset(names[: size // 2]), frozenset((names[0], names[-1]))
    return People(users, {"Office": office, "Everybody": frozenset(names), "Visitors": visitors})


def changed(before: People) -> People:
    """Return the people as they are later, after a number of changes.

    The first is renamed, the second disabled, the third gone, the fifth enabled, the sixth written with a capital letter; a
    newcomer is there, the last joins the office, which the first and the fourth leave. The visitors' group is gone, and there is
    a new one.
    """
    first, second, third, fourth, fifth, sixth, *rest = before.users
    others = [fourth, replace(fifth, active=True), replace(sixth, name=sixth.name.capitalize()), *rest]
    newcomer = Person("newcomer", "New Comer")
    users = (replace(first, display_name="Renamed Family"), replace(second, active=False), *others, newcomer)
    left = {second.user_name, third.user_name}
    current = {each.key: each.user_name for each in users}
    stayed = {current[name] for name in before.groups["Office"] - left - {first.user_name, fourth.user_name}}
    office = frozenset(stayed | {others[-1].user_name, newcomer.user_name})
    everybody = frozenset(current.values()) - left
    return People(
        users, {"Office": office, "Everybody": everybody, "Newcomers": frozenset({newcomer.user_name})}
    )
