"""The page at an invitation's `inviteRedeemUrl`, where a guest accepts.

It asks for no password, as all sign-in here. A guest who accepts becomes `Accepted` and is redirected to the invitation's
`inviteRedirectUrl`; one who has accepted already is redirected at once.

Source: https://learn.microsoft.com/en-us/entra/external-id/redemption-experience, "Consent experience for the guest" (read 2026-11-29
at 000dd18 of MicrosoftDocs/entra-docs). That the change is written to the audit log as "Update user" is inferred.
"""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from harness.azure_ad.directory.errors import NotFoundError
from harness.azure_ad.graph.objects import audited
from harness.azure_ad.graph.objects.invitations import invitation
from harness.azure_ad.tenant import current
from harness.base.clock import iso
from harness.base.store import Document
from harness.pages.policy import guard

redemption = Blueprint("redemption", __name__)
_ACCEPTED = "Accepted"


@redemption.errorhandler(NotFoundError)
def _refused(_: NotFoundError) -> Response:
    sentence = "The invitation is not known here, or its guest is gone; invite the guest again."
    page = render_template("sign_on_refused.html", sentence=sentence, at=iso(current().clock.now()))
    return guard(make_response(page, 404))


@redemption.get("/redeem")
def review() -> ResponseReturnValue:
    """Ask the guest for consent. Raises NotFoundError for an unknown invitation."""
    entry, guest = _invited(request.args.get("user", ""))
    if guest.get("externalUserState") == _ACCEPTED:
        return redirect(entry["redirect"])
    page = render_template("redeem.html", guest=guest, domain=current().settings.domain)
    return guard(make_response(page), forms_lead_on=True)


@redemption.post("/redeem")
def accept() -> ResponseReturnValue:
    """Mark the guest as accepted, once. Raises NotFoundError for an unknown invitation."""
    tenant = current()
    with tenant.store.transaction():
        entry, guest = _invited(request.args.get("user", ""))
        if guest.get("externalUserState") != _ACCEPTED:
            changed = iso(tenant.clock.now())
            changes = {"externalUserState": _ACCEPTED, "externalUserStateChangeDateTime": changed}
            audited.update("User", guest["id"], changes)
    return redirect(entry["redirect"])


def _invited(key: str) -> tuple[Document, Document]:
    """Return an invitation and its guest. Raises NotFoundError."""
    entry = invitation(key)
    return entry, current().directory.find("User", entry["guest"])
