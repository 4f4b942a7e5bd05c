"""The operations on permission sets themselves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from harness.aws_sso.accounts import assignments, permission_sets
from harness.aws_sso.accounts.credentials import session_length
from harness.aws_sso.accounts.permission_sets import NameTakenError, PermissionSet
from harness.aws_sso.apis import paging
from harness.aws_sso.apis.call import Call
from harness.aws_sso.apis.errors import ApiError
from harness.aws_sso.apis.sso_admin.instances import check_instance, require_set
from harness.aws_sso.apis.sso_admin.sentences import NAME_TAKEN, STILL_ASSIGNED, conflict, inferred
from harness.base.clock import from_iso

_SHORTEST, _LONGEST = timedelta(hours=1), timedelta(hours=12)
_SETTINGS = {"Description": "description", "SessionDuration": "session", "RelayState": "relay_state"}


def create(call: Call) -> dict[str, Any]:
    check_instance(call)
    name, tags = (
        call.parameters["Name"],
        tuple((tag["Key"], tag["Value"]) for tag in call.parameters.get("Tags", ())),
    )
    try:
        made = permission_sets.create(call.tenant, name, tags, **_settings(call))
    except NameTakenError as error:
        raise conflict(NAME_TAKEN.format(name=name)) from error
    return {"PermissionSet": _shown(made)}


def describe(call: Call) -> dict[str, Any]:
    return {"PermissionSet": _shown(require_set(call))}


def list_all(call: Call) -> dict[str, Any]:
    check_instance(call)
    arns = [each.arn for each in permission_sets.scan(call.tenant)]
    rows, token = paging.page(call, "permission sets", arns, str)
    return {"PermissionSets": list(rows), **token}


def update(call: Call) -> dict[str, Any]:
    """Change the given members; without a relay state in the input it is cleared.

    So it was seen in https://github.com/hashicorp/terraform-provider-aws/issues/17411, description (read 2026-11-29).
    """
    permission_sets.change(call.tenant, require_set(call), **{"relay_state": None, **_settings(call)})
    return {}


def delete(call: Call) -> dict[str, Any]:
    old = require_set(call)
    if assignments.is_used(call.tenant, old.arn):
        raise conflict(STILL_ASSIGNED)
    permission_sets.delete(call.tenant, old)
    return {}


def _settings(call: Call) -> dict[str, Any]:
    """Return the settings given. Raises ApiError for a session outside one to twelve hours.

    The bounds are those of https://docs.aws.amazon.com/singlesignon/latest/userguide/howtosessionduration.html, "Set session
    duration" (edition of June 2023, read 2026-11-29).
    """
    duration = call.parameters.get("SessionDuration")
    if duration is not None:
        length = session_length(duration)
        if length is None or not _SHORTEST <= length <= _LONGEST:
            raise ApiError("ValidationException", inferred(call, "session", duration=duration))
    return {member: call.parameters[name] for name, member in _SETTINGS.items() if name in call.parameters}


def _shown(permission_set: PermissionSet) -> dict[str, Any]:
    settings = {name: getattr(permission_set, member) for name, member in _SETTINGS.items()}
    return {
        "Name": permission_set.name,
        "PermissionSetArn": permission_set.arn,
        "CreatedDate": from_iso(permission_set.created).timestamp(),
        **{name: value for name, value in settings.items() if value is not None},
    }
