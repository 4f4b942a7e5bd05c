"""One AWS account with AWS SSO enabled: everything a request needs, handed to the app with the request.

The Flask app is built once a process and holds no state; the transport puts the tenant into the WSGI environment
under `TENANT`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from flask import request

from harness.base.clock import Clock, iso
from harness.base.ids import Ids
from harness.base.quirks import Quirks
from harness.base.store import Store

TENANT = "harness.aws_sso"


@dataclass(frozen=True, slots=True)
class Settings:
    """The account's constants. The origins are what the outside calls this app (no trailing slash).

    `tenant_id` is the first segment of the SCIM URL (three alphanumerics glued to a UUID); it is not the SAML tenant.
    """

    region: str
    account_id: str
    tenant_id: str
    identity_store_id: str
    instance_arn: str
    scim_origin: str
    api_origin: str
    signin_origin: str


@dataclass(frozen=True, slots=True)
class Tenant:
    settings: Settings
    store: Store
    clock: Clock
    ids: Ids
    quirks: Quirks

    def now(self) -> str:
        """Return the present moment as documents and events write it, in whole seconds."""
        return _written(self.clock.now())


@lru_cache(maxsize=16)
def _written(moment: datetime) -> str:
    return iso(moment)


def current() -> Tenant:
    """Return the tenant that the present request is for."""
    tenant = request.environ[TENANT]
    assert isinstance(tenant, Tenant)
    return tenant
