"""Quirks: what a service does that nobody would guess, one row a behaviour, one YAML file a service.

Code asks by id; `harness explain ID` prints the row. A row says the behaviour in a sentence, where it is recorded
(title, URL, passage, date read), its value in each profile, and the scenario that proves it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from msgspec import Struct

from harness.base.errors import HarnessError, nearest
from harness.base.tables import read_table


class Quirk(Struct, frozen=True):
    """One row. `values` has one value per profile; `inferred` says that sources are silent and this is a default.

    `otherwise` is another value with which the proof fails, None where there is one to see: the other of true and false, or
    that of the other profile.
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
    """All rows of one service, and its profiles (name to settings such as the year its world plays in)."""

    profiles: Mapping[str, Mapping[str, Any]]
    rows: Mapping[str, Quirk]

    def choose(self, profile: str, quirk_values: Mapping[str, Any] | None = None) -> Quirks:
        """Return the values of one profile, with single quirks set otherwise.

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
    """The values in force in one world; as a dict, those that were asked for: nearly all are asked for again and again."""

    def __init__(self, profile: str, values: Mapping[str, Any]) -> None:
        super().__init__()
        self.profile = profile
        self._values = dict(values)

    def __missing__(self, quirk: str) -> Any:
        """Return the value of what is asked for the first time; a row that nobody wrote is a KeyError."""
        value = self[quirk] = self._values[quirk]
        return value

    @property
    def fired(self) -> set[str]:
        """Return which were asked for and are on."""
        return {quirk for quirk, value in self.items() if value is not False and value is not None}

    def in_force(self) -> dict[str, Any]:
        """Return all values, without asking for any."""
        return dict(self._values)


@cache
def load_table(package: str) -> QuirkTable:
    """Read `quirks.yaml` of a package. Every row must give a value for every profile."""
    data = read_table(package, "quirks.yaml")
    profiles: dict[str, dict[str, Any]] = data["profiles"]
    rows: dict[str, Quirk] = {}
    for name, row in data["quirks"].items():
        source = data["sources"][row["source"]]
        # Whoever doubts a row must be able to look it up: `section` of the row where its page has several passages.
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
