"""Whether an object of the directory is in scope, by which assignment and clauses, or why it is not.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works and
…/application-provisioning-config-problem-no-users-provisioned (read 2026-11-29): nested groups bring nobody.
"""

from __future__ import annotations

from itertools import islice

from harness.azure_ad.directory.directory import Directory
from harness.azure_ad.provisioning.cycle.facts import Facts
from harness.azure_ad.provisioning.cycle.scoping import has_entitling_role
from harness.azure_ad.provisioning.cycle.session import Session
from harness.base.store import Document


def outside(session: Session, facts: Facts) -> str:
    """Return the reason why an object is not in scope; an empty text for one that is, or that the directory does not have."""
    scope = facts.scope
    if scope is None or scope.provisioned:
        return ""
    if scope.entitled:
        return "the account is disabled"
    if scope.assigned:
        assert scope.filters is not None
        failed = [result.clause.text for result in scope.filters.decisive]
        return f"a scoping filter keeps it out: {'; '.join(failed)}"
    return (_unassigned_user if facts.kind == "User" else _unassigned_group)(session, facts)


def entitlement(session: Session, facts: Facts) -> Document:
    """Return the scope part of `why`'s document. Users have `accountEnabled` and `groups`, groups the members of `_of_group`."""
    scope = facts.scope
    of_kind = _of_user if facts.kind == "User" else _of_group
    return {
        "inScope": scope is not None and scope.entitled,
        "provisioned": scope is not None and scope.provisioned,
        "syncAll": session.sync_all,
        "assignedDirectly": session.apps.is_assigned(session.frame.app_id, facts.key),
        "filters": _filters(facts),
        "skipOutOfScopeDeletions": session.skip_out_of_scope_deletions,
        **of_kind(session, facts),
    }


def _of_user(session: Session, person: Facts) -> Document:
    return {
        "accountEnabled": person.scope.active if person.scope else None,
        "groups": _groups_of(session, person),
    }


def _of_group(session: Session, group: Facts) -> Document:
    return {
        "mappingEnabled": group.mapping is not None,
        "securityEnabled": _is_secure(group.document or group.deleted),
        "nestedInAssigned": _nested_in_assigned(session, group.key),
        "nestedGroups": [inner["displayName"] for inner in _nested(session.directory, group.key)],
    }


def _nested(directory: Directory, key: str) -> list[Document]:
    """Return the groups that are members of a group, found by reading its members or all groups, whichever are fewer."""
    members = directory.members(key)
    groups = {inner["id"]: inner for inner in islice(directory.scan("Group"), len(members) + 1)}
    if len(groups) > len(members):
        return [inner for each in members if (inner := directory.get("Group", each))]
    return [groups[each] for each in members if each in groups]


def _unassigned_user(session: Session, person: Facts) -> str:
    if session.apps.is_assigned(session.frame.app_id, person.key):
        return _ROLE_ALONE
    groups = _groups_of(session, person)
    for group in groups:
        if group["assigned"] and group["securityEnabled"]:
            return f"the group '{group['displayName']}': {_ROLE_ALONE}"
        if group["assigned"]:
            return f"the assigned group '{group['displayName']}' is not security enabled"
    for group in groups:
        if group["nestedInAssigned"]:
            inner, outer = group["displayName"], group["nestedInAssigned"][0]
            return (
                f"not assigned; '{inner}' is only nested in the assigned group '{outer}', which brings nobody"
            )
    return "not assigned to the application"


_ROLE_ALONE = "assigned with the role Default Access alone, which is skipped"


def _unassigned_group(session: Session, group: Facts) -> str:
    assigned = session.sync_all or session.apps.is_assigned(session.frame.app_id, group.key)
    if assigned and not _is_secure(group.document):
        return "it is not security enabled"
    if assigned:
        return _ROLE_ALONE
    outer = _nested_in_assigned(session, group.key)
    if outer:
        return f"not assigned; it is only nested in the assigned group '{outer[0]}', which does not bring it"
    return "not assigned to the application"


def _groups_of(session: Session, person: Facts) -> list[Document]:
    """Return a row for each group of a user: whether it brings members into scope, and the assigned groups it is nested in."""
    rows = []
    for key in session.directory.groups_of(person.key):
        document = session.directory.get("Group", key) or {}
        assigned, secure = session.apps.is_assigned(session.frame.app_id, key), _is_secure(document)
        row = {
            "id": key,
            "displayName": document.get("displayName", key),
            "assigned": assigned,
            "securityEnabled": secure,
            "bringsMembers": secure and has_entitling_role(session, key),
            "nestedInAssigned": _nested_in_assigned(session, key),
        }
        rows.append(row)
    return rows


def _is_secure(group: Document | None) -> bool:
    return bool((group or {}).get("securityEnabled", True))


def _nested_in_assigned(session: Session, key: str) -> list[str]:
    """Return the names of the assigned groups that a group is nested in, at any depth; nesting brings nobody into scope."""
    rows: dict[str, None] = {}
    waiting = [key]
    while waiting:
        fresh = [each for each in session.directory.groups_of(waiting.pop()) if each not in rows]
        rows |= dict.fromkeys(fresh)
        waiting += fresh
    assigned = [each for each in rows if each != key and session.apps.is_assigned(session.frame.app_id, each)]
    return [(session.directory.get("Group", each) or {}).get("displayName", each) for each in assigned]


def _filters(facts: Facts) -> list[Document]:
    if facts.mapping is None or facts.scope is None or facts.scope.filters is None:
        return []
    attributes = facts.mapping.logged_source(facts.attributes)
    return [
        {
            "set": name,
            "group": group[0].group,
            "passed": all(result.passed for result in group),
            "clauses": [
                {
                    "clause": result.clause.text,
                    "value": attributes.get(result.clause.attribute),
                    "passed": result.passed,
                }
                for result in group
            ],
        }
        for name, groups in facts.scope.filters.results.items()
        for group in groups
    ]
