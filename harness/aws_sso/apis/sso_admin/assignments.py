"""The operations on account assignments, and the status of the requests that make and unmake them.

Imitates CreateAccountAssignment and AccountAssignmentOperationStatus of the model sso-admin/2020-07-20 in botocore 1.44.5 (read
2026-11-30). The id of such a request is that of the call that began it, and its first answer has no date: so it is in
published events.
"""

from __future__ import annotations

from typing import Any

from harness.aws_sso import identity_store
from harness.aws_sso.accounts import assignments, requests
from harness.aws_sso.accounts.assignments import Target
from harness.aws_sso.accounts.requests import CREATE, DELETE, Request
from harness.aws_sso.apis import paging
from harness.aws_sso.apis.call import Call
from harness.aws_sso.apis.sso_admin import sentences
from harness.aws_sso.apis.sso_admin.instances import check_instance, require_set
from harness.base.clock import from_iso


def create(call: Call) -> dict[str, Any]:
    permission_set, target = require_set(call), _target(call)
    if call.tenant.quirks["assignment-to-nobody"] == "refused" and not assignments.exists(
        call.tenant, target
    ):
        raise sentences.absent(call, f"{target.principal_type} with id", target.principal_id)
    _check_free(call, target)
    most = call.tenant.quirks["outstanding-assignments"]
    if requests.creations_under_way(call.tenant) >= most:
        raise sentences.over_quota(sentences.inferred(call, "outstanding", most=most))
    request = assignments.create(call.tenant, call.request_id, target, permission_set)
    return {"AccountAssignmentCreationStatus": _status(call, request)}


def delete(call: Call) -> dict[str, Any]:
    require_set(call)
    target = _target(call)
    _check_free(call, target)
    request = assignments.delete(call.tenant, call.request_id, target)
    return {"AccountAssignmentDeletionStatus": _status(call, request)}


def describe_creation_status(call: Call) -> dict[str, Any]:
    return {"AccountAssignmentCreationStatus": _described(call, CREATE, "AccountAssignmentCreationRequestId")}


def describe_deletion_status(call: Call) -> dict[str, Any]:
    return {"AccountAssignmentDeletionStatus": _described(call, DELETE, "AccountAssignmentDeletionRequestId")}


def list_creation_status(call: Call) -> dict[str, Any]:
    return listed_statuses(call, CREATE, "AccountAssignmentsCreationStatus")


def list_deletion_status(call: Call) -> dict[str, Any]:
    return listed_statuses(call, DELETE, "AccountAssignmentsDeletionStatus")


def list_of_account(call: Call) -> dict[str, Any]:
    """Answer the assignments of a permission set in an account, also those of deleted users' ids."""
    place = (call.parameters["AccountId"], require_set(call).arn)
    targets = [
        each for each in assignments.assigned(call.tenant) if (each.account, each.permission_set) == place
    ]
    return _listed(call, f"assignments of {place}", targets)


def list_for_principal(call: Call) -> dict[str, Any]:
    """Answer a principal's assignments; for a user first its own, then those through groups."""
    check_instance(call)
    principals = [(call.parameters["PrincipalType"], call.parameters["PrincipalId"])]
    if principals[0][0] == "USER":
        groups = identity_store.groups_of(call.tenant, call.parameters["PrincipalId"])
        principals += [("GROUP", group) for group in groups]
    account = call.parameters.get("Filter", {}).get("AccountId")
    targets = [
        each
        for principal in principals
        for each in assignments.of_principal(call.tenant, *principal)
        if account in (None, each.account)
    ]
    return _listed(call, f"assignments of {principals[0]} in {account}", targets)


def listed_statuses(call: Call, kind: str, member: str) -> dict[str, Any]:
    """Answer the requests of a kind, newest first, all or those with the status in the input's Filter."""
    check_instance(call)
    now, status = call.tenant.now(), call.parameters.get("Filter", {}).get("Status")
    matching = [each for each in requests.scan(call.tenant, kind) if status in (None, each.status(now))][::-1]
    rows, token = paging.page(call, f"{member} {status}", matching, lambda row: row.id)
    return {member: [{**brief(call, each), **dated(each)} for each in rows], **token}


def brief(call: Call, request: Request) -> dict[str, Any]:
    return {"Status": request.status(call.tenant.now()), "RequestId": request.id}


def dated(request: Request) -> dict[str, Any]:
    return {"CreatedDate": from_iso(request.created).timestamp()}


def found_request(call: Call, kind: str, member: str) -> Request:
    """Return the request that the input's member names. Raises ApiError (ResourceNotFoundException)."""
    check_instance(call)
    request = requests.fetch(call.tenant, kind, call.parameters[member])
    if request is None:
        raise sentences.absent(call, "Request with id", call.parameters[member])
    return request


def failure(call: Call, request: Request) -> dict[str, str]:
    """Return the reason of a request that has failed."""
    failed = request.status(call.tenant.now()) == "FAILED"
    return {"FailureReason": request.failure} if failed and request.failure is not None else {}


def _check_free(call: Call, target: Target) -> None:
    """Raise ApiError (ConflictException) while a request about the same assignment is in progress."""
    if requests.is_under_way(call.tenant, target.key):
        raise sentences.conflict(sentences.inferred(call, "in-progress"))


def _target(call: Call) -> Target:
    parameters = call.parameters
    return Target(
        parameters["TargetId"],
        parameters["PermissionSetArn"],
        parameters["PrincipalType"],
        parameters["PrincipalId"],
    )


def _described(call: Call, kind: str, member: str) -> dict[str, Any]:
    request = found_request(call, kind, member)
    return {**_status(call, request), **failure(call, request), **dated(request)}


def _status(call: Call, request: Request) -> dict[str, Any]:
    return {
        **brief(call, request),
        "TargetId": request.account,
        "TargetType": "AWS_ACCOUNT",
        "PermissionSetArn": request.permission_set,
        "PrincipalType": request.principal_type,
        "PrincipalId": request.principal_id,
    }


def _listed(call: Call, scope: str, targets: list[Target]) -> dict[str, Any]:
    rows, token = paging.page(call, scope, targets, lambda row: row.key)
    details = [
        {
            "AccountId": each.account,
            "PermissionSetArn": each.permission_set,
            "PrincipalType": each.principal_type,
            "PrincipalId": each.principal_id,
        }
        for each in rows
    ]
    return {"AccountAssignments": details, **token}
