"""Warnings that an access token will expire: the console's banner and the AWS Health events sent so far.

Shown by `console/`. The times are those of
https://docs.aws.amazon.com/singlesignon/latest/userguide/provision-automatically.html, "How to monitor access token expiry"
(edition of June 2023, read 2026-11-29). Nothing is stored: both follow from the tokens that exist and the clock, so deleting
a token also ends what is said about it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec import Struct

from harness.aws_sso import tokens
from harness.aws_sso.tenant import Tenant
from harness.aws_sso.tokens import Token
from harness.base.clock import from_iso, iso

_WEEK = timedelta(days=7)


class Notice(Struct, frozen=True):
    """One AWS Health event; moments are ISO 8601, UTC, whole seconds."""

    token_id: str
    sent_at: str
    expires_at: str


def banner(tenant: Tenant) -> list[Token]:
    """Return the tokens that the console warns of: those near their end or past it, until they are deleted."""
    near = tenant.clock.now() + timedelta(days=tenant.quirks["expiry-banner-days"])
    return [token for token in tokens.listed(tenant) if from_iso(token.expires_at) <= near]


def sent(tenant: Tenant) -> list[Notice]:
    """Return the AWS Health events of the present tokens, oldest first."""
    now = tenant.clock.now()
    notices = [
        Notice(token.id, iso(moment), token.expires_at)
        for token in tokens.listed(tenant)
        for moment in _moments(token, tenant.quirks["expiry-notices"])
        if from_iso(token.created_at) <= moment <= now
    ]
    return sorted(notices, key=lambda notice: notice.sent_at)


def _moments(token: Token, periods: list[list[int]]) -> Iterator[datetime]:
    """Yield the moments of a token's notices; a period has its first day before the end, and its notices per week."""
    end = from_iso(token.expires_at)
    ends = [end - timedelta(days=days) for days, _ in periods[1:]]
    for (days, a_week), until in zip(periods, [*ends, end], strict=True):
        moment = end - timedelta(days=days)
        while moment < until:
            yield moment
            moment += _WEEK / a_week
