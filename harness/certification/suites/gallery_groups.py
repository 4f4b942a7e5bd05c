"""Tests 8 to 14 of Microsoft's app-gallery validation: groups and their members, through Azure AD.

The overview names five tests that are failed where `/Schemas` returns no Group schema; the two others are skipped then.

Source: https://github.com/AzureAD/SCIMReferenceCode, Microsoft.SCIM.LogicAppValidationTemplate/StandardLogicApp,
SCIM-Validation-Test-Overview.md and GroupTests_Workflow.json (read 2026-11).
"""

from __future__ import annotations

from harness.certification.bench import Bench
from harness.certification.endpoint import resources
from harness.certification.suite import Check, FailedError, SkippedError
from harness.certification.suites.answers import written
from harness.certification.suites.mapped import mapped
from harness.certification.suites.provisioned import Provisioned, provision
from harness.scim.names import CORE_GROUP


def _create(bench: Bench) -> None:
    group = _group(bench)
    group.demand_absent()
    group.demand_read(provision(bench, group))


def _update(bench: Bench) -> None:
    group = _group(bench)
    provision(bench, group)
    group.demand_read(group.change(keep_match=False))


def _delete(bench: Bench) -> None:
    group = _group(bench, mandatory=False)
    provision(bench, group)
    bench.entra.delete(group.key)
    bench.entra.wait()
    bench.entra.logged(group.key, "Delete")
    group.demand_deleted()


def _add_member(bench: Bench) -> None:
    group, person, target = _group_and_person(bench)
    _join(bench, group, person)
    old, new = bench.entra.modified(group.key, target)
    if (old or None, new) != (None, person.id):
        raise FailedError(
            f"the log tells {target} {written(old)}, then {written(new)}, instead of nothing, then {written(person.id)}"
        )
    held = _members(group)
    if held is not None and person.id not in held:
        raise FailedError(
            f"{target} of the group reads {written(held)} without the added {written(person.id)}"
        )


def _remove_member(bench: Bench) -> None:
    group, person, target = _group_and_person(bench)
    _join(bench, group, person)
    bench.entra.modified(group.key, target)
    bench.entra.do("DELETE", f"/groups/{group.key}/members/{person.key}/$ref")
    bench.entra.wait()
    old, new = bench.entra.modified(group.key, target)
    if (old, new or None) != (person.id, None):
        raise FailedError(
            f"the log tells {target} {written(old)}, then {written(new)}, instead of {written(person.id)}, then nothing"
        )
    held = _members(group)
    if held is not None and person.id in held:
        raise FailedError(
            f"{target} of the group reads {written(held)} with the removed {written(person.id)}"
        )


def _on_demand(bench: Bench) -> None:
    group = _group(bench)
    group.assign()
    bench.entra.provision_on_demand(group.key)
    group.created()
    group.alone()


def _restore(bench: Bench) -> None:
    group = _group(bench, mandatory=False)
    provision(bench, group)
    group.unassign()
    bench.entra.wait()
    bench.entra.logged(group.key, "Delete")
    group.demand_deleted()
    group.assign()
    bench.entra.wait()
    group.created()
    group.alone()


def _group(bench: Bench, *, mandatory: bool = True) -> Provisioned:
    """Make a group in the directory. Raises FailedError or SkippedError where the server or the job has no groups."""
    if missing := _missing_schema(bench):
        raise (FailedError if mandatory else SkippedError)(missing)
    mapping = mapped(bench.entra.schema, "Group")
    if mapping is None:
        raise SkippedError("the job has no enabled mapping of groups")
    return Provisioned(bench, mapping)


def _missing_schema(bench: Bench) -> str:
    """Return why groups are not supported, an empty text when `/Schemas` has them."""
    told = "/Schemas did not return the Group schema, and group provisioning is mandatory"
    try:
        listed = resources(bench.endpoint.get("/Schemas"), "GET /Schemas")
    except FailedError as error:
        return f"{told}: {error}"
    ids = [str(each.get("id")) for each in listed]
    found = any(each.casefold() == CORE_GROUP.casefold() for each in ids)
    return "" if found else f"{told}: it has {written(ids)}"


def _group_and_person(bench: Bench) -> tuple[Provisioned, Provisioned, str]:
    """Provision a group and a user who is no member yet; return them and the target that members flow to."""
    group = _group(bench)
    reference, people = group.mapped.mapping.reference, mapped(bench.entra.schema, "User")
    if reference is None:
        raise FailedError("the job's mapping of groups writes no members")
    assert people is not None, "Microsoft Graph takes no schema without an enabled mapping of users"
    person = Provisioned(bench, people)
    provision(bench, group, person)
    return group, person, reference.target


def _join(bench: Bench, group: Provisioned, person: Provisioned) -> None:
    bench.entra.do("POST", f"/groups/{group.key}/members/$ref", bench.entra.refer(person.key))
    bench.entra.wait()


def _members(group: Provisioned) -> list[str] | None:
    """Return the ids that the group lists, None where it lists none at all: some servers never show members."""
    reference = group.mapped.mapping.reference
    assert reference is not None
    held = group.read(reference.path)
    if held is None:
        return None
    if not isinstance(held, list):
        raise FailedError(f"{reference.target} of the group reads {written(held)} instead of a list")
    return [str(each.get("value")) for each in held if isinstance(each, dict)]


CHECKS: tuple[Check, ...] = (
    Check(
        "Create_Group_Test",
        "The matching filter finds nothing at first; the log has a Create that succeeded; the filter finds the group, and "
        "every attribute that was sent reads back.",
        _create,
    ),
    Check(
        "Update_Group_Test",
        "Renamed, the log has an Update that succeeded, and the new name is found.",
        _update,
    ),
    Check(
        "Delete_Group_Test",
        "Deleted in the directory, the log has a Delete that succeeded, and the group is found no more.",
        _delete,
        mandatory=False,
    ),
    Check(
        "Group_Update_Add_Member_Test",
        "The log has an Update of members from nothing to the user's id, and the group, if it shows members, has the user.",
        _add_member,
    ),
    Check(
        "Group_Update_Remove_Member_Test",
        "The log has an Update of members from the user's id to nothing, and the group does not show the user.",
        _remove_member,
    ),
    Check(
        "POD_Group_Test",
        "Provisioned on demand, the log has a Create that succeeded, and the group is found before any cycle.",
        _on_demand,
    ),
    Check(
        "Restore_Group_Test",
        "Unassigned, the log has a Delete, and the group is gone; assigned again, the log has another Create, and the group "
        "is back.",
        _restore,
        mandatory=False,
    ),
)
