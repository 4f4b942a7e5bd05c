"""The document of `why` as labelled lines, for the terminal and the portal's page. Pure functions over JSON values."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from harness.base.wording import moment, times, when

_SETS = {
    "groups": "scoping filter",
    "inputFilterGroups": "input filter",
    "categoryFilterGroups": "category filter",
}
_SIDES = {"directory": "missing there:", "target": "still there:"}
_SHOWN = 20


class Section(NamedTuple):
    """A part of the answer; `name` is its key in the document, or `who`; `lines` are sentences or parts of them."""

    name: str
    lines: list[str]


def sections(account: dict[str, Any], now: str) -> Iterator[Section]:
    """Yield the sections on a user or group, without log entries; `now` is the harness's time, in ISO 8601."""
    group = "group" in account
    subject = account["group" if group else "user"]
    yield Section("who", [_who(subject)])
    if subject["state"] == "present":
        ways, kept_out = _ways_of_group(account["scope"]) if group else _ways_of_user(account["scope"])
        yield Section("scope", _scope(account["scope"], ways, kept_out))
    yield Section("match", _match(account["match"], "a group" if group else "an account"))
    references = "members" if group else "manager"
    yield Section("waiting", _waiting(account["waiting"], now, references) or ["nothing"])
    yield Section("next", _next(account["next"], now))
    if group:
        yield Section("members", _members(account["members"]))


def _next(after: dict[str, Any], now: str) -> list[str]:
    at = when(after["at"], now) if after["at"] else "when the job is started"
    because = f" ({after['because']})" if after["because"] else ""
    changes = [
        f"{len(members)} {'member is' if len(members) == 1 else 'members are'} {change}: {_some(members)}"
        for change, members in after.get("members", {}).items()
        if members
    ]
    return [f"{at}{because}", after["says"], *changes]


def _some(members: list[dict[str, Any]]) -> str:
    more = f" and {len(members) - _SHOWN} more" if len(members) > _SHOWN else ""
    return ", ".join(member["name"] for member in members[:_SHOWN]) + more


def _members(members: dict[str, Any]) -> list[str]:
    """Return lines with the number of members, and those on one side alone, together where they have the same sentence."""
    alike: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for each in members["wrong"]:
        alike.setdefault((_SIDES[each["side"]], each["says"]), []).append(each)
    lines = [
        f"{members['inDirectory']} in the directory, {members['exported']} sent, {members['alike']} alike"
    ]
    lines += [f"{side} {_some(those)}: {says}" for (side, says), those in islice(alike.items(), _SHOWN)]
    unsaid = members["missing"] + members["surplus"] - len(members["wrong"])
    if unsaid:
        lines.append(f"{unsaid} more were not looked at; harness why --group looks at all")
    elif len(alike) > _SHOWN or any(len(those) > _SHOWN for those in alike.values()):
        lines.append(f"{len(members['wrong'])} in all; --json names them")
    return lines


def _who(subject: dict[str, Any]) -> str:
    state = {"present": "in the directory", "gone": "gone from the directory"}.get(subject["state"])
    if state is None:
        state = f"deleted {moment(subject['deletedAt'])}, gone for good {moment(subject['purgedAt'])}"
    return f"{subject.get('userPrincipalName') or subject['displayName']} ({subject['id']}), {state}"


def _ways_of_user(scope: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Return what brings a user into scope, and what looks as if it did but does not."""
    groups = scope["groups"]
    ways = [
        f"member of the assigned group '{each['displayName']}'" for each in groups if each["bringsMembers"]
    ]
    kept_out = []
    for group in groups:
        if group["assigned"] and not group["securityEnabled"]:
            kept_out.append(
                f"the assigned group '{group['displayName']}' is not security enabled and brings nobody"
            )
        elif not group["bringsMembers"] and group["nestedInAssigned"]:
            outer = "', '".join(group["nestedInAssigned"])
            kept_out.append(
                f"'{group['displayName']}' is nested in the assigned '{outer}', which brings nobody"
            )
    if scope["accountEnabled"] is False:
        kept_out.append("the account is disabled")
    return ways, kept_out


def _ways_of_group(scope: dict[str, Any]) -> tuple[list[str], list[str]]:
    kept_out = [] if scope["securityEnabled"] else ["it is not security enabled"]
    if scope["nestedInAssigned"] and not scope["inScope"]:
        outer = "', '".join(scope["nestedInAssigned"])
        kept_out.append(f"nested in the assigned '{outer}', which does not bring it")
    kept_out += [f"the nested group '{name}' brings nobody" for name in scope["nestedGroups"]]
    return [], kept_out


def _scope(scope: dict[str, Any], ways: list[str], kept_out: list[str]) -> list[str]:
    if scope.get("mappingEnabled") is False:
        return ["the object mapping of groups is disabled: none is provisioned"]
    everybody = ["everybody is in scope (SyncAll)"] if scope["syncAll"] else []
    directly = ["assigned directly"] if scope["assignedDirectly"] else []
    by = "; ".join(everybody + directly + ways) or "not assigned"
    lines = [f"{'in' if scope['inScope'] else 'out of'} scope: {by}", *kept_out]
    for group in scope["filters"]:
        named = f" '{group['group']}'" if group["group"] else ""
        for clause in group["clauses"]:
            value = "no value" if clause["value"] is None else f"the value is '{clause['value']}'"
            lines.append(
                f"{_SETS[group['set']]}{named}: {clause['clause']} is {str(clause['passed']).lower()}, {value}"
            )
    return lines


def _match(match: dict[str, Any], called: str) -> list[str]:
    lines = [f"{each['attribute']} = {each['value'] or 'no value'}" for each in match["by"]]
    if match["problem"]:
        lines.append(match["problem"])
    if match["targetId"] is None:
        lines.append(f"not connected to {called} in {match['target']}")
        if foreigner := match.get("foreign"):
            lines.append(
                f"there is {called} '{foreigner['name']}' ({foreigner['id']}), created by {foreigner['createdBy']} and not by this job: "
                f"{foreigner['says']}"
            )
    else:
        created = (
            f"created {moment(match['createdAt'])}"
            if match["createdAt"]
            else "found there, or created long ago"
        )
        managed = "" if match["managed"] else ", no longer managed"
        _, _, noun = called.partition(" ")
        lines.append(f"{noun} {match['targetId']} in {match['target']}, {created}{managed}")
    return lines


def _waiting(waiting: dict[str, Any], now: str, references: str) -> list[str]:
    lines, escrow, manager = [], waiting["escrow"], waiting.get("manager")
    if escrow:
        what = f"sending its {references}" if escrow["ofReferences"] else "the object"
        lines.append(
            f"{what} failed {times(escrow['attempts'])} since {moment(escrow['since'])}; "
            f"the first cycle from {when(escrow['nextTry'], now)} tries again"
        )
        lines.append(f"given up after {moment(escrow['givenUpAfter'])}")
    if waiting["heldBack"]:
        lines.append("its disable or delete is held back, for there would be too many in one cycle")
    if waiting["references"]:
        lines.append(f"its {references} {'are' if references == 'members' else 'is'} to be sent")
    if manager and not manager["sent"]:
        unknown = "" if manager["connected"] else ", who has no account there"
        lines.append(f"its manager {manager['userPrincipalName']} is not sent{unknown}")
    return lines
