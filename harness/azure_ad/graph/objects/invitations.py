"""Guests, invited over Microsoft Graph.

A guest is there at once, named after the address with `#EXT#`, and waits to accept. Somebody who was invited already stays one
person. No message is sent and nobody can redeem.

Source: https://learn.microsoft.com/en-us/graph/api/invitation-post, "Example", and …/resources/invitation, "Properties" (read
2026-11-29 at db3ad72 of microsoftgraph/microsoft-graph-docs); the guest's properties:
https://learn.microsoft.com/en-us/entra/external-id/user-properties, "Before invitation redemption" and "Key properties" (read
2026-11-29 at 0743c1c of MicrosoftDocs/entra-docs): `#EXT#` in the name, PendingAcceptance. What stands before it, and that a second
invitation finds the first guest, are inferred.
"""

from __future__ import annotations

import re

from flask import Response

from harness.azure_ad.directory.indexes import Wanted
from harness.azure_ad.graph.objects import audited
from harness.azure_ad.graph.objects.domains import initial_domain
from harness.azure_ad.graph.odata.entities import body, entity
from harness.azure_ad.graph.odata.entity_types import INVITATION
from harness.azure_ad.graph.odata.values import invalid_value, typed
from harness.azure_ad.tenant import current
from harness.base.clock import iso
from harness.base.store import Document

_ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]+")
_MESSAGE = {
    "ccRecipients": [{"emailAddress": {"address": None, "name": None}}],
    "customizedMessageBody": None,
}


def invite() -> Response:
    """Make a guest of an e-mail address. Raises ODataError 400 for what is none."""
    tenant, given = current(), typed(INVITATION, body(), creating=True)
    address = given["invitedUserEmailAddress"]
    if not _ADDRESS.fullmatch(address):
        raise invalid_value(INVITATION, "invitedUserEmailAddress")
    with tenant.store.transaction():
        guest = _guest(address, given.get("invitedUserDisplayName") or address.partition("@")[0])
    key = tenant.ids.uuid()
    invitation: Document = {
        "sendInvitationMessage": False,
        "resetRedemption": False,
        **given,
        "id": key,
        "inviteRedeemUrl": f"{tenant.settings.graph_origin}/redeem?tenant={tenant.settings.tenant_id}&user={key}",
        "invitedUserDisplayName": guest["displayName"],
        "invitedUserType": "Guest",
        "status": guest.get("externalUserState") or "Completed",
        "invitedUserMessageInfo": {
            "messageLanguage": None,
            **_MESSAGE,
            **(given.get("invitedUserMessageInfo") or {}),
        },
        "invitedUser": {"id": guest["id"]},
    }
    return entity("invitations", invitation, 201, INVITATION)


def _guest(address: str, display_name: str) -> Document:
    """Return the person with this address, made if there is none."""
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
