"""How SSO Admin words its refusals, where the words were seen; the others are rows of the quirk `sso-admin-sentences`."""

from __future__ import annotations

from harness.aws_sso.apis.call import Call
from harness.aws_sso.apis.errors import ApiError

# Told by https://github.com/avlcloudtechnologies/terraform-aws-sso/issues/6, description (read 2026-11-29).
NAME_TAKEN = "PermissionSet with name {name} already exists."
# Told by https://github.com/hashicorp/terraform-provider-aws/issues/26757, description (read 2026-11-30).
STILL_ASSIGNED = "Could not delete because PermissionSet has ApplicationProfile associated with it."
# The service's own spelling, which clients look for, and the next sentence:
# https://github.com/getmoto/moto/blob/master/tests/test_ssoadmin/test_ssoadmin_policies.py,
# test_attach_managed_policy_to_permission_set (read 2026-11-30).
ATTACHED = "Permission set with id {id} already has a typed link attachment to a manged policy with {arn}"
NO_SUCH_POLICY = "Policy does not exist with ARN: {arn}"
# These two are quoted by public programs and notes that met them (read 2026-11-30).
BAD_POLICY_ARN = "Given managed policy ARN: {arn}, is invalid"
INLINE_TOO_LONG = (
    "Current size of the non-whitespace characters present in the InlinePolicy Document is {size} bytes which has exceeded "
    "the maximum limit of {most} bytes"
)
# Told by https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1294, description (read 2026-11-29).
NO_POLICY_DOCUMENT = "Invalid PermissionsPolicy Document"


def conflict(message: str) -> ApiError:
    return ApiError("ConflictException", message)


def over_quota(message: str) -> ApiError:
    return ApiError("ServiceQuotaExceededException", message)


def absent(call: Call, what: str, name: str) -> ApiError:
    """Return the error for something that does not exist; `name` is its id or ARN."""
    template = call.tenant.quirks["sso-admin-sentences"]["absent"]
    return ApiError("ResourceNotFoundException", template.format(what=what, name=name))


def inferred(call: Call, key: str, **parts: object) -> str:
    """Return a sentence that no source prints, from the quirk's rows."""
    return str(call.tenant.quirks["sso-admin-sentences"][key]).format(**parts)
