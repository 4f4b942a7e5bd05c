"""Microsoft's SCIM validator: the tests of groups.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/scim-validator-tutorial, "Validate your SCIM endpoint"
and "Known Issues", and results of real runs in https://github.com/pranems/SCIMServer, docs/SCIM_VALIDATOR_RESULTS_32_LEXMARK_ANALYSIS.md
and docs/archive/SCIM_VALIDATOR_RESULTS_26_ANALYSIS.md (all read 2026-11-30).
"""

from __future__ import annotations

from typing import Any

from harness.base.store import Document
from harness.certification.answers import require, require_members, require_value, written
from harness.certification.bench.bench import Bench
from harness.certification.suite import Check
from harness.certification.suites.targets import GROUP
from harness.certification.suites.validator import both
from harness.scim.path import get

_WITHOUT_MEMBERS = "excludedAttributes=members"


def _get_without_members(bench: Bench) -> None:
    path, name = _with_member(bench)
    group = both.got(bench, f"{path}?{_WITHOUT_MEMBERS}")
    require_value(f"GET {path}?{_WITHOUT_MEMBERS}", group, "displayName", name)
    _require_no_members(f"GET {path}", group)


def _filter_without_members(bench: Bench) -> None:
    path, name = _with_member(bench)
    group = both.only(bench, GROUP, name, path, f"&{_WITHOUT_MEMBERS}")
    require_value(f"{path} as the filter finds it", group, "displayName", name)
    _require_no_members(f'filter displayName eq "{name}"', group)


def _with_member(bench: Bench) -> tuple[str, str]:
    """Create a group with a member, for without one a server may leave `members` out by itself."""
    sent = both.fresh(bench, GROUP)
    path = both.created(bench, GROUP, sent, members=[{"value": both.new_user(bench)}])
    return path, sent["displayName"]


def _require_no_members(what: str, group: Document) -> None:
    require(
        all(name.lower() != "members" for name in group),
        f"{what} with {_WITHOUT_MEMBERS} answered members: {written(get(group, 'members'))}",
    )


def _replace_attributes(bench: Bench) -> None:
    both.need_mapped(bench, GROUP, "externalId")
    _replace(bench, {"externalId": bench.ids.uuid()})


def _update_name(bench: Bench) -> None:
    _replace(bench, {"displayName": bench.name()})


def _replace(bench: Bench, changes: dict[str, Any]) -> None:
    path = _new(bench)
    both.patched(bench, path, {"op": "replace", "value": changes})
    both.require_read(bench, path, changes)


def _new(bench: Bench) -> str:
    return both.created(bench, GROUP, both.fresh(bench, GROUP))


def _add_member(bench: Bench) -> None:
    path, member = _new(bench), both.new_user(bench)
    both.patched(bench, path, _members(member))
    _require_members(bench, path, [member])


def _remove_member(bench: Bench) -> None:
    path, leaver, stayer = _new(bench), both.new_user(bench), both.new_user(bench)
    both.patched(bench, path, _members(leaver, stayer))
    _require_members(bench, path, [leaver, stayer])
    both.patched(bench, path, _removal(leaver))
    _require_members(bench, path, [stayer])


def _same_attribute(bench: Bench) -> None:
    member, stayer = both.new_user(bench), both.new_user(bench)
    path = both.created(bench, GROUP, both.fresh(bench, GROUP), members=[{"value": stayer}])
    added = {"op": "add", "path": "members", "value": [{"value": member}]}
    both.patched(bench, path, added, _removal(member))
    _require_members(bench, path, [stayer])


def _members(*keys: str) -> Document:
    return {"op": "replace", "path": "members", "value": [{"value": key} for key in keys]}


def _removal(key: str) -> Document:
    return {"op": "remove", "path": f'members[value eq "{key}"]'}


def _require_members(bench: Bench, path: str, ids: list[str]) -> None:
    require_members(f"GET {path} afterwards", both.got(bench, path), ids)


_SHARED = both.shared_checks(GROUP)
CHECKS: tuple[Check, ...] = (
    Check(
        "Get group by id excluding members",
        "GET of a group with excludedAttributes=members is answered with 200 and has no members.",
        _get_without_members,
    ),
    Check(
        "Filter for existing group excluding members",
        "A filter with excludedAttributes=members finds the group, without members.",
        _filter_without_members,
    ),
    _SHARED[both.filter_existing],
    _SHARED[both.filter_missing],
    _SHARED[both.filter_other_case],
    _SHARED[both.create],
    _SHARED[both.create_duplicate],
    Check(
        "Patch Group - Replace Attributes",
        "A replace without path of externalId is answered with 200 or 204, and reads back.",
        _replace_attributes,
    ),
    Check(
        "Update Group displayName",
        "A replace without path of displayName is answered with 200 or 204, and reads back.",
        _update_name,
    ),
    Check(
        "Patch Group - Add Member",
        "A replace of members by a list of one is answered with 200 or 204, and the member reads back.",
        _add_member,
    ),
    Check(
        "Patch Group - Remove Member",
        'A remove of members[value eq "…"] is answered with 200 or 204, takes that member away and leaves the other.',
        _remove_member,
    ),
    _SHARED[both.delete],
    Check(
        "Patch Group - Multiple Ops on same attribute",
        "A PATCH that adds a member and removes it leaves the members as they were.",
        _same_attribute,
        mandatory=False,
    ),
    _SHARED[both.delete_missing],
    _SHARED[both.delete_twice],
)
