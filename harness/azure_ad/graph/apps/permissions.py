"""The permissions that an application exposes, app roles and scopes: what each must be, and that an enabled one stays.

Source: https://learn.microsoft.com/en-us/graph/api/resources/approle and …/permissionscope, "Properties" (an id, the characters of
`value`, 120 at most, disabled in a first request and deleted in a second one; read 2026-11-29 at db3ad72 of
microsoftgraph/microsoft-graph-docs). What Graph says of a deleted one: https://github.com/microsoftgraph/msgraph-sdk-powershell,
issues 1211 and 1054, its code: https://github.com/Azure-Samples/azure-search-openai-demo/issues/1601 (read 2026-11-29). Theirs says
"deleted or updated"; which updates are meant is unknown, so none is refused. An `origin`, which must not be sent, is taken.
"""

from __future__ import annotations

import re

from harness.azure_ad.graph.odata import refusals
from harness.base.store import Document

_VALUE = re.compile(r"(?!\.)[!#-\[\]^_`a-z{|}~]{0,120}\Z")
_MEMBERS = {"User", "Application"}


def check_permissions(resource: str, changes: Document, before: Document) -> None:
    """Raise ODataError 400 for roles or scopes in `changes` that cannot be, or that are missing there while enabled."""
    if "appRoles" in changes:
        _check(resource, "appRoles", changes["appRoles"], before.get("appRoles") or [])
    if "api" in changes:
        scopes = (changes["api"] or {}).get("oauth2PermissionScopes")
        if scopes is not None:
            present = (before.get("api") or {}).get("oauth2PermissionScopes") or []
            _check(resource, "api/oauth2PermissionScopes", scopes, present)


def _check(resource: str, name: str, after: list[Document], before: list[Document]) -> None:
    ids = [item.get("id") for item in after]
    values = [item["value"] for item in after if item.get("value")]
    if not all(ids):
        raise refusals.VALUE_NEEDED.error(name=f"{name}/id", resource=resource)
    if len(set(ids)) < len(ids) or len(set(values)) < len(values) or not all(map(_is_possible, after)):
        raise refusals.VALUE_INVALID.error(name=name, resource=resource)
    if any(item.get("isEnabled", True) and item["id"] not in ids for item in before):
        raise refusals.PERMISSION_ENABLED.error()


def _is_possible(item: Document) -> bool:
    members = item.get("allowedMemberTypes")
    return _VALUE.match((item.get("value") or "").lower()) is not None and (
        members is None or (bool(members) and set(members) <= _MEMBERS)
    )
