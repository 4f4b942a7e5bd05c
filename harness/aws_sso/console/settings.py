"""Settings: automatic provisioning with its access tokens, and the identity source.

A token is shown once, on the page that follows the button; reading that page again neither shows it nor makes another.
The dialog and its sentence are those of
https://docs.aws.amazon.com/singlesignon/latest/userguide/provision-automatically.html, "How to enable automatic provisioning" and
"How to delete an access token" (edition of June 2023, read 2026-11-30).
"""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from harness.aws_sso import notices, tokens
from harness.aws_sso.console import actions
from harness.aws_sso.tenant import current
from harness.aws_sso.tokens import Token
from harness.aws_sso.user_portal import addresses, identity_source


def shown() -> str:
    tenant = current()
    return render_template(
        "console/settings.html",
        settings=tenant.settings,
        on=tokens.enabled(tenant),
        endpoint=tokens.endpoint(tenant),
        tokens=tokens.listed(tenant),
        banner=notices.banner(tenant),
        notices=notices.sent(tenant),
        issued=tenant.memory.unshown.pop(request.args.get("token", ""), None),
        provider=identity_source.provider(tenant),
        addresses={
            "AWS access portal sign-in URL": addresses.portal(tenant),
            "Assertion consumer service (ACS) URL": addresses.consumer(tenant),
            "Issuer URL": addresses.issuer(tenant),
        },
        metadata=addresses.metadata(tenant),
    )


def enable() -> ResponseReturnValue:
    return _show_once(actions.enable(current()))


def disable() -> ResponseReturnValue:
    actions.disable(current(), request.form.get("confirm"))
    return redirect(url_for("console.settings_shown", notice="provisioning-disabled"), 303)


def generate_token() -> ResponseReturnValue:
    return _show_once(actions.generate_token(current()))


def delete_token(token_id: str) -> ResponseReturnValue:
    actions.delete_token(current(), token_id, request.form.get("confirm"))
    return redirect(url_for("console.settings_shown", notice="token-deleted"), 303)


def _show_once(token: Token) -> ResponseReturnValue:
    """Lead to the page that shows a token just made; one that nobody has looked at gives way to it."""
    unshown = current().memory.unshown
    unshown.clear()
    unshown[token.id] = token.value or ""
    return redirect(url_for("console.settings_shown", token=token.id), 303)


ROUTES = (
    ("GET", "/settings", shown),
    ("POST", "/enable", enable),
    ("POST", "/disable", disable),
    ("POST", "/tokens", generate_token),
    ("POST", "/tokens/<token_id>/delete", delete_token),
)
