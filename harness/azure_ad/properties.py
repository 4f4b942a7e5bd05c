"""The directory's property table: checking what callers write, and the names that attribute mappings see.

Mappings use the names of the old Azure AD Graph (`mobile`, `telephoneNumber`), Microsoft Graph its own
(`mobilePhone`, `businessPhones`). Scenario files may use either; the directory keeps Graph's.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from harness.base.errors import HarnessError, nearest
from harness.base.store import Document

_TYPES: dict[str, tuple[type, str]] = {
    "string": (str, "text"),
    "boolean": (bool, "true or false"),
    "list": (list, "a list of texts"),
    "object": (dict, "a mapping"),
}


EXTENSION_ATTRIBUTES = frozenset(f"extensionAttribute{number}" for number in range(1, 16))


class PropertyError(HarnessError):
    """A property that the directory does not know, or a value of the wrong type."""


@cache
def table() -> dict[str, dict[str, dict[str, Any]]]:
    """Return the property rows by object type (`User`, `Group`) and Graph name."""
    rows: dict[str, dict[str, dict[str, Any]]] = yaml.safe_load(
        files("harness.azure_ad").joinpath("properties.yaml").read_text(encoding="utf-8")
    )
    return rows


@cache
def _aliases(kind: str) -> dict[str, str]:
    """Mapping names that differ from Graph's."""
    return {row["source"]: name for name, row in table()[kind].items() if row.get("source", name) != name}


def checked(kind: str, given: Document) -> Document:
    """Return `given` under Graph's names. Raises PropertyError for an unknown name, a read-only one or a wrong type."""
    rows = table()[kind]
    result: Document = {}
    for written, value in given.items():
        name = _aliases(kind).get(written, written)
        row = rows.get(name)
        if row is None:
            raise PropertyError(
                f"unknown {kind.lower()} property '{written}'{nearest(written, [*rows, *_aliases(kind)])}"
            )
        if row.get("readonly"):
            raise PropertyError(f"property '{written}' is read-only")
        if row["type"] == "list" and isinstance(value, str):
            value = [value]  # noqa: PLW2901 - telephoneNumber is single in mappings, a list in Graph
        expected, words = _TYPES[row["type"]]
        if value is not None and not isinstance(value, expected):
            raise PropertyError(f"property '{written}' must be {words}, not {type(value).__name__}")
        if isinstance(value, list) and not all(isinstance(item, str) for item in value):
            raise PropertyError(f"property '{written}' must be {words}")
        if not row.get("writeonly"):
            result[name] = value
    return result


def defaults(kind: str) -> Document:
    return {name: row["default"] for name, row in table()[kind].items() if "default" in row}


def source_attributes(kind: str, document: Document) -> dict[str, Any]:
    """Return an object as mappings see it: their names, booleans as `True`/`False`, nothing that is empty.

    A multi-valued property other than `proxyAddresses` and `otherMails` gives its first value.
    Source: https://learn.microsoft.com/en-us/graph/api/resources/synchronization-objectdefinition.
    """
    attributes: dict[str, Any] = {}
    for name, source in _sources(kind):
        value = document.get(name)
        if isinstance(value, bool):
            attributes[source] = str(value)
        elif isinstance(value, list):
            if value:
                attributes[source] = value if source in ("proxyAddresses", "otherMails") else value[0]
        elif value not in (None, ""):
            attributes[source] = value
    if kind == "User":
        _strip_guest(attributes)
    extensions = document.get("onPremisesExtensionAttributes") or {}
    return attributes | {
        name: value
        for name, value in extensions.items()
        if name in EXTENSION_ATTRIBUTES and value and isinstance(value, str)
    }


def _strip_guest(attributes: dict[str, Any]) -> None:
    """Mappings see a guest's userPrincipalName without `#EXT#` and what follows; the original keeps both.

    Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works (read 2026-11).
    """
    name = attributes["userPrincipalName"]
    attributes["originalUserPrincipalName"] = name
    attributes["userPrincipalName"] = name.partition("#EXT#")[0]


@cache
def _sources(kind: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, row["source"]) for name, row in table()[kind].items() if "source" in row)
