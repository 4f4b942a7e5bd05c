"""The file that a client reads its people from, written by the harness before each run: whole, changed, cut off, empty.

A JSON object: `users` with userName, givenName, familyName, displayName, email and active, and `groups` with displayName and
the members' user names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from harness.base.errors import HarnessError
from harness.base.json_text import encode_text
from harness.base.store import Document

_DOMAIN = "contoso.com"
POPULATION = 8  # more than three pages of two


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    display_name: str
    active: bool = True

    @property
    def user_name(self) -> str:
        return f"{self.name}@{_DOMAIN}"

    def document(self) -> Document:
        return {
            "userName": self.user_name,
            "givenName": self.display_name.partition(" ")[0],
            "familyName": self.display_name.partition(" ")[2],
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


def people(size: int) -> People:
    """Return so many people, the first half of them in one group, all in another."""
    users = tuple(Person(f"person{number:03d}", f"Given{number:03d} Family") for number in range(size))
    names = [each.user_name for each in users]
    return People(users, {"Office": frozenset(names[: size // 2]), "Everybody": frozenset(names)})


def changed(before: People) -> People:
    """Return them later: the first is renamed, the second disabled, the third gone; a newcomer is there, the last joins."""
    first, second, third, *others = before.users
    newcomer = Person("newcomer", "New Comer")
    users = (replace(first, display_name="Renamed Family"), replace(second, active=False), *others, newcomer)
    left = {second.user_name, third.user_name}
    office = before.groups["Office"] - left - {first.user_name} | {others[-1].user_name, newcomer.user_name}
    return People(users, {"Office": office, "Everybody": frozenset(each.user_name for each in users) - left})


@dataclass(frozen=True, slots=True)
class Source:
    """Such a file; it must not be there yet, for whatever it held would be lost. Raises HarnessError if it is."""

    path: Path
    before: People
    after: People

    @classmethod
    def new(cls, path: Path, size: int = POPULATION) -> Source:
        if path.exists():
            raise HarnessError(f"{path} is there already; --source names a file that the harness writes")
        before = people(size)
        return cls(path, before, changed(before))

    def write(self, there: People) -> None:
        self._write(encode_text(there.document()))

    def cut_off(self) -> None:
        """Leave half of the file, as after a broken download."""
        text = encode_text(self.after.document())
        self._write(text[: len(text) // 2])

    def empty(self) -> None:
        self._write(encode_text(People((), {}).document()))

    def _write(self, text: str) -> None:
        try:
            self.path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise HarnessError(f"'{self.path}' cannot be written: {error.strerror or error}") from error
