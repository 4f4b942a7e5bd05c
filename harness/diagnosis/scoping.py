"""A scoping filter applied to a user of whom not every value was exported: in scope, out of scope, or not known.

A user passes a filter by one group in each of its sets, and passes a group by all its clauses:
https://learn.microsoft.com/en-us/graph/api/resources/synchronization-filter (read 2026-11-30). So one clause that certainly fails
decides its group, and one group that is certainly passed decides its set.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from harness.azure_ad.mappings.scoping_filters import ClauseResult, FilterResult
from harness.base.quirks import Quirks
from harness.diagnosis.mapping import MappingInForce
from harness.diagnosis.verdicts import Finding, finding
from harness.diagnosis.wording import Wording
from harness.exports.evidence import Person


@dataclass(frozen=True, slots=True)
class Scoped:
    """`failed` is the clause that certainly puts the user out of scope; `lacking` are attributes that were not exported."""

    failed: ClauseResult | None
    lacking: frozenset[str]


def scoped(result: FilterResult, exported: AbstractSet[str]) -> Scoped:
    """Return the filter's result by the exported attributes alone."""
    lacking: set[str] = set()
    for groups in result.results.values():
        states = [_state(group, exported) for group in groups]
        if all(state is False for state in states):
            return Scoped(next(_certain_failures(groups, exported)), frozenset())
        if not any(states):
            lacking.update(
                clause.clause.attribute
                for group, state in zip(groups, states, strict=True)
                if state is None
                for clause in group
                if clause.clause.attribute not in exported
            )
    return Scoped(None, frozenset(lacking))


def out_of_scope(person: Person, wording: Wording, quirks: Quirks) -> Finding | None:
    """Return the finding that the person is out of scope, or that this is not known; None for a person in scope."""
    mapping = wording.mapping
    if mapping.users.scope is None:
        reason, named = mapping.scope_unreadable, "the scoping filter"
        return (
            finding(person.label, "mapping-not-understood", attribute=named, how=reason) if reason else None
        )
    answer = scoped(mapping.users.scope.evaluate(person.values, quirks), person.exported)
    if answer.failed is not None:
        clause = answer.failed.clause
        value = str(answer.failed.value or "")
        return finding(
            person.label, "out-of-scope", attribute=clause.text, value=value, source=clause.attribute
        )
    return wording.of_lack(person, sorted(answer.lacking)) if answer.lacking else None


def filter_lacks(person: Person, mapping: MappingInForce, quirks: Quirks) -> frozenset[str]:
    """Return the attributes that were not exported and would decide whether the person is in scope."""
    scope = mapping.users.scope
    if scope is None or mapping.scope_reads <= person.exported:
        return frozenset()
    return scoped(scope.evaluate(person.values, quirks), person.exported).lacking


def _state(group: Sequence[ClauseResult], exported: AbstractSet[str]) -> bool | None:
    """Return whether the user passes a group; None where that is not known."""
    answers = [clause.passed for clause in group if clause.clause.attribute in exported]
    if not all(answers):
        return False
    return True if len(answers) == len(group) else None


def _certain_failures(
    groups: Sequence[Sequence[ClauseResult]], exported: AbstractSet[str]
) -> Iterator[ClauseResult]:
    for group in groups:
        for clause in group:
            if not clause.passed and clause.clause.attribute in exported:
                yield clause
