"""What a page says after a button was pressed: short sentences by key, so that no address can put words on a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from harness.azure_ad.directory.errors import ConflictError, NotFoundError
from harness.base.errors import HarnessError

NOTICES: Mapping[str, str] = {
    "saved": "Your changes are saved.",
    "created": "It is created.",
    "deleted": "It is deleted.",
    "restored": "The user is restored.",
    "purged": "The user is deleted permanently.",
    "enabled": "The account is enabled.",
    "disabled": "The account is disabled.",
    "member-added": "The member is added.",
    "member-removed": "The member is removed.",
    "assigned": "The application assignments are made.",
    "removed": "The application assignments are removed.",
    "settings": "The user provisioning settings are updated.",
    "started": "Provisioning is started.",
    "stopped": "Provisioning is stopped.",
    "restarted": "Provisioning is restarted; the next cycle is an initial cycle.",
    "allowed": "The deletes are allowed; the next cycle makes them.",
    "draft": "The change is on this page only. Choose Save to commit it.",
    "discarded": "The unsaved changes are discarded.",
    "mappings": "The attribute mappings are saved.",
    "schema": "The schema is replaced.",
}


def refusal(action: Callable[[], object]) -> str | None:
    """Carry out an action; return in words why it was refused, None when it was not."""
    try:
        action()
    except (HarnessError, ConflictError, NotFoundError) as error:
        return str(error)
    return None
