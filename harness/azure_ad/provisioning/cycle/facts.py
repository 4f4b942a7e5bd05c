"""What store and directory have of one object when a cycle, or `why`, decides about it. Nothing is sent or written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from harness.azure_ad.directory.deleted_items import RETENTION
from harness.azure_ad.directory.properties import source_attributes
from harness.azure_ad.mappings.compiled import ObjectMapping
from harness.azure_ad.mappings.functions import Value
from harness.azure_ad.provisioning.cycle.records import Connection, Escrow
from harness.azure_ad.provisioning.cycle.scoping import Scope, look_at
from harness.azure_ad.provisioning.cycle.session import Session
from harness.base.clock import from_iso
from harness.base.quirks import Quirks
from harness.base.store import Document

DELETED = {"User": "deletedUser", "Group": "deletedGroup"}  # shelves of the deleted items


class Rules(Struct, frozen=True):
    """The job's settings that decisions depend on. `removals_wait`: disables and deletes wait until all are counted."""

    skip_out_of_scope_deletions: bool
    removals_wait: bool
    quirks: Quirks

    @property
    def required_refused(self) -> bool:
        """Whether nothing is created without a value for each attribute that the target requires."""
        return bool(self.quirks["required-without-value"] == "refused")


class Facts(Struct, frozen=True):
    """One `User` or `Group` with the source id `key`, as it is when a cycle comes to it at the moment `at`.

    `document` None: not in the directory; `deleted`: waits in the deleted items. `attributes` are what mappings read;
    `mapping` is None where that of its type is disabled, `scope` there and where there is no document.
    """

    kind: str
    key: str
    at: datetime
    rules: Rules
    document: Document | None
    deleted: Document | None
    attributes: Mapping[str, Value]
    connection: Connection | None
    mapping: ObjectMapping | None
    scope: Scope | None
    escrow: Escrow | None

    @property
    def softly_deleted(self) -> bool:
        """Whether the deleted items still have it then."""
        return self.deleted is not None and purged_at(self.deleted) > self.at


def gather(session: Session, kind: str, key: str, document: Document | None, at: datetime) -> Facts:
    """Look up the facts of an object. `document` is the directory's, None if it left."""
    mapping = session.mappings.get(kind)
    deleted = session.store.get(DELETED[kind], key) if document is None else None
    scope, attributes = None, dict[str, Value]()
    if mapping is not None and document is not None:
        scope, attributes = look_at(session, mapping, document)
    elif kind == "User" and deleted is not None:
        attributes = {**source_attributes(kind, deleted), "IsSoftDeleted": "True"}
    return Facts(
        kind=kind,
        key=key,
        at=at,
        rules=Rules(
            skip_out_of_scope_deletions=session.skip_out_of_scope_deletions,
            removals_wait=session.most_deletes is not None,
            quirks=session.quirks,
        ),
        document=document,
        deleted=deleted,
        attributes=attributes,
        connection=session.connection(key),
        mapping=mapping,
        scope=scope,
        escrow=session.escrow(key),
    )


def purged_at(deleted: Document) -> datetime:
    """Return when a deleted user is purged."""
    return from_iso(deleted["deletedDateTime"]) + RETENTION
