"""The Dashboard: how much there is of everything, and where to go from here."""

from __future__ import annotations

from flask import render_template

from harness.aws_sso import notices, tokens
from harness.aws_sso.accounts import organization, permission_sets
from harness.aws_sso.identity_store import GROUP, USER
from harness.aws_sso.tenant import current
from harness.aws_sso.user_portal import addresses, identity_source


def home() -> str:
    tenant = current()
    return render_template(
        "console/overview.html",
        settings=tenant.settings,
        on=tokens.enabled(tenant),
        external=identity_source.provider(tenant) is not None,
        portal_address=addresses.portal(tenant),
        users=tenant.store.count(USER),
        groups=tenant.store.count(GROUP),
        accounts=sum(1 for _ in organization.accounts(tenant)),
        permission_sets=sum(1 for _ in permission_sets.scan(tenant)),
        banner=notices.banner(tenant),
    )


ROUTES = (("GET", "/", home),)
