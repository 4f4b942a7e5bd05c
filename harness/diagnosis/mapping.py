"""The mapping of users that is in force: as exported, or a template's default, and the attributes that it reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from harness.azure_ad.mappings.compiled import Flow, ObjectMapping, compile_mappings
from harness.azure_ad.mappings.expression import ExpressionError, Node, attributes_of
from harness.azure_ad.mappings.functions import Context
from harness.azure_ad.mappings.schema import expression_of, is_reference, object_mappings
from harness.azure_ad.mappings.scoping_filters import FilterError, read_scope
from harness.azure_ad.mappings.templates import build
from harness.base.errors import HarnessError
from harness.base.store import Document

TEMPLATES = {"aws": "aWSSingleSignon", "non-gallery": "scim"}
# Attributes that the engine computes for each user: they need no export.
COMPUTED = frozenset({"IsSoftDeleted", "appRoleAssignments", "originalUserPrincipalName"})


@dataclass(frozen=True, slots=True)
class MappingInForce:
    """`reads` says, by target, which source attributes its mapping reads; `texts` how the mapping is worded.

    `origin` is where the mapping is from. `scope_reads` are the attributes of the scoping filter. `unreadable` says, by
    target, why a mapping cannot be evaluated, `scope_unreadable` why the filter cannot; `references` are the targets that
    another object is sent to. `groups` is the mapping of groups, None where none is enabled, `group_reads` what it reads.
    """

    users: ObjectMapping
    reads: Mapping[str, frozenset[str]]
    texts: Mapping[str, str]
    scope_reads: frozenset[str]
    origin: str
    unreadable: Mapping[str, str] = field(default_factory=dict)
    references: frozenset[str] = frozenset()
    groups: ObjectMapping | None = None
    group_reads: Mapping[str, frozenset[str]] = field(default_factory=dict)
    scope_unreadable: str = ""

    @property
    def matching(self) -> tuple[Flow, ...]:
        return self.users.matching

    @property
    def needed(self) -> frozenset[str]:
        """Every source attribute that a verdict may turn on."""
        return (self.scope_reads - COMPUTED) | self.sent

    @property
    def sent(self) -> frozenset[str]:
        """Every source attribute that decides what is sent of users who pass the scoping filter."""
        return frozenset({"accountEnabled"}).union(*self.reads.values()) - COMPUTED


def in_force(schema: Document | None, template: str, context: Context) -> MappingInForce:
    """Compile the mapping of users of a schema, or of a template (`aws`, `non-gallery`).

    Raises HarnessError for a schema without an enabled mapping of users, or one that cannot be read.
    """
    origin, unreadable, filter_fault = "the exported schema", dict[str, str](), ""
    if schema is None:
        schema = build(TEMPLATES[template], "diagnosis", "diagnosis", "Microsoft Entra ID")
        origin = f"the default mapping of a new job ({TEMPLATES[template]}), for no schema of AWS's was given"
    try:
        schema = {"directories": [], **schema}
        try:
            mappings = compile_mappings(schema, context)
        except (ExpressionError, FilterError):
            schema, unreadable, filter_fault = _readable(schema, context)
            mappings = compile_mappings(schema, context)
        entries = _entries(schema, "User")
        group_entries = _entries(schema, "Group") if "Group" in mappings else []
    except (ExpressionError, FilterError) as error:
        raise HarnessError(f"the schema's mapping of users cannot be read: {error}") from error
    except (LookupError, TypeError, AttributeError, StopIteration) as error:
        raise HarnessError(
            "the schema has no mapping of users that can be read; export it again: Attribute mappings > Show advanced "
            "options > Review your schema > Download"
        ) from error
    if "User" not in mappings:
        raise HarnessError("the mapping of users is not enabled in this schema: no user is provisioned by it")
    users = mappings["User"]
    plain = [(entry, node) for entry, node in entries if not is_reference(node)]
    return MappingInForce(
        users=users,
        reads=_reads(plain),
        group_reads=_reads(each for each in group_entries if not is_reference(each[1])),
        texts={
            entry["targetAttributeName"]: str(
                (entry.get("source") or {}).get("expression") or entry.get("defaultValue")
            )
            for entry, _ in plain
        },
        scope_reads=frozenset(
            clause.attribute
            for groups in (users.scope.sets.values() if users.scope else ())
            for group in groups
            for clause in group.clauses
        ),
        origin=origin,
        unreadable=unreadable,
        groups=mappings.get("Group"),
        references=frozenset(
            str(entry["targetAttributeName"]) for entry, node in entries if is_reference(node)
        ),
        scope_unreadable=filter_fault,
    )


def _of(schema: Document, kind: str) -> Document:
    return next(each for each in object_mappings(schema) if each.get("sourceObjectName") == kind)


def _entries(schema: Document, kind: str) -> list[tuple[Document, Node | None]]:
    """Return the mappings of one kind of object, each with its expression."""
    return [(entry, expression_of(entry)) for entry in _of(schema, kind)["attributeMappings"]]


def _reads(entries: Iterable[tuple[Document, Node | None]]) -> Mapping[str, frozenset[str]]:
    """Return the source attributes that each target's mapping reads."""
    return {
        entry["targetAttributeName"]: frozenset(attributes_of(node)) if node else frozenset()
        for entry, node in entries
    }


def _readable(schema: Document, context: Context) -> tuple[Document, dict[str, str], str]:
    """Return the schema with the mappings that can be evaluated, why each other cannot, and why the filter cannot."""
    rule = schema["synchronizationRules"][0]
    users = _of(schema, "User")
    scope, filter_fault = users.get("scope"), ""
    try:
        read_scope(scope)
    except FilterError as error:
        scope, filter_fault = None, str(error)
    entries, unreadable = [], {}
    for entry in users["attributeMappings"]:
        alone = {**users, "scope": None, "attributeMappings": [entry], "enabled": True}
        try:
            compile_mappings(
                {**schema, "synchronizationRules": [{**rule, "objectMappings": [alone]}]}, context
            )
            entries.append(entry)
        except ExpressionError as error:
            unreadable[str(entry["targetAttributeName"])] = str(error)
    mapping = {**users, "scope": scope, "attributeMappings": entries}
    return (
        {**schema, "synchronizationRules": [{**rule, "objectMappings": [mapping]}]},
        unreadable,
        filter_fault,
    )
