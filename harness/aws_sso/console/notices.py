"""What a page says after a button was pressed: short sentences by key, so that no address can put words on a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from harness.aws_sso.refusals import Refused
from harness.aws_sso.tokens import Declined

NOTICES: Mapping[str, str] = {
    "provisioning-disabled": "Automatic provisioning is disabled. Users and groups stay.",
    "token-deleted": "The access token is deleted; nothing can be synchronized with it any more.",
    "user-added": "The user is added.",
    "user-enabled": "The user is enabled.",
    "user-disabled": "The user is disabled, and is signed out everywhere.",
    "user-deleted": "The user is deleted.",
    "group-created": "The group is created.",
    "group-deleted": "The group is deleted. Its members stay.",
    "member-added": "The user is added to the group.",
    "member-removed": "The user is removed from the group.",
    "assigned": "The assignments are on their way; each holds within a few seconds.",
    "unassigned": "The assignment is being removed.",
    "set-created": "The permission set is created.",
    "set-deleted": "The permission set is deleted.",
    "identity-source": "The identity source is changed.",
}


def refusal(action: Callable[[], object]) -> str | None:
    """Carry out an action; return in words why it was refused, None when it was not."""
    try:
        action()
    except (Declined, Refused) as error:
        return str(error)
    return None
