"""The directory's property table: checks of values, and the names of properties in attribute mappings.

Mappings use the names of the old Azure AD Graph (`mobile`, `telephoneNumber`), Microsoft Graph its own
(`mobilePhone`, `businessPhones`). Scenario files may use either; the directory keeps Graph's.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any

from harness.base.clock import from_iso
from harness.base.errors import HarnessError, nearest
from harness.base.store import Document
from harness.base.tables import read_table

_TYPES: dict[str, tuple[type, str]] = {
    "string": (str, "text"),
    "datetime": (str, "a moment such as 2026-03-02T08:00:00Z"),
    "boolean": (bool, "true or false"),
    "list": (list, "a list of texts"),
    "integer": (int, "a whole number"),
    "object": (dict, "a mapping"),
    "objects": (list, "a list of mappings"),
}
# Directory extensions are named after the application that defines them.
# https://learn.microsoft.com/en-us/entra/identity/app-provisioning/user-provisioning-sync-attributes-for-mapping, "Create an
# extension attribute for cloud only users using Microsoft Graph" (read 2026-11-30)
_EXTENSION = re.compile(r"extension_[0-9a-f]{32}_\w{1,100}\Z", re.ASCII)
_EXTENSION_ROW = {"type": "extension"}

EXTENSION_ATTRIBUTES = frozenset(f"extensionAttribute{number}" for number in range(1, 16))


class PropertyError(HarnessError):
    """A property that the directory does not know, or a value of the wrong type."""


@cache
def table() -> dict[str, dict[str, dict[str, Any]]]:
    """Return the property rows by object type (`User`, `Group`) and Graph name."""
    rows: dict[str, dict[str, dict[str, Any]]] = read_table("harness.azure_ad.directory", "properties.yaml")
    return rows


@cache
def _aliases(kind: str) -> dict[str, str]:
    """Mapping names that differ from Graph's."""
    return {row["source"]: name for name, row in table()[kind].items() if row.get("source", name) != name}


@cache
def _plain(kind: str) -> frozenset[str]:
    """Return the properties that take any text: most of them, so that they are checked without looking further."""
    return frozenset(
        name
        for name, row in table()[kind].items()
        if row["type"] == "string"
        and not {"readonly", "writeonly"} & {key for key, value in row.items() if value}
        and name not in _aliases(kind)
    )


@cache
def _single(kind: str) -> dict[str, str]:
    """Return Graph's names for the lists of texts that one text may be given for, by any of their names."""
    rows, aliases = table()[kind], _aliases(kind)
    names = {name: name for name in rows} | aliases
    return {
        written: name
        for written, name in names.items()
        if rows[name]["type"] == "list" and not rows[name].get("readonly") and not rows[name].get("writeonly")
    }


def is_extension(name: str) -> bool:
    """Tell whether this is the name of a directory extension: `extension_<appId without dashes>_<name>`."""
    return _EXTENSION.match(name) is not None


def checked(kind: str, properties: Document) -> Document:
    """Return `properties` under Graph's names. Raises PropertyError for an unknown name, a read-only one or a wrong type."""
    rows, aliases, plain, single = table()[kind], _aliases(kind), _plain(kind), _single(kind)
    result: Document = {}
    for written, value in properties.items():
        if type(value) is str and written in plain:
            result[written] = value
            continue
        if type(value) is str and written in single:
            result[single[written]] = [value]
            continue
        name = aliases.get(written, written)
        row = rows.get(name) or (_EXTENSION_ROW if is_extension(name) else None)
        if row is None:
            raise PropertyError(
                f"unknown {kind.lower()} property '{written}'{nearest(written, [*rows, *aliases])}"
            )
        if row.get("readonly"):
            raise PropertyError(f"property '{written}' is read-only")
        _check(written, value, row)
        if not row.get("writeonly"):
            result[name] = value
    return result


def in_graphs_words(kind: str, properties: Document) -> Document:
    """Return properties with mapping names replaced by Graph's; a single telephone number becomes a list of one."""
    aliases, rows = _aliases(kind), table()[kind]
    result: Document = {}
    for written, value in properties.items():
        name = aliases.get(written, written)
        is_single = name != written and rows[name]["type"] == "list" and isinstance(value, str)
        result[name] = [value] if is_single else value
    return result


def _check(name: str, value: Any, row: dict[str, Any]) -> None:
    """Raise PropertyError for a value, or a part of a complex one, of the wrong type."""
    if value is None:
        return
    if row["type"] == "extension":
        if not all(isinstance(item, str | int) for item in (value if isinstance(value, list) else [value])):
            raise PropertyError(
                f"property '{name}' must be text, a whole number, true or false, or a list of them"
            )
        return
    expected, words = _TYPES[row["type"]]
    if not isinstance(value, expected) or (expected is int and isinstance(value, bool)):
        raise PropertyError(f"property '{name}' must be {words}, not {type(value).__name__}")
    if isinstance(value, list):
        _check_items(name, value, row)
    if row["type"] == "datetime" and not _is_moment(value):
        raise PropertyError(f"property '{name}' must be {words}")
    if isinstance(value, dict):
        _check_parts(name, value, row["members"])


def _check_items(name: str, items: list[Any], row: dict[str, Any]) -> None:
    item_type = dict if row["type"] == "objects" else str
    if not all(isinstance(item, item_type) for item in items):
        raise PropertyError(f"property '{name}' must be {_TYPES[row['type']][1]}")
    for item in items:
        if isinstance(item, dict):
            _check_parts(name, item, row["members"])


def _check_parts(name: str, parts: Document, members: dict[str, str]) -> None:
    for member, part in parts.items():
        if member not in members:
            raise PropertyError(f"unknown property '{member}' of '{name}'{nearest(member, members)}")
        _check(f"{name}/{member}", part, {"type": members[member]})


def _is_moment(value: Any) -> bool:
    try:
        return from_iso(value).tzinfo is not None
    except ValueError:
        return False


def merged(before: Document, changes: Document) -> Document:
    """Return an object with `changes`: None removes a value, a complex property keeps the parts that are not named."""
    after = {**before, **changes}
    for name, value in changes.items():
        if isinstance(value, dict):
            after[name] = {**(before.get(name) or {}), **value}
    return {name: value for name, value in after.items() if value is not None}


def defaults(kind: str) -> Document:
    return dict(_defaults(kind))


@cache
def _defaults(kind: str) -> Document:
    return {name: row["default"] for name, row in table()[kind].items() if "default" in row}


def source_attributes(kind: str, document: Document) -> dict[str, Any]:
    """Return an object's attributes as mappings read them: their names, booleans as `True`/`False`, no empty ones.

    A multi-valued property other than `proxyAddresses` and `otherMails` gives its first value; directory extensions go by
    their own names.
    Source: https://learn.microsoft.com/en-us/graph/api/resources/synchronization-objectdefinition, "Sample configuration", and
    https://learn.microsoft.com/en-us/entra/identity/app-provisioning/user-provisioning-sync-attributes-for-mapping, "Populate and
    use the new attribute" (both read 2026-11-30).
    """
    attributes: dict[str, Any] = {}
    for name, source in _sources(kind, tuple(document)):
        value = document[name]
        if isinstance(value, str):
            if value:
                attributes[source] = value
        elif isinstance(value, bool):
            attributes[source] = str(value)
        elif isinstance(value, list):
            if value:
                attributes[source] = value if source in ("proxyAddresses", "otherMails") else value[0]
        elif value is not None:
            attributes[source] = value
    if kind == "User":
        strip_guest(attributes)
    extensions = document.get("onPremisesExtensionAttributes")
    if extensions:
        attributes.update(
            (name, value)
            for name, value in extensions.items()
            if name in EXTENSION_ATTRIBUTES and value and isinstance(value, str)
        )
    return attributes


def strip_guest(attributes: dict[str, Any]) -> None:
    """Cut a user's userPrincipalName before `#EXT#`, as mappings read a guest's; originalUserPrincipalName has it whole.

    Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works (read 2026-11-29).
    """
    name = attributes.get("userPrincipalName")
    if isinstance(name, str):
        attributes["originalUserPrincipalName"] = name
        attributes["userPrincipalName"] = name.partition("#EXT#")[0]


@lru_cache(maxsize=256)
def _sources(kind: str, present: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return what mappings read of an object with these properties, with the names that they see.

    That is in the table's order, extensions last. Most objects have the same properties as the one before.
    """
    names = set(present)
    return (
        *((name, row["source"]) for name, row in table()[kind].items() if "source" in row and name in names),
        *((name, name) for name in present if name.startswith("extension_")),
    )
