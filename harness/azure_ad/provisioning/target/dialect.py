"""The bodies of Azure AD's SCIM requests: POST, and PATCH in the default and in the flagged dialect.

A tenant URL that ends in `?aadOptscim062020` asks for the flagged one: lower-case operations, real booleans, plain
replaces merged into one operation without a path, filtered removal of members.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/application-provisioning-config-problem-scim-compatibility,
"Flags to alter the SCIM behavior" (read 2026-11-30), and …/use-scim-to-provision-users-and-groups, "SCIM protocol requests and
responses" (read 2026-11-29).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from msgspec import Struct

from harness.azure_ad.mappings import roles
from harness.azure_ad.mappings.compiled import Flow, ObjectMapping
from harness.base.quirks import Quirks
from harness.base.store import Document
from harness.scim.names import CORE_GROUP, CORE_USER, ENTERPRISE_USER, PATCH_OP
from harness.scim.path import read, write

FLAG = "aadOptscim062020"
_MICROSOFT_GROUP = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"


class Change(Struct, frozen=True):
    """One attribute to change in the target; `present` says whether the target has any value now.

    Of several roles, `value` has those that are to be sent.
    """

    flow: Flow
    value: str
    present: bool


@lru_cache(maxsize=64)
@lru_cache(maxsize=16)
def split_tenant_url(url: str) -> tuple[str, str, bool]:
    """Return the base of resource URLs, its query, and whether that has the flag; an empty base for no URL."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return "", "", False
    flagged = FLAG.lower() in parts.query.lower()
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "", "")), parts.query, flagged


def create_body(mapping: ObjectMapping, values: Mapping[str, str], quirks: Quirks) -> Document:
    """Return the body of a POST: with real booleans, `meta`, and for a group an empty list of members."""
    resource: Document = {}
    exact = mapping.spelled_alike
    for flow in mapping.flows:
        value = values.get(flow.target)
        if value is not None:
            typed = _typed(flow, value) if flow.several or flow.boolean else value
            write(resource, flow.path, typed, exact=exact)
    _mark_primary(resource.get("emails"), quirks["primary-emails"])
    _mark_primary(resource.get("addresses"), quirks["primary-addresses"])
    listed = resource.get("roles")
    for role in listed if isinstance(listed, list) else ():
        if role.get("primary") == "True":
            role.update(roles.ONLY)
    if mapping.kind == "Group":
        head = {
            "schemas": [CORE_GROUP, _MICROSOFT_GROUP] if quirks["microsoft-group-schema"] else [CORE_GROUP]
        }
        tail: Document = {"members": []}
    else:
        head = {"schemas": [CORE_USER, ENTERPRISE_USER]}
        tail = {}
        if quirks["empty-roles-on-create"]:
            tail["roles"] = resource.get("roles", [])
    if quirks["meta-on-create"]:
        tail = {"meta": {"resourceType": mapping.kind}, **tail}
    return {**head, **resource, **tail}


def _mark_primary(elements: Any, types: Sequence[str]) -> None:
    for element in elements if isinstance(elements, list) else ():
        if element.get("type") in types:
            element["primary"] = True


def differences(mapping: ObjectMapping, values: Mapping[str, str], resource: Document) -> list[Change]:
    """Return the attributes whose value in the target is another; letter case counts only for those with `caseExact`.

    Null never clears anything (https://learn.microsoft.com/en-us/entra/identity/app-provisioning/known-issues, "Null attribute
    can't be provisioned"; …/clear-attribute-values, "Preview scope and limitations", of August 2026 clears for inbound
    provisioning alone), and an empty text counts as no value (https://stackoverflow.com/questions/79248955, the question; all
    read 2026-11-30).
    """
    changes = []
    for flow in mapping.flows:
        value = values.get(flow.target)
        if value is None:
            continue
        present = read(resource, flow.path)
        if flow.several:
            lacking = roles.missing(flow.several, roles.from_text(value), present)
            if lacking:
                changes.append(Change(flow, roles.to_text(lacking), bool(present)))
            continue
        text = "" if present is None else str(present)
        if text != value and (flow.case_exact or text.casefold() != value.casefold()):
            changes.append(Change(flow, value, text != ""))
    return changes


def patch_body(changes: Sequence[Change], *, flagged: bool, booleans: bool = False) -> Document:
    """Return the body of one PATCH for all changed attributes; with `booleans` they are real in the default dialect, too."""
    return _message(_flagged_operations(changes) if flagged else _operations(changes, booleans=booleans))


def member_body(target_ids: Sequence[str], *, adding: bool, flagged: bool) -> Document:
    """Return the body of a membership PATCH. The default dialect removes by a list of values, the flagged one by filtered paths."""
    if flagged and not adding:
        return _message([{"op": "remove", "path": f'members[value eq "{key}"]'} for key in target_ids])
    operation = "Add" if adding else "Remove"
    values = [{"$ref": None, "value": key} if adding else {"value": key} for key in target_ids]
    return _message([{"op": operation.lower() if flagged else operation, "path": "members", "value": values}])


def manager_body(
    path: str, manager: str | None, before: str | None, *, removal: str, flagged: bool
) -> Document:
    """Return the body of a manager PATCH, with the bare id of the target's user; `removal` is the form that removes the manager.

    Observed in Captain-P-Goldfish/SCIM-SDK#541 and, with the filter, thomaspoignant/scim-patch#453.
    """
    if manager is None:
        forms: dict[str, Document] = {
            "filter": {"op": "Remove", "path": f'{path}[value eq "{before}"]'},
            "value array": {"op": "Remove", "path": path, "value": [{"value": before}]},
            "empty text": {"op": "Replace", "path": path, "value": ""},
        }
        operation = forms[removal]
    else:
        operation = {"op": "Replace" if before else "Add", "path": path, "value": manager}
    return _message([{**operation, "op": operation["op"].lower() if flagged else operation["op"]}])


def _operations(changes: Iterable[Change], *, booleans: bool) -> list[Document]:
    return [_operation(change, flagged=False, booleans=booleans) for change in changes]


def _operation(change: Change, *, flagged: bool, booleans: bool = False) -> Document:
    flow, value = change.flow, change.value
    if flow.several:
        return roles.operation(flow.several, flow.target, roles.from_text(value), flagged=flagged)
    operation = "Replace" if change.present else "Add"
    if flagged:
        return {"op": operation.lower(), "path": flow.target, "value": _typed(flow, value)}
    return {"op": operation, "path": flow.target, "value": _typed(flow, value) if booleans else value}


def _flagged_operations(changes: Sequence[Change]) -> list[Document]:
    merged = [
        change
        for change in changes
        if change.present and change.flow.path.where is None and not change.flow.several
    ]
    alone = [change for change in changes if change not in merged]
    if len(merged) == 1:
        alone, merged = alone + merged, []
    operations = [_operation(change, flagged=True) for change in alone]
    if merged:
        values = {change.flow.target: _typed(change.flow, change.value) for change in merged}
        operations.append({"op": "replace", "value": values})
    return operations


def _typed(flow: Flow, value: str) -> Any:
    if flow.several:
        return roles.resources(flow.several, roles.from_text(value))
    return value.casefold() == "true" if flow.boolean else value


def _message(operations: list[Document]) -> Document:
    return {"schemas": [PATCH_OP], "Operations": operations}
