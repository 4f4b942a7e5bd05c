"""One Azure AD tenant: everything a request or a cycle needs, handed to the app with the request.

The Flask app is built once a process and holds no state; the transport puts the tenant into the WSGI environment
under `TENANT`.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

from harness.azure_ad.provisioning.engine import Engine
from harness.base.clock import Clock
from harness.base.ids import Ids
from harness.base.quirks import Quirks
from harness.base.store import Store

TENANT = "harness.azure_ad"


@dataclass(frozen=True, slots=True)
class Settings:
    """`graph_origin` is what the outside calls this app (no trailing slash); `graph_token` is what Graph calls bear."""

    tenant_id: str
    domain: str
    graph_origin: str
    graph_token: str


@dataclass(frozen=True, slots=True)
class Tenant:
    settings: Settings
    store: Store
    clock: Clock
    ids: Ids
    quirks: Quirks
    engine: Engine


def current() -> Tenant:
    """Return the tenant that the present request is for."""
    tenant = request.environ[TENANT]
    assert isinstance(tenant, Tenant)
    return tenant
