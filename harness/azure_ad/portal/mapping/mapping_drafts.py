"""An object mapping that is being edited: a draft beside the job until Save commits or Discard deletes it.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/customize-application-attributes (read 2026-11-29).
"""

from __future__ import annotations

from msgspec import Struct

from harness.azure_ad.directory.errors import NotFoundError
from harness.azure_ad.mappings import schema
from harness.azure_ad.mappings.schema import object_mappings
from harness.azure_ad.portal.jobs.provisioning import demand_job
from harness.azure_ad.tenant import current
from harness.base.store import Document

_SHELF = "portalMappingDraft"
_KINDS = {"users": "User", "groups": "Group"}


class Draft(Struct, frozen=True):
    """`mapping` is Graph's objectMapping with the edits; `changed` says whether there are any."""

    job_id: str
    kind: str
    mapping: Document
    changed: bool

    @property
    def entries(self) -> list[Document]:
        entries: list[Document] = self.mapping["attributeMappings"]
        return entries

    def entry(self, target: str) -> Document:
        """Return the attribute mapping of a target attribute. Raises NotFoundError."""
        mapping = next((each for each in self.entries if each["targetAttributeName"] == target), None)
        if mapping is None:
            raise NotFoundError(f"No attribute mapping has the target attribute '{target}'.")
        return mapping


def draft_of(app: str, which: str) -> Draft:
    """Return the mapping of `users` or `groups` as it is being edited. Raises NotFoundError."""
    job_id = demand_job(app).id
    if which not in _KINDS:
        raise NotFoundError(f"There are mappings of users and of groups, none of '{which}'.")
    kind = _KINDS[which]
    edited = current().store.get(_SHELF, _key(job_id, kind))
    for mapping in object_mappings(current().engine.schema(job_id)):
        if mapping["sourceObjectName"] == kind:
            return Draft(job_id, kind, edited or mapping, edited is not None)
    raise NotFoundError(f"The job's schema has no mapping of {which}.")


def keep(draft: Draft, mapping: Document) -> None:
    """Save an edit in the draft. Raises SchemaError for one that no job could run with."""
    schema.check(_with(draft, mapping))
    current().store.put(_SHELF, _key(draft.job_id, draft.kind), mapping)


def commit(draft: Draft, mapping: Document) -> None:
    """Save the mapping in the job; the next cycle then looks at every object again. Raises SchemaError."""
    current().engine.save_schema(draft.job_id, _with(draft, mapping))
    discard(draft)


def discard(draft: Draft) -> None:
    current().store.delete(_SHELF, _key(draft.job_id, draft.kind))


def attributes(draft: Draft) -> tuple[dict[str, Document], dict[str, Document]]:
    """Return the source and target attributes of the mapping's objects by name, as the schema defines them, without `id`."""
    document = current().engine.schema(draft.job_id)
    rule = document["synchronizationRules"][0]
    names = (
        (rule["sourceDirectoryName"], draft.mapping["sourceObjectName"]),
        (rule["targetDirectoryName"], draft.mapping["targetObjectName"]),
    )
    source, target = (_defined(document, *name) for name in names)
    return source, {name: definition for name, definition in target.items() if name != "id"}


def _defined(document: Document, directory: str, kind: str) -> dict[str, Document]:
    return {
        attribute["name"]: attribute
        for holder in document["directories"]
        if holder["name"] == directory
        for entry in holder["objects"]
        if entry["name"] == kind
        for attribute in entry["attributes"]
    }


def _with(draft: Draft, mapping: Document) -> Document:
    """Return the job's schema with this object mapping in place of its own."""
    document = current().engine.schema(draft.job_id)
    (rule,) = document["synchronizationRules"]
    replaced = [
        mapping if present["sourceObjectName"] == draft.kind else present
        for present in rule["objectMappings"]
    ]
    return {**document, "synchronizationRules": [{**rule, "objectMappings": replaced}]}


def _key(job_id: str, kind: str) -> str:
    return f"{job_id}/{kind}"
