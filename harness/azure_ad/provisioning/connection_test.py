"""Test Connection: searches for a random user and a random group, which the target must answer with an empty list.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/use-scim-to-provision-users-and-groups, "SCIM protocol
requests and responses" (read 2026-11-29).
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.azure_ad.mappings.compiled import compile_mappings
from harness.azure_ad.provisioning.target.target import Target, TargetError, explain
from harness.base.store import Document


@dataclass(slots=True)
class CredentialsError(Exception):
    """Test Connection did not get the answers it needs; `code` and `message` are what the portal shows."""

    code: str
    message: str


def probe_all(target: Target, schema: Document) -> None:
    """Search a target for one object of each type that a schema maps, enabled or not. Raises CredentialsError."""
    for mapping in compile_mappings(_with_everything_enabled(schema)).values():
        try:
            target.probe(mapping)
        except TargetError as error:
            raise CredentialsError(error.code, explain(error)) from error


def _with_everything_enabled(document: Document) -> Document:
    """Return a schema with its group mapping on, for Test Connection always searches for a group too."""
    rules = [
        {**rule, "objectMappings": [{**mapping, "enabled": True} for mapping in rule["objectMappings"]]}
        for rule in document["synchronizationRules"]
    ]
    return {**document, "synchronizationRules": rules}
