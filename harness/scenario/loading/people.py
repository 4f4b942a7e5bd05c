"""Unknown names in `given` and in steps: properties of objects, people and groups.

The existing people are known as long as only steps create and rename; a request to Graph may do anything, so after one nobody
counts as unknown. Groups have Azure AD's names at AWS SSO until a mapping is edited or a client sends requests there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from harness.azure_ad.directory.properties import PropertyError, checked, is_extension, table
from harness.base.errors import nearest
from harness.scenario.language.shapes import SHAPES
from harness.scenario.loading.expected import misfits_of
from harness.scenario.loading.given import Holdings
from harness.scenario.loading.source import Mistake
from harness.scenario.loading.vocabulary import denied_texts, innermost, may_be_refused, texts
from harness.scenario.loading.yaml_nodes import Node
from harness.scenario.values import Trail
from harness.scenario.variables import REFERENCE

_LINKS = {"User": ("manager",), "Group": ("members",)}
_KINDS = {"users": "User", "groups": "Group"}
# Where a step has properties of an object, below the verb, and the object's kind.
_PROPERTIES: Mapping[str, tuple[Trail, str]] = {
    "create user": ((), "User"),
    "update user": (("set",), "User"),
    "create group": ((), "Group"),
    "update group": (("set",), "Group"),
}
# Arguments that name one object or several, by kind; None: a user when there is an @ in the name.
_NAMED: Mapping[str, Mapping[str, str | None]] = {
    "assign": {"users": "User", "groups": "Group"},
    "unassign": {"users": "User", "groups": "Group"},
    "update user": {"user": "User"},
    "delete user": {"user": "User"},
    "restore user": {"user": "User"},
    "purge user": {"user": "User"},
    "sign in": {"user": "User"},
    "create user": {"manager": "User"},
    "create group": {"members": None},
    "update group": {"group": "Group"},
    "delete group": {"group": "Group"},
    "add member": {"group": "Group", "members": None},
    "remove member": {"group": "Group", "members": None},
    "provision on demand": {"user": "User", "group": "Group", "members": "User"},
}
_AWS_USERS: Trail = ("given", "aws_sso", "users")
# Steps that may create or rename objects of unknown names.
_ANYTHING = {"graph request"}
# Steps after which a group's name at AWS SSO may differ from Azure AD's.
_OTHER_NAMES = {"scim request", "aws request"}
_MEMBERSHIPS = "aws memberships"
# Expectations that name whom AWS SSO has, and the keys that do, by kind; without keys each text with an @ names a user.
_NAMING: Mapping[str, Mapping[str, str]] = {
    "aws users": {"userName": "User"},
    "aws groups": {"members": "User", "displayName": "Group"},
    "differences": {"whose": "User"},
    _MEMBERSHIPS: {},
}


def nobody(data: Mapping[str, Any], world: Holdings, root: Node) -> Iterator[Mistake]:
    """Yield each wrong property and name; the value of a whole `${name}` is not checked."""
    own = data.get("given", {}).get("azure_ad", {})
    for key, kind in _KINDS.items():
        for number, entry in enumerate(own.get(key, [])):
            yield from _properties(entry, kind, ("given", "azure_ad", key, number), root)
            yield from _values(entry, kind, ("given", "azure_ad", key, number), root)
    for number, step in enumerate(data["steps"]):
        for verb, (below, kind) in _PROPERTIES.items():
            if isinstance(step.get(verb), dict) and not may_be_refused(step):
                part = step[verb].get(below[0], {}) if below else step[verb]
                yield from _properties(part, kind, ("steps", number, verb, *below), root)
    shape = SHAPES["aws users"].shape
    for misfit in misfits_of(data.get("given", {}).get("aws_sso", {}).get("users", []), shape, _AWS_USERS):
        yield Mistake(root.key(misfit.trail) if misfit.of_key else root.at(misfit.trail), misfit.message)
    yield from _Cast(world).missing(data, root)
    yield from denied_texts(data, world, root)


def _properties(entry: Mapping[str, Any], kind: str, trail: Trail, root: Node) -> Iterator[Mistake]:
    for name in entry:
        if not _is_property(name, kind) and not REFERENCE.search(name):
            hint = nearest(name, _names(kind))
            yield Mistake(
                root.key((*trail, name)), f"Azure AD's {kind.lower()}s have no property '{name}'{hint}"
            )


def _is_property(name: str, kind: str) -> bool:
    return name in _names(kind) or is_extension(name)


@cache
def _names(kind: str) -> frozenset[str]:
    """Return the properties of a kind, by Graph's names and by those of mappings, and what links it to others."""
    rows = table()[kind]
    return frozenset({*rows, *(row["source"] for row in rows.values() if "source" in row), *_LINKS[kind]})


def _values(entry: Mapping[str, Any], kind: str, trail: Trail, root: Node) -> Iterator[Mistake]:
    """Yield each value of `given` that the directory would refuse; in a step the refusal is the step's result."""
    for name, value in entry.items():
        if name in _LINKS[kind] or REFERENCE.search(f"{name} {value}") or not _is_property(name, kind):
            continue
        try:
            checked(kind, {name: value})
        except PropertyError as error:
            yield Mistake(root.at((*trail, name)), str(error))


class _Cast:
    """The names of those who have existed in a scenario so far, by kind."""

    def __init__(self, world: Holdings) -> None:
        directory = world["azure_ad"]
        arrived = world["aws_sso"]
        self._arrived = {
            "User": {str(user["userName"]) for user in arrived["users"]},
            "Group": {str(group["displayName"]) for group in arrived["groups"]},
        }
        self._names = {
            "User": {str(user["userPrincipalName"]) for user in directory["users"]},
            "Group": {str(group["displayName"]) for group in directory["groups"]},
        }

    def missing(self, data: Mapping[str, Any], root: Node) -> Iterator[Mistake]:
        """Yield the unknown names, up to a step that may create anybody."""
        own = data.get("given", {}).get("azure_ad", {})
        for number, user in enumerate(own.get("users", [])):
            yield from self._check(
                user.get("manager"), "User", ("given", "azure_ad", "users", number, "manager"), root
            )
        for number, group in enumerate(own.get("groups", [])):
            yield from self._check(
                group.get("members"), None, ("given", "azure_ad", "groups", number, "members"), root
            )
        for number, entry in enumerate(own.get("assignments", [])):
            for key, kind in _KINDS.items():
                yield from self._check(
                    entry.get(key), kind, ("given", "azure_ad", "assignments", number, key), root
                )
        same_names = "schema" not in own
        for number, step in enumerate(data["steps"]):
            if _ANYTHING & set(step):
                return
            if not may_be_refused(step):
                yield from self._in_step(step, ("steps", number), root)
            self._create(step)
            same_names = same_names and not _renames(step)
            if same_names:
                yield from self._memberships(step, ("steps", number, "expect", _MEMBERSHIPS), root)
                yield from self._expected(step, ("steps", number, "expect"), root)

    def _in_step(self, step: Mapping[str, Any], trail: Trail, root: Node) -> Iterator[Mistake]:
        for verb, arguments in _NAMED.items():
            if isinstance(step.get(verb), dict):
                for name, kind in arguments.items():
                    yield from self._check(step[verb].get(name), kind, (*trail, verb, name), root)

    def _memberships(self, step: Mapping[str, Any], trail: Trail, root: Node) -> Iterator[Mistake]:
        """Yield unknown groups whose members are expected: under `$absent` they would never fail."""
        expected = step.get("expect", {}).get(_MEMBERSHIPS)
        inner = expected.get("$not", expected) if isinstance(expected, dict) else None
        names = self._arriving("Group")
        for name in inner if isinstance(inner, dict) else ():
            unsure = name.startswith("$") or any(REFERENCE.search(each) for each in (name, *names))
            if not unsure and name not in names:
                hint = nearest(name, names) or "; 'given' or an earlier step has to create one"
                place = (*trail, *(("$not",) if inner is not expected else ()), name)
                yield Mistake(root.key(place), f"neither side has a group '{name}'{hint}")

    def _expected(self, step: Mapping[str, Any], trail: Trail, root: Node) -> Iterator[Mistake]:
        """Yield unknown people in an expectation's whole names: under `$not` they would never fail."""
        for expectation, keys in _NAMING.items():
            lists = expectation != "aws users"
            value = step.get("expect", {}).get(expectation)
            for place, text in texts(value, (*trail, expectation), of_lists=lists):
                kind, name = keys.get(innermost(place)) if keys else "User", text.removeprefix("user ")
                if kind is not None and (kind == "Group" or "@" in name) and not self._may_arrive(name, kind):
                    hint = (
                        nearest(name, self._arriving(kind))
                        or "; 'given' or an earlier step has to create one"
                    )
                    yield Mistake(root.at(place), f"neither side has a {kind.lower()} '{name}'{hint}")

    def _arriving(self, kind: str) -> set[str]:
        return self._names[kind] | self._arrived[kind]

    def _may_arrive(self, name: str, kind: str) -> bool:
        names = self._arriving(kind)
        return any(name.casefold() == each.casefold() or REFERENCE.search(each) for each in names)

    def _create(self, step: Mapping[str, Any]) -> None:
        for verb, (below, kind) in _PROPERTIES.items():
            if isinstance(step.get(verb), dict):
                part = step[verb].get(below[0], {}) if below else step[verb]
                name = part.get("userPrincipalName" if kind == "User" else "displayName")
                self._names[kind] |= {str(name)} if name is not None else set()

    def _check(self, value: Any, kind: str | None, trail: Trail, root: Node) -> Iterator[Mistake]:
        for place, name in enumerate(value) if isinstance(value, list) else ((None, value),):
            if not isinstance(name, str):
                continue
            sort = kind or ("User" if "@" in name else "Group")
            names = self._names[sort]
            unsure = any(REFERENCE.search(each) for each in (name, *names))
            if not unsure and name.casefold() not in {each.casefold() for each in names}:
                hint = nearest(name, names) or "; 'given' or an earlier step has to create one"
                message = f"Azure AD has no {sort.lower()} '{name}'{hint}"
                yield Mistake(root.at(trail if place is None else (*trail, place)), message)


def _renames(step: Mapping[str, Any]) -> bool:
    """Return whether names at AWS SSO may differ from Azure AD's from a step on."""
    return bool(_OTHER_NAMES & set(step)) or "edit mapping" in step
