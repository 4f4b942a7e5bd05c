"""Who brings about what the audit log tells: the person or the program whose token the present request bears.

The form: https://learn.microsoft.com/en-us/graph/api/resources/auditactivityinitiator, Properties: `app` for an application,
`user` for a person, the other null (read 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

from msgspec import Struct

from harness.azure_ad.applications.enterprise_applications import EnterpriseApps
from harness.azure_ad.applications.registrations import Registrations
from harness.base.store import Document
from harness.wire.present import present

# Where a request to Graph has the claims of its token, once that is checked.
CLAIMS = "harness.azure_ad.claims"


class Initiators(Struct, frozen=True):
    """The people and programs of one tenant."""

    tenant_id: str
    domain: str
    applications: EnterpriseApps
    registrations: Registrations

    def present(self) -> Document:
        """Return who signed in: a person, or a program by itself.

        The tenant's fixed token counts as the program Automation's; whoever is at the portal, where nobody signs in, or turns
        the engine by hand from without any request, as an administrator who is not in the directory.
        """
        try:
            request = present()
        except LookupError:
            return self._administrator()
        claims: Mapping[str, Any] | None = request.environ.get(CLAIMS)
        if claims is None:
            return self._administrator() if request.path.startswith("/portal") else self._automation()
        if claims["idtyp"] == "user":
            return _person(claims["oid"], claims["name"], claims["upn"])
        return self._program(claims["appid"], claims["app_displayname"])

    def _administrator(self) -> Document:
        key = uuid5(UUID(self.tenant_id), "administrator")
        return _person(str(key), "Administrator", f"admin@{self.domain}")

    def _automation(self) -> Document:
        document = self.registrations.registration()
        return self._program(document["appId"], document["displayName"])

    def _program(self, app_id: str, name: str) -> Document:
        principal = self.applications.of_client(app_id)
        shown = {"appId": app_id, "displayName": name, "servicePrincipalId": principal and principal["id"]}
        return {"app": {**shown, "servicePrincipalName": None}, "user": None}


def _person(key: str, name: str | None, principal_name: str) -> Document:
    shown = {"id": key, "displayName": name, "userPrincipalName": principal_name, "ipAddress": None}
    return {"app": None, "user": shown}
