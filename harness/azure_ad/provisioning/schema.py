"""The synchronization schema of a job, in Microsoft Graph's JSON: building a template's, checking an edited one.

Source: https://learn.microsoft.com/en-us/graph/api/resources/synchronization-synchronizationschema and
…/synchronization-attributemapping (read 2026-11).
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from harness.azure_ad.properties import EXTENSION_ATTRIBUTES, table
from harness.azure_ad.provisioning.expression import (
    Attribute,
    Call,
    Constant,
    ExpressionError,
    Node,
    attributes_of,
    parse,
    to_text,
)
from harness.azure_ad.provisioning.functions import FUNCTIONS
from harness.base.errors import HarnessError, nearest
from harness.base.store import Document
from harness.scim.path import PathError, parse_path

FLOW_TYPES = ("Always", "ObjectAddOnly")
REFERENCES = ("manager", "members")
# What the engine computes beside the stored properties.
_COMPUTED = {"User": {"IsSoftDeleted", "manager", "originalUserPrincipalName"}, "Group": {"members"}}


class SchemaError(HarnessError):
    """A schema that no job can run with."""


@cache
def templates() -> dict[str, Any]:
    """Return the job templates by id."""
    data: dict[str, Any] = yaml.safe_load(
        files("harness.azure_ad.provisioning").joinpath("templates.yaml").read_text(encoding="utf-8")
    )
    return data


def source_names(kind: str) -> set[str]:
    """Return every attribute name that a mapping of this object type may read."""
    stored = {row["source"] for row in table()[kind].values() if "source" in row}
    return stored | _COMPUTED[kind] | (EXTENSION_ATTRIBUTES if kind == "User" else set())


def build(template_id: str, schema_id: str, rule_id: str, source_directory: str) -> Document:
    """Return the default schema of a template as Graph shows it. Raises SchemaError for an unknown template."""
    template = templates().get(template_id)
    if template is None:
        raise SchemaError(f"unknown template '{template_id}'{nearest(template_id, templates())}")
    return {
        "id": schema_id,
        "version": "v1.0",
        "directories": [
            _directory(source_directory, [(name, sorted(source_names(name))) for name in ("User", "Group")]),
            _directory(
                template["directory"],
                [
                    (entry["target"], [row["target"] for row in entry["attributes"]])
                    for entry in template["objects"]
                ],
            ),
        ],
        "synchronizationRules": [
            {
                "id": rule_id,
                "name": template["rule"],
                "priority": 1,
                "editable": True,
                "sourceDirectoryName": source_directory,
                "targetDirectoryName": template["directory"],
                "metadata": [{"key": "supportsProvisionOnDemand", "value": "true"}],
                "objectMappings": [_object_mapping(entry) for entry in template["objects"]],
            }
        ],
    }


def object_mappings(schema: Document) -> list[Document]:
    """Return the object mappings of the schema's first rule."""
    mappings: list[Document] = schema["synchronizationRules"][0]["objectMappings"]
    return mappings


def attribute_mapping(
    target: str, expression: str | None, *, match: int = 0, default: str | None = None
) -> Document:
    """Return one attribute mapping; a constant has no expression but a default value."""
    return {
        "defaultValue": default,
        "exportMissingReferences": False,
        "flowBehavior": "FlowWhenChanged",
        "flowType": "Always",
        "matchingPriority": match,
        "source": None if expression is None else _source(parse(expression)),
        "targetAttributeName": target,
    }


def check(schema: Any) -> None:
    """Refuse a schema that the engine could not run. Raises SchemaError saying which mapping is wrong and why."""
    try:
        mappings = object_mappings(schema)
        for name in ("id", "sourceDirectoryName", "targetDirectoryName"):
            _demand_text(schema["synchronizationRules"][0], name)
        for mapping in mappings:
            _check_object(mapping)
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise SchemaError(f"the schema is not of the shape that GET returns: {error!r}") from error
    if not any(mapping["sourceObjectName"] == "User" for mapping in mappings):
        raise SchemaError("the schema has no objectMapping for User")


def _demand_text(holder: Document, name: str) -> None:
    if not isinstance(holder[name], str):
        raise SchemaError(f"{name} must be text, not {type(holder[name]).__name__}")


def _check_object(mapping: Document) -> None:
    kind = mapping["sourceObjectName"]
    if kind not in ("User", "Group"):
        raise SchemaError(
            f"objectMapping '{mapping.get('name')}': sourceObjectName must be User or Group, not '{kind}'"
        )
    _demand_text(mapping, "flowTypes")
    for entry in mapping["attributeMappings"]:
        _check_attribute(kind, entry)
    if not any(
        entry.get("matchingPriority", 0) > 0 and not is_reference(expression_of(entry))
        for entry in mapping["attributeMappings"]
    ):
        raise SchemaError(
            f"objectMapping '{mapping.get('name')}' has no matching attribute; give one a matchingPriority of 1"
        )


def _check_attribute(kind: str, entry: Document) -> None:
    target = entry["targetAttributeName"]
    if target == "id":
        raise SchemaError("'id' cannot be the target of a mapping")
    try:
        path = parse_path(target)
        if path.attribute is None:
            raise SchemaError(f"'{target}' is a schema; name an attribute of it")
        if path.where is not None and path.sub is None:
            raise SchemaError(f"'{target}' is a complex value; name an attribute of it, such as value")
        node = expression_of(entry)
    except (PathError, ExpressionError) as error:
        raise SchemaError(f"attributeMapping '{target}': {error}") from error
    if entry.get("flowType", "Always") not in FLOW_TYPES:
        raise SchemaError(f"attributeMapping '{target}': flowType must be one of {', '.join(FLOW_TYPES)}")
    if not isinstance(entry.get("defaultValue"), str | None):
        raise SchemaError(f"attributeMapping '{target}': defaultValue must be text or null")
    if not isinstance(entry.get("matchingPriority", 0), int):
        raise SchemaError(f"attributeMapping '{target}': matchingPriority must be a number, 0 for none")
    for name in sorted(attributes_of(node) - source_names(kind) if node is not None else ()):
        raise SchemaError(
            f"attributeMapping '{target}': unknown source attribute '{name}'{nearest(name, source_names(kind))}"
        )


def expression_of(entry: Document) -> Node | None:
    """Return the parsed source of an attribute mapping; None for a constant. Raises ExpressionError."""
    source = entry.get("source")
    if source is None:
        return None
    expression = source.get("expression") or (
        f"[{source['name']}]" if source.get("type") == "Attribute" else ""
    )
    return parse(expression)


def is_reference(node: Node | None) -> bool:
    """Tell whether a source is another object, exported in a request of its own."""
    return isinstance(node, Attribute) and node.name in REFERENCES


def _directory(name: str, objects: list[tuple[str, list[str]]]) -> Document:
    return {
        "id": name,
        "name": name,
        "objects": [
            {
                "name": kind,
                "attributes": [_definition(kind, attribute) for attribute in attributes],
                "metadata": [],
            }
            for kind, attributes in objects
        ],
    }


def _definition(kind: str, attribute: str) -> Document:
    kinds = {
        "active": "Boolean", "accountEnabled": "Boolean", "IsSoftDeleted": "Boolean", "manager": "Reference",
        "members": "Reference",
    }  # fmt: skip
    return {
        "anchor": attribute == "objectId",
        "caseExact": False,
        "defaultValue": None,
        "flowNullValues": False,
        "multivalued": attribute == "members",
        "mutability": "ReadWrite",
        "name": attribute,
        "required": kind.endswith("User") and attribute == "userName",
        "type": kinds.get(attribute.rpartition(":")[2], "String"),
        "apiExpressions": [],
        "metadata": [],
        "referencedObjects": [],
    }


def _object_mapping(entry: dict[str, Any]) -> Document:
    return {
        "enabled": True,
        "flowTypes": "Add,Update,Delete",
        "name": entry["name"],
        "scope": None,
        "sourceObjectName": entry["source"],
        "targetObjectName": entry["target"],
        "attributeMappings": [
            attribute_mapping(row["target"], row["source"], match=row.get("match", 0))
            for row in entry["attributes"]
        ],
        "metadata": [],
    }


def _source(node: Node) -> Document:
    """Write a node as Graph's attributeMappingSource."""
    if isinstance(node, Attribute):
        return {"expression": to_text(node), "name": node.name, "type": "Attribute", "parameters": []}
    if isinstance(node, Constant):
        return {"expression": to_text(node), "name": node.value, "type": "Constant", "parameters": []}
    assert isinstance(node, Call)
    keys = FUNCTIONS[node.function].parameters
    parameters = [
        {"key": keys[min(index, len(keys) - 1)], "value": _source(argument)}
        for index, argument in enumerate(node.arguments)
        if argument is not None
    ]
    return {"expression": to_text(node), "name": node.function, "type": "Function", "parameters": parameters}
