"""Mappings at work: from a source object to the values that the target should hold.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/customize-application-attributes (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.azure_ad.provisioning.expression import Attribute, Node, evaluate
from harness.azure_ad.provisioning.functions import Value
from harness.azure_ad.provisioning.schema import expression_of, is_reference, object_mappings
from harness.base.store import Document
from harness.scim.path import Path, parse_path


@dataclass(frozen=True, slots=True)
class Flow:
    """One attribute mapping, parsed. `match` 0 is no matching attribute; `boolean` values go out as JSON booleans."""

    target: str
    path: Path
    node: Node | None
    default: str | None
    match: int
    only_on_creation: bool
    boolean: bool


@dataclass(frozen=True, slots=True)
class ObjectMapping:
    """What one type of object sends where: `kind` is `User` or `Group`, `resource` the SCIM endpoint's name."""

    kind: str
    resource: str
    flows: tuple[Flow, ...]
    reference: Flow | None
    allowed: frozenset[str]

    @property
    def matching(self) -> tuple[Flow, ...]:
        return tuple(sorted((flow for flow in self.flows if flow.match), key=lambda flow: flow.match))

    @property
    def disables(self) -> bool:
        """Whether the target can be told that an object is gone without deleting it (`active` is mapped)."""
        return any(flow.target == "active" for flow in self.flows)

    def values(self, source: Mapping[str, Value], *, creating: bool) -> dict[str, str]:
        """Return target attribute to value, null ones left out; a default value counts only when creating."""
        result: dict[str, str] = {}
        for flow in self.flows:
            if flow.only_on_creation and not creating:
                continue
            node = flow.node
            if isinstance(node, Attribute):
                value = source.get(node.name)
            else:
                value = flow.default if node is None else evaluate(node, source)
            if value is None and creating:
                value = flow.default
            if isinstance(value, list):
                value = value[0] if value else None
            if value is not None:
                result[flow.target] = value
        return result


def compile_mappings(schema: Document) -> dict[str, ObjectMapping]:
    """Return the enabled object mappings of a checked schema by source type."""
    return {
        mapping["sourceObjectName"]: _compile(mapping)
        for mapping in object_mappings(schema)
        if mapping.get("enabled", True)
    }


def _compile(mapping: Document) -> ObjectMapping:
    flows = [_flow(entry) for entry in mapping["attributeMappings"]]
    kind = mapping["sourceObjectName"]
    return ObjectMapping(
        kind=kind,
        resource="Users" if kind == "User" else "Groups",
        flows=tuple(flow for flow in flows if not is_reference(flow.node)),
        reference=next((flow for flow in flows if is_reference(flow.node)), None),
        allowed=frozenset(part.strip() for part in mapping["flowTypes"].split(",")),
    )


def _flow(entry: Document) -> Flow:
    target = entry["targetAttributeName"]
    return Flow(
        target=target,
        path=parse_path(target),
        node=expression_of(entry),
        default=entry.get("defaultValue"),
        match=entry.get("matchingPriority", 0),
        only_on_creation=entry.get("flowType") == "ObjectAddOnly",
        boolean=target == "active",
    )
