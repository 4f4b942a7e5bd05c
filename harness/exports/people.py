"""Users of Entra ID in the forms of the portal, Microsoft Graph, az and PowerShell.

Names: https://learn.microsoft.com/graph/api/resources/user and the older ones of
https://learn.microsoft.com/graph/migrate-azure-ad-graph-property-differences; what is given without `$select`:
https://learn.microsoft.com/graph/api/user-list, "Optional query parameters" (edition of July 2021, read 2026-11-30).
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from harness.azure_ad.directory.properties import EXTENSION_ATTRIBUTES, is_extension, strip_guest, table
from harness.azure_ad.mappings.functions import Value
from harness.exports.carriers import BLOCKED, Row
from harness.exports.cells import BOOLEANS, Spoiled, cell
from harness.exports.evidence import DirectoryGroup, Person
from harness.exports.tenants import initial_domain

# Other names of properties: in the portal's list of users, and in older exports.
_OTHER_NAMES = {
    "objectid": "objectId",
    "alternateemailaddress": "otherMails",
    "user principal name": "userPrincipalName",
    "object id": "objectId",
    "display name": "displayName",
}
# What Graph returns of every user without `$select`.
_ALWAYS = frozenset(name for name, row in table()["User"].items() if row.get("shown"))
_LISTS = frozenset({"proxyAddresses", "otherMails"})
_EXTENSIONS = "onpremisesextensionattributes"
# Columns that say nothing about provisioning.
_SILENT = frozenset(
    {
        "odata.type",
        "@odata.type",
        "@odata.context",
        "objecttype",
        "additionalproperties",
        "createddatetime",
        "directorysynced",
        "invitationstate",
        "identityissuer",
        "creationtype",
        "agegroup",
        "consentprovidedforminor",
        "legalagegroupclassification",
        "odata.metadata",
        "id",
    }
)


@cache
def names() -> Mapping[str, tuple[str, str]]:
    """Return, by lower-case name in an export, the name in mappings and the type of every property."""
    rows = table()["User"]
    spellings = {
        spelling.lower(): (row["source"], row["type"])
        for name, row in rows.items()
        if "source" in row
        for spelling in (name, row["source"])
    }
    spellings |= {name: (source, "string") for name, source in _OTHER_NAMES.items()}
    spellings[BLOCKED.lower()] = ("accountEnabled", "opposite")
    return spellings | {name.lower(): (name, "string") for name in EXTENSION_ATTRIBUTES}


def attribute(column: str) -> tuple[str, str] | None:
    """Return the name in mappings and the type of a column or property, None for one that no mapping reads."""
    if is_extension(column):
        return column, "string"
    return names().get(column.lower())


def not_understood(columns: Iterable[str]) -> list[str]:
    """Return the columns that are neither attributes nor known to be without meaning for provisioning."""
    spellings = {name.lower() for name in table()["User"]} | _SILENT | {"manager"}
    return [name for name in columns if attribute(name) is None and name.lower() not in spellings]


class PeopleReader:
    """Turns the rows of one file into people.

    `filled` are the lower-case columns that have a value in some row, where the file has all columns whether they were
    asked for or not, else None.
    """

    def __init__(self, *, filled: frozenset[str] | None, from_ascii_csv: bool) -> None:
        self._filled = filled
        self._from_ascii_csv = from_ascii_csv
        self._plans: dict[tuple[str, ...], _Plan] = {}
        self._sets: dict[frozenset[str], frozenset[str]] = {}

    def person(self, row: Row) -> Person:
        """Read one row."""
        shape = tuple(row)
        plan = self._plans.get(shape)
        if plan is None:
            plan = self._plans[shape] = self._planned(shape)
        values: dict[str, Value] = {}
        damaged: dict[str, str] = {}
        for column, name, kind in plan.columns:
            raw = row[column]
            if raw is None or raw == "":
                continue
            if kind == "string" and type(raw) is str and _ORDINARY.fullmatch(raw):
                values[name] = raw
                continue
            value = cell(raw, kind, from_ascii_csv=self._from_ascii_csv)
            if isinstance(value, Spoiled):
                damaged[name] = value.how
                continue
            if isinstance(value, list) and name not in _LISTS:
                value = value[0]
            if value is not None:
                values[name] = value
        exported = plan.exported.difference(damaged) if damaged else plan.exported
        if plan.extensions is not None and isinstance(inner := row[plan.extensions], dict):
            exported |= EXTENSION_ATTRIBUTES
            values.update((name, text) for name, text in inner.items() if text and isinstance(text, str))
        strip_guest(values)
        return Person(values, self._shared(exported), damaged)

    def _planned(self, shape: tuple[str, ...]) -> _Plan:
        columns = []
        for column in shape:
            name = attribute(column)
            asked_for = self._filled is None or column.lower() in self._filled or column.lower() in _DEFAULTS
            if name is not None and asked_for:
                columns.append((column, *name))
        extensions = next((column for column in shape if column.lower() == _EXTENSIONS), None)
        return _Plan(tuple(columns), frozenset(name for _, name, _ in columns), extensions)

    def _shared(self, exported: frozenset[str]) -> frozenset[str]:
        """Return one shared set for equal rows: without sharing there would be one for each person."""
        return self._sets.setdefault(exported, exported)


@dataclass(frozen=True, slots=True)
class _Plan:
    """How rows of one shape are read: each column with the attribute's name and type, and the column of extensions."""

    columns: tuple[tuple[str, str, str], ...]
    exported: frozenset[str]
    extensions: str | None


# The usual value, which certainly is not damaged.
_ORDINARY = re.compile(
    r"(?!(?i:hidden_|redacted|system\.|microsoft\.|x{4}|\d[\d.,]*e\+))[\w @.+'/,&()-]{1,1000}"
)
_DEFAULTS = frozenset(name.lower() for name in _ALWAYS)


def has_all_columns(columns: Iterable[str]) -> bool:
    """Tell whether a file is of the Graph PowerShell, which writes every property, asked for or not."""
    lowered = {name.lower() for name in columns}
    return "aboutme" in lowered or "additionalproperties" in lowered


class Tally:
    """What must be known of a whole file of people before its first row can be read: collected in a first pass.

    `columns` are in the order of their first appearance; `filled` are those, in lower case, with a value in some row;
    `keys` are hashes of the people's keys; `initial_domains` are names such as `contoso` of
    `contoso.onmicrosoft.com`, `custom_domains` such as `contoso.com`.
    """

    def __init__(self) -> None:
        self.people = 0
        self.others = 0
        self.columns: dict[str, None] = {}
        self.filled: set[str] = set()
        self.keys = array("q")
        self.initial_domains: set[str] = set()
        self.custom_domains: set[str] = set()
        self._shapes: dict[tuple[str, ...], _Shape] = {}

    def add(self, row: Row, *, is_person: bool) -> tuple[str, str]:
        """Count a row; return the user's id and userPrincipalName in lower case, empty for what is not there."""
        names = tuple(row)
        shape = self._shapes.get(names)
        if shape is None:
            shape = self._shapes[names] = _Shape(names)
            if is_person:
                self.columns |= dict.fromkeys(names)
        if shape.silent:
            for name in [name for name in shape.silent if _says_something(row[name])]:
                shape.silent.remove(name)
                self.filled.add(name.lower())
        if not is_person:
            self.others += 1
            return "", ""
        self.people += 1
        key = next((str(row[name]).lower() for name in shape.ids if row[name]), "")
        upn = next((str(row[name]).casefold() for name in shape.upns if row[name]), "")
        if "onmicrosoft" in upn:
            self.initial_domains.add(initial_domain(upn))
        elif "@" in upn:
            self.custom_domains.add(upn.rpartition("@")[2])
        self.keys.append(key_hash(key or upn.partition("#ext#")[0]))
        return key, upn

    @property
    def repeated(self) -> frozenset[int]:
        """The hashes of keys that occur more than once."""
        return frozenset(value for value, after in pairwise(sorted(self.keys)) if value == after)


class _Shape:
    """The columns of rows with equal keys: those that identify the user, and those that were empty so far."""

    def __init__(self, columns: tuple[str, ...]) -> None:
        meanings = [(name, attribute(name)) for name in columns]
        self.ids = [name for name, meaning in meanings if meaning and meaning[0] == "objectId"]
        self.upns = [name for name, meaning in meanings if meaning and meaning[0] == "userPrincipalName"]
        self.silent = list(columns) if has_all_columns(columns) else []


def key_hash(key: str) -> int:
    """Return the hash of a person's key, eight bytes, the same within one process."""
    return hash(key)


def _says_something(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_says_something, value.values()))
    return value not in (None, "", []) and not isinstance(
        cell(value, "string", from_ascii_csv=False), Spoiled
    )


def notes(beginning: str) -> list[str]:
    """Return what to know of a list by the beginning of its text: Graph calls members of a group directory objects.

    https://learn.microsoft.com/en-us/graph/api/group-list-members, "Response" (edition of July 2021, read 2026-11-30).
    """
    is_of_members = '$metadata#directoryObjects"' in beginning
    return ["if these are the members of a group, say of which: --group GROUP=FILE"] if is_of_members else []


def group(row: Row) -> DirectoryGroup:
    """Read a group as Graph, az, PowerShell or the portal list it, its id empty where it has none.

    Texts, booleans and nulls are its values; an empty cell of a CSV is not taken for an empty value.
    """
    folded = {key.lower(): value for key, value in row.items()}
    key = str(folded.get("id") or folded.get("objectid") or folded.get("object id") or "").lower()
    name = folded.get("displayname", folded.get("display name"))
    kind = str(folded.get("securityenabled", folded.get("grouptype", ""))).casefold()
    values: dict[str, Value] = {
        f"{column[:1].lower()}{column[1:]}": None if value is None else str(value)
        for column, value in row.items()
        if value is None or (isinstance(value, str | bool) and value != "")
    }
    security = True if kind == "security" else BOOLEANS.get(kind)
    return DirectoryGroup(key, str(name or ""), security, values)
