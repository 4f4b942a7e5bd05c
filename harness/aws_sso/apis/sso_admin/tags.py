"""The operations on tags of permission sets and of the instance.

Fifty tags at most on a resource: https://docs.aws.amazon.com/singlesignon/latest/userguide/tagging.html, "Tag restrictions"
(edition of June 2023); 75 in a request: https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_TagResource.html,
Request Parameters (both read 2026-11-29).
"""

from __future__ import annotations

from typing import Any

from harness.aws_sso.accounts import instance, permission_sets
from harness.aws_sso.accounts.permission_sets import PermissionSet, Tags
from harness.aws_sso.apis.call import Call
from harness.aws_sso.apis.sso_admin import sentences
from harness.aws_sso.apis.sso_admin.instances import check_instance

_MOST = 50


def list_all(call: Call) -> dict[str, Any]:
    return {"Tags": [{"Key": key, "Value": value} for key, value in _tags(call, _resource(call))]}


def tag(call: Call) -> dict[str, Any]:
    """Set tags; those of the same keys are overwritten, the others stay."""
    permission_set = _resource(call)
    tags = dict(_tags(call, permission_set)) | {
        each["Key"]: each["Value"] for each in call.parameters["Tags"]
    }
    if len(tags) > _MOST:
        raise sentences.over_quota(sentences.inferred(call, "tags", most=_MOST))
    _put(call, permission_set, tuple(tags.items()))
    return {}


def untag(call: Call) -> dict[str, Any]:
    """Remove tags; keys without a tag are ignored."""
    permission_set = _resource(call)
    gone = call.parameters["TagKeys"]
    _put(
        call,
        permission_set,
        tuple((key, value) for key, value in _tags(call, permission_set) if key not in gone),
    )
    return {}


def _resource(call: Call) -> PermissionSet | None:
    """Return the tagged permission set, None for the instance. Raises ApiError for anything else."""
    if "InstanceArn" in call.parameters:
        check_instance(call)
    arn = call.parameters["ResourceArn"]
    permission_set = permission_sets.fetch(call.tenant, arn)
    if permission_set is None and arn != call.tenant.settings.instance_arn:
        raise sentences.absent(call, "Resource with arn", arn)
    return permission_set


def _tags(call: Call, permission_set: PermissionSet | None) -> Tags:
    return instance.instance(call.tenant).tags if permission_set is None else permission_set.tags


def _put(call: Call, permission_set: PermissionSet | None, tags: Tags) -> None:
    if permission_set is None:
        instance.change(call.tenant, tags=tags)
    else:
        permission_sets.tag(call.tenant, permission_set, tags)
