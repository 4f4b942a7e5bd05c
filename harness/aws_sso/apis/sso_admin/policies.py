"""The operations on what a permission set allows: an inline policy, policies of AWS's and of the accounts' own, a boundary.

Quotas are those of https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html, "AWS account quotas" (edition of
June 2023, read 2026-11-29). No policy is evaluated, and which policies AWS has is not known here: whatever is named well
exists, but for those of a quirk.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from harness.aws_sso.accounts import permission_sets
from harness.aws_sso.accounts.permission_sets import PermissionSet, PolicyReference
from harness.aws_sso.apis import paging
from harness.aws_sso.apis.call import Call
from harness.aws_sso.apis.errors import ApiError
from harness.aws_sso.apis.sso_admin import sentences
from harness.aws_sso.apis.sso_admin.instances import require_set, short_id
from harness.aws_sso.documents import decode

_INLINE_MOST = 10_240  # bytes that are no blanks


def put_inline(call: Call) -> dict[str, Any]:
    held, policy = require_set(call), call.given["InlinePolicy"]
    size = len("".join(policy.split()).encode())
    if size > _INLINE_MOST:
        message = sentences.INLINE_TOO_LONG.format(size=size, most=_INLINE_MOST)
        raise ApiError("ValidationException", message)
    try:
        document = decode(policy.encode())
    except ValueError as error:
        raise ApiError("ValidationException", sentences.NO_POLICY_DOCUMENT) from error
    if not isinstance(document, dict):
        raise ApiError("ValidationException", sentences.NO_POLICY_DOCUMENT)
    permission_sets.change(call.tenant, held, inline_policy=policy)
    return {}


def get_inline(call: Call) -> dict[str, Any]:
    """Answer the policy; of a permission set without one, the empty text."""
    return {"InlinePolicy": require_set(call).inline_policy}


def delete_inline(call: Call) -> dict[str, Any]:
    permission_sets.change(call.tenant, require_set(call), inline_policy="")
    return {}


def attach_managed(call: Call) -> dict[str, Any]:
    old, arn = require_set(call), call.given["ManagedPolicyArn"]
    if arn in call.tenant.quirks["absent-managed-policies"]:
        raise ApiError("ResourceNotFoundException", sentences.NO_SUCH_POLICY.format(arn=arn))
    if arn in old.policies:
        raise sentences.conflict(sentences.ATTACHED.format(id=short_id(old.arn), arn=arn))
    _check_room(call, old)
    permission_sets.change(call.tenant, old, policies=(*old.policies, arn))
    return {}


def detach_managed(call: Call) -> dict[str, Any]:
    old, arn = require_set(call), call.given["ManagedPolicyArn"]
    if arn not in old.policies:
        raise sentences.absent(call, "ManagedPolicy with arn", arn)
    permission_sets.change(call.tenant, old, policies=tuple(each for each in old.policies if each != arn))
    return {}


def list_managed(call: Call) -> dict[str, Any]:
    held = require_set(call)
    rows, token = paging.page(call, f"policies of {held.arn}", held.policies, str)
    policies = [{"Name": arn.rpartition("/")[2], "Arn": arn} for arn in rows]
    return {"AttachedManagedPolicies": policies, **token}


def attach_reference(call: Call) -> dict[str, Any]:
    old, wanted = require_set(call), _reference(call.given["CustomerManagedPolicyReference"])
    if wanted in old.references:
        raise sentences.conflict(sentences.inferred(call, "reference-attached", name=wanted.name))
    _check_room(call, old)
    permission_sets.change(call.tenant, old, references=(*old.references, wanted))
    return {}


def detach_reference(call: Call) -> dict[str, Any]:
    old, wanted = require_set(call), _reference(call.given["CustomerManagedPolicyReference"])
    if wanted not in old.references:
        raise sentences.absent(call, "CustomerManagedPolicy with name", wanted.name)
    references = tuple(each for each in old.references if each != wanted)
    permission_sets.change(call.tenant, old, references=references)
    return {}


def list_references(call: Call) -> dict[str, Any]:
    held = require_set(call)
    rows, token = paging.page(
        call, f"references of {held.arn}", held.references, lambda each: f"{each.path}{each.name}"
    )
    return {"CustomerManagedPolicyReferences": [_shown(each) for each in rows], **token}


def put_boundary(call: Call) -> dict[str, Any]:
    old, given = require_set(call), call.given["PermissionsBoundary"]
    if len(given) != 1:
        raise ApiError("ValidationException", sentences.inferred(call, "boundary"))
    arn = given.get("ManagedPolicyArn")
    boundary = _reference(given["CustomerManagedPolicyReference"]) if arn is None else arn
    permission_sets.change(call.tenant, old, boundary=boundary)
    return {}


def get_boundary(call: Call) -> dict[str, Any]:
    held = _require_boundary(call)
    if isinstance(held.boundary, PolicyReference):
        return {"PermissionsBoundary": {"CustomerManagedPolicyReference": _shown(held.boundary)}}
    return {"PermissionsBoundary": {"ManagedPolicyArn": held.boundary}}


def delete_boundary(call: Call) -> dict[str, Any]:
    permission_sets.change(call.tenant, _require_boundary(call), boundary=None)
    return {}


def _require_boundary(call: Call) -> PermissionSet:
    held = require_set(call)
    if held.boundary is None:
        raise sentences.absent(call, "PermissionsBoundary of PermissionSet with id", short_id(held.arn))
    return held


def _check_room(call: Call, held: PermissionSet) -> None:
    most = call.tenant.quirks["policies-per-permission-set"]
    if len(held.policies) + len(held.references) >= most:
        raise sentences.over_quota(sentences.inferred(call, "policies", most=most))


def _reference(given: dict[str, str]) -> PolicyReference:
    return PolicyReference(given["Name"], given.get("Path", "/"))


def _shown(reference: PolicyReference) -> dict[str, str]:
    return {name.capitalize(): value for name, value in asdict(reference).items()}
