"""The people of all files, each once: the largest file is streamed, the people of all others are joined from memory."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

from harness.exports.carriers import Row, Rows
from harness.exports.evidence import Person
from harness.exports.people import PeopleReader, key_hash


@dataclass(frozen=True, slots=True)
class PeopleFile:
    """One file of people; `repeated` are the hashes of keys that it has more than once.

    Values from a list of a group's members count only where no other file has them.
    """

    rows: Rows
    reader: PeopleReader
    people: int
    repeated: frozenset[int]
    is_of_members: bool = False

    def __iter__(self) -> Iterator[Person]:
        person = self.reader.person
        return (person(row) for row in self.rows if is_person(row))


@dataclass(slots=True)
class Pages:
    """The files of people as pages of one list: how many name a next page, how many are a last one, how many people.

    Only Graph's count (`$count=true`) shows whether a page in the middle is missing:
    https://learn.microsoft.com/en-us/graph/paging (edition of July 2021, read 2026-11-30).
    """

    keys: list[array[int]] = field(default_factory=list)
    announced: int = 0
    following: int = 0
    ending: int = 0
    damaged: bool = False

    def add(self, carrier: Rows, keys: array[int]) -> None:
        """Add one file with the hashes of its people's keys."""
        self.keys.append(keys)
        self.announced = max(self.announced, carrier.total or 0)
        self.following += carrier.has_next
        self.ending += not carrier.has_next
        self.damaged = self.damaged or carrier.damaged

    @property
    def lacking(self) -> int | None:
        """How many people are missing; None where no page has the count."""
        if not self.announced:
            return None
        return max(0, self.announced - len(set(chain.from_iterable(self.keys))))

    def note(self) -> str:
        """Return a note on missing pages; an empty text where no page names a next one."""
        if not self.following or self.lacking == 0:
            return ""
        there = f"pages of users that name a next one: {self.following}, that do not: {self.ending}"
        if self.lacking:
            return f"{there}; {self.lacking} of {self.announced} users lack; give the other pages too"
        return (
            f"{there}; whether a page between them lacks cannot be seen; give them with the number that "
            "$count=true with ConsistencyLevel: eventual adds to the first page, or all users in one file (-All)"
        )


@dataclass(slots=True)
class People:
    """The people of all files. Each iteration reads the files again; their order makes no difference.

    `from_log` are the people of the provisioning log, used where there is no file of people.
    """

    files: list[PeopleFile] = field(default_factory=list)
    from_log: dict[str, Person] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Person]:
        if not self.files:
            yield from (self.from_log[key] for key in sorted(self.from_log))
            return
        largest = max(
            self.files, key=lambda each: (not each.is_of_members, each.people, each.rows.source.name)
        )
        others = _Joined()
        for file in self.files:
            if file is not largest and not (file.is_of_members and not largest.is_of_members):
                others.add(file)
        repeated = largest.repeated
        lesser = [file for file in self.files if file.is_of_members and not largest.is_of_members]
        if not repeated and not others and not lesser:
            yield from largest
            return
        for file in lesser:
            others.add_lesser(file)
        if repeated:
            others.add(person for person in largest if key_hash(person.key) in repeated)
        others.tie()
        for person in largest:
            if key_hash(person.key) not in repeated:
                yield others.completed(person)
        yield from others.left()


class _Joined:
    """People in memory, by id, or by userPrincipalName where the file has no id."""

    def __init__(self) -> None:
        self._by_id: dict[str, Person] = {}
        self._ids: dict[str, set[str]] = {}
        self._nameless: dict[str, Person] = {}
        self._used: set[str] = set()
        self._lesser: dict[str, Person] = {}

    def __bool__(self) -> bool:
        return bool(self._by_id or self._nameless)

    def add(self, people: Iterable[Person]) -> None:
        for person in people:
            shelf = self._by_id if person.object_id else self._nameless
            before = shelf.get(person.key)
            shelf[person.key] = person if before is None else before.joined(person)

    def add_lesser(self, people: Iterable[Person]) -> None:
        """Add people whose values count only where no other file has them."""
        for person in people:
            before = self._lesser.get(person.key)
            self._lesser[person.key] = person if before is None else before.joined(person)

    def tie(self) -> None:
        """Join people without an id to those with an equal userPrincipalName."""
        for key, person in self._by_id.items():
            self._ids.setdefault(person.user_principal_name.casefold(), set()).add(key)
        for name, person in list(self._nameless.items()):
            for key in self._ids.get(name, ()):
                self._by_id[key] = self._by_id[key].joined(person)
                self._used.add(name)

    def completed(self, person: Person) -> Person:
        """Return a person with the values of the other files added."""
        name = person.user_principal_name.casefold()
        self._forget(person)
        keys = [person.object_id.lower()] if person.object_id else sorted(self._ids.get(name, ()))
        for key in keys:
            if key in self._by_id:
                person = person.joined(self._by_id[key])
                self._used.add(key)
        if name in self._nameless:
            person = person.joined(self._nameless[name])
            self._used.add(name)
        return person

    def left(self) -> Iterator[Person]:
        """Yield the people who are not in the streamed file."""
        for shelf in (self._by_id, self._nameless):
            for key in sorted(shelf):
                if key not in self._used:
                    self._forget(shelf[key])
                    yield shelf[key]
        names = {person.user_principal_name.casefold(): person for person in self._lesser.values()}
        yield from (names[name] for name in sorted(names))

    def _forget(self, person: Person) -> None:
        """Remove a person from those whose values count less, once another file has the person."""
        if self._lesser:
            for key in (person.object_id.lower(), person.user_principal_name.casefold()):
                self._lesser.pop(key, None)


_NAMES = frozenset({"userprincipalname", "user principal name", "id", "objectid", "object id"})


def is_person(row: Row) -> bool:
    """Return whether a row is a user: its type is no other, and it has an id or a name."""
    kind = row.get("@odata.type") or row.get("odata.type")
    if kind and not str(kind).lower().endswith("user"):
        return False
    return any(value and name.lower() in _NAMES for name, value in row.items())
