"""The bearer token of a job's requests; an empty one is never sent.

A Secret Token is sent as it is, and so is the access token that an OAuth grant was seeded with. A non-gallery application with a
blank Secret Token gets one that this tenant issues, signed with the key under `…/discovery/v2.0/keys`.

Sources: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/use-scim-to-provision-users-and-groups,
"Authorization" (issuer and audience; read 2026-11), and https://github.com/MicrosoftDocs/azure-docs/pull/34741, thread of 2019-07-22
(blank: a token of Azure AD; read 2026-11-30). The token's
life is that of other access tokens; no page tells it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from msgspec import Struct

from harness.azure_ad.applications.gallery import NON_GALLERY_TEMPLATE
from harness.azure_ad.signing import signing_key
from harness.base.clock import Clock
from harness.base.ids import Ids
from harness.base.store import Store

_LIFE = timedelta(seconds=3599)
# Microsoft.Azure.SyncFabric, whom a public SCIM gateway takes such tokens from: https://github.com/jelhub/scimgateway (read
# 2026-11-29).
_SYNC_FABRIC = "00000014-0000-0000-c000-000000000000"
_GRANT = ("Oauth2ClientId", "Oauth2ClientSecret", "Oauth2TokenExchangeUri", "Oauth2RefreshToken")


class Issuer(Struct, frozen=True):
    """Issues this tenant's tokens for targets."""

    tenant_id: str
    store: Store
    clock: Clock
    ids: Ids

    def bearer(self, secrets: Mapping[str, str], *, gallery: bool) -> str:
        """Return the token for a job's requests, an empty text where these secrets lead to none."""
        token = secrets.get("SecretToken") or secrets.get("Oauth2AccessToken")
        if token or gallery or any(secrets.get(key) for key in _GRANT):
            return token or ""
        return self._issued()

    def _issued(self) -> str:
        now = int(self.clock.now().timestamp())
        claims = {
            "aud": NON_GALLERY_TEMPLATE,
            "iss": f"https://sts.windows.net/{self.tenant_id}/",
            "iat": now,
            "nbf": now,
            "exp": now + int(_LIFE.total_seconds()),
            "appid": _SYNC_FABRIC,
            "appidacr": "2",
            "idp": f"https://sts.windows.net/{self.tenant_id}/",
            "tid": self.tenant_id,
            "ver": "1.0",
        }
        return signing_key(self.store, self.clock, self.ids).token(claims)
