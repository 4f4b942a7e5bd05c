"""Completes an exported schema for a job: the parts that the export lacks are taken from the job's own schema.

An export may have other names of directories than a new job ("Azure Active Directory" or "Microsoft Entra ID"), and often has
only the mappings.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/export-import-provisioning-configuration (read
2026-11-29).
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from harness.azure_ad.mappings.definitions import definition
from harness.azure_ad.mappings.schema import SchemaError, object_mappings
from harness.base.store import Document


def imported(exported: Document, own: Document) -> Document:
    """Return the exported schema with every directory, object and target attribute defined that its mappings name.

    `own` is the schema that the job has. Raises SchemaError for what has no rule with mappings.
    """
    try:
        schema = deepcopy({**exported, "directories": exported.get("directories") or []})
        (rule, *_), (own_rule, *_) = schema["synchronizationRules"], own["synchronizationRules"]
        for side in ("source", "target"):
            _define(schema, rule, own, own_rule, side)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SchemaError(
            "the exported schema has no rule with objectMappings as Graph writes them; export it again: Attribute mappings > "
            "Show advanced options > Review your schema > Download"
        ) from error
    return schema


def _define(schema: Document, rule: Document, own: Document, own_rule: Document, side: str) -> None:
    """Complete one directory: its objects, and of the target those attributes that mappings write to."""
    key, of_object = f"{side}DirectoryName", f"{side}ObjectName"
    model = _named(own["directories"], own_rule[key])
    directory = _named(schema["directories"], rule[key])
    if not directory:
        directory = {**model, "name": rule[key], "objects": []}
        schema["directories"].append(directory)
    models = {mapping["sourceObjectName"]: mapping[of_object] for mapping in object_mappings(own)}
    for mapping in rule["objectMappings"]:
        name = mapping[of_object]
        entry = _named(directory.setdefault("objects", []), name)
        if not entry:
            entry = {**deepcopy(_named(model["objects"], models[mapping["sourceObjectName"]])), "name": name}
            directory["objects"].append(entry)
        if side == "target":
            _define_attributes(entry, mapping)
    names = {each["name"] for each in directory["objects"]}
    for entry in directory["objects"]:
        for attribute in entry["attributes"]:
            attribute["referencedObjects"] = [
                each
                for each in attribute.get("referencedObjects") or ()
                if each["referencedObjectName"] in names
            ]


def _define_attributes(entry: Document, mapping: Mapping[str, Any]) -> None:
    defined = {attribute["name"] for attribute in entry.setdefault("attributes", [])}
    for each in mapping["attributeMappings"]:
        name = each["targetAttributeName"]
        if name not in defined:
            entry["attributes"].append(definition(name))


def _named(entries: list[Document], name: str) -> Document:
    return next((each for each in entries if each["name"] == name), {})
