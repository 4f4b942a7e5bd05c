"""The directory behind SCIM and the AWS APIs: users, groups, memberships and unique keys.

Called by the SCIM operations, the AWS APIs, the console and `populate`. Every function that writes expects to run inside
`store.transaction()`, so that a refused request leaves nothing behind. Uniqueness is as described in
https://docs.aws.amazon.com/singlesignon/latest/userguide/troubleshooting.html, "Specific users fail to
synchronize into IAM Identity Center from an external SCIM provider" (edition of June 2023, read 2026-11-29).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from harness.aws_sso.refusals import CONFLICT, NOT_FOUND, Refused
from harness.aws_sso.tenant import Tenant
from harness.base.quirks import Quirks
from harness.base.store import Document, TakenError
from harness.remedies.target import TargetAccount

USER = "user"
GROUP = "group"
MEMBERSHIP = "membership"
_MEMBER = "member"
_DISABLED = "user.disabled"
Attributes = dict[str, Any]

# What CloudTrail says was duplicate. AWS prints GroupDisplayName; the others follow its example.
_DUPLICATES = {
    "user.userName": "Duplicate UserName",
    "user.email": "Duplicate Email",
    "user.externalId": "Duplicate UserExternalId",
    "group.displayName": "Duplicate GroupDisplayName",
    "group.externalId": "Duplicate GroupExternalId",
}


class Record(Struct, frozen=True):
    """One user or group as stored. `attributes` are SCIM's, cleaned by `rules.py`; moments are whole seconds, UTC."""

    id: str
    attributes: Attributes
    created: str
    modified: str
    created_by: str
    modified_by: str
    revision: int

    def document(self) -> Document:
        """Return the record as the store saves it; there is one for every user, so its member names are short."""
        history = [self.created, self.modified, self.created_by, self.modified_by, self.revision]
        return {"attributes": self.attributes, "history": history}

    @classmethod
    def read(cls, key: str, document: Document) -> Record:
        return cls(key, document["attributes"], *document["history"])


class Disabled(Struct, frozen=True):
    """How often a user was disabled, and when for the last time, as `Tenant.now` writes it."""

    times: int
    at: str


class Membership(Struct, frozen=True):
    """When and how a user came into a group."""

    group_id: str
    user_id: str
    created: str
    created_by: str


def create(tenant: Tenant, kind: str, attributes: Attributes, by: str) -> Record:
    """Add a user or group. Raises Refused (ConflictException) when something that must be unique is taken."""
    now = tenant.now()
    record = Record(_new_id(tenant), attributes, now, now, by, by, 1)
    _claim(tenant, record.id, _keys(kind, attributes, tenant.quirks))
    tenant.store.put(kind, record.id, record.document())
    if kind == GROUP:
        _settle_later(tenant, record.id)
    return record


def replace(tenant: Tenant, kind: str, old: Record, attributes: Attributes, by: str) -> Record:
    """Give a user or group other attributes. Raises Refused as `create` does."""
    before, after = (_keys(kind, version, tenant.quirks) for version in (old.attributes, attributes))
    for space, key in before - after:
        tenant.store.release(space, key)
    _claim(tenant, old.id, after - before)
    now = tenant.now()
    record = Record(old.id, attributes, old.created, now, old.created_by, by, old.revision + 1)
    tenant.store.put(kind, record.id, record.document())
    if kind == USER and old.attributes["active"] and not attributes["active"]:
        tenant.store.put(_DISABLED, old.id, asdict(Disabled(disabled(tenant, old.id).times + 1, now)))
    return record


def disabled(tenant: Tenant, user_id: str) -> Disabled:
    """Return how often and when a user was disabled; it stays when the user is enabled again."""
    document = tenant.store.get(_DISABLED, user_id)
    return Disabled(0, "") if document is None else Disabled(**document)


def delete(tenant: Tenant, kind: str, record: Record) -> None:
    """Delete a user or group, its memberships and its unique keys, which are free again at once."""
    store = tenant.store
    if kind == USER:
        for group in store.lefts(_MEMBER, record.id):
            _part(tenant, group, record.id)
    else:
        for user in store.rights(_MEMBER, record.id):
            _part(tenant, record.id, user)
    for space, key in _keys(kind, record.attributes, tenant.quirks):
        store.release(space, key)
    store.delete(kind, record.id)
    store.delete(_beside(kind), record.id)
    store.delete(_DISABLED, record.id)


def fetch(tenant: Tenant, kind: str, resource_id: str) -> Record | None:
    key = _storable(resource_id)
    document = tenant.store.get(kind, key)
    return None if document is None else Record.read(key, document)


def require(tenant: Tenant, kind: str, resource_id: str, unknown: str = NOT_FOUND) -> Record:
    """Return a record. Raises Refused (`unknown`) when there is none."""
    record = fetch(tenant, kind, resource_id)
    if record is None or _is_unsettled(tenant, record.id):
        is_named = unknown == NOT_FOUND and tenant.quirks["unknown-resource-named"]
        raise Refused(unknown, detail=f"{kind.upper()} does not exist." if is_named else None)
    return record


def find(tenant: Tenant, space: str, value: str) -> str | None:
    """Return the id of the record with a unique value; `space` is a key of the table above, such as `user.userName`."""
    return tenant.store.owner(space, _storable(_fold(space, value, tenant.quirks)))


def account_of(tenant: Tenant, kind: str, name: str) -> TargetAccount | None:
    """Return the `User` with a userName or the `Group` with a displayName; None if there is none."""
    shelf, attribute = (USER, "userName") if kind == "User" else (GROUP, "displayName")
    key = find(tenant, f"{shelf}.{attribute}", name)
    record = fetch(tenant, shelf, key) if key else None
    if record is None:
        return None
    attributes = record.attributes
    return TargetAccount(record.id, attributes[attribute], attributes.get("externalId"), record.created_by)


def scan(
    tenant: Tenant, kind: str, *, after: str | None = None, limit: int | None = None
) -> Iterator[Record]:
    """Yield records, oldest first."""
    return (Record.read(*row) for row in tenant.store.scan(kind, after=after, limit=limit))


def add_members(
    tenant: Tenant, group_id: str, user_ids: Iterable[str], unknown: str, by: str = "SCIM"
) -> None:
    """Add users to a group; present members stay. Raises Refused (`unknown`) for an id that is no user's."""
    for user_id in user_ids:
        if tenant.store.get(USER, _storable(user_id)) is None:
            raise Refused(unknown)
        if not tenant.store.link(_MEMBER, group_id, user_id):
            _refuse_unless_accepted(tenant.quirks["present-member-added"])
            continue
        document = {"membership": [group_id, user_id, tenant.now(), by]}
        tenant.store.put(MEMBERSHIP, membership_id(group_id, user_id), document)


def remove_members(tenant: Tenant, group_id: str, user_ids: Iterable[str]) -> None:
    """Remove users from a group; ids of no members are ignored."""
    for user_id in user_ids:
        if not _part(tenant, group_id, _storable(user_id)):
            _refuse_unless_accepted(tenant.quirks["absent-member-removed"])


def members(tenant: Tenant, group_id: str) -> list[str]:
    return tenant.store.rights(_MEMBER, _storable(group_id))


def groups_of(tenant: Tenant, user_id: str) -> list[str]:
    return tenant.store.lefts(_MEMBER, _storable(user_id))


def is_member(tenant: Tenant, group_id: str, user_id: str) -> bool:
    return tenant.store.linked(_MEMBER, _storable(group_id), _storable(user_id))


def membership(tenant: Tenant, key: str) -> Membership | None:
    """Return a membership by the id under which the Identity Store API shows it."""
    document = tenant.store.get(MEMBERSHIP, key)
    return None if document is None else Membership(*document["membership"])


def beside(tenant: Tenant, kind: str, resource_id: str) -> Attributes:
    """Return the attributes of a user or group that only the Identity Store API has."""
    return tenant.store.get(_beside(kind), resource_id) or {}


def put_beside(tenant: Tenant, kind: str, resource_id: str, attributes: Attributes) -> None:
    if attributes:
        tenant.store.put(_beside(kind), resource_id, attributes)
    else:
        tenant.store.delete(_beside(kind), resource_id)


def membership_id(group_id: str, user_id: str) -> str:
    """Return the id under which the Identity Store API shows a membership."""
    digest = hashlib.sha256(f"{group_id} {user_id}".encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-70{digest[14:16]}-{digest[16:20]}-{digest[20:32]}"


def _refuse_unless_accepted(error: str) -> None:
    if error != "accepted":
        raise Refused(error)


def _settle_later(tenant: Tenant, group_id: str) -> None:
    """Hide a new group from reads by its id for as long as the tenant's quirk says."""
    milliseconds = tenant.quirks["new-group-hidden-milliseconds"]
    if milliseconds:
        now, waiting = tenant.clock.now(), tenant.memory.unsettled
        for past in [each for each, due in waiting.items() if due <= now]:
            del waiting[past]
        waiting[group_id] = now + timedelta(milliseconds=milliseconds)


def _is_unsettled(tenant: Tenant, record_id: str) -> bool:
    due = tenant.memory.unsettled.get(record_id)
    return due is not None and tenant.clock.now() < due


def _part(tenant: Tenant, group_id: str, user_id: str) -> bool:
    """Remove a user from a group; return False for one who was no member."""
    tenant.store.delete(MEMBERSHIP, membership_id(group_id, user_id))
    return tenant.store.unlink(_MEMBER, group_id, user_id)


def _beside(kind: str) -> str:
    return f"{kind}.beside"


def _new_id(tenant: Tenant) -> str:
    drawn = tenant.ids.uuid()
    if tenant.quirks["id-form"] == "prefixed":
        return f"{tenant.settings.identity_store_id.removeprefix('d-')}-{drawn}"
    return f"{drawn[:14]}70{drawn[16:]}"


def _keys(kind: str, attributes: Attributes, quirks: Quirks) -> set[tuple[str, str]]:
    """Return a record's unique keys as (space, key)."""
    name = "userName" if kind == USER else "displayName"
    keys = {(f"{kind}.{name}", _fold(name, attributes[name], quirks))}
    if attributes.get("externalId") is not None:
        keys.add((f"{kind}.externalId", attributes["externalId"]))
    if kind == USER and quirks["unique-primary-email"]:
        emails = attributes.get("emails")
        email = emails[0].get("value") if emails else None
        if email is not None:
            keys.add((f"{kind}.email", _fold("email", email, quirks)))
    return keys


def _fold(space: str, value: str, quirks: Quirks) -> str:
    if not space.endswith("externalId") and quirks["names-ignore-case"]:
        return value.casefold()
    return value


def _claim(tenant: Tenant, owner: str, keys: set[tuple[str, str]]) -> None:
    try:
        tenant.store.claim_all(sorted(keys), owner)
    except TakenError as taken:
        raise Refused(CONFLICT, _DUPLICATES[taken.space]) from taken


def _storable(text: str) -> str:
    """Replace characters that no database can look up: NUL and unpaired surrogates, which no stored value has."""
    if text.isascii() and "\0" not in text:
        return text
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
