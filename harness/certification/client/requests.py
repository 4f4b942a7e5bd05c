"""What is judged of single requests, in whichever run they stand: operations, filters, PATCH forms, bodies, lists.

Sources, all read 2026-11, below https://docs.aws.amazon.com/singlesignon/latest/developerguide/ : limitations.html and
supported-apis.html (operations, filters, single values), createuser.html and putuser.html (mandatory names),
listusers.html (cursors), creategroup.html, getgroup.html and patchgroup.html (100 membership changes, members that
cannot be read); and https://github.com/slashdevops/idp-scim-sync/issues/45 (the rest of a list was not seen).
"""

from __future__ import annotations

from typing import Any

from harness.certification.client.objections import listed, object_to, some
from harness.certification.client.throttling import PAGE
from harness.certification.client.traffic import (
    DISCOVERY,
    FIRST,
    ROTATED,
    SECOND,
    Asked,
    Run,
    Traffic,
)
from harness.certification.suite import SkippedError
from harness.scim.path import get

_NAMES = (("userName",), ("displayName",), ("name", "givenName"), ("name", "familyName"))
_LISTS = ("emails", "addresses", "phoneNumbers", "roles")
_WHOLE_USERS = frozenset({"CreateUser", "PutUser"})
_UNAVAILABLE = (400, 404, 405, 501)


def supported_operations(traffic: Traffic) -> None:
    wrong = [
        asked
        for asked in traffic.asked
        if not asked.operation or (asked.operation in DISCOVERY and asked.status in _UNAVAILABLE)
    ]
    object_to(wrong, lambda asked: f"is no operation of AWS SSO; it {asked.refusal()}")


def supported_filters(traffic: Traffic) -> None:
    filtered = [asked for asked in traffic.asked if asked.operation and "filter" in asked.query]
    found = some(filtered, "no request has a filter")
    object_to([asked for asked in found if asked.status == 400], Asked.refusal)


def supported_patches(traffic: Traffic) -> None:
    patches = [asked for asked in traffic.asked if asked.operation in ("PatchUser", "PatchGroup")]
    some(patches, "nothing is changed by PATCH")
    wrong = [
        asked
        for asked in patches
        if asked.status == 400 and not _crowded(asked) and not _too_many(asked, traffic)
    ]
    object_to(wrong, Asked.refusal)


def valid_requests(traffic: Traffic) -> None:
    """Judge what no rule with a name of its own does."""
    wrong = [
        asked
        for asked in traffic.asked
        if asked.status == 400
        and asked.operation not in ("", "PatchUser", "PatchGroup", *DISCOVERY)
        and "filter" not in asked.query
        and not (_missing(asked) or _crowded(asked) or _too_many(asked, traffic))
    ]
    object_to(wrong, Asked.refusal)


def mandatory_names(traffic: Traffic) -> None:
    users = [asked for asked in traffic.asked if asked.operation in _WHOLE_USERS]
    found = some(users, "no user is created or replaced")
    object_to([asked for asked in found if _missing(asked)], lambda asked: f"lacks {listed(_missing(asked))}")


def _missing(asked: Asked) -> list[str]:
    if asked.operation not in _WHOLE_USERS:
        return []
    return [".".join(path) for path in _NAMES if not _is_told(asked.body, path)]


def _is_told(body: Any, path: tuple[str, ...]) -> bool:
    for name in path:
        body = get(body, name) if isinstance(body, dict) else None
    return isinstance(body, str) and bool(body)


def one_value(traffic: Traffic) -> None:
    users = [asked for asked in traffic.asked if asked.operation in {*_WHOLE_USERS, "PatchUser"}]
    found = some(users, "no user is written")
    wrong = [asked for asked in found if _crowded(asked)]
    object_to(wrong, lambda asked: f"has several values in {listed(_crowded(asked))}")


def _crowded(asked: Asked) -> list[str]:
    """Return the lists in which a user is given more than one value."""
    if not isinstance(asked.body, dict):
        return []
    given = {name: get(asked.body, name) for name in _LISTS} if asked.operation in _WHOLE_USERS else {}
    operations = get(asked.body, "Operations") if asked.operation == "PatchUser" else None
    for operation in operations if isinstance(operations, list) else ():
        if isinstance(operation, dict) and str(get(operation, "op")).lower() != "remove":
            path, value = get(operation, "path"), get(operation, "value")
            within = value if path is None and isinstance(value, dict) else {str(path): value}
            given |= {name: each for name in _LISTS if (each := get(within, name)) is not None}
    return [name for name, value in given.items() if isinstance(value, list) and len(value) > 1]


def membership_changes(traffic: Traffic) -> None:
    changes = [asked for asked in traffic.asked if asked.memberships()]
    found = some(changes, "no memberships are set")
    wrong = [asked for asked in found if _too_many(asked, traffic)]
    object_to(wrong, lambda asked: f"changes {len(asked.memberships())} memberships at once")


def _too_many(asked: Asked, traffic: Traffic) -> bool:
    return len(asked.memberships()) > int(traffic.quirks["membership-changes-per-request"])


def pages(traffic: Traffic) -> None:
    """Judge lists of everybody, and of a group's or a user's memberships; a look-up finds one at most."""
    lists = [asked for asked in traffic.asked if asked.operation in ("ListUsers", "ListGroups")]
    lists = [asked for asked in lists if _is_list(asked) and asked.status == 200]
    if not lists:
        return
    asked_for = {(asked.run, asked.operation, asked.query.get("cursor")) for asked in lists}
    more = [asked for asked in lists if asked.answer.get("nextCursor")]
    left = [
        asked for asked in more if (asked.run, asked.operation, asked.answer["nextCursor"]) not in asked_for
    ]
    object_to(left, lambda _: "has a next page, which is never asked for")
    cut = [asked for asked in lists if _is_cut(asked, traffic)]
    object_to([asked for asked in cut if _is_overlooked(asked, traffic)], lambda _: _OVERLOOKED)
    if not more and not cut:
        cursors = traffic.quirks["cursor-paging"] and any("cursor" in asked.query for asked in lists)
        end = f"more than {PAGE} entries, the page here" if cursors else f"the {_cap(traffic)} where it ends"
        raise SkippedError(f"no list had {end}")


_OVERLOOKED = "was cut off, and what it did not show was taken for missing and created again"


def _is_list(asked: Asked) -> bool:
    condition = asked.query.get("filter", "").lower()
    return not condition or condition.startswith(("groups.value", "members.value"))


def _is_cut(asked: Asked, traffic: Traffic) -> bool:
    shown = asked.answer.get("Resources")
    with_cursor = "cursor" in asked.query and traffic.quirks["cursor-paging"]
    return not with_cursor and isinstance(shown, list) and len(shown) >= _cap(traffic)


def _cap(traffic: Traffic) -> int:
    return int(traffic.quirks["page-size"])


def _is_overlooked(cut: Asked, traffic: Traffic) -> bool:
    create = cut.operation.replace("List", "Create").removesuffix("s")
    later = traffic.runs[cut.run].asked
    return any(
        asked.operation == create and asked.status == 409
        for asked in later
        if asked.exchange.order > cut.exchange.order
    )


def membership_not_read(traffic: Traffic) -> None:
    """Judge what can be seen of it: members are asked for, or added again because an answer did not show them."""
    wanted = [
        asked
        for asked in traffic.asked
        if asked.operation in ("GetGroup", "ListGroups")
        and any(name.startswith("members") for name in _attributes(asked))
    ]
    object_to(wanted, lambda _: "asks for members, which AWS SSO never shows")
    again = [asked for run in (SECOND, ROTATED) for asked in _added_again(traffic.runs[run], traffic)]
    object_to(again, lambda _: "adds members who were in the group already, as if none had been")
    some([asked for asked in traffic.asked if asked.memberships()], "no memberships are set")


def _attributes(asked: Asked) -> list[str]:
    return [name.strip() for name in asked.query.get("attributes", "").lower().split(",")]


def _added_again(run: Run, traffic: Traffic) -> list[Asked]:
    before = traffic.runs[FIRST].after

    def is_again(asked: Asked) -> bool:
        _, members = before.groups.get(asked.key, ("", frozenset[str]()))
        return any(op == "add" and before.users.get(user) in members for op, user in asked.memberships())

    return [asked for asked in run.asked if asked.operation == "PatchGroup" and is_again(asked)]
