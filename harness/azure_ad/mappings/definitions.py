"""The directories of a synchronization schema: their objects and the objects' attributes.

Source: https://learn.microsoft.com/en-us/graph/api/resources/synchronization-directorydefinition,
…/synchronization-objectdefinition and …/synchronization-attributedefinition (read 2026-11-29).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from harness.azure_ad.directory.properties import EXTENSION_ATTRIBUTES, table
from harness.base.store import Document

TYPES = ("String", "Integer", "Reference", "Binary", "Boolean", "DateTime")
MUTABILITIES = ("ReadWrite", "ReadOnly", "Immutable", "WriteOnly")
# What the engine computes beside the stored properties.
_COMPUTED: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "User": {
        "IsSoftDeleted": {"type": "Boolean", "required": True},
        "manager": {"type": "Reference", "references": ["User"]},
        "appRoleAssignments": {"multivalued": True},
        "originalUserPrincipalName": {},
    },
    "Group": {"members": {"type": "Reference", "multivalued": True, "references": ["User", "Group"]}},
}
_REQUIRED = {"accountEnabled", "userPrincipalName"}
_OBJECT_METADATA = {
    "IsSoftDeletionSupported": "true",
    "ConnectorDataStorageRequired": "true",
    "IsSynchronizeAllSupported": "true",
    "PropertyNameAccountEnabled": "accountEnabled",
    "PropertyNameSoftDeleted": "IsSoftDeleted",
}
# Properties that mappings see whole; of other lists they see the first value.
_MULTIVALUED = {"proxyAddresses", "otherMails"}


def source_names(kind: str) -> set[str]:
    """Return every attribute name that a mapping of this object type may read."""
    return {definition["name"] for definition in _source_attributes(kind)}


def source_directory(name: str) -> Document:
    """Return the directory that is provisioned from; users can be disabled there, groups only deleted."""
    metadata = {"User": _OBJECT_METADATA, "Group": {**_OBJECT_METADATA, "IsSoftDeletionSupported": "false"}}
    metadata["Group"] = {
        key: value for key, value in metadata["Group"].items() if not key.startswith("PropertyName")
    }
    return _directory(
        name,
        [(kind, _source_attributes(kind), metadata[kind]) for kind in ("User", "Group")],
        read_only=True,
    )


def target_directory(name: str, objects: Iterable[Mapping[str, Any]]) -> Document:
    """Return the directory that is provisioned to, by a template's objects."""
    names = {entry["source"]: entry["target"] for entry in objects}
    references = {"manager": [names["User"]], "members": [names["User"], names["Group"]]}
    return _directory(
        name,
        [
            (
                entry["target"],
                [
                    definition(
                        row["target"],
                        **{
                            key: row[key]
                            for key in ("type", "multivalued", "required", "mutability")
                            if key in row
                        },
                        anchor=row["target"] == "id",
                        references=references.get(_last(row["target"]), []),
                    )
                    for row in entry["attributes"]
                ],
                {},
            )
            for entry in objects
        ],
        read_only=False,
    )


def definition(
    name: str,
    *,
    type: str = "String",  # noqa: A002 - Graph's word
    multivalued: bool = False,
    required: bool = False,
    mutability: str = "ReadWrite",
    anchor: bool = False,
    references: Iterable[str] = (),
) -> Document:
    """Return one attribute definition with all of Graph's members."""
    return {
        "anchor": anchor,
        "caseExact": False,
        "defaultValue": None,
        "flowNullValues": False,
        "multivalued": multivalued,
        "mutability": mutability,
        "name": name,
        "required": required,
        "type": type,
        "apiExpressions": [],
        "metadata": [],
        "referencedObjects": [{"referencedObjectName": other} for other in references],
    }


def completed(schema: Any) -> Any:
    """Return a schema whose attribute definitions have all of Graph's members; a new one may say its name and type alone.

    What is no schema comes back as it is, for `schema.check` to refuse.
    Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/user-provisioning-sync-attributes-for-mapping, "Create
    an extension attribute in a tenant with cloud only users" (read 2026-11-30): extensions are found by themselves.
    """
    directories = schema.get("directories") if isinstance(schema, dict) else None
    if not isinstance(directories, list):
        return schema
    return {
        **schema,
        "directories": [_each(directory, "objects", _completed_object) for directory in directories],
    }


def _completed_object(entry: Any) -> Any:
    return _each(entry, "attributes", _completed_attribute)


def _completed_attribute(attribute: Any) -> Any:
    if not isinstance(attribute, dict) or not isinstance(attribute.get("name"), str):
        return attribute
    return {**definition(attribute["name"]), **attribute}


def _each(holder: Any, name: str, change: Callable[[Any], Any]) -> Any:
    """Return an object with each member of one of its lists changed; anything else as it is."""
    if not isinstance(holder, dict) or not isinstance(holder.get(name), list):
        return holder
    return {**holder, name: [change(each) for each in holder[name]]}


def metadata_entries(values: Mapping[str, str]) -> list[Document]:
    return [{"key": key, "value": value} for key, value in values.items()]


def _directory(
    name: str, objects: Iterable[tuple[str, list[Document], Mapping[str, str]]], *, read_only: bool
) -> Document:
    return {
        "id": name,
        "name": name,
        "version": None,
        "readOnly": read_only,
        "discoverabilities": "None",
        "discoveryDateTime": None,
        "objects": [
            {"name": kind, "attributes": attributes, "metadata": metadata_entries(metadata)}
            for kind, attributes, metadata in objects
        ],
    }


def _source_attributes(kind: str) -> list[Document]:
    rows: dict[str, Mapping[str, Any]] = {
        row["source"]: {"type": "Boolean" if row["type"] == "boolean" else "String"}
        for row in table()[kind].values()
        if "source" in row
    }
    rows |= _COMPUTED[kind]
    if kind == "User":
        rows |= {name: {} for name in EXTENSION_ATTRIBUTES}
    return [
        definition(
            name,
            anchor=name == "objectId",
            **{"required": name in _REQUIRED, "multivalued": name in _MULTIVALUED, **rows[name]},
        )
        for name in sorted(rows)
    ]


def _last(target: str) -> str:
    return target.rpartition(":")[2]
