"""Guests, invited over Microsoft Graph.

The guest exists at once, named after the address with `#EXT#`, and accepts at `inviteRedeemUrl`, a page of
sign_in/redemption.py. A second invitation of the same address finds the first guest. No message is sent.

Source: https://learn.microsoft.com/en-us/graph/api/invitation-post, "Example", and …/resources/invitation, "Properties" (read
2026-11-29 at db3ad72 of microsoftgraph/microsoft-graph-docs); the guest's properties:
https://learn.microsoft.com/en-us/entra/external-id/user-properties, "Before invitation redemption" and "Key properties" (read
2026-11-29 at 0743c1c of MicrosoftDocs/entra-docs): `#EXT#` in the name, PendingAcceptance. What stands before it, and that a second
invitation finds the first guest, are inferred.
"""

from __future__ import annotations

import re
from urllib.parse import urlencode

from harness.azure_ad.directory.errors import NotFoundError
from harness.azure_ad.directory.indexes import Wanted
from harness.azure_ad.graph.objects import audited
from harness.azure_ad.graph.objects.domains import initial_domain
from harness.azure_ad.graph.odata.entities import body, entity
from harness.azure_ad.graph.odata.entity_types import INVITATION
from harness.azure_ad.graph.odata.values import invalid_value, typed
from harness.azure_ad.tenant import current
from harness.base.clock import iso
from harness.base.store import Document
from harness.wire.message import Response, TransportError, check_url

_ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]+")
# A browser is sent there by a header: visible characters alone, and no more than all browsers read (the number is inferred).
_REDIRECT = re.compile(r"https?://[^\s\0-\x1f\x7f/?#]+[^\s\0-\x1f\x7f]*", re.IGNORECASE)
_LONGEST_REDIRECT = 2048
_SHELF = "invitation"
_MESSAGE = {
    "ccRecipients": [{"emailAddress": {"address": None, "name": None}}],
    "customizedMessageBody": None,
}


def invite() -> Response:
    """Invite an e-mail address; `inviteRedirectUrl` is where acceptance leads. Raises ODataError 400 for bad ones."""
    tenant, document = current(), typed(INVITATION, body(), creating=True)
    address = document["invitedUserEmailAddress"]
    if not _ADDRESS.fullmatch(address):
        raise invalid_value(INVITATION, "invitedUserEmailAddress")
    if not _leads_somewhere(document["inviteRedirectUrl"]):
        raise invalid_value(INVITATION, "inviteRedirectUrl")
    with tenant.store.transaction():
        guest = _guest(address, document.get("invitedUserDisplayName") or address.partition("@")[0])
        key = tenant.ids.uuid()
        tenant.store.put(_SHELF, key, {"guest": guest["id"], "redirect": document["inviteRedirectUrl"]})
        return entity("invitations", _shown(key, document, guest), 201, INVITATION)


def _leads_somewhere(address: str) -> bool:
    if len(address) > _LONGEST_REDIRECT or not _REDIRECT.fullmatch(address):
        return False
    from werkzeug.urls import iri_to_uri  # only invitations use it, and its import takes a tenth of a start

    try:
        check_url(iri_to_uri(address))
    except (TransportError, ValueError):
        return False
    return True


def invitation(key: str) -> Document:
    """Return an invitation as `guest`, the user's id, and `redirect`, where acceptance leads. Raises NotFoundError."""
    document = current().store.get(_SHELF, key)
    if document is None:
        raise NotFoundError.of(key)
    return document


def _shown(key: str, document: Document, guest: Document) -> Document:
    settings = current().settings
    query = urlencode({"tenant": settings.tenant_id, "user": key})
    return {
        "sendInvitationMessage": False,
        "resetRedemption": False,
        **document,
        "id": key,
        "inviteRedeemUrl": f"{settings.graph_origin}/redeem?{query}",
        "invitedUserDisplayName": guest["displayName"],
        "invitedUserType": "Guest",
        "status": guest.get("externalUserState") or "Completed",
        "invitedUserMessageInfo": {
            "messageLanguage": None,
            **_MESSAGE,
            **(document.get("invitedUserMessageInfo") or {}),
        },
        "invitedUser": {"id": guest["id"]},
    }


def _guest(address: str, display_name: str) -> Document:
    """Return the guest with this address; make one if there is none."""
    tenant = current()
    name = f"{address.replace('@', '_')}#EXT#@{initial_domain()}"
    names = frozenset({name.lower()})
    for person in tenant.directory.matching("User", Wanted({"userPrincipalName": names})) or ():
        return person
    return audited.create(
        "User",
        {
            "accountEnabled": True,
            "creationType": "Invitation",
            "displayName": display_name,
            "externalUserState": "PendingAcceptance",
            "externalUserStateChangeDateTime": iso(tenant.clock.now()),
            "mail": address,
            "userPrincipalName": name,
            "userType": "Guest",
        },
    )


ROUTES = (("POST", "/invitations", invite),)
