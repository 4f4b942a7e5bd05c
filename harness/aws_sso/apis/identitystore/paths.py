"""Attribute paths of UpdateUser and UpdateGroup: `displayName`, `name.givenName`, `aws:identitystore:enterprise.department`.

Paths and the names inside values are taken in any case: people write `emails` with `value` as well as `Emails` with
`Value`. A path into a list is not understood, the list is set whole. No value removes.
"""

from __future__ import annotations

from typing import Any

from harness.aws_sso.apis.errors import invalid, violation
from harness.aws_sso.apis.identitystore.records import EXTENSION
from harness.aws_sso.apis.identitystore.shapes import ENTERPRISE
from harness.aws_sso.apis.shapes import Entries, Items, Shape, Structure


def set_at(table: Structure, profile: dict[str, Any], path: str, value: Any, where: str) -> None:
    """Set the value at a path in a profile, or remove it where the value is None. Raises ApiError for a bad path."""
    names, shape = _walked(table, path, where)
    holder: dict[str, Any] = profile
    for name in names[:-1]:
        holder = holder.setdefault(name, {})
    if value is None:
        holder.pop(names[-1], None)
        _prune(profile, names)
    else:
        holder[names[-1]] = _folded(shape, value, f"{where}.attributeValue")


def fitted(table: Structure, value: Any) -> Any:
    """Return values with their names as the table spells them. Raises ApiError for names that it does not know."""
    return _folded(table, value, "")


def _walked(table: Structure, path: str, where: str) -> tuple[list[str], Shape]:
    names: list[str] = []
    shape: Shape = table
    if f"{path}.".lower().startswith(f"{EXTENSION}.") and "Extensions" in table.members:
        names, shape = ["Extensions", EXTENSION], ENTERPRISE
        path = path[len(EXTENSION) + 1 :]
    for part in path.split(".") if path else ():
        name = _named(shape, part)
        if name is None:
            raise invalid(violation(f"{where}.attributePath", "name an attribute that can be changed"))
        assert isinstance(shape, Structure)
        names, shape = [*names, name], shape.members[name]
    return names, shape


def _named(shape: Shape, name: str) -> str | None:
    names = shape.members if isinstance(shape, Structure) else ()
    return next((each for each in names if each.lower() == name.lower()), None)


def _folded(shape: Shape, value: Any, where: str) -> Any:
    if isinstance(shape, Entries) and isinstance(value, dict):
        return {name: _extension(name, item, f"{where}.{name}") for name, item in value.items()}
    if isinstance(shape, Structure) and isinstance(value, dict):
        folded = {}
        for key, item in value.items():
            name = _named(shape, key)
            if name is None:
                raise invalid(violation(where or "extensions", "hold known attributes only"))
            if item is not None:
                folded[name] = _folded(shape.members[name], item, where)
        return folded
    if isinstance(shape, Items) and isinstance(value, list):
        return [_folded(shape.element, item, where) for item in value]
    return value


def _extension(name: str, value: Any, where: str) -> Any:
    if name != EXTENSION or not isinstance(value, dict):
        raise invalid(violation(where.lstrip("."), f"be the document of {EXTENSION}"))
    return _folded(ENTERPRISE, value, where.lstrip("."))


def _prune(profile: dict[str, Any], names: list[str]) -> None:
    """Remove structures that a removal has left empty."""
    if len(names) > 1:
        inner = profile.get(names[0])
        if isinstance(inner, dict):
            _prune(inner, names[1:])
    if profile.get(names[0]) in ({}, []):
        del profile[names[0]]
