"""Finds users and groups by name, also those that have left the directory."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from difflib import get_close_matches

from harness.azure_ad.directory.errors import NotFoundError
from harness.azure_ad.provisioning.cycle.facts import DELETED, Facts, purged_at
from harness.azure_ad.provisioning.cycle.session import Session
from harness.base.clock import iso
from harness.base.errors import HarnessError
from harness.base.store import Document

_PROPERTY = {"User": "userPrincipalName", "Group": "displayName"}
_OTHER = {"User": "Group", "Group": "User"}
_COMMAND = {"User": "'harness why', or why?user=", "Group": "'harness why --group', or why?group="}
_SEVERAL = {
    "User": "people are called '{}'; name one by userPrincipalName or id",
    "Group": "groups are called '{}'; name one by id",
}
_MOST_NAMED = 10
_WORD = re.compile(r"[^\W_]{2,}")


class UnknownNameError(HarnessError):
    """No object has or had that name, or more than one has."""


def find(session: Session, kind: str, name: str) -> str:
    """Return the id of the object with a name; one in the directory comes before those that have left it.

    A name that nobody has any more is looked up in the logs, the newest entry first. A user has an id, a userPrincipalName, its
    part before the @, and a displayName; a group an id and a displayName.
    Raises UnknownNameError with the nearest names.
    """
    if kind == "User":
        with suppress(NotFoundError):
            return str(session.directory.find(kind, name)["id"])
    folded = name.casefold()
    named = list(_named(session, kind, folded))
    source_ids = list(dict.fromkeys([key for _, key, here in named if here] or [key for _, key, _ in named]))
    if len(source_ids) == 1:
        return source_ids[0]
    if source_ids:
        called = _called_by_id(session, kind) if kind == "User" else {}
        those = ", ".join(called.get(key, key) for key in source_ids[:_MOST_NAMED])
        more = ", …" if len(source_ids) > _MOST_NAMED else ""
        raise UnknownNameError(f"{len(source_ids)} {_SEVERAL[kind].format(name)}: {those}{more}")
    if any(_named(session, _OTHER[kind], folded)):
        other = _OTHER[kind]
        raise UnknownNameError(
            f"there is no {kind.lower()} '{name}', but a {other.lower()}: {_COMMAND[other]}"
        )
    if logged := list(
        dict.fromkeys(key for each, key in _logged(session, kind) if each.casefold() == folded)
    ):
        return logged[0]
    raise UnknownNameError(f"there is no {kind.lower()} '{name}'{_nearest(session, kind, folded)}")


def identity(session: Session, facts: Facts) -> Document:
    """Return `{"id", "displayName", "state", "deletedAt", "purgedAt"}`, for a user also `userPrincipalName`.

    `state` is `present`, `deleted` or `gone`.
    """
    document = facts.document or facts.deleted
    if document is not None:
        name = _called(facts.kind, document)
        display_name = document.get("displayName") or name
    else:
        name, display_name = _remembered(session, facts)
    gone = facts.deleted["deletedDateTime"] if facts.deleted else None
    return {
        "id": facts.key,
        **({"userPrincipalName": name} if facts.kind == "User" else {}),
        "displayName": display_name,
        "state": "present" if facts.document else "deleted" if facts.deleted else "gone",
        "deletedAt": gone,
        "purgedAt": iso(purged_at(facts.deleted)) if facts.deleted else None,
    }


def _remembered(session: Session, facts: Facts) -> tuple[str, str]:
    """Return the name and displayName of an object that has left the directory: those of its connection, or of the logs."""
    linked = facts.connection
    if linked is not None:
        return linked.identifier, linked.display_name
    from harness.azure_ad.provisioning.why.traces import trace_of  # as below

    trace = trace_of(session, facts.kind, facts.key)
    return (facts.key, facts.key) if trace is None else (trace.name, trace.display_name)


def _logged(session: Session, kind: str) -> Iterator[tuple[str, str]]:
    """Yield each name in the logs with its id, the newest entry first."""
    from harness.azure_ad.provisioning.why.traces import traces  # seldom needed: a module less for each run

    for trace in traces(session, kind):
        before = (trace.name.partition("@")[0],) if kind == "User" else ()
        for each in (trace.name, *before, trace.display_name, trace.key):
            yield each, trace.key


def _named(session: Session, kind: str, folded: str) -> Iterator[tuple[str, str, bool]]:
    return (each for each in _names(session, kind) if each[0].casefold() == folded)


def _names(session: Session, kind: str) -> Iterator[tuple[str, str, bool]]:
    """Yield the names of objects, the most specific first, each with the id and whether the directory has the object."""
    for shelf in (kind, DELETED[kind]):
        for key, document in session.store.scan(shelf):
            name = _called(kind, document)
            before = (name.partition("@")[0], document.get("displayName") or name) if kind == "User" else ()
            for each in (name, *before, key):
                yield each, key, shelf == kind
    for key, linked in session.connections():
        if linked.kind == kind:
            for each in (linked.identifier, linked.display_name, key):
                yield each, key, False


def _called(kind: str, document: Document) -> str:
    """Return the most specific name of an object, without the prefix of a deleted user's."""
    return str(document[_PROPERTY[kind]]).removeprefix(document["id"].replace("-", ""))


def _called_by_id(session: Session, kind: str) -> dict[str, str]:
    called: dict[str, str] = {}
    for name, key, _ in _names(session, kind):
        called.setdefault(key, name)
    return called


def _nearest(session: Session, kind: str, folded: str) -> str:
    """Return a suggestion of up to three close names; their common domain does not count."""
    owners: dict[str, str] = {}
    for name, key, _ in _names(session, kind):
        for part in (name, *_WORD.findall(name)) if name != key and "@" not in name else ():
            owners.setdefault(part.casefold(), key)
    keys = [owners[each] for each in get_close_matches(folded.partition("@")[0], owners, n=3, cutoff=0.6)]
    called = _called_by_id(session, kind) if keys else {}
    close = [f"'{each}'" for each in dict.fromkeys(called[key] for key in keys)]
    return f"; did you mean {' or '.join(close)}?" if close else ""
