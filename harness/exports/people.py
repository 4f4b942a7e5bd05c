"""Users of Entra ID in the forms of the portal, Microsoft Graph, az and PowerShell.

Names: https://learn.microsoft.com/graph/api/resources/user and the older ones of
https://learn.microsoft.com/graph/migrate-azure-ad-graph-property-differences; what is given without `$select`:
https://learn.microsoft.com/graph/api/user-list (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from harness.azure_ad.directory.properties import EXTENSION_ATTRIBUTES, is_extension, table
from harness.azure_ad.mappings.functions import Value
from harness.exports.carriers import Row
from harness.exports.cells import Spoiled, cell
from harness.exports.evidence import Person

# What the portal's list of users calls otherwise, and what older exports do.
_OTHER_NAMES = {
    "objectid": "objectId",
    "alternateemailaddress": "otherMails",
    "user principal name": "userPrincipalName",
    "object id": "objectId",
    "display name": "displayName",
}
# Told of every user by Graph that was not asked for more.
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
    return spellings | {name.lower(): (name, "string") for name in EXTENSION_ATTRIBUTES}


def attribute(column: str) -> tuple[str, str] | None:
    """Return the name in mappings and the type of a column or property, None for one that no mapping reads."""
    if is_extension(column):
        return column, "string"
    return names().get(column.lower())


def not_understood(columns: Iterable[str]) -> list[str]:
    """Return the columns that are neither attributes nor known to say nothing."""
    spellings = {name.lower() for name in table()["User"]} | _SILENT | {"manager"}
    return [name for name in columns if attribute(name) is None and name.lower() not in spellings]


class PeopleReader:
    """Turns the rows of one file into people.

    `renamed` maps columns to the names they stand for. `filled` are the lower-case columns that have a value in some row,
    where the file has all columns whether they were asked for or not, else None.
    """

    def __init__(
        self, *, renamed: Mapping[str, str], filled: frozenset[str] | None, from_ascii_csv: bool
    ) -> None:
        self._renamed = renamed
        self._filled = filled
        self._from_ascii_csv = from_ascii_csv
        self._plans: dict[tuple[str, ...], list[tuple[str, str, str]]] = {}

    def person(self, row: Row) -> Person:
        """Read one row."""
        shape = tuple(row)
        plan = self._plans.get(shape)
        if plan is None:
            plan = self._plans[shape] = list(self._planned(shape))
        values: dict[str, Value] = {}
        exported: set[str] = set()
        damaged: dict[str, str] = {}
        for column, name, kind in plan:
            value = cell(row[column], kind, from_ascii_csv=self._from_ascii_csv)
            if isinstance(value, Spoiled):
                damaged[name] = value.how
                continue
            exported.add(name)
            if isinstance(value, list) and name not in _LISTS:
                value = value[0]
            if value is not None:
                values[name] = value
        self._extensions(row, values, exported)
        _guest(values)
        return Person(values, self._shared(exported), damaged)

    def _planned(self, shape: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
        for column in shape:
            name = attribute(self._renamed.get(column, column))
            asked_for = self._filled is None or column.lower() in self._filled or column.lower() in _DEFAULTS
            if name is not None and asked_for:
                yield column, *name

    def _extensions(self, row: Row, values: dict[str, Value], exported: set[str]) -> None:
        for column, value in row.items():
            if column.lower() == _EXTENSIONS and isinstance(value, dict):
                exported |= EXTENSION_ATTRIBUTES
                values.update((name, text) for name, text in value.items() if text and isinstance(text, str))

    @staticmethod
    @cache
    def _frozen(exported: frozenset[str]) -> frozenset[str]:
        return exported

    def _shared(self, exported: set[str]) -> frozenset[str]:
        """Return one and the same set for all rows alike: there are as many as people."""
        return self._frozen(frozenset(exported))


_DEFAULTS = frozenset(name.lower() for name in _ALWAYS)


def has_all_columns(columns: Iterable[str]) -> bool:
    """Tell whether a file is of the Graph PowerShell, which writes every property, asked for or not."""
    lowered = {name.lower() for name in columns}
    return "aboutme" in lowered or "additionalproperties" in lowered


class Tally:
    """What has to be learnt of a whole file of people before its first row can be read: one walk through its rows.

    `columns` are in the order in which they first come; `filled` are those, in lower case, with a value in some row.
    """

    def __init__(self, renamed: Mapping[str, str]) -> None:
        self.people = 0
        self.others = 0
        self.columns: dict[str, None] = {}
        self.filled: set[str] = set()
        self.object_ids: set[str] = set()
        self._renamed = renamed
        self._ids: dict[tuple[str, ...], list[str]] = {}

    def add(self, row: Row, *, is_person: bool) -> None:
        shape = tuple(row)
        if shape not in self._ids:
            self._ids[shape] = [name for name in shape if self._is_id(name)]
            self.columns |= dict.fromkeys(shape)
        self.filled.update(
            lowered
            for name, value in row.items()
            if (lowered := name.lower()) not in self.filled and _says_something(value)
        )
        if not is_person:
            self.others += 1
            return
        self.people += 1
        self.object_ids.update(str(row[name]) for name in self._ids[shape] if row[name])

    def _is_id(self, column: str) -> bool:
        meaning = attribute(self._renamed.get(column, column))
        return meaning is not None and meaning[0] == "objectId"


def _says_something(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_says_something, value.values()))
    return value not in (None, "", [], False) and not isinstance(
        cell(value, "string", from_ascii_csv=False), Spoiled
    )


def _guest(values: dict[str, Value]) -> None:
    """Give mappings a guest's userPrincipalName as they see it, without `#EXT#` and what follows."""
    name = values.get("userPrincipalName")
    if isinstance(name, str):
        values["originalUserPrincipalName"] = name
        values["userPrincipalName"] = name.partition("#EXT#")[0]
