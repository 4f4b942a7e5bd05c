"""Judging single requests of a client, in all runs: operations, filters, names, values, memberships.

Sources, all read 2026-11-29, below https://docs.aws.amazon.com/singlesignon/latest/developerguide/ : limitations.html, "Endpoint
limitations" (operations, filters, single values); createuser.html, putuser.html (mandatory names), creategroup.html and
patchgroup.html (100 membership changes), "Constraints" of each.
"""

from __future__ import annotations

from typing import Any

from harness.certification.client.objections import listed, object_to, some
from harness.certification.client.traffic import DISCOVERY, Call, Traffic
from harness.scim.path import get

_NAMES = (("userName",), ("displayName",), ("name", "givenName"), ("name", "familyName"))
_LISTS = ("emails", "addresses", "phoneNumbers", "roles")
_WHOLE_USERS = frozenset({"CreateUser", "PutUser"})
_OF_STRANGERS = "has members that are no user's id; it "
_UNAVAILABLE = (400, 404, 405, 501)


def supported_operations(traffic: Traffic) -> None:
    wrong = [
        call
        for call in traffic.calls
        if not call.operation or (call.operation in DISCOVERY and call.status in _UNAVAILABLE)
    ]
    object_to(wrong, lambda call: f"is no operation of AWS SSO; it {call.refusal()}")


def supported_filters(traffic: Traffic) -> None:
    filtered = [call for call in traffic.calls if call.operation and "filter" in call.query]
    calls = some(filtered, "no request has a filter")
    object_to([call for call in calls if call.status == 400], Call.refusal)


def supported_patches(traffic: Traffic) -> None:
    patches = [call for call in traffic.calls if call.operation in ("PatchUser", "PatchGroup")]
    some(patches, "nothing is changed by PATCH")
    wrong = [
        call for call in patches if call.status == 400 and not _crowded(call) and not _too_many(call, traffic)
    ]
    object_to(wrong, Call.refusal)


def valid_requests(traffic: Traffic) -> None:
    """Judge what no rule with a name of its own does; a member that was never anybody's id is invalid too, whatever the status."""
    wrong = [
        call
        for call in traffic.calls
        if call.status == 400
        and call.operation not in ("", "PatchUser", "PatchGroup", *DISCOVERY)
        and "filter" not in call.query
        and not (_missing(call) or _crowded(call) or _too_many(call, traffic))
    ]
    wrong += _strangers(traffic)
    object_to(wrong, lambda call: _OF_STRANGERS * (call.status == 404) + call.refusal())


def _strangers(traffic: Traffic) -> list[Call]:
    """Return refused changes whose member is no user's id, but a user name or an address."""
    ids = {key for run in traffic.runs.values() for key in run.after.users}
    return [
        call
        for call in traffic.calls
        if call.status == 404 and any(op == "add" and user not in ids for op, user in call.memberships())
    ]


def mandatory_names(traffic: Traffic) -> None:
    users = [call for call in traffic.calls if call.operation in _WHOLE_USERS]
    calls = some(users, "no user is created or replaced")
    object_to([call for call in calls if _missing(call)], lambda call: f"lacks {listed(_missing(call))}")


def _missing(call: Call) -> list[str]:
    if call.operation not in _WHOLE_USERS:
        return []
    return [".".join(path) for path in _NAMES if not _has_text(call.body, path)]


def _has_text(body: Any, path: tuple[str, ...]) -> bool:
    for name in path:
        body = get(body, name) if isinstance(body, dict) else None
    return isinstance(body, str) and bool(body)


def one_value(traffic: Traffic) -> None:
    users = [call for call in traffic.calls if call.operation in {*_WHOLE_USERS, "PatchUser"}]
    calls = some(users, "no user is written")
    wrong = [call for call in calls if _crowded(call)]
    object_to(wrong, lambda call: f"has several values in {listed(_crowded(call))}")


def _crowded(call: Call) -> list[str]:
    """Return the lists in which a user is given more than one value."""
    if not isinstance(call.body, dict):
        return []
    lists = {name: get(call.body, name) for name in _LISTS} if call.operation in _WHOLE_USERS else {}
    operations = get(call.body, "Operations") if call.operation == "PatchUser" else None
    for operation in operations if isinstance(operations, list) else ():
        if isinstance(operation, dict) and str(get(operation, "op")).lower() != "remove":
            path, value = get(operation, "path"), get(operation, "value")
            within = value if path is None and isinstance(value, dict) else {str(path): value}
            lists |= {name: each for name in _LISTS if (each := get(within, name)) is not None}
    return [name for name, value in lists.items() if isinstance(value, list) and len(value) > 1]


def membership_changes(traffic: Traffic) -> None:
    changes = [call for call in traffic.calls if call.memberships()]
    changing = some(changes, "no memberships are set")
    wrong = [call for call in changing if _too_many(call, traffic)]
    object_to(wrong, lambda call: f"changes {len(call.memberships())} memberships at once")


def _too_many(call: Call, traffic: Traffic) -> bool:
    return len(call.memberships()) > int(traffic.quirks["membership-changes-per-request"])
