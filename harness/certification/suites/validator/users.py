"""Microsoft's SCIM validator: the tests of users.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/scim-validator-tutorial, "Validate your SCIM endpoint"
and "Known Issues", and results of real runs in https://github.com/pranems/SCIMServer, docs/SCIM_VALIDATOR_RESULTS_32_LEXMARK_ANALYSIS.md
and docs/archive/SCIM_VALIDATOR_RESULTS_26_ANALYSIS.md (all read 2026-11-30).
"""

from __future__ import annotations

from harness.base.store import Document
from harness.certification.answers import require, written
from harness.certification.bench.bench import Bench
from harness.certification.outcomes import SkippedError
from harness.certification.suite import Check
from harness.certification.suites.samples import DOMAIN
from harness.certification.suites.targets import USER, Target, Values, manager, targets, values
from harness.certification.suites.validator import both
from harness.scim.path import get, read

_TESTED_ALONE = ("username", "active")
_AT_FIRST = ("username", "active", "displayname", "name", "emails", "externalid")  # the rest is added


def _replace_attributes(bench: Bench) -> None:
    _written(bench, "replace", _new(bench), _TESTED_ALONE)


def _add_attributes(bench: Bench) -> None:
    first = (target for target in targets(bench.subject, USER) if target.root in _AT_FIRST)
    sent = values(first, USER, bench.name())
    _written(bench, "add", both.created(bench, USER, sent), _AT_FIRST)


def _written(bench: Bench, operation: str, path: str, but: tuple[str, ...]) -> None:
    """Write each mapped attribute by an operation of its own, and read all of them back."""
    word = bench.name()
    changes: Values = {
        target.name: target.value(word, later=True)
        for target in both.need_targets(bench, USER)
        if target.simple and target.root not in but
    }
    if not changes:
        raise SkippedError(f"the job maps nothing of users that could be tested by {operation}")
    both.patched(
        bench, path, *({"op": operation, "path": name, "value": value} for name, value in changes.items())
    )
    both.require_read(bench, path, changes)


def _new(bench: Bench) -> str:
    return both.created(bench, USER, both.fresh(bench, USER))


def _update_name(bench: Bench) -> None:
    changes = {"userName": f"{bench.name()}@{DOMAIN}"}
    path = _new(bench)
    both.patched(bench, path, {"op": "replace", "value": changes})
    both.require_read(bench, path, changes)


def _disable(bench: Bench) -> None:
    both.need_mapped(bench, USER, "active")
    sent = both.fresh(bench, USER)
    path = both.created(bench, USER, sent)
    both.patched(bench, path, {"op": "replace", "path": "active", "value": False})
    both.require_read(bench, path, {"active": False})
    active = get(both.only(bench, USER, sent["userName"], path), "active")
    require(
        active is False, f"the filter finds the disabled user with active {written(active)} instead of false"
    )


def _add_manager(bench: Bench) -> None:
    place, sent = manager(bench.subject), both.fresh(bench, USER)
    path, key = both.created(bench, USER, sent), both.new_user(bench)
    _manage(bench, path, place, "add", key)
    manager_value = read(both.only(bench, USER, sent["userName"], path), place.path)
    require(
        isinstance(manager_value, dict) and get(manager_value, "value") == key,
        f"{path} as the filter finds it: {place.name} is {written(manager_value)}, its value should be {written(key)}",
    )


def _replace_manager(bench: Bench) -> None:
    _manage(bench, *_managed(bench), "replace", both.new_user(bench))


def _remove_manager(bench: Bench) -> None:
    _manage(bench, *_managed(bench), "replace", "")


def _managed(bench: Bench) -> tuple[str, Target]:
    """Create a user with a manager; return the user's path, and where the manager stands."""
    place = manager(bench.subject)
    path = _new(bench)
    _manage(bench, path, place, "add", both.new_user(bench))
    return path, place


def _manage(bench: Bench, path: str, place: Target, operation: str, key: str) -> None:
    """Write a manager, nobody for an empty key. An empty value is nobody too, as the validator takes it."""
    both.patched(bench, path, {"op": operation, "path": place.name, "value": {"value": key}})
    manager_value = read(both.got(bench, path), place.path)
    value = get(manager_value, "value") if isinstance(manager_value, dict) else manager_value
    require(
        (value or "") == key and (not key or isinstance(manager_value, dict)),
        f"GET {path} afterwards: {place.name} is {written(manager_value)}, its value should be {written(key)}",
    )


def _different_attributes(bench: Bench) -> None:
    both.need_mapped(bench, USER, "preferredLanguage", "externalId", "displayName")
    key, name = bench.ids.uuid(), bench.name()
    path = _new(bench)
    both.patched(
        bench,
        path,
        {"op": "remove", "path": "preferredLanguage"},
        {"op": "add", "path": "externalId", "value": key},
        {"op": "replace", "path": "displayName", "value": name},
    )
    both.require_read(bench, path, {"preferredLanguage": None, "externalId": key, "displayName": name})


def _same_attribute(bench: Bench) -> None:
    both.need_mapped(bench, USER, "externalId")
    keys = [bench.ids.uuid() for _ in range(2)]
    path = _new(bench)
    operations: list[Document] = [
        {"op": "remove", "path": "externalId"},
        {"op": "add", "path": "externalId", "value": keys[0]},
        {"op": "replace", "path": "externalId", "value": keys[1]},
    ]
    both.patched(bench, path, *operations)
    both.require_read(bench, path, {"externalId": keys[1]})


_SHARED = both.shared_checks(USER)
CHECKS: tuple[Check, ...] = (
    _SHARED[both.create],
    _SHARED[both.create_duplicate],
    _SHARED[both.filter_existing],
    _SHARED[both.filter_missing],
    _SHARED[both.filter_other_case],
    Check(
        "Patch User - Replace Attributes (Verbose)",
        "A replace of each mapped attribute by its path is answered with 200 or 204, and every value reads back.",
        _replace_attributes,
    ),
    Check(
        "Patch User - Add Attributes (Verbose)",
        "An add of each mapped attribute by its path is answered with 200 or 204, and every value reads back.",
        _add_attributes,
    ),
    Check(
        "Update User userName",
        "A replace without path of userName is answered with 200 or 204, and reads back.",
        _update_name,
    ),
    Check(
        "Patch User - Disable User",
        "active becomes false, and the user is still read and found.",
        _disable,
    ),
    Check(
        "Patch User - Add Manager",
        "An add of the manager is answered with 200 or 204, and its value reads back, by id and as the filter finds the user.",
        _add_manager,
    ),
    Check(
        "Patch User - Replace Manager",
        "A replace of the manager is answered with 200 or 204, and its value reads back.",
        _replace_manager,
    ),
    Check(
        "Patch User - Remove Manager",
        'A replace of the manager by {"value": ""} is answered with 200 or 204, and nobody reads back.',
        _remove_manager,
    ),
    _SHARED[both.delete],
    Check(
        "Patch User - Multiple Ops on different attributes",
        "A PATCH that removes, adds and replaces three attributes does all of it.",
        _different_attributes,
        mandatory=False,
    ),
    Check(
        "Patch User - Multiple Ops on same attribute",
        "A PATCH that removes, adds and replaces one attribute leaves what came last.",
        _same_attribute,
        mandatory=False,
    ),
    _SHARED[both.delete_missing],
    _SHARED[both.delete_twice],
)
