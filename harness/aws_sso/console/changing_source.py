"""Changing the identity source: the provider's metadata file chosen or pasted, or AWS SSO's own directory again.

Either change is confirmed by the word ACCEPT; another metadata file of a provider is no change of source, and asks for none.
Active Directory is not imitated. Source: https://docs.aws.amazon.com/singlesignon/latest/userguide/manage-your-identity-source-change.html,
section "Change your identity source", steps 4 to 6 (read 2026-11-29).
"""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from harness.aws_sso.tenant import current
from harness.aws_sso.user_portal import identity_source


def external() -> ResponseReturnValue:
    tenant = current()
    if identity_source.provider(tenant) is None:
        identity_source.confirm(request.form.get("confirm", ""))
    file = request.files.get("file")
    text = file.read().decode("utf-8", "replace") if file else request.form.get("metadata", "")
    identity_source.trust(tenant, identity_source.described_provider(text))
    return _done()


def own() -> ResponseReturnValue:
    identity_source.trust_nobody(current(), request.form.get("confirm", ""))
    return _done()


def _done() -> ResponseReturnValue:
    return redirect(url_for("console.settings_shown", notice="identity-source"), 303)


ROUTES = (
    ("POST", "/identity-source", external),
    ("POST", "/identity-source/own", own),
)
