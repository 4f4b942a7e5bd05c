"""Sentences of the AWS APIs that no public source prints; the others stand where they are raised, with their source."""

from __future__ import annotations

from harness.aws_sso.tenant import Tenant


def inferred(tenant: Tenant, key: str, **parts: object) -> str:
    """Return a sentence from the rows of the quirk `api-sentences`."""
    return str(tenant.quirks["api-sentences"][key]).format(**parts)
