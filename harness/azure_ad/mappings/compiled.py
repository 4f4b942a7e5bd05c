"""Mappings at work: from a source object to the values that the target should hold.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/customize-application-attributes (read 2026-11-29).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from harness.azure_ad.mappings.evaluation import Evaluator, compile_node
from harness.azure_ad.mappings.expression import (
    Attribute,
    Call,
    EvaluationError,
    Node,
    SeveralValuesError,
    attributes_of,
    walk,
)
from harness.azure_ad.mappings.functions import Context, Value
from harness.azure_ad.mappings.functions.signature import items
from harness.azure_ad.mappings.roles import SEVERAL, to_text
from harness.azure_ad.mappings.schema import expression_of, is_reference, object_mappings
from harness.azure_ad.mappings.scoping_filters import ScopeFilter, read_scope
from harness.azure_ad.mappings.targets import comes_with_creation, target_path
from harness.base.store import Document
from harness.scim.path import Path, spelled_alike

REDACTED = "[Redact]"
_V = TypeVar("_V", str, Value)


class Flow(Struct, frozen=True):
    """One attribute mapping, compiled. `match` 0 is no matching attribute; `boolean` values go out as JSON booleans.

    `value` gives the source's value, `default` stands in for null on creation; `redacted` values are not for the logs.
    `several` is the function of a mapping that sends several roles, empty for one that sends one value. `takes_one`: the
    source attribute itself is sent to a target that takes one value. Values that differ in case alone are alike unless
    `case_exact`. `attribute` is the source attribute where the mapping is that alone, as most are; else it is empty.
    """

    target: str
    path: Path
    value: Evaluator
    default: str | None
    match: int
    only_on_creation: bool
    boolean: bool
    redacted: bool
    several: str
    takes_one: bool
    case_exact: bool
    attribute: str

    def text(self, value: Value) -> str | None:
        """Return the one text that flows of a value; several roles are one, of a function's list the first flows.

        Raises SeveralValuesError for several values of a source attribute where the target takes one.
        """
        if isinstance(value, list):
            if self.takes_one and len(value) > 1:
                raise SeveralValuesError(
                    f"the property can only accept a single value, but the source has {len(value)}; map one of them by Item or "
                    "all in one text by Join, or make the source single-valued"
                )
            return to_text(value) if self.several else value[0] if value else None
        return value


class Mapped(Struct, frozen=True):
    """The mapped values of a source object by target attribute: `new` to create it with, `present` to compare with.

    Only `new` has default values and attributes that flow on creation alone; it is empty where nothing is to be created.
    """

    new: Mapping[str, str]
    present: Mapping[str, str]


class ObjectMapping(Struct, frozen=True):
    """The compiled mapping of one type of object: `kind` is `User` or `Group`, `resource` the SCIM endpoint's name.

    `matching` are the flows to match by, in order; `late` are the targets that do not come with a creation, custom attributes
    of another than the documented form. `spelled_alike` says so of all paths (`scim.path`), `disables` whether the target can
    be told that a user is gone without deleting it (`active` is mapped). `scope` is the scoping filter, None where there is
    none. `redacted` are the targets, `hidden` the source attributes whose values no log may show. `from_roles` are the
    targets whose value is made from `[appRoleAssignments]`. Without a value for each of the `required` targets no object can be created.
    """

    kind: str
    resource: str
    target_object: str
    flows: tuple[Flow, ...]
    matching: tuple[Flow, ...]
    late: tuple[str, ...]
    spelled_alike: bool
    disables: bool
    reference: Flow | None
    allowed: frozenset[str]
    scope: ScopeFilter | None
    redacted: frozenset[str]
    hidden: frozenset[str]
    from_roles: frozenset[str]
    required: frozenset[str]

    def values(self, source: Mapping[str, Value], *, creating: bool) -> Mapping[str, str]:
        """Return values by target attribute, without nulls; a default value counts only when creating.

        Raises what `mapped` raises.
        """
        mapped = self.mapped(source, creating=creating)
        return mapped.new if creating else mapped.present

    def mapped(self, source: Mapping[str, Value], *, creating: bool) -> Mapped:
        """Evaluate every mapping once; those for creation alone only when creating.

        Several roles are one text, their JSON list. Of other lists the first value flows. Raises EvaluationError, naming the
        target attribute, when a function cannot take what this object holds.
        """
        new: dict[str, str] = {}
        present: dict[str, str] = {}
        flow = None
        try:
            for flow in self.flows:
                if flow.only_on_creation and not creating:
                    continue
                attribute = flow.attribute
                value = source.get(attribute) if attribute else flow.value(source)
                if value is None:
                    if creating and flow.default is not None:
                        new[flow.target] = flow.default
                    continue
                text = flow.text(value) if isinstance(value, list) else value
                if text is None:
                    continue
                if creating:
                    new[flow.target] = text
                if not flow.only_on_creation:
                    present[flow.target] = text
        except EvaluationError as error:
            assert flow is not None
            reason = REDACTED if flow.redacted else error
            raise type(error)(f"attribute mapping of '{flow.target}': {reason}") from error
        return Mapped(new, present)

    def without_roles(self) -> ObjectMapping:
        """Return the mapping without the attributes that are made from roles: the target's stay as they are."""
        flows = tuple(flow for flow in self.flows if flow.target not in self.from_roles)
        return replace(self, flows=flows, from_roles=frozenset())

    def logged(self, values: Mapping[str, str]) -> Mapping[str, str]:
        """Return values of the target as logs may show them: those of Redact are `[Redact]`."""
        return _without(self.redacted, values)

    def logged_source(self, attributes: Mapping[str, Value]) -> Mapping[str, Value]:
        """Return values of the source as logs may show them: what Redact reads is `[Redact]`."""
        return _without(self.hidden, attributes)

    def secrets(self, attributes: Mapping[str, Value], values: Mapping[str, str]) -> set[str]:
        """Return the texts that no message of a log may repeat; most mappings have none."""
        if not self.redacted and not self.hidden:
            return set()
        texts = {values[name] for name in self.redacted if name in values}
        return texts.union(*(items(attributes.get(name)) for name in self.hidden))


def compile_mappings(schema: Document, context: Context | None = None) -> dict[str, ObjectMapping]:
    """Return the enabled object mappings of a checked schema by source type.

    Without a context, Now, Guid, RandomString and DefaultDomain have no value for any object.
    """
    return {
        mapping["sourceObjectName"]: _compile(mapping, _definitions(schema, mapping), context)
        for mapping in object_mappings(schema)
        if mapping.get("enabled", True)
    }


def _definitions(schema: Document, mapping: Document) -> dict[str, Document]:
    """Return the target's attributes by name, as the schema defines them."""
    target = schema["synchronizationRules"][0]["targetDirectoryName"]
    return {
        definition["name"]: definition
        for directory in schema["directories"]
        for each in directory["objects"]
        if (directory["name"], each["name"]) == (target, mapping["targetObjectName"])
        for definition in each["attributes"]
    }


def _compile(
    mapping: Document, definitions: Mapping[str, Document], context: Context | None
) -> ObjectMapping:
    entries = [(entry, expression_of(entry)) for entry in mapping["attributeMappings"]]
    kind = mapping["sourceObjectName"]
    flows = [(is_reference(node), _flow(entry, node, definitions, context)) for entry, node in entries]
    nodes = [node for _, node in entries if node is not None]
    redacting = [call for node in nodes for call in walk(node) if _is_redact(call)]
    plain = tuple(flow for reference, flow in flows if not reference)
    return ObjectMapping(
        kind=kind,
        resource="Users" if kind == "User" else "Groups",
        target_object=mapping["targetObjectName"],
        flows=plain,
        matching=tuple(sorted((flow for flow in plain if flow.match), key=lambda flow: flow.match)),
        late=tuple(flow.target for flow in plain if not comes_with_creation(flow.target, flow.path, kind)),
        spelled_alike=spelled_alike(flow.path for flow in plain),
        disables=kind == "User" and any(flow.target == "active" for flow in plain),
        reference=next((flow for reference, flow in flows if reference), None),
        allowed=frozenset(part.strip() for part in mapping["flowTypes"].split(",")),
        scope=read_scope(mapping.get("scope")),
        redacted=frozenset(flow.target for _, flow in flows if flow.redacted),
        hidden=frozenset[str]().union(*map(attributes_of, redacting)),
        from_roles=frozenset(
            entry["targetAttributeName"]
            for entry, node in entries
            if node is not None and "appRoleAssignments" in attributes_of(node)
        ),
        required=frozenset(
            flow.target
            for reference, flow in flows
            if not reference and definitions.get(flow.target, {}).get("required")
        ),
    )


def _flow(
    entry: Document,
    node: Node | None,
    definitions: Mapping[str, Document],
    context: Context | None,
) -> Flow:
    """Compile one mapping; without a source it is a constant, which Graph keeps as the default value.

    What IgnoreFlowIfNullOrEmpty drops from the flow gets no default value either; where the mapping names none, the
    definition's stands in (https://learn.microsoft.com/en-us/graph/api/resources/synchronization-attributedefinition,
    `required`, read 2026-11-30 at db3ad72 of microsoftgraph/microsoft-graph-docs). Roles must be defined with several values to
    flow as such (https://github.com/MicrosoftDocs/azure-docs/issues/50772, opening post, read 2026-11-30).
    """
    target = entry["targetAttributeName"]
    path = target_path(target)
    outermost = node.function if isinstance(node, Call) else ""
    definition = definitions.get(target, {})
    # An empty text is none: exported schemas have it with most mappings, and nobody is sent it
    # (https://github.com/microsoftgraph/msgraph-sdk-powershell/issues/2643, the schema in its opening post, read 2026-11-30).
    default = entry.get("defaultValue") or None
    if default is None and definition.get("required"):
        default = definition.get("defaultValue") or None
    return Flow(
        target=target,
        path=path,
        value=(lambda _: default) if node is None else compile_node(node, context),
        default=None if outermost == "IgnoreFlowIfNullOrEmpty" else default,
        match=entry.get("matchingPriority", 0),
        only_on_creation=entry.get("flowType") == "ObjectAddOnly",
        boolean=target == "active",
        redacted=node is not None and any(map(_is_redact, walk(node))),
        several=outermost if outermost in SEVERAL and definition.get("multivalued") else "",
        takes_one=isinstance(node, Attribute) and not definition.get("multivalued"),
        case_exact=bool(definition.get("caseExact")),
        attribute=node.name if isinstance(node, Attribute) else "",
    )


def _is_redact(node: Node) -> bool:
    return isinstance(node, Call) and node.function == "Redact"


def _without(names: frozenset[str], values: Mapping[str, _V]) -> Mapping[str, _V]:
    if not names:
        return values
    return {name: REDACTED if name in names else value for name, value in values.items()}
