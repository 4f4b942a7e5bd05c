"""Tests 8 to 14 of Microsoft's app-gallery validation: groups and their members, through Azure AD.

The overview names five tests that are failed where `/Schemas` returns no Group schema; the two others are skipped then. That
several members come in one request, which the list of requirements in the same folder asks for, is tried here too.

Source: https://github.com/AzureAD/SCIMReferenceCode, Microsoft.SCIM.LogicAppValidationTemplate/StandardLogicApp,
SCIM-Validation-Test-Overview.md, "Group Provisioning Tests" and "Group Tests Are Mandatory" (at 3372c7e, read 2026-11-30), and
GroupTests_Workflow.json (at 2ead7d6 of the fork himanshusainig/SCIMReferenceCode, read 2026-11-29).
"""

from __future__ import annotations

from harness.certification.answers import require, written
from harness.certification.bench.bench import Bench
from harness.certification.outcomes import FailedError, SkippedError
from harness.certification.suite import Check
from harness.certification.suites.gallery.schemas import need_groups, require_groups
from harness.certification.suites.provisioned import Provisioned, provision
from harness.certification.suites.sources import mapped, mapped_users


def _create(bench: Bench) -> None:
    group = _group(bench)
    group.require_absent()
    provision(bench, group)


def _update(bench: Bench) -> None:
    group = _group(bench)
    group.require_read(provision(bench, group))
    group.require_read(group.change(keep_match=False))


def _delete(bench: Bench) -> None:
    group = _group(bench, mandatory=False)
    provision(bench, group)
    bench.entra.delete(group.key)
    bench.entra.wait()
    bench.entra.logged(group.key, "Delete")
    group.require_deleted()


def _add_member(bench: Bench) -> None:
    group, (stayer, person, *others), target = _group_and_people(bench)
    _join(bench, group, stayer)
    _join(bench, group, person)
    _require_logged(bench, group, target, None, person.id)
    members = _members(group)
    if members is not None:
        _require_members(target, members, stayer, person)
        _join(bench, group, *others)
        _require_members(target, _members(group) or [], stayer, person, *others)


def _remove_member(bench: Bench) -> None:
    group, (stayer, person, *others), target = _group_and_people(bench)
    _join(bench, group, stayer, person, *others)
    bench.entra.modified(group.key, target)
    before = _members(group)
    _leave(bench, group, person)
    _require_logged(bench, group, target, person.id, None)
    members = _members(group)
    if before is not None or members is not None:
        _require_members(target, members or [], stayer, *others)
        _leave(bench, group, *others)
        _require_members(target, _members(group) or [], stayer)


def _require_members(target: str, members: list[str], *people: Provisioned) -> None:
    """Demand exactly these members of a group that shows any; some servers never do."""
    ids = [each.id for each in people]
    require(
        sorted(members) == sorted(ids),
        f"{target} of the group reads {written(members)} instead of {written(ids)}",
    )


def _require_logged(
    bench: Bench, group: Provisioned, target: str, before: str | None, after: str | None
) -> None:
    """Demand an old and a new value of the log's newest entry that has the target."""
    old, new = bench.entra.modified(group.key, target)
    values_text = ", then ".join("nothing" if each is None else written(each) for each in (before, after))
    require(
        (old or None, new or None) == (before, after),
        f"the log tells {target} {written(old)}, then {written(new)}, instead of {values_text}",
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
    group.require_created_again()


def _group(bench: Bench, *, mandatory: bool = True) -> Provisioned:
    """Make a group in the directory. Raises FailedError or SkippedError where the server or the job has no groups."""
    (require_groups if mandatory else need_groups)(bench)
    mapping = mapped(bench.entra.schema, "Group")
    if mapping is None:
        raise SkippedError("the job has no enabled mapping of groups")
    return Provisioned(bench, mapping)


def _group_and_people(bench: Bench) -> tuple[Provisioned, list[Provisioned], str]:
    """Provision a group and four users who are no members yet; return them and the target that members flow to."""
    group = _group(bench)
    reference = group.mapped.mapping.reference
    if reference is None:
        raise FailedError("the job's mapping of groups writes no members")
    people = [Provisioned(bench, mapped_users(bench.entra.schema)) for _ in range(4)]
    provision(bench, group, *people)
    return group, people, reference.target


def _join(bench: Bench, group: Provisioned, *people: Provisioned) -> None:
    for person in people:
        bench.entra.do("POST", f"/groups/{group.key}/members/$ref", bench.entra.refer(person.key))
    bench.entra.wait()


def _leave(bench: Bench, group: Provisioned, *people: Provisioned) -> None:
    for person in people:
        bench.entra.do("DELETE", f"/groups/{group.key}/members/{person.key}/$ref")
    bench.entra.wait()


def _members(group: Provisioned) -> list[str] | None:
    """Return the ids that the group lists, None where it lists none at all: some servers never show members."""
    reference = group.mapped.mapping.reference
    assert reference is not None
    members = group.read(reference.path)
    if members is None:
        return None
    if not isinstance(members, list):
        raise FailedError(f"{reference.target} of the group reads {written(members)} instead of a list")
    return [str(each.get("value")) for each in members if isinstance(each, dict)]


CHECKS: tuple[Check, ...] = (
    Check(
        "Create_Group_Test",
        "The matching filter finds nothing at first; the log has a Create that succeeded, and the filter finds the group.",
        _create,
    ),
    Check(
        "Update_Group_Test",
        "Every attribute that was sent at creation reads back; renamed, the log has an Update that succeeded, and the new name "
        "is found.",
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
        "The log has an Update of members from nothing to the user's id, and the group, if it shows members, has the user "
        "beside who was there; two who join between two cycles are added too.",
        _add_member,
    ),
    Check(
        "Group_Update_Remove_Member_Test",
        "The log has an Update of members from the user's id to nothing, and the group shows who stays, not the user; two who "
        "leave between two cycles are removed too.",
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
