"""The mapping of users that is in force: as exported, or a template's default, with what each target reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.azure_ad.mappings.compiled import Flow, ObjectMapping, compile_mappings
from harness.azure_ad.mappings.expression import ExpressionError, attributes_of
from harness.azure_ad.mappings.functions import Context
from harness.azure_ad.mappings.schema import expression_of, is_reference, object_mappings
from harness.azure_ad.mappings.scoping_filters import FilterError
from harness.azure_ad.mappings.templates import build
from harness.base.errors import HarnessError
from harness.base.store import Document

TEMPLATES = {"aws": "aWSSingleSignon", "non-gallery": "scim"}
# What the engine computes for each user, whatever was exported.
COMPUTED = frozenset({"IsSoftDeleted", "appRoleAssignments", "originalUserPrincipalName"})


@dataclass(frozen=True, slots=True)
class MappingInForce:
    """`reads` says, by target, which source attributes its mapping reads; `texts` how the mapping is worded.

    `origin` is where the mapping is from. `scope_reads` are the attributes of the scoping filter.
    """

    users: ObjectMapping
    reads: Mapping[str, frozenset[str]]
    texts: Mapping[str, str]
    scope_reads: frozenset[str]
    origin: str

    @property
    def matching(self) -> tuple[Flow, ...]:
        return self.users.matching

    @property
    def needed(self) -> frozenset[str]:
        """Every source attribute that a verdict may turn on."""
        return self.scope_reads.union(*self.reads.values(), {"accountEnabled"}) - COMPUTED


def in_force(schema: Document | None, template: str, context: Context) -> MappingInForce:
    """Compile the mapping of users of a schema, or of a template (`aws`, `non-gallery`).

    Raises HarnessError for a schema without an enabled mapping of users, or one that cannot be read.
    """
    origin = "the exported schema"
    if schema is None:
        schema = build(TEMPLATES[template], "diagnosis", "diagnosis", "Microsoft Entra ID")
        origin = f"the default mapping of a new job ({TEMPLATES[template]}), for no schema was given"
    try:
        mappings = compile_mappings({"directories": [], **schema}, context)
        document = next(each for each in object_mappings(schema) if each.get("sourceObjectName") == "User")
        entries = [(entry, expression_of(entry)) for entry in document["attributeMappings"]]
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
        reads={
            entry["targetAttributeName"]: frozenset(attributes_of(node)) if node else frozenset()
            for entry, node in plain
        },
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
    )
