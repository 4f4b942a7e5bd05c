"""What to do about one object, and why: the documented decision table. No request is sent.

The cycle carries a decision out (`send.py`), `why` explains it. Without a match the object is created, a match is taken over.
An object out of scope is disabled, or deleted if it cannot be (a group never can). An update may turn out empty: only the
target knows whether both sides are alike.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works (read 2026-11-29).
"""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from harness.azure_ad.mappings.compiled import Mapped, ObjectMapping
from harness.azure_ad.mappings.expression import EvaluationError, SeveralValuesError
from harness.azure_ad.provisioning.cycle.facts import Facts
from harness.azure_ad.provisioning.cycle.records import Connection, Failure
from harness.azure_ad.provisioning.cycle.scoping import Scope

NOT_MAPPED = Mapped({}, {})


class Act(Enum):
    """What is done; `send.py` has one function for each."""

    NOT_LISTED = "not listed"  # not even a log entry
    FORGET = "forget"  # the connection goes, the target's object stays
    LEAVE_ALONE = "leave alone"
    JOIN = "join"  # search, then take over or create
    UPDATE = "update"
    DISABLE = "disable"  # an update that is to end with a disabled account
    DELETE = "delete"
    FAIL = "fail"  # before anything is sent


class Because(Enum):
    """Why it is done."""

    MAPPING_OFF = "provisioning of such objects is turned off"
    UNTIED = "it left the directory, and is not connected or no longer managed"
    UNMANAGED = "it left the scope earlier and is no longer managed"
    NOT_ENTITLED = "it is not entitled"
    OUTSIDE = "it is out of scope, and what is there is left as it is"
    IN_SCOPE = "it is in scope"
    LEFT_SCOPE = "it left the scope"
    DELETED = "it left the directory"
    NOTHING_TO_MATCH_BY = "no matching attribute has a value"
    UNMAPPABLE = "a mapping cannot take what the object holds"


class Decision(Struct, frozen=True):
    """`off` is the mapping's action (`Add`, `Update`, `Delete`) that is needed and turned off, empty for none.

    `values` are to be sent. `failure` is the outcome of FAIL, and of a JOIN without a match. `waits`: until all disables
    and deletes are counted. `managed`: whether the object stays in scope. `secrets` are texts that no log may repeat.
    """

    act: Act
    because: Because
    off: str = ""
    values: Mapped = NOT_MAPPED
    failure: Failure | None = None
    waits: bool = False
    managed: bool = True
    secrets: frozenset[str] = frozenset()


def decide(facts: Facts) -> Decision:
    """Decide about one object."""
    mapping, scope, connection = facts.mapping, facts.scope, facts.connection
    if mapping is None:
        return Decision(Act.NOT_LISTED, Because.MAPPING_OFF)
    if scope is None:
        return _departed(facts, mapping)
    if connection is not None:
        return _connected(facts, mapping, scope, connection)
    if not scope.provisioned:
        return Decision(Act.LEAVE_ALONE, Because.NOT_ENTITLED)
    return _unconnected(facts, mapping)


def _connected(facts: Facts, mapping: ObjectMapping, scope: Scope, connection: Connection) -> Decision:
    """Decide for an object of the directory that the target has."""
    if scope.left_alone(skip_out_of_scope_deletions=facts.rules.skip_out_of_scope_deletions):
        return Decision(Act.LEAVE_ALONE, Because.OUTSIDE)
    if connection.managed and not scope.provisioned and not mapping.disables:
        return _deleting(facts, mapping, Because.LEFT_SCOPE)
    if not (connection.managed or scope.entitled):
        return Decision(Act.LEAVE_ALONE, Because.UNMANAGED)
    if scope.provisioned or not mapping.disables:
        return _updating(facts, mapping, Act.UPDATE, Because.IN_SCOPE, managed=scope.entitled)
    return _updating(facts, mapping, Act.DISABLE, Because.LEFT_SCOPE, managed=scope.entitled)


def _departed(facts: Facts, mapping: ObjectMapping) -> Decision:
    """Decide for an object that left the directory: softly deleted users are disabled, all others deleted."""
    connection, deleted = facts.connection, facts.softly_deleted
    if connection is None:
        return Decision(Act.NOT_LISTED, Because.UNTIED)
    if not connection.managed:
        # Unassigned earlier, so no longer managed: a later deletion sends nothing.
        return Decision(Act.NOT_LISTED if deleted else Act.FORGET, Because.UNTIED)
    if deleted and mapping.disables:
        return _updating(facts, mapping, Act.DISABLE, Because.DELETED, managed=True)
    return _deleting(facts, mapping, Because.DELETED)


def _unconnected(facts: Facts, mapping: ObjectMapping) -> Decision:
    secrets = mapping.secrets(facts.attributes, {})
    try:
        values = mapping.mapped(facts.attributes, creating=True)
    except EvaluationError as error:
        return _unmappable(error, secrets)
    secrets |= mapping.secrets({}, values.new)
    if not any(values.new.get(flow.target) for flow in mapping.matching):
        cause = f"no value for the matching attribute '{mapping.matching[0].target}'"
        return Decision(
            Act.FAIL,
            Because.NOTHING_TO_MATCH_BY,
            failure=Failure("ImportSkipped", cause),
            secrets=frozenset(secrets),
        )
    lacking = mapping.required and mapping.required - values.new.keys()
    return Decision(
        Act.JOIN,
        Because.IN_SCOPE,
        off=_turned_off("Add", mapping),
        values=values,
        failure=_lacking(lacking) if lacking and facts.rules.required_refused else None,
        waits=facts.rules.removals_wait,
        secrets=frozenset(secrets),
    )


def _lacking(targets: frozenset[str]) -> Failure:
    names = ", ".join(sorted(targets))
    return Failure("MissingValues", f"No value for what the target requires: {names}")


def _updating(facts: Facts, mapping: ObjectMapping, act: Act, because: Because, *, managed: bool) -> Decision:
    secrets = mapping.secrets(facts.attributes, {})
    try:
        values = mapping.mapped(facts.attributes, creating=False)
    except EvaluationError as error:
        return _unmappable(error, secrets)
    return Decision(
        act,
        because,
        off=_turned_off("Update", mapping),
        values=values,
        waits=facts.rules.removals_wait,
        managed=managed,
        secrets=frozenset(secrets | mapping.secrets({}, values.present)),
    )


def _deleting(facts: Facts, mapping: ObjectMapping, because: Because) -> Decision:
    return Decision(Act.DELETE, because, off=_turned_off("Delete", mapping), waits=facts.rules.removals_wait)


def _unmappable(error: EvaluationError, secrets: set[str]) -> Decision:
    several = isinstance(error, SeveralValuesError)
    failure = Failure("SchemaPropertyCanOnlyAcceptValue" if several else "ImportSkipped", str(error))
    return Decision(Act.FAIL, Because.UNMAPPABLE, failure=failure, secrets=frozenset(secrets))


def _turned_off(action: str, mapping: ObjectMapping) -> str:
    return "" if action in mapping.allowed else action
