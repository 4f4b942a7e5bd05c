"""The attributes of membership rules: properties of users and devices, and of the elements of their collections.

The page says that names are case-sensitive and prints `user.employeehiredate` beside `user.employeeHireDate`, so case
does not count here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from harness.azure_ad.directory.properties import EXTENSION_ATTRIBUTES, PropertyError
from harness.base.errors import nearest
from harness.base.store import Document
from harness.base.tables import read_table

_EXTENSION = re.compile(r"extension_([0-9a-f]{32})_(\w{1,100})\Z", re.ASCII | re.IGNORECASE)


def refused(summary: str, detail: str) -> PropertyError:
    """Return a refusal in Graph's form.

    Seen: "Dynamic membership rule validation error: Wrong property applied." and what follows it,
    https://github.com/MicrosoftDocs/entra-docs/issues/921; "Invalid operands found for operator.",
    https://github.com/MicrosoftDocs/azure-docs/issues/16182; "Invalid object type.", …/issues/50521; the table of parser
    errors has "Query compilation error", https://learn.microsoft.com/en-us/entra/identity/users/groups-troubleshooting
    (read 2026-11-29).
    """
    return PropertyError(f"Dynamic membership rule validation error: {summary}. {detail}")


@dataclass(frozen=True, slots=True)
class Attribute:
    """`path` leads to the value in Graph's document; `operators` are in small letters, without hyphen."""

    name: str
    kind: str
    path: tuple[str, ...]
    operators: frozenset[str]

    def values(self, document: Document) -> list[Any]:
        """Return the non-empty values; a single value as a list of one."""
        value: Any = document
        for part in self.path:
            value = value.get(part) if isinstance(value, dict) else None
        values = value if isinstance(value, list) else [value]
        return [each for each in values if each not in (None, "")]


@cache
def _table() -> dict[str, dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = read_table(__package__, "properties.yaml")
    return rows


@cache
def attributes(holder: str) -> dict[str, Attribute]:
    """Return the attributes of a `user`, `device`, `plan` or `group`, by their name in small letters."""
    operators = {kind: frozenset(names) for kind, names in _table()["operators"].items()}
    rows = {
        name.casefold(): Attribute(name, kind, tuple(graph.split(".")), operators[kind])
        for kind, names in _table()[holder].items()
        for name, graph in names.items()
    }
    if holder in ("user", "device"):
        for name in sorted(EXTENSION_ATTRIBUTES):
            path = ("onPremisesExtensionAttributes", name)
            rows[name.casefold()] = Attribute(name, "text", path, operators["text"])
    return rows


def attribute(holder: str, name: str) -> Attribute:
    """Return the attribute of that name. Raises PropertyError."""
    rows = attributes(holder)
    row = rows.get(name.casefold())
    if row is not None:
        return row
    extension = _EXTENSION.match(name)
    if extension is not None and holder == "user":
        path = f"extension_{extension[1].lower()}_{extension[2]}"
        return Attribute(name, "text", (path,), rows["department"].operators)
    hint = nearest(name, [each.name for each in rows.values()])
    raise refused(
        "Wrong property applied", f"Property '{name}' cannot be applied to object '{holder.title()}'{hint}"
    )
