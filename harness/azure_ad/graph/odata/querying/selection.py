"""`$select` and `$expand`: which properties and relationships of an object an answer has.

Source: https://learn.microsoft.com/en-us/graph/query-parameters, "select" and "expand" (read 2026-11-29 at db3ad72 of
microsoftgraph/microsoft-graph-docs); `$levels`:
https://learn.microsoft.com/en-us/graph/api/user-list-manager, "Request headers" and example 2 (read 2026-11-29).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from harness.azure_ad.graph.odata import refusals
from harness.azure_ad.graph.odata.entity_types import BY_MARK, EntityType, Expander
from harness.azure_ad.graph.odata.errors import ODataError
from harness.azure_ad.graph.odata.querying.options import is_eventual, option
from harness.base.store import Document
from harness.wire.present import HttpError, present

_EXPAND = re.compile(r"\s*(\w+)\s*(?:\(([^()]*)\))?\s*(?:,|\Z)", re.ASCII)
_WITHIN = re.compile(
    r"\s*(?:\$?select\s*=(?P<select>[\w,\s]+)|\$?levels\s*=\s*(?P<levels>max|\d{1,4})\s*)\Z",
    re.ASCII | re.IGNORECASE,
)
_MOST_LEVELS = 1000  # user-list-manager, "$levels"


class _Expansion(Struct, frozen=True):
    """`names` are the properties of an expanded object, None for all; `levels` how many managers up a chain goes."""

    name: str
    names: tuple[str, ...] | None = None
    levels: int = 1

    def of(self, item: Document, expander: Expander) -> Any:
        """Return the related objects; a chain of managers ends before one that it has already."""
        chain: list[Document] = []
        ids = {item.get("id")}
        linked = expander(item)
        while isinstance(linked, dict) and linked["id"] not in ids:
            chain.append(linked)
            ids.add(linked["id"])
            linked = expander(linked) if len(chain) < self.levels else None
        if not chain:
            return _part(linked, self.names)
        answer: Document = _part(chain[-1], self.names)
        for link in reversed(chain[:-1]):
            answer = {**_part(link, self.names), self.name: answer}
        return answer


def version() -> str:
    """Return the version that the request is for, `v1.0` or `beta`."""
    return present().root.removeprefix("/")


def demand_beta() -> None:
    """Raise HttpError 404 for an address of `beta` in another version."""
    if version() != "beta":
        raise HttpError(404)


def selected(kind: EntityType | None) -> tuple[str, ...] | None:
    """Return the properties that `$select` names, None without one. Raises ODataError 400 for an unknown one."""
    text = option("$select") or ""
    return _names(text, kind) if text.strip() else None


def expanded(kind: EntityType | None, expanders: Mapping[str, Expander]) -> Expander:
    """Return the function that adds `$expand`'s relationships to an object. Raises ODataError 400 for unknown ones."""
    expansions = _expansions(option("$expand") or "", kind, expanders)

    def expand(item: Document) -> Document:
        return {each.name: each.of(item, expanders[each.name]) for each in expansions}

    return expand


def _expansions(text: str, kind: EntityType | None, expanders: Mapping[str, Expander]) -> list[_Expansion]:
    spellings = {name.lower(): name for name in expanders}
    expansions: list[_Expansion] = []
    position = 0
    while position < len(text):
        match = _EXPAND.match(text, position)
        if match is None or match[1].lower() not in spellings:
            raise _unknown(text if match is None else match[1], kind)
        expansions.append(_expansion(spellings[match[1].lower()], match[2] or "", text, kind))
        position = match.end()
    return expansions


def _expansion(name: str, within: str, text: str, kind: EntityType | None) -> _Expansion:
    """Read the options of one relationship: `$select`, and `$levels` of managers, which is an advanced query's."""
    names: tuple[str, ...] | None = None
    levels = 1
    for part in filter(str.strip, within.split(";")):
        match = _WITHIN.match(part)
        if match is None:
            raise _unknown(text, kind)
        if match["select"]:
            names = _names(match["select"], None)
        elif name != "manager":
            raise _unknown(text, kind)
        else:
            if not is_eventual():
                raise refusals.LEVELS_NEED_HEADER.error()
            levels = _MOST_LEVELS if match["levels"].lower() == "max" else int(match["levels"])
    return _Expansion(name, names, levels)


def shown(item: Document, kind: EntityType | None, names: tuple[str, ...] | None) -> Document:
    """Return the object with the properties of `$select`, else with the type's default ones; beta has all."""
    if kind is not None and kind.shown is None:
        kind = BY_MARK.get(item.get("@odata.type", ""), kind)
    if kind is None or (names is None and kind.shown is None):
        return dict(item) if names is None else {name: item.get(name) for name in names}
    names = names or (kind.names_in("beta") if version() == "beta" else kind.shown)
    mark = {"@odata.type": item["@odata.type"]} if "@odata.type" in item else {}
    return {**mark, **kind.show(item, names)}


def _names(text: str, kind: EntityType | None) -> tuple[str, ...]:
    """Return a list of names in the type's spelling; `*` stands for all."""
    names: list[str] = []
    for name in (part.strip() for part in text.split(",")):
        if kind is None:
            names.append(name)
        elif name == "*":
            names += kind.names_in(version())
        else:
            spelling = kind.spelling(name)
            if spelling is None or not kind.is_in(spelling, version()):
                raise _unknown(name, kind)
            names.append(spelling)
    return tuple(dict.fromkeys(names))


def _unknown(name: str, kind: EntityType | None) -> ODataError:
    on_type = "" if kind is None else f" on type '{kind.name}'"
    return refusals.SELECT_UNKNOWN.error(name=name, on_type=on_type)


def _part(value: Any, names: tuple[str, ...] | None) -> Any:
    if isinstance(value, list):
        return [_part(item, names) for item in value]
    if not isinstance(value, dict) or names is None:
        return value
    mark = {"@odata.type": value["@odata.type"]} if "@odata.type" in value else {}
    return {**mark, **{name: value.get(name) for name in names}}
