"""Attribute paths of RFC 7644 section 3.5.2, and reading and writing a resource at one.

    emails[type eq "work"].value      urn:…:enterprise:2.0:User:manager      name.givenName      active

Attribute names compare without regard to case (RFC 7643 section 2.1); what is stored keeps its spelling.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, TypeVar

from msgspec import Struct

from harness.scim.filter import Comparison, FilterError, parse_filter
from harness.scim.names import SCHEMAS

Resource = dict[str, Any]
_C = TypeVar("_C", dict[str, Any], list[Any])
_NAME = re.compile(r"[A-Za-z$][\w$-]*\Z")
_FILTERED = re.compile(r"(?P<name>[^\[\]]+)\[(?P<filter>.*)\](?:\.(?P<sub>[^.\[\]]+))?\Z", re.DOTALL)
_SCHEMAS = {urn.lower(): urn for urn in SCHEMAS}


class PathError(ValueError):
    """The text is no attribute path."""


class Path(Struct, frozen=True):
    """`schema` is the URN of an extension, or None for core attributes; `attribute` None means the whole extension."""

    schema: str | None
    attribute: str | None
    where: tuple[Comparison, ...] | None = None
    sub: str | None = None


@lru_cache(maxsize=1024)
def parse_path(text: str) -> Path:
    """Read a path. Raises PathError when it has another form; `.` instead of `:` behind a URN is accepted."""
    if text.lower() in _SCHEMAS:
        return Path(_SCHEMAS[text.lower()], None)
    schema, rest = _split_schema(text)
    if match := _FILTERED.match(rest):
        try:
            where = parse_filter(match["filter"])
        except FilterError as error:
            raise PathError(f"'{text}' is not an attribute path: {error}") from error
        return Path(schema, _name(match["name"], text), where, match["sub"] and _name(match["sub"], text))
    name, dot, sub = rest.partition(".")
    return Path(schema, _name(name, text), None, _name(sub, text) if dot else None)


def _split_schema(text: str) -> tuple[str | None, str]:
    if not text.lower().startswith("urn:"):
        return None, text
    for folded, urn in _SCHEMAS.items():
        if text.lower().startswith((folded + ":", folded + ".")):
            return (urn if "extension" in urn else None), text[len(urn) + 1 :]
    head, bracket, tail = text.partition("[")
    schema, _, name = head.rpartition(":")
    return schema, name + bracket + tail


def _name(text: str, whole: str) -> str:
    if not _NAME.match(text):
        raise PathError(f"'{whole}' is not an attribute path")
    return text


def key_of(resource: Resource, name: str) -> str:
    """Return the spelling under which `resource` holds `name`, or `name` itself."""
    if name not in resource:
        folded = name.lower()
        if folded in map(str.lower, resource):
            return next(key for key in resource if key.lower() == folded)
    return name


def get(resource: Resource, name: str) -> Any:
    """Return the value of an attribute whatever its spelling; None when absent."""
    if name in resource:
        return resource[name]
    return resource.get(key_of(resource, name))


def read(resource: Resource, path: Path) -> Any:
    """Return the value at a path; None when nothing is there."""
    holder: Any = resource if path.schema is None else get(resource, path.schema)
    if path.attribute is None:
        return holder
    if not isinstance(holder, dict):
        return None
    value = get(holder, path.attribute)
    if path.where is not None:
        elements = value if isinstance(value, list) else []
        value = next((element for element in elements if matches(element, path.where)), None)
    if path.sub is not None:
        return get(value, path.sub) if isinstance(value, dict) else None
    return value


def write(resource: Resource, path: Path, value: Any, *, exact: bool = False) -> None:
    """Set the value at a path, creating what leads to it: an extension, a complex value, the filtered element.

    `exact` says that the resource has no name that differs from one of the path's in case alone (`spelled_alike`), so that
    nobody need look for one.
    """
    holder, name, sub = resource, path.attribute, path.sub
    if path.schema is not None:
        holder = _container(resource, path.schema, dict, exact)
    if name is None:
        holder.update(value)
        return
    if path.where is not None:
        holder = _element(_container(holder, name, list, exact), path.where)
        if sub is None:
            holder.update(value)
            return
        name = sub
    elif sub is not None:
        holder, name = _container(holder, name, dict, exact), sub
    holder[name if exact else key_of(holder, name)] = value


def spelled_alike(paths: Iterable[Path]) -> bool:
    """Return whether no two names in some paths differ only in case, so that each can be looked up as it is written."""
    names = {name for path in paths for name in _names(path)}
    return len(names) == len({name.lower() for name in names})


def _names(path: Path) -> Iterator[str]:
    yield from (name for name in (path.schema, path.attribute, path.sub) if name is not None)
    yield from (term.attribute for term in path.where or ())


def remove(resource: Resource, path: Path) -> None:
    """Remove the value at a path, if there is one, and containers that become empty."""
    if path.schema is None:
        _remove_from(resource, path)
        return
    extension = get(resource, path.schema)
    if path.attribute is not None and isinstance(extension, dict):
        _remove_from(extension, path)
    if path.attribute is None or not extension:
        resource.pop(key_of(resource, path.schema), None)


def _remove_from(holder: Resource, path: Path) -> None:
    """Remove a path's attribute, or the part that the path selects, from its container."""
    assert path.attribute is not None
    key = key_of(holder, path.attribute)
    value = holder.get(key)
    if path.where is not None and isinstance(value, list):
        _remove_elements(value, path.where, path.sub)
    elif path.sub is not None and isinstance(value, dict):
        value.pop(key_of(value, path.sub), None)
    elif path.where is None and path.sub is None:
        holder.pop(key, None)
    if key in holder and holder[key] in ({}, []):
        del holder[key]


def _remove_elements(elements: list[Any], where: tuple[Comparison, ...], sub: str | None) -> None:
    """Remove the elements that a filter selects from a list, or only a sub-attribute of each."""
    for element in [present for present in elements if matches(present, where)]:
        if sub is not None:
            element.pop(key_of(element, sub), None)
        if sub is None or not element:
            elements.remove(element)


def matches(element: Any, where: tuple[Comparison, ...]) -> bool:
    """Tell whether a list element satisfies every `eq` term; strings and booleans compare by their text."""
    if not isinstance(element, dict):
        return False
    for term in where:
        if term.operator != "eq" or not _same(get(element, term.attribute), term.value):
            return False
    return True


def _same(left: Any, right: Any) -> bool:
    return left is not None and (left is right or str(left).lower() == str(right).lower())


def _element(elements: list[Any], where: tuple[Comparison, ...]) -> Resource:
    """Return the first element that a filter selects; without one, add an element with the filter's values."""
    for present in elements:
        if matches(present, where):
            element: Resource = present
            return element
    made = {term.attribute: term.value for term in where}
    elements.append(made)
    return made


def _container(holder: Resource, name: str, shape: type[_C], exact: bool) -> _C:
    """Return the container under a resource's name; without one, add an empty one of that shape."""
    key = name if exact else key_of(holder, name)
    present = holder.get(key)
    if isinstance(present, shape):
        return present
    made = holder[key] = shape()
    return made
