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
    Asked,
    Run,
    Traffic,
)
from harness.certification.suite import FailedError, SkippedError
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
        asked
        for asked in traffic.asked
        if not asked.operation or (asked.operation in DISCOVERY and asked.status in _UNAVAILABLE)
    ]
    _object_to(wrong, lambda asked: f"is no operation of AWS SSO; it {asked.refusal()}")


def supported_filters(traffic: Traffic) -> None:
    filtered = [asked for asked in traffic.asked if asked.operation and "filter" in asked.query]
    found = _some(filtered, "no request has a filter")
    _object_to([asked for asked in found if asked.status == 400], Asked.refusal)


def supported_patches(traffic: Traffic) -> None:
    patches = [asked for asked in traffic.asked if asked.operation in ("PatchUser", "PatchGroup")]
    _some(patches, "nothing is changed by PATCH")
    wrong = [
        asked
        for asked in patches
        if asked.status == 400 and not _crowded(asked) and not _too_many(asked, traffic)
    ]
    _object_to(wrong, Asked.refusal)


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
    _object_to(wrong, Asked.refusal)


def mandatory_names(traffic: Traffic) -> None:
    users = [asked for asked in traffic.asked if asked.operation in _WHOLE_USERS]
    found = _some(users, "no user is created or replaced")
    _object_to(
        [asked for asked in found if _missing(asked)], lambda asked: f"lacks {_listed(_missing(asked))}"
    )


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
    found = _some(users, "no user is written")
    wrong = [asked for asked in found if _crowded(asked)]
    _object_to(wrong, lambda asked: f"has several values in {_listed(_crowded(asked))}")


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
    found = _some(changes, "no memberships are set")
    wrong = [asked for asked in found if _too_many(asked, traffic)]
    _object_to(wrong, lambda asked: f"changes {len(asked.memberships())} memberships at once")


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
    _object_to(left, lambda _: "has a next page, which is never asked for")
    cut = [asked for asked in lists if _is_cut(asked, traffic)]
    _object_to([asked for asked in cut if _is_overlooked(asked, traffic)], lambda _: _OVERLOOKED)
    if not more and not cut:
        cursors = traffic.quirks["cursor-paging"] and any("cursor" in asked.query for asked in lists)
        end = f"more than {PAGE} entries, the page here" if cursors else f"the {_cap(traffic)} where it ends"
        raise SkippedError(f"no list had {end}")


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
    """Judge what can be seen of it: members are asked for, or added again after an answer did not show them."""
    reads = [asked for asked in traffic.asked if asked.operation in ("GetGroup", "ListGroups")]
    wanted = [asked for asked in reads if any(_is_members(each) for each in _names(asked, "attributes"))]
    _object_to(wanted, lambda _: "asks for members, which AWS SSO never shows")
    again = [asked for run in (SECOND, ROTATED) for asked in _added_again(traffic.runs[run], traffic)]
    _object_to(again, lambda _: "adds members who were in the group already, as if none had been")
    _some([asked for asked in traffic.asked if asked.memberships()], "no memberships are set")


def _names(asked: Asked, parameter: str) -> list[str]:
    return [name.strip() for name in asked.query.get(parameter, "").lower().split(",")]


def _is_members(name: str) -> bool:
    return name.startswith("members")


def _added_again(run: Run, traffic: Traffic) -> list[Asked]:
    """Return the PATCHes that add who was in a group already, after the client was shown it without members.

    Who leaves the members out of what it asks for, as Azure AD does, knows that they are not shown.
    """
    before, found = traffic.runs[FIRST].after, []
    shown: set[str] = set()
    for asked in run.asked:
        if asked.operation in ("GetGroup", "ListGroups") and asked.status == 200:
            whole = not any(_is_members(each) for each in _names(asked, "excludedAttributes"))
            shown |= {each["id"] for each in asked.answer.get("Resources", [asked.answer]) if whole}
        _, members = before.groups.get(asked.key, ("", frozenset[str]()))
        adds = [before.users.get(user) in members for op, user in asked.memberships() if op == "add"]
        if asked.operation == "PatchGroup" and asked.key in shown and any(adds):
            found.append(asked)
    return found


def first_run(traffic: Traffic) -> None:
    run = traffic.runs[FIRST]
    refused = [asked for asked in run.asked if asked.status >= 400]
    last = f"; the last refusal was of {refused[-1]}, {refused[-1].refusal()}" if refused else ""
    if not run.asked:
        last = "; nothing was asked of the endpoint"
    if run.trouble:
        raise FailedError(f"the command {run.trouble}{last}")
    if not run.after:
        raise FailedError(f"the command ended with 0, but there is no user and no group{last}")


def second_run(traffic: Traffic) -> None:
    run = traffic.runs[SECOND]
    if run.trouble:
        raise FailedError(f"run again, the command {run.trouble}")
    writes = [asked for asked in run.asked if asked.operation in WRITES]
    _object_to(writes, lambda _: "writes though nothing had changed")


def backs_off(traffic: Traffic) -> None:
    refused = _some(_throttled(traffic), "nothing was written while AWS SSO throttled")
    rate = traffic.quirks["writes-per-second"]
    times = Counter(_sent(asked) for asked in refused)
    most, count = times.most_common(1)[0]
    seconds = traffic.throttled_for.total_seconds()
    if count - 1 > rate * seconds:
        hammered = [asked for asked in refused if _sent(asked) == most]
        raise ObjectionError(
            f"{hammered[0]} was repeated {count - 1} times in {seconds:g} s of being answered 429; AWS SSO takes "
            f"{rate} a second of the whole operation",
            *(asked.exchange for asked in hammered),
        )


def _sent(asked: Asked) -> tuple[str, str, bytes]:
    request = asked.exchange.request
    return request.method, request.url, request.body


def no_duplicates(traffic: Traffic) -> None:
    creates = [asked for asked in _throttled(traffic) if asked.operation in CREATES]
    _some(creates, "nothing was created while AWS SSO throttled")
    conflicts = [
        asked for asked in traffic.runs[THROTTLED].asked if asked.operation in CREATES and asked.status == 409
    ]
    times = Counter(asked.exchange.request.body for asked in conflicts)
    again = [asked for asked in conflicts if times[asked.exchange.request.body] > 1]
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


def _throttled(traffic: Traffic) -> list[Asked]:
    return [asked for asked in traffic.runs[THROTTLED].asked if asked.status == 429]


def token_rotation(traffic: Traffic) -> None:
    run = traffic.runs[ROTATED]
    _object_to([asked for asked in run.asked if asked.status == 401], lambda _: "came with another token")
    if run.trouble:
        raise FailedError(f"with the new token, the command {run.trouble}")
    _some(run.asked, "nothing was asked with the new token")


def calls_per_object(traffic: Traffic) -> None:
    run = traffic.runs[FIRST]
    calls = [asked for asked in run.asked if asked.operation and asked.operation not in DISCOVERY]
    if len(calls) > traffic.calls_per_object * len(run.after):
        raise FailedError(
            f"{len(calls)} calls for {len(run.after)} users and groups; the budget is "
            f"{traffic.calls_per_object:g} for each"
        )


def source_error(traffic: Traffic) -> None:
    del traffic
    raise SkippedError("the harness does not see where the client reads people from, and cannot break it")


def _facts(found: frozenset[str]) -> str:
    """Return some facts about a directory: users before groups, and memberships last, which miss what is missing."""
    return _listed(sorted(found, key=lambda fact: (_ORDER.index(fact.partition(" ")[0]), fact)))


def _object_to(wrong: Sequence[Asked], why: Callable[[Asked], str]) -> None:
    """Raise ObjectionError for the first of these requests, if there are any, counting the others."""
    if wrong:
        more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
        raise ObjectionError(f"{wrong[0]} {why(wrong[0])}{more}", *(each.exchange for each in wrong))


def _some(found: Sequence[Asked], otherwise: str) -> Sequence[Asked]:
    if not found:
        raise SkippedError(otherwise)
    return found


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more
