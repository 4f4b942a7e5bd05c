"""Tests 1 to 7 of Microsoft's app-gallery validation: users, through Azure AD.

Where the original trusts the provisioning log alone, the server is asked as well; what was sent at creation is compared in the
test of updates, as the original compares attributes there and not when it creates. Which attributes are sent, and by which
a user is found, is the job's schema's to say. Soft deletion is demanded of everybody, as the overview's newest edition has it.

Source: https://github.com/AzureAD/SCIMReferenceCode, Microsoft.SCIM.LogicAppValidationTemplate/StandardLogicApp,
SCIM-Validation-Test-Overview.md, "User Provisioning Tests" (at 3372c7e, read 2026-11-30), and UserTests_Workflow.json (at 2ead7d6 of
the fork himanshusainig/SCIMReferenceCode, read 2026-11-29).
"""

from __future__ import annotations

from typing import Any

from harness.certification.answers import require, written
from harness.certification.bench.bench import Bench
from harness.certification.outcomes import SkippedError
from harness.certification.suite import Check
from harness.certification.suites.provisioned import Provisioned, provision
from harness.certification.suites.sources import mapped_users
from harness.scim.path import Path, parse_path, read

_ACTIVE = parse_path("active")


def _create(bench: Bench) -> None:
    person = Provisioned(bench, mapped_users(bench.entra.schema))
    person.require_absent()
    provision(bench, person)


def _update(bench: Bench) -> None:
    person = Provisioned(bench, mapped_users(bench.entra.schema))
    person.require_read(provision(bench, person))
    person.require_read(person.change(keep_match=True))


def _disable(bench: Bench) -> None:
    mapping = mapped_users(bench.entra.schema)
    require(mapping.mapping.disables, "no mapping writes active, and Microsoft wants soft deletion of all")
    person = Provisioned(bench, mapping)
    provision(bench, person)
    bench.entra.change(person.key, {"accountEnabled": False})
    bench.entra.wait()
    bench.entra.logged(person.key, "Disable")
    _require_inactive(person)


def _delete(bench: Bench) -> None:
    person = Provisioned(bench, mapped_users(bench.entra.schema))
    provision(bench, person)
    bench.entra.delete(person.key)
    bench.entra.wait()
    bench.entra.logged(person.key, "Delete")
    person.require_deleted()


def _update_manager(bench: Bench) -> None:
    mapping = mapped_users(bench.entra.schema)
    reference = mapping.mapping.reference
    if reference is None:
        raise SkippedError("no mapping writes a manager")
    person, *managers = (Provisioned(bench, mapping) for _ in range(3))
    provision(bench, person, *managers)
    link = f"/users/{person.key}/manager/$ref"
    for manager in managers:
        bench.entra.do("PUT", link, bench.entra.refer(manager.key))
        bench.entra.wait()
        _require_manager(bench, person, reference.path, reference.target, manager.id)
    bench.entra.do("DELETE", link)
    bench.entra.wait()
    _require_manager(bench, person, reference.path, reference.target, None)


def _restore(bench: Bench) -> None:
    mapping = mapped_users(bench.entra.schema)
    person = Provisioned(bench, mapping)
    provision(bench, person)
    before = person.id
    person.unassign()
    bench.entra.wait()
    if not mapping.mapping.disables:
        person.require_created_again()
        return
    bench.entra.logged(person.key, "Disable")
    _require_inactive(person)
    person.assign()
    bench.entra.wait()
    if not person.matches():
        # The server deleted whom it was to disable: InvalidAnchor, until a restart has everybody matched anew.
        # https://learn.microsoft.com/en-us/entra/identity/monitoring-health/howto-analyze-provisioning-logs, "Error codes" (read
        # 2026-11-30)
        bench.entra.restart()
    person.created()
    resource = person.alone()
    if person.id == before:
        bench.entra.modified(person.key, "active")
    active = read(resource, _ACTIVE)
    require(active is True, f"assigned again, the user's active reads {written(active)} instead of true")


def _on_demand(bench: Bench) -> None:
    person = Provisioned(bench, mapped_users(bench.entra.schema))
    person.assign()
    bench.entra.provision_on_demand(person.key)
    person.created()
    person.alone()


def _require_inactive(person: Provisioned) -> None:
    """Demand that the server finds the user with active false, or nobody."""
    active = read(person.alone(), _ACTIVE) if person.matches() else False
    require(active is False, f"the user's active reads {written(active)} instead of false")


def _require_manager(
    bench: Bench, person: Provisioned, path: Path, target: str, manager_id: str | None
) -> None:
    """Demand a manager, or none, of the log's newest entry with one, and of the server."""
    _, new_value = bench.entra.modified(person.key, target)
    require(
        (new_value or None) == manager_id,
        f"the log tells {target} {written(new_value)} instead of {written(manager_id)}",
    )
    manager = _reference(person.read(path))
    require(manager == manager_id, f"{target} reads {written(manager)} instead of {written(manager_id)}")


def _reference(value: Any) -> Any:
    """Return the id of a manager, which servers give as `{"value": id}` or bare; None for an empty one."""
    return (value.get("value") if isinstance(value, dict) else value) or None


CHECKS: tuple[Check, ...] = (
    Check(
        "Create_User_Test",
        "The matching filter finds nobody at first; the log has a Create that succeeded, and the filter finds the user.",
        _create,
    ),
    Check(
        "Update_User_Test",
        "Every attribute that was sent at creation reads back; then the log has an Update that succeeded with every mapped "
        "attribute that can change, and each reads its new value.",
        _update,
    ),
    Check(
        "Disable_User_Test",
        "active is mapped; disabled in the directory, the log has a Disable that succeeded, and the user reads active false or "
        "is gone.",
        _disable,
    ),
    Check(
        "Delete_User_Test",
        "Deleted and purged in the directory, the log has a Delete that succeeded, and the user is found no more.",
        _delete,
        mandatory=False,
    ),
    Check(
        "User_Update_Manager_Test",
        "A manager set, changed and removed: the log has three Updates with the manager's id, the last one empty, and the "
        "user reads so each time. Skipped without a mapping of the manager.",
        _update_manager,
    ),
    Check(
        "Restore_User_Test",
        "Unassigned, the log has a Disable, and the user reads active false or is gone; assigned again, the user is back "
        "and active, with the id of before (SoftDeleteRestore) or a new one (re-provisioned). Without a mapping of active "
        "the log has a Delete and another Create.",
        _restore,
    ),
    Check(
        "POD_User_Test",
        "Provisioned on demand, the log has a Create that succeeded, and the user is found before any cycle.",
        _on_demand,
    ),
)
