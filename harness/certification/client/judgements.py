"""How a client is judged: by single requests, in whichever run they stand, and by whole runs, what they wrote and left.

A judgement returns, or raises SkippedError, or FailedError with a reason that names the first request that breaks the rule.

Sources, all read 2026-11, below https://docs.aws.amazon.com/singlesignon/latest/developerguide/ : limitations.html and
supported-apis.html (operations, filters, single values), createuser.html and putuser.html (mandatory names),
listusers.html (cursors), creategroup.html, getgroup.html and patchgroup.html (100 membership changes, members that
cannot be read); https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html (rates) and rotate-token.html
beside it; https://github.com/slashdevops/idp-scim-sync/issues/45 (the rest of a list was not seen) and
https://github.com/awslabs/ssosync/issues/13 (a create that was answered 429 had happened, 409 followed).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from harness.certification.client.throttling import PAGE
from harness.certification.client.traffic import (
    CREATES,
    DISCOVERY,
    FIRST,
    ROTATED,
    SECOND,
    THROTTLED,
    WRITES,
    Call,
    Run,
    Traffic,
)
from harness.certification.outcomes import FailedError, SkippedError
from harness.scim.path import get
from harness.wire.record import Exchange

_MOST_NAMED = 3
_ORDER = ("user", "group", "member")
_NAMES = (("userName",), ("displayName",), ("name", "givenName"), ("name", "familyName"))
_LISTS = ("emails", "addresses", "phoneNumbers", "roles")
_WHOLE_USERS = frozenset({"CreateUser", "PutUser"})
_UNAVAILABLE = (400, 404, 405, 501)
_OVERLOOKED = "was cut off, and what it did not show was taken for missing and created again"


class ObjectionError(FailedError):
    """A rule is broken; `exchanges` are the requests that break it."""

    def __init__(self, reason: str, *exchanges: Exchange) -> None:
        super().__init__(reason)
        self.exchanges = exchanges


def supported_operations(traffic: Traffic) -> None:
    wrong = [
        call
        for call in traffic.calls
        if not call.operation or (call.operation in DISCOVERY and call.status in _UNAVAILABLE)
    ]
    _object_to(wrong, lambda call: f"is no operation of AWS SSO; it {call.refusal()}")


def supported_filters(traffic: Traffic) -> None:
    filtered = [call for call in traffic.calls if call.operation and "filter" in call.query]
    calls = _some(filtered, "no request has a filter")
    _object_to([call for call in calls if call.status == 400], Call.refusal)


def supported_patches(traffic: Traffic) -> None:
    patches = [call for call in traffic.calls if call.operation in ("PatchUser", "PatchGroup")]
    _some(patches, "nothing is changed by PATCH")
    wrong = [
        call for call in patches if call.status == 400 and not _crowded(call) and not _too_many(call, traffic)
    ]
    _object_to(wrong, Call.refusal)


def valid_requests(traffic: Traffic) -> None:
    """Judge what no rule with a name of its own does."""
    wrong = [
        call
        for call in traffic.calls
        if call.status == 400
        and call.operation not in ("", "PatchUser", "PatchGroup", *DISCOVERY)
        and "filter" not in call.query
        and not (_missing(call) or _crowded(call) or _too_many(call, traffic))
    ]
    _object_to(wrong, Call.refusal)


def mandatory_names(traffic: Traffic) -> None:
    users = [call for call in traffic.calls if call.operation in _WHOLE_USERS]
    calls = _some(users, "no user is created or replaced")
    _object_to([call for call in calls if _missing(call)], lambda call: f"lacks {_listed(_missing(call))}")


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
    calls = _some(users, "no user is written")
    wrong = [call for call in calls if _crowded(call)]
    _object_to(wrong, lambda call: f"has several values in {_listed(_crowded(call))}")


def _crowded(call: Call) -> list[str]:
    """Return the lists in which a user is given more than one value."""
    if not isinstance(call.body, dict):
        return []
    given = {name: get(call.body, name) for name in _LISTS} if call.operation in _WHOLE_USERS else {}
    operations = get(call.body, "Operations") if call.operation == "PatchUser" else None
    for operation in operations if isinstance(operations, list) else ():
        if isinstance(operation, dict) and str(get(operation, "op")).lower() != "remove":
            path, value = get(operation, "path"), get(operation, "value")
            within = value if path is None and isinstance(value, dict) else {str(path): value}
            given |= {name: each for name in _LISTS if (each := get(within, name)) is not None}
    return [name for name, value in given.items() if isinstance(value, list) and len(value) > 1]


def membership_changes(traffic: Traffic) -> None:
    changes = [call for call in traffic.calls if call.memberships()]
    changing = _some(changes, "no memberships are set")
    wrong = [call for call in changing if _too_many(call, traffic)]
    _object_to(wrong, lambda call: f"changes {len(call.memberships())} memberships at once")


def _too_many(call: Call, traffic: Traffic) -> bool:
    return len(call.memberships()) > int(traffic.quirks["membership-changes-per-request"])


def pages(traffic: Traffic) -> None:
    """Judge lists of everybody, and of a group's or a user's memberships; a look-up finds one at most."""
    lists = [call for call in traffic.calls if call.operation in ("ListUsers", "ListGroups")]
    lists = [call for call in lists if _is_list(call) and call.status == 200]
    if not lists:
        return
    cursors = {(call.run, call.operation, call.query.get("cursor")) for call in lists}
    more = [call for call in lists if call.answer.get("nextCursor")]
    left = [call for call in more if (call.run, call.operation, call.answer["nextCursor"]) not in cursors]
    _object_to(left, lambda _: "has a next page, which is never asked for")
    cut = [call for call in lists if _is_cut(call, traffic)]
    _object_to([call for call in cut if _is_overlooked(call, traffic)], lambda _: _OVERLOOKED)
    if not more and not cut:
        by_cursor = traffic.quirks["cursor-paging"] and any("cursor" in call.query for call in lists)
        end = (
            f"more than {PAGE} entries, the page here" if by_cursor else f"the {_cap(traffic)} where it ends"
        )
        raise SkippedError(f"no list had {end}")


def _is_list(call: Call) -> bool:
    condition = call.query.get("filter", "").lower()
    return not condition or condition.startswith(("groups.value", "members.value"))


def _is_cut(call: Call, traffic: Traffic) -> bool:
    shown = call.answer.get("Resources")
    with_cursor = "cursor" in call.query and traffic.quirks["cursor-paging"]
    return not with_cursor and isinstance(shown, list) and len(shown) >= _cap(traffic)


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


def membership_not_read(traffic: Traffic) -> None:
    """Judge what can be seen of it: members are asked for, or added again after an answer did not show them."""
    reads = [call for call in traffic.calls if call.operation in ("GetGroup", "ListGroups")]
    wanted = [call for call in reads if any(_is_members(each) for each in _names(call, "attributes"))]
    _object_to(wanted, lambda _: "asks for members, which AWS SSO never shows")
    again = [call for run in (SECOND, ROTATED) for call in _added_again(traffic.runs[run], traffic)]
    _object_to(again, lambda _: "adds members who were in the group already, as if none had been")
    _some([call for call in traffic.calls if call.memberships()], "no memberships are set")


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


def first_run(traffic: Traffic) -> None:
    run = traffic.runs[FIRST]
    refused = [call for call in run.calls if call.status >= 400]
    last = f"; the last refusal was of {refused[-1]}, {refused[-1].refusal()}" if refused else ""
    if not run.calls:
        last = "; nothing was asked of the endpoint"
    if run.trouble:
        raise FailedError(f"the command {run.trouble}{last}")
    if not run.after:
        raise FailedError(f"the command ended with 0, but there is no user and no group{last}")


def second_run(traffic: Traffic) -> None:
    run = traffic.runs[SECOND]
    if run.trouble:
        raise FailedError(f"run again, the command {run.trouble}")
    writes = [call for call in run.calls if call.operation in WRITES]
    _object_to(writes, lambda _: "writes though nothing had changed")


def backs_off(traffic: Traffic) -> None:
    refused = _some(_throttled(traffic), "nothing was written while AWS SSO throttled")
    rate = traffic.quirks["writes-per-second"]
    times = Counter(_sent(call) for call in refused)
    most, count = times.most_common(1)[0]
    seconds = traffic.throttled_for.total_seconds()
    if count - 1 > rate * seconds:
        hammered = [call for call in refused if _sent(call) == most]
        raise ObjectionError(
            f"{hammered[0]} was repeated {count - 1} times in {seconds:g} s of being answered 429; AWS SSO takes "
            f"{rate} a second of the whole operation",
            *(call.exchange for call in hammered),
        )


def _sent(call: Call) -> tuple[str, str, bytes]:
    request = call.exchange.request
    return request.method, request.url, request.body


def no_duplicates(traffic: Traffic) -> None:
    creates = [call for call in _throttled(traffic) if call.operation in CREATES]
    _some(creates, "nothing was created while AWS SSO throttled")
    conflicts = [
        call for call in traffic.runs[THROTTLED].calls if call.operation in CREATES and call.status == 409
    ]
    times = Counter(call.exchange.request.body for call in conflicts)
    again = [call for call in conflicts if times[call.exchange.request.body] > 1]
    _object_to(again, lambda _: "is sent again after a 409, which cannot go away")
    before, after = (traffic.runs[run].after.facts() for run in (FIRST, THROTTLED))
    if after - before:
        raise FailedError(f"there is, unlike without throttling: {_facts(after - before)}")


def completes(traffic: Traffic) -> None:
    run = traffic.runs[THROTTLED]
    if run.trouble:
        raise FailedError(f"throttled, the command {run.trouble}")
    missing = traffic.runs[FIRST].after.facts() - run.after.facts()
    if missing:
        raise FailedError(f"the command ended with 0, but there is no {_facts(missing)}")


def _throttled(traffic: Traffic) -> list[Call]:
    return [call for call in traffic.runs[THROTTLED].calls if call.status == 429]


def token_rotation(traffic: Traffic) -> None:
    run = traffic.runs[ROTATED]
    _object_to([call for call in run.calls if call.status == 401], lambda _: "came with another token")
    if run.trouble:
        raise FailedError(f"with the new token, the command {run.trouble}")
    _some(run.calls, "nothing was asked with the new token")


def calls_per_object(traffic: Traffic) -> None:
    run = traffic.runs[FIRST]
    calls = [call for call in run.calls if call.operation and call.operation not in DISCOVERY]
    if len(calls) > traffic.calls_per_object * len(run.after):
        raise FailedError(
            f"{len(calls)} calls for {len(run.after)} users and groups; the budget is "
            f"{traffic.calls_per_object:g} for each"
        )


def source_error(traffic: Traffic) -> None:
    del traffic
    raise SkippedError("the harness does not see where the client reads people from, and cannot break it")


def _facts(facts: frozenset[str]) -> str:
    """Return some facts about a directory: users before groups, and memberships last, which miss what is missing."""
    return _listed(sorted(facts, key=lambda fact: (_ORDER.index(fact.partition(" ")[0]), fact)))


def _object_to(wrong: Sequence[Call], why: Callable[[Call], str]) -> None:
    """Raise ObjectionError for the first of these requests, if there are any, counting the others."""
    if wrong:
        more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
        raise ObjectionError(f"{wrong[0]} {why(wrong[0])}{more}", *(each.exchange for each in wrong))


def _some(calls: Sequence[Call], otherwise: str) -> Sequence[Call]:
    if not calls:
        raise SkippedError(otherwise)
    return calls


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more
