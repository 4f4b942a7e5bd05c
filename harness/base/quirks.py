"""Quirks: the unexpected behaviours of a service, a row for each, in one YAML file for each service.

Code looks quirks up by id; `harness explain ID` prints the row: the behaviour in a sentence, its source (title, URL, passage, date
read), its value in each profile, and the scenario that proves it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from msgspec import Struct

from harness.base.errors import HarnessError, nearest
from harness.base.tables import read_table


class Quirk(Struct, frozen=True):
    """One row. `values` has one value per profile; `inferred`: no source has it, and this is a default.

    `otherwise` is another value with which the proof fails; None where that is evident: the other of true and false, or the other
    profile's value.
    """

    id: str
    sentence: str
    source: str
    url: str
    section: str
    read: str
    values: Mapping[str, Any]
    proof: str
    inferred: bool = False
    otherwise: Any = None


class QuirkTable(Struct, frozen=True):
    """All rows of one service, and its profiles (name to settings such as the year)."""

    profiles: Mapping[str, Mapping[str, Any]]
    rows: Mapping[str, Quirk]

    def choose(self, profile: str, quirk_values: Mapping[str, Any] | None = None) -> Quirks:
        """Return the values of one profile, with some quirks set to other values.

        Raises HarnessError for an unknown profile or quirk.
        """
        if profile not in self.profiles:
            hint = nearest(profile, self.profiles) or f"; there are: {', '.join(self.profiles)}"
            raise HarnessError(f"unknown profile '{profile}'{hint}")
        values = {row.id: row.values[profile] for row in self.rows.values()}
        for name, value in (quirk_values or {}).items():
            if name not in values:
                raise HarnessError(f"unknown quirk '{name}'{nearest(name, values)}")
            values[name] = value
        return Quirks(profile, values)


class Quirks(dict[str, Any]):
    """The values in force in one world. As a dict it has those looked up so far, for most are looked up again and again."""

    def __init__(self, profile: str, values: Mapping[str, Any]) -> None:
        super().__init__()
        self.profile = profile
        self._values = dict(values)

    def __missing__(self, quirk: str) -> Any:
        """Return the value of a quirk at its first lookup. Raises KeyError for an unknown one."""
        value = self[quirk] = self._values[quirk]
        return value

    @property
    def fired(self) -> set[str]:
        """Return the ids of quirks that were looked up and are on."""
        return {quirk for quirk, value in self.items() if value is not False and value is not None}

    def in_force(self) -> dict[str, Any]:
        """Return all values by id; this counts as no lookup."""
        return dict(self._values)


@cache
def load_table(package: str) -> QuirkTable:
    """Read `quirks.yaml` of a package. Every row must give a value for every profile."""
    data = read_table(package, "quirks.yaml")
    profiles: dict[str, dict[str, Any]] = data["profiles"]
    rows: dict[str, Quirk] = {}
    for name, row in data["quirks"].items():
        source = data["sources"][row["source"]]
        # A reader must be able to look a row up: the row has a `section` where its page has several passages.
        passage = {**source, **{key: row[key] for key in ("section",) if key in row}}
        if absent := [key for key in ("section", "read") if not passage.get(key)]:
            raise HarnessError(
                f"the source '{row['source']}' of quirk '{name}' of {package} needs {' and '.join(absent)}"
            )
        by_profile = (
            row["values"] if isinstance(row["values"], dict) else dict.fromkeys(profiles, row["values"])
        )
        if set(by_profile) != set(profiles):
            raise HarnessError(
                f"quirk '{name}' of {package} needs a value for each of: {', '.join(profiles)}"
            )
        rows[name] = Quirk(
            id=name,
            sentence=row["sentence"],
            source=source["title"],
            url=source["url"],
            section=passage["section"],
            read=str(source["read"]),
            values=by_profile,
            proof=row["proof"],
            inferred=bool(row.get("inferred", False)),
            otherwise=row.get("otherwise"),
        )
    return QuirkTable(profiles, rows)
