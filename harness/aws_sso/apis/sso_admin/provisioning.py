"""The operations that provision permission sets in accounts, and list where they are and whether they are up to date."""

from __future__ import annotations

from typing import Any

from harness.aws_sso.accounts import assignments, permission_sets
from harness.aws_sso.accounts.assignments import Provisioned
from harness.aws_sso.accounts.requests import PROVISION, Request
from harness.aws_sso.apis import paging
from harness.aws_sso.apis.call import Call
from harness.aws_sso.apis.errors import invalid, violation
from harness.aws_sso.apis.sso_admin.assignments import brief, dated, failure, found_request, listed_statuses
from harness.aws_sso.apis.sso_admin.instances import check_instance, require_set

_LATEST = "LATEST_PERMISSION_SET_PROVISIONED"


def provision(call: Call) -> dict[str, Any]:
    permission_set, account = require_set(call), call.parameters.get("TargetId")
    if (call.parameters["TargetType"] == "AWS_ACCOUNT") is (account is None):
        raise invalid(violation("targetId", "be given for an AWS_ACCOUNT and for nothing else"))
    request = assignments.provision(call.tenant, call.request_id, permission_set, account)
    return {"PermissionSetProvisioningStatus": _status(call, request)}


def describe_status(call: Call) -> dict[str, Any]:
    request = found_request(call, PROVISION, "ProvisionPermissionSetRequestId")
    return {"PermissionSetProvisioningStatus": _status(call, request)}


def list_status(call: Call) -> dict[str, Any]:
    return listed_statuses(call, PROVISION, "PermissionSetsProvisioningStatus")


def list_accounts(call: Call) -> dict[str, Any]:
    permission_set = require_set(call)
    matching = [each for each in _placed(call) if each.permission_set == permission_set.arn]
    rows, token = paging.page(
        call, f"accounts of {permission_set.arn}", [each.account for each in matching], str
    )
    return {"AccountIds": list(rows), **token}


def list_permission_sets(call: Call) -> dict[str, Any]:
    check_instance(call)
    account = call.parameters["AccountId"]
    arns = [each.permission_set for each in _placed(call) if each.account == account]
    rows, token = paging.page(call, f"permission sets of {account}", arns, str)
    return {"PermissionSets": list(rows), **token}


def _placed(call: Call) -> list[Provisioned]:
    """Return the permission sets in accounts: all, or those up to date, or those behind, as the input says."""
    entries = list(assignments.provisioned(call.tenant))
    status = call.parameters.get("ProvisioningStatus")
    if status is None:
        return entries
    revisions = {each.arn: each.revision for each in permission_sets.scan(call.tenant)}
    now = call.tenant.now()
    return [
        each
        for each in entries
        if each.is_latest(revisions.get(each.permission_set, 0), now) is (status == _LATEST)
    ]


def _status(call: Call, request: Request) -> dict[str, Any]:
    account = {} if request.account is None else {"AccountId": request.account}
    return {
        **brief(call, request),
        **account,
        "PermissionSetArn": request.permission_set,
        **failure(call, request),
        **dated(request),
    }
