"""Judging how a client reads: lists to their last page, and members, which AWS SSO never shows.

Sources: https://docs.aws.amazon.com/singlesignon/latest/developerguide/listusers.html, "Constraints" (cursors), and getgroup.html
there, "Not supported" (members that cannot be read; both read 2026-11-29); https://github.com/slashdevops/idp-scim-sync/issues/87,
description of 2022-09-13 (the rest of a list was not seen; read 2026-11-30).
"""

from __future__ import annotations

from harness.certification.client.objections import object_to, some
from harness.certification.client.throttling import PAGE
from harness.certification.client.traffic import (
    FIRST,
    HINDERED,
    ROTATED,
    SECOND,
    THROTTLED,
    Call,
    Directory,
    Run,
    Traffic,
)
from harness.certification.outcomes import SkippedError
from harness.scim.path import get

# What each kind of resource is named by, and the operations that show or create it.
_KINDS = {
    "ListUsers": "userName",
    "CreateUser": "userName",
    "ListGroups": "displayName",
    "CreateGroup": "displayName",
}
_SHOWN = "creates what a list of the same run had shown"
_BLIND = "creates who is there already: whether so had been asked, and the answer, which never came whole, taken for no"
_OVERLOOKED = "was cut off, and what it did not show was taken for missing and created again"


def pages(traffic: Traffic) -> None:
    """Judge lists of everybody, and of a group's or a user's memberships; a look-up finds one at most."""
    lists = [call for call in traffic.calls if call.operation in ("ListUsers", "ListGroups")]
    # What a refused page makes a client end its run with is no matter of pages.
    lists = [call for call in lists if _is_list(call) and call.status == 200 and call.run != HINDERED]
    if not lists:
        return
    cursors = {(call.run, call.operation, call.query.get("cursor")) for call in lists}
    more = [call for call in lists if call.answer.get("nextCursor")]
    left = [call for call in more if (call.run, call.operation, call.answer["nextCursor"]) not in cursors]
    object_to(left, lambda _: "has a next page, which is never asked for")
    again = [call for run in (SECOND, ROTATED) for call in _created_again(traffic.run(run))]
    object_to(again, lambda _: _SHOWN)
    cut = [call for call in lists if _is_cut(call, traffic)]
    object_to([call for call in cut if _is_overlooked(call, traffic)], lambda _: _OVERLOOKED)
    if not more and not cut:
        by_cursor = traffic.quirks["cursor-paging"] and any("cursor" in call.query for call in lists)
        end = (
            f"more than {PAGE} entries, the page here" if by_cursor else f"the {_cap(traffic)} where it ends"
        )
        raise SkippedError(f"no list had {end}")


def _created_again(run: Run) -> list[Call]:
    """Return the creates of a run that were refused, though a list before them had shown whoever it is."""
    shown: set[tuple[str, str]] = set()
    again = []
    for call in run.calls:
        kind = _KINDS.get(call.operation)
        if kind is None:
            continue
        if call.operation.startswith("List"):
            shown |= {(kind, str(each.get(kind)).lower()) for each in call.answer.get("Resources", [])}
        elif call.status == 409 and isinstance(call.body, dict):
            again += [call] * ((kind, str(get(call.body, kind)).lower()) in shown)
    return again


def _is_list(call: Call) -> bool:
    condition = call.query.get("filter", "").lower()
    return not condition or condition.startswith(("groups.value", "members.value"))


def _is_cut(call: Call, traffic: Traffic) -> bool:
    resources = call.answer.get("Resources")
    with_cursor = "cursor" in call.query and traffic.quirks["cursor-paging"]
    return not with_cursor and isinstance(resources, list) and len(resources) >= _cap(traffic)


def _cap(traffic: Traffic) -> int:
    return int(traffic.quirks["page-size"])


def _is_overlooked(cut: Call, traffic: Traffic) -> bool:
    create = cut.operation.replace("List", "Create").removesuffix("s")
    later = traffic.runs[cut.run].calls
    return any(
        call.operation == create and call.status == 409
        for call in later
        if call.exchange.order > cut.exchange.order
    )


def unanswered(traffic: Traffic) -> None:
    """Judge the run in which everybody is there but reads fail: nobody may be created because a look-up had no answer."""
    run = traffic.run(HINDERED)
    lists = [call for call in run.calls if call.operation in ("ListUsers", "ListGroups")]
    some([call for call in lists if _has_no_answer(call)], "no look-up and no list went without an answer")
    object_to(_created_blindly(run, traffic.runs[THROTTLED].after), lambda _: _BLIND)


def _created_blindly(run: Run, before: Directory) -> list[Call]:
    """Return the first create of each user or group that was there, if it was sent before the look-up was answered."""
    there = {("userName", name.lower()) for name in before.users.values()}
    there |= {("displayName", name.lower()) for name, _ in before.groups.values()}
    waiting: set[tuple[str, str, str]] = set()
    blind = []
    for call in run.calls:
        kind = _KINDS.get(call.operation)
        if kind is None:
            continue
        if call.operation.startswith("List"):
            condition = call.query.get("filter", "").lower()
            change = waiting.add if _has_no_answer(call) else waiting.discard
            change((kind, condition, call.query.get("cursor", "")))
        elif isinstance(call.body, dict):
            name = str(get(call.body, kind)).lower()
            would_show = any(
                each == kind and (not condition or f'"{name}"' in condition) for each, condition, _ in waiting
            )
            blind += [call] * ((kind, name) in there and would_show)
            there.discard((kind, name))  # what is sent again is another matter
    return blind


def _has_no_answer(call: Call) -> bool:
    """Tell whether a read was refused for the moment, failed, or broke off."""
    return (
        call.status == 0 or call.status in (429, *range(500, 600)) or (call.status == 200 and not call.answer)
    )


def membership_not_read(traffic: Traffic) -> None:
    """Object to requests for members, and to members added again because an answer did not show them."""
    reads = [call for call in traffic.calls if call.operation in ("GetGroup", "ListGroups")]
    member_reads = [call for call in reads if any(_is_members(each) for each in _names(call, "attributes"))]
    object_to(member_reads, lambda _: "asks for members, which AWS SSO never shows")
    again = [call for run in (SECOND, ROTATED) for call in _added_again(traffic.run(run), traffic)]
    object_to(again, lambda _: "adds members who were in the group already, as if none had been")
    some([call for call in traffic.calls if call.memberships()], "no memberships are set")


def _names(call: Call, parameter: str) -> list[str]:
    return [name.strip() for name in call.query.get(parameter, "").lower().split(",")]


def _is_members(name: str) -> bool:
    return name.startswith("members")


def _added_again(run: Run, traffic: Traffic) -> list[Call]:
    """Return the PATCHes that add who was in a group already, after the client was shown it without members.

    Who leaves the members out of what it asks for, as Azure AD does, knows that they are not shown.
    """
    before, again = traffic.runs[FIRST].after, []
    shown: set[str] = set()
    for call in run.calls:
        if call.operation in ("GetGroup", "ListGroups") and call.status == 200:
            whole = not any(_is_members(each) for each in _names(call, "excludedAttributes"))
            shown |= {each["id"] for each in call.answer.get("Resources", [call.answer]) if whole}
        _, members = before.groups.get(call.key, ("", frozenset[str]()))
        adds = [before.users.get(user) in members for op, user in call.memberships() if op == "add"]
        if call.operation == "PatchGroup" and call.key in shown and any(adds):
            again.append(call)
    return again
