"""Of AWS STS the one operation that shows what `aws sso login` is good for: who is calling.

Imitates https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html, "Response Elements" and "Examples"; what
UserId is for whom, see the table "Principal key values" of
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html. What is answered once credentials have
expired is printed in https://github.com/pulumi/pulumi-aws/issues/2560, opening post (all read 2026-11-30).
"""

from __future__ import annotations

from typing import Any

from harness.aws_sso.apis.call import Call, Service
from harness.aws_sso.apis.callers import caller_of
from harness.aws_sso.apis.errors import ApiError
from harness.aws_sso.apis.shapes import Structure


def get_caller_identity(call: Call) -> dict[str, Any]:
    caller = caller_of(call.tenant, call.access_key_id)
    if caller.expires is not None and caller.expires <= call.tenant.clock.now():
        raise ApiError("ExpiredToken", "The security token included in the request is expired", 403)
    return {"Arn": caller.arn, "UserId": caller.id, "Account": caller.account}


SERVICE = Service(
    {"GetCallerIdentity": get_caller_identity},
    {"GetCallerIdentity": Structure({})},
    source="sts.amazonaws.com",
)
