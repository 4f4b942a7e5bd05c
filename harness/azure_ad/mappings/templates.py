"""Job templates: the synchronization schema that a new job starts with, in Microsoft Graph's JSON.

Source: https://learn.microsoft.com/en-us/graph/api/resources/synchronization-synchronizationtemplate and
…/synchronization-objectmapping (read 2026-11-29). The templates themselves are in templates.yaml.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

from harness.azure_ad.mappings.definitions import metadata_entries, source_directory, target_directory
from harness.azure_ad.mappings.expression import parse
from harness.azure_ad.mappings.schema import object_mappings
from harness.azure_ad.mappings.sources import to_source
from harness.base.errors import HarnessError, nearest
from harness.base.quirks import Quirks
from harness.base.store import Document
from harness.base.tables import read_table

# What the object mapping of the documented sample says of itself.
# https://learn.microsoft.com/en-us/graph/api/resources/synchronization-objectmapping, "JSON Example" (read 2026-11-30 at
# db3ad72 of microsoftgraph/microsoft-graph-docs)
_MAPPING_METADATA = {
    "IsCustomerDefined": "false",
    "DisableMonitoringForChanges": "false",
    "Disposition": '"Normal"',
    "ExcludeFromReporting": "false",
    "EscrowBehavior": '"Default"',
    "Unsynchronized": "false",
}
_NO_TENANT = "0" * 32


class TemplateError(HarnessError):
    """No such job template."""


@cache
def templates() -> dict[str, Any]:
    """Return the rows of templates.yaml by template id."""
    data: dict[str, Any] = read_table("harness.azure_ad.mappings", "templates.yaml")
    return data


def offered_to(application_template: str) -> list[str]:
    """Return the ids of the job templates for applications made of an application template, the default one first."""
    mine = [key for key, row in templates().items() if row["application"] == application_template]
    return sorted(mine, key=lambda key: not templates()[key]["default"])


@lru_cache(maxsize=8)
def shown(template_id: str, source_name: str) -> Document:
    """Return a template as Graph's `synchronizationTemplate`, its schema included: one for all, not to be changed.

    Raises TemplateError.
    """
    row = _row(template_id)
    return {
        "id": template_id,
        "applicationId": row["application"],
        "default": row["default"],
        "description": None,
        "discoverable": True,
        "factoryTag": template_id,
        "metadata": metadata_entries(row["metadata"]),
        "schema": build(template_id, f"{template_id}.{_NO_TENANT}", _NO_TENANT, source_name),
    }


def with_choices(schema: Document, quirks: Quirks) -> Document:
    """Return a new job's schema with what sources disagree on as the quirks choose; others' own mappings stay.

    The page's table and its older version differ from what jobs are seen to send:
    https://learn.microsoft.com/en-us/entra/identity/app-provisioning/use-scim-to-provision-users-and-groups (read 2026-11-29).
    """
    users = object_mappings(schema)[0]["attributeMappings"]
    for row in users:
        if row["targetAttributeName"] == "externalId" and quirks["external-id-source"] == "objectId":
            row["source"] = to_source(parse("[objectId]"))
        if (
            row["targetAttributeName"] in ("userName", "externalId")
            and quirks["matching-attribute"] == "externalId"
        ):
            row["matchingPriority"] = 1 if row["targetAttributeName"] == "externalId" else 0
    return schema


def build(template_id: str, schema_id: str, rule_id: str, source_name: str) -> Document:
    """Return a template's schema for a job; a template that has its own rule id keeps it. Raises TemplateError."""
    row = _row(template_id)
    rule = {
        "id": row.get("ruleId", rule_id),
        "name": row["rule"],
        "priority": 1,
        "editable": True,
        "sourceDirectoryName": source_name,
        "targetDirectoryName": row["directory"],
        "metadata": metadata_entries({**row.get("ruleMetadata", {}), "supportsProvisionOnDemand": "true"}),
        "objectMappings": [_object_mapping(entry, source_name) for entry in row["objects"]],
    }
    return {
        "id": schema_id,
        "version": row["version"],
        "directories": [source_directory(source_name), target_directory(row["directory"], row["objects"])],
        "synchronizationRules": [rule],
    }


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
        "source": None if expression is None else to_source(parse(expression)),
        "targetAttributeName": target,
    }


def _row(template_id: str) -> dict[str, Any]:
    row: dict[str, Any] | None = templates().get(template_id)
    if row is None:
        raise TemplateError(f"unknown template '{template_id}'{nearest(template_id, templates())}")
    return row


def _object_mapping(entry: dict[str, Any], source_name: str) -> Document:
    return {
        "enabled": True,
        "flowTypes": "Add,Update,Delete",
        "name": entry["name"].format(directory=source_name),
        "scope": None,
        "sourceObjectName": entry["source"],
        "targetObjectName": entry["target"],
        "attributeMappings": [
            attribute_mapping(row["target"], row["source"], match=row.get("match", 0))
            for row in entry["attributes"]
            if "source" in row
        ],
        "metadata": metadata_entries({**_MAPPING_METADATA, **entry.get("metadata", {})}),
    }
