"""The operations on a permission set's policies: inline, managed by AWS, of the accounts themselves, and the boundary.

Quotas are those of https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html, "AWS account quotas" (edition of
June 2023, read 2026-11-29). No policy is evaluated. AWS's policies are not listed here: every well-formed name counts as one,
but for those of a quirk.
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
    permission_set, policy = require_set(call), call.parameters["InlinePolicy"]
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
    permission_sets.change(call.tenant, permission_set, inline_policy=policy)
    return {}


def get_inline(call: Call) -> dict[str, Any]:
    """Answer the policy; of a permission set without one, the empty text."""
    return {"InlinePolicy": require_set(call).inline_policy}


def delete_inline(call: Call) -> dict[str, Any]:
    permission_sets.change(call.tenant, require_set(call), inline_policy="")
    return {}


def attach_managed(call: Call) -> dict[str, Any]:
    old, arn = require_set(call), call.parameters["ManagedPolicyArn"]
    if arn in call.tenant.quirks["absent-managed-policies"]:
        raise ApiError("ResourceNotFoundException", sentences.NO_SUCH_POLICY.format(arn=arn))
    if arn in old.policies:
        raise sentences.conflict(sentences.ATTACHED.format(id=short_id(old.arn), arn=arn))
    _check_room(call, old)
    permission_sets.change(call.tenant, old, policies=(*old.policies, arn))
    return {}


def detach_managed(call: Call) -> dict[str, Any]:
    old, arn = require_set(call), call.parameters["ManagedPolicyArn"]
    if arn not in old.policies:
        raise sentences.absent(call, "ManagedPolicy with arn", arn)
    permission_sets.change(call.tenant, old, policies=tuple(each for each in old.policies if each != arn))
    return {}


def list_managed(call: Call) -> dict[str, Any]:
    permission_set = require_set(call)
    rows, token = paging.page(call, f"policies of {permission_set.arn}", permission_set.policies, str)
    policies = [{"Name": arn.rpartition("/")[2], "Arn": arn} for arn in rows]
    return {"AttachedManagedPolicies": policies, **token}


def attach_reference(call: Call) -> dict[str, Any]:
    old, reference = require_set(call), _reference(call.parameters["CustomerManagedPolicyReference"])
    if reference in old.references:
        raise sentences.conflict(sentences.inferred(call, "reference-attached", name=reference.name))
    _check_room(call, old)
    permission_sets.change(call.tenant, old, references=(*old.references, reference))
    return {}


def detach_reference(call: Call) -> dict[str, Any]:
    old, reference = require_set(call), _reference(call.parameters["CustomerManagedPolicyReference"])
    if reference not in old.references:
        raise sentences.absent(call, "CustomerManagedPolicy with name", reference.name)
    references = tuple(each for each in old.references if each != reference)
    permission_sets.change(call.tenant, old, references=references)
    return {}


def list_references(call: Call) -> dict[str, Any]:
    permission_set = require_set(call)
    rows, token = paging.page(
        call,
        f"references of {permission_set.arn}",
        permission_set.references,
        lambda each: f"{each.path}{each.name}",
    )
    return {"CustomerManagedPolicyReferences": [_shown(each) for each in rows], **token}


def put_boundary(call: Call) -> dict[str, Any]:
    old, choice = require_set(call), call.parameters["PermissionsBoundary"]
    if len(choice) != 1:
        raise ApiError("ValidationException", sentences.inferred(call, "boundary"))
    arn = choice.get("ManagedPolicyArn")
    boundary = _reference(choice["CustomerManagedPolicyReference"]) if arn is None else arn
    permission_sets.change(call.tenant, old, boundary=boundary)
    return {}


def get_boundary(call: Call) -> dict[str, Any]:
    permission_set = _require_boundary(call)
    if isinstance(permission_set.boundary, PolicyReference):
        return {"PermissionsBoundary": {"CustomerManagedPolicyReference": _shown(permission_set.boundary)}}
    return {"PermissionsBoundary": {"ManagedPolicyArn": permission_set.boundary}}


def delete_boundary(call: Call) -> dict[str, Any]:
    permission_sets.change(call.tenant, _require_boundary(call), boundary=None)
    return {}


def _require_boundary(call: Call) -> PermissionSet:
    permission_set = require_set(call)
    if permission_set.boundary is None:
        raise sentences.absent(
            call, "PermissionsBoundary of PermissionSet with id", short_id(permission_set.arn)
        )
    return permission_set


def _check_room(call: Call, permission_set: PermissionSet) -> None:
    most = call.tenant.quirks["policies-per-permission-set"]
    if len(permission_set.policies) + len(permission_set.references) >= most:
        raise sentences.over_quota(sentences.inferred(call, "policies", most=most))


def _reference(parameters: dict[str, str]) -> PolicyReference:
    return PolicyReference(parameters["Name"], parameters.get("Path", "/"))


def _shown(reference: PolicyReference) -> dict[str, str]:
    return {name.capitalize(): value for name, value in asdict(reference).items()}
