"""Scoping filters: the `scope` of an object mapping, compiled once and evaluated for every object.

A scope has three sets of filter groups. An object passes a set by one of its groups, and a group by all its clauses. An object
that leaves `groups` is deprovisioned; one that fails `inputFilterGroups` or `categoryFilterGroups` is not processed at all, so
its account stays as it is (for the category groups inferred from their description).

Sources: https://learn.microsoft.com/en-us/graph/api/resources/synchronization-filter and, for the operators,
https://learn.microsoft.com/en-us/entra/identity/app-provisioning/define-conditional-rules-for-provisioning-user-accounts
(read 2026-11-29).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from harness.azure_ad.mappings.filter_operators import OPERATORS, Operand
from harness.azure_ad.mappings.functions import Value
from harness.base.errors import HarnessError, nearest
from harness.base.quirks import Quirks
from harness.base.store import Document

SETS = ("groups", "inputFilterGroups", "categoryFilterGroups")


class FilterError(HarnessError):
    """A scope that cannot be evaluated; the message begins with the JSON path of what is wrong."""


class Clause(Struct, frozen=True):
    """One condition; `text` is how the log words it."""

    text: str
    attribute: str
    operator: str
    operand: Operand

    def holds(self, value: Value, quirks: Quirks) -> bool:
        operator = OPERATORS[self.operator]
        if value is None:
            return operator.holds_for_null
        return isinstance(value, str) and operator.holds(value, self.operand, quirks)


class Group(Struct, frozen=True):
    name: str
    clauses: tuple[Clause, ...]


class ClauseResult(Struct, frozen=True):
    """The result of a clause for one object, and the value it looked at."""

    group: str
    clause: Clause
    value: Value
    passed: bool

    @property
    def label(self) -> str:
        return f"{self.group}.{self.clause.text}" if self.group else self.clause.text


class FilterResult(Struct, frozen=True):
    """The results of all clauses for one object, by set and group.

    `processed` is false where an input or category filter keeps the object out of all processing.
    """

    results: Mapping[str, tuple[tuple[ClauseResult, ...], ...]]

    @property
    def processed(self) -> bool:
        return self._passes("inputFilterGroups") and self._passes("categoryFilterGroups")

    @property
    def passed(self) -> bool:
        return self.processed and self._passes("groups")

    @property
    def decisive(self) -> tuple[ClauseResult, ...]:
        """The deciding clauses: those of the first passed group in each set, or the failed ones in a failed set."""
        for name, groups in self.results.items():
            if not self._passes(name):
                return tuple(result for group in groups for result in group if not result.passed)
        passing = (next(group for group in groups if _all(group)) for groups in self.results.values())
        return tuple(result for group in passing for result in group)

    def as_text(self) -> str:
        """Return the log's `ScopeEvaluationResult`: JSON of `<group>.<clause>` to its result."""
        answers = {
            result.label: result.passed
            for groups in self.results.values()
            for group in groups
            for result in group
        }
        return json.dumps(answers, ensure_ascii=False, separators=(",", ":"))

    def _passes(self, name: str) -> bool:
        return name not in self.results or any(_all(group) for group in self.results[name])


class ScopeFilter(Struct, frozen=True):
    """The sets of filter groups that have any group, by their name in Graph."""

    sets: Mapping[str, tuple[Group, ...]]

    def evaluate(self, attributes: Mapping[str, Value], quirks: Quirks) -> FilterResult:
        """Evaluate every clause for an object's source attributes; a missing one is null."""
        return FilterResult(
            {
                name: tuple(tuple(_ask(group.name, group, attributes, quirks)) for group in groups)
                for name, groups in self.sets.items()
            }
        )


def read_scope(scope: Any, where: str = "scope") -> ScopeFilter | None:
    """Read an object mapping's `scope`; None when it filters nothing. Raises FilterError."""
    if scope is None:
        return None
    _demand(scope, dict, where)
    for name in scope:
        if name not in SETS and not name.startswith("@odata."):
            raise FilterError(f"{where}: unknown member '{name}'{nearest(name, SETS)}")
    sets = {name: _groups(scope.get(name), f"{where}.{name}") for name in SETS}
    filled = {name: groups for name, groups in sets.items() if groups}
    return ScopeFilter(filled) if filled else None


def check_scope(scope: Any, attributes: Mapping[str, Document], where: str) -> None:
    """Raise FilterError, with the clause, for a scope with attributes that filters cannot use.

    `attributes` are the source object's attribute definitions by name. Unusable are, as documented in known-issues
    (https://learn.microsoft.com/en-us/entra/identity/app-provisioning/known-issues, read 2026-11-29), roles, userType,
    references, dates and what has several values; IsSoftDeleted is itself computed from the scope.
    """
    read = read_scope(scope, where)
    for name, groups in read.sets.items() if read is not None else ():
        for index, group in enumerate(groups):
            for number, clause in enumerate(group.clauses):
                _check_clause(clause, attributes, f"{where}.{name}[{index}].clauses[{number}]")


def _check_clause(clause: Clause, attributes: Mapping[str, Document], where: str) -> None:
    definition = attributes.get(clause.attribute)
    if clause.attribute in _UNUSABLE:
        reason: str | None = _UNUSABLE[clause.attribute]
    elif definition is None:
        hint = nearest(clause.attribute, attributes)
        raise FilterError(f"{where}.sourceOperandName: unknown source attribute '{clause.attribute}'{hint}")
    else:
        several = definition["multivalued"]
        reason = "it has several values" if several else _UNUSABLE_TYPES.get(definition["type"])
    if reason is not None:
        raise FilterError(
            f"{where}.sourceOperandName: '{clause.attribute}' cannot be used in a scoping filter, because {reason}; "
            "filter on another attribute, or choose who is in scope by assignment"
        )
    assert definition is not None
    types = OPERATORS[clause.operator].types
    if definition["type"] not in types:
        raise FilterError(
            f"{where}.operatorName: {clause.operator} takes {' and '.join(types)} attributes, but "
            f"'{clause.attribute}' is {definition['type']}"
        )


def _ask(name: str, group: Group, attributes: Mapping[str, Value], quirks: Quirks) -> list[ClauseResult]:
    return [
        ClauseResult(name, clause, value, clause.holds(value, quirks))
        for clause in group.clauses
        for value in (attributes.get(clause.attribute),)
    ]


def _all(group: tuple[ClauseResult, ...]) -> bool:
    return all(result.passed for result in group)


def _groups(groups: Any, where: str) -> tuple[Group, ...]:
    if groups is None:
        return ()
    _demand(groups, list, where)
    return tuple(_group(group, f"{where}[{index}]") for index, group in enumerate(groups))


def _group(group: Any, where: str) -> Group:
    _demand(group, dict, where)
    name, clauses = group.get("name"), group.get("clauses")
    _demand(name, str | None, f"{where}.name")
    _demand(clauses, list, f"{where}.clauses")
    if not clauses:
        raise FilterError(
            f"{where}.clauses: a filter group needs a clause, for without one it lets everybody in"
        )
    read = [_clause(clause, f"{where}.clauses[{number}]") for number, clause in enumerate(clauses)]
    return Group(name or "", tuple(read))


def _clause(clause: Any, where: str) -> Clause:
    _demand(clause, dict, where)
    name, attribute = clause.get("operatorName"), clause.get("sourceOperandName")
    _demand(name, str, f"{where}.operatorName")
    _demand(attribute, str, f"{where}.sourceOperandName")
    operator = OPERATORS.get(name)
    if operator is None:
        hint = nearest(name, OPERATORS) or f"; it must be one of {', '.join(OPERATORS)}"
        raise FilterError(f"{where}.operatorName: unknown operator '{name}'{hint}")
    if operator.read is None:
        return Clause(f"{attribute} {name}", attribute, name, None)
    text = _operand(clause.get("targetOperand"), f"{where}.targetOperand")
    try:
        operand = operator.read(text)
    except ValueError as error:
        raise FilterError(f"{where}.targetOperand.values[0]: {error}") from error
    return Clause(f"{attribute} {name} '{text}'", attribute, name, operand)


def _operand(target: Any, where: str) -> str:
    """Return the one value that a binary operator compares with, which is all that the portal asks for."""
    values = target.get("values") if isinstance(target, dict) else None
    if not isinstance(values, list) or len(values) != 1 or not isinstance(values[0], str):
        raise FilterError(
            f'{where}: must be {{"values": ["one text"]}}; to allow several values, write a group for each'
        )
    return values[0]


def _demand(value: Any, type_: Any, where: str) -> None:
    if not isinstance(value, type_):
        words = {dict: "an object", list: "a list", str: "text"}.get(type_, "text or null")
        raise FilterError(f"{where}: must be {words}, not {type(value).__name__}")


_UNUSABLE = {
    "appRoleAssignments": "roles cannot be filtered on",
    "userType": "it is not evaluated there",
    "IsSoftDeleted": "it is computed from the scope",
}
_UNUSABLE_TYPES = {"Reference": "it refers to another object", "DateTime": "dates cannot be compared"}
