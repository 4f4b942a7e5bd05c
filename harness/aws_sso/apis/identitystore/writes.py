"""The writing operations of the Identity Store API, with the directory's own rules: what is required, unique, reserved.

Revisions guard against lost updates: a stale one is a ConflictException, as is a value that somebody else holds.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from harness.aws_sso import identity_store
from harness.aws_sso.apis.call import Call
from harness.aws_sso.apis.errors import ApiError, invalid, violation
from harness.aws_sso.apis.identitystore import records
from harness.aws_sso.apis.identitystore.paths import fitted, set_at
from harness.aws_sso.apis.identitystore.records import EXTENSION
from harness.aws_sso.apis.identitystore.shapes import (
    ENTERPRISE,
    GROUP_MEMBERS,
    SPACED_USER_NAME,
    USER_MEMBERS,
)
from harness.aws_sso.apis.shapes import BrokenError, Structure, camel, read
from harness.aws_sso.identity_store import GROUP, USER, Record
from harness.aws_sso.refusals import Refused

_BY_HAND = "Manual"
# "When used in IAM Identity Center, this parameter is required"; a name needs both parts, as in the console.
_REQUIRED = {
    USER: (("UserName",), ("DisplayName",), ("Name", "FamilyName"), ("Name", "GivenName")),
    GROUP: (("DisplayName",),),
}
_MEMBERS = {USER: Structure(USER_MEMBERS), GROUP: Structure(GROUP_MEMBERS)}
# The reference's example of UpdateUser changes the user name to one with a space, which its own pattern forbids.
_SPACED_USER = Structure({**USER_MEMBERS, "UserName": SPACED_USER_NAME})
_NAMES = {USER: "UserName", GROUP: "DisplayName"}


def create_user(call: Call) -> dict[str, Any]:
    return _create(call, USER)


def create_group(call: Call) -> dict[str, Any]:
    return _create(call, GROUP)


def update_user(call: Call) -> dict[str, Any]:
    return _update(call, USER, call.parameters["UserId"])


def update_group(call: Call) -> dict[str, Any]:
    return _update(call, GROUP, call.parameters["GroupId"])


def delete_user(call: Call) -> dict[str, Any]:
    return _delete(call, USER, call.parameters["UserId"])


def delete_group(call: Call) -> dict[str, Any]:
    return _delete(call, GROUP, call.parameters["GroupId"])


def create_group_membership(call: Call) -> dict[str, Any]:
    records.check_store(call)
    group_id, user_id = records.require(call, GROUP, call.parameters["GroupId"]).id, records.member(call).id
    if identity_store.is_member(call.tenant, group_id, user_id):
        raise _conflict("Member and Group relationship already exists.")
    identity_store.add_members(call.tenant, group_id, [user_id], "ResourceNotFoundException", _BY_HAND)
    made = records.membership_of(call.tenant, group_id, user_id)
    return {name: made[name] for name in ("IdentityStoreId", "MembershipId", "MembershipArn")}


def delete_group_membership(call: Call) -> dict[str, Any]:
    records.check_store(call)
    membership = records.require_membership(call)
    identity_store.remove_members(call.tenant, membership.group_id, [membership.user_id])
    return {}


def _create(call: Call, kind: str) -> dict[str, Any]:
    records.check_store(call)
    shown = {name: item for name, item in call.parameters.items() if name != "IdentityStoreId"}
    if "Extensions" in shown:
        shown["Extensions"] = fitted(_MEMBERS[kind], {"Extensions": shown["Extensions"]})["Extensions"]
    attributes, beside = _reviewed(
        call, kind, shown, {"active": True} if kind == USER else {}, _MEMBERS[kind]
    )
    record = _unique(lambda: identity_store.create(call.tenant, kind, attributes, _BY_HAND))
    identity_store.put_beside(call.tenant, kind, record.id, beside)
    return records.written(call.tenant, kind, record)


def _update(call: Call, kind: str, resource_id: str) -> dict[str, Any]:
    old = _current(call, kind, resource_id)
    shown = copy.deepcopy(records.profile(call.tenant, kind, old))
    for number, operation in enumerate(call.parameters["Operations"], 1):
        where = f"operations.{number}.member"
        set_at(_MEMBERS[kind], shown, operation["AttributePath"], operation.get("AttributeValue"), where)
    fixed = ("externalId", "active")
    untouched = {name: item for name, item in old.attributes.items() if name in fixed}
    spaced = kind == USER and call.tenant.quirks["space-in-user-name-on-update"]
    attributes, beside = _reviewed(call, kind, shown, untouched, _SPACED_USER if spaced else _MEMBERS[kind])
    record = _unique(lambda: identity_store.replace(call.tenant, kind, old, attributes, _BY_HAND))
    identity_store.put_beside(call.tenant, kind, record.id, beside)
    return records.written(call.tenant, kind, record)


def _delete(call: Call, kind: str, resource_id: str) -> dict[str, Any]:
    identity_store.delete(call.tenant, kind, _current(call, kind, resource_id))
    return {}


def _current(call: Call, kind: str, resource_id: str) -> Record:
    """Return the record to change. Raises ApiError if the client sent an older revision."""
    records.check_store(call)
    record = records.require(call, kind, resource_id)
    if int(call.parameters.get("Revision", record.revision)) != record.revision:
        raise _conflict("The resource was modified by another request.", "CONCURRENT_MODIFICATION")
    return record


def _reviewed(
    call: Call, kind: str, shown: Mapping[str, Any], untouched: Mapping[str, Any], shape: Structure
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a profile as the directory stores it. Raises ApiError for what the model or the directory refuses."""
    profile = _checked(shape, shown)
    if "Extensions" in profile:
        profile["Extensions"][EXTENSION] = _checked(ENTERPRISE, profile["Extensions"][EXTENSION])
    missing = [path for path in _REQUIRED[kind] if not _has(profile, path)]
    if missing:
        raise invalid(*(violation(".".join(map(camel, path)), "not be null", None) for path in missing))
    name = profile[_NAMES[kind]]
    if name.casefold() in (each.casefold() for each in call.tenant.quirks["reserved-names"]):
        raise invalid(violation(camel(_NAMES[kind]), "not be a reserved name"))
    return records.changed_record(kind, profile, untouched)


def _checked(shape: Structure, value: Any) -> dict[str, Any]:
    try:
        return read(shape, value)
    except BrokenError as broken:
        raise invalid(*(sentence for _, sentence in broken.violations)) from broken
    except ApiError as mistyped:  # the type of a document is no matter of the protocol
        raise ApiError("ValidationException", str(mistyped)) from mistyped


def _has(profile: Mapping[str, Any], path: tuple[str, ...]) -> bool:
    value: Any = profile
    for name in path:
        value = value.get(name, {})
    return bool(value)


def _unique(write: Callable[[], Record]) -> Record:
    try:
        return write()
    except Refused as refused:
        raise _conflict(str(refused)) from refused


def _conflict(message: str, reason: str = "UNIQUENESS_CONSTRAINT_VIOLATION") -> ApiError:
    return ApiError("ConflictException", message, Reason=reason)
