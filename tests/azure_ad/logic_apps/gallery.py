"""Microsoft's app-gallery validation, its own files unchanged, against a company of this harness and a SCIM server.

The files are Microsoft's and are not here: `StandardLogicApp/*.json` of its repository, in a folder that
`HARNESS_GALLERY_WORKFLOW` names. What Azure's runtime would do is done by `runtime`; `graph.microsoft.com` and
`login.microsoftonline.com` are the company's. The edition of 18 June 2026 has one bracket too many in
`overallLogicAppResult`, so the results are read test by test.

Source: https://github.com/AzureAD/SCIMReferenceCode, Microsoft.SCIM.LogicAppValidationTemplate/StandardLogicApp (read
2026-11-29 at 2ead7d6 of the fork himanshusainig/SCIMReferenceCode, VERSION 6.0).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from harness.wire.message import Request, Response, Send
from tests.azure_ad.foreign import Foreign
from tests.azure_ad.logic_apps.runtime import LogicApp, World
from tests.azure_ad.provisioning.company import GRAPH, GRAPH_TOKEN
from tests.azure_ad.scim_server import TOKEN

_LOGIN, _ISV = "https://login.microsoftonline.com", "https://isv.example.com/token"
_SETTINGS = {
    "WEBSITE_OWNER_NAME": "subscription+owner",
    "WEBSITE_RESOURCE_GROUP": "group",
    "WEBSITE_SITE_NAME": "validation",
    "REGION_NAME": "West US",
}


class Validation:
    """The Logic App beside a company; `target` answers at `base`, a vendor's token endpoint at an address of its own.

    `parameters` stand above the file's and above what is filled in here.
    """

    def __init__(
        self,
        folder: Path,
        target: Send,
        base: str,
        flag: str = "",
        token: str = TOKEN,
        parameters: Mapping[str, Any] | None = None,
    ) -> None:
        self.folder, self.target, self.base, self.token = folder, target, base, token
        self.more = parameters or {}
        self.company = Foreign(target, base)
        self.company.engine.save_secrets(self.company.app, {"BaseAddress": base + flag, "SecretToken": token})
        self.company.turn_on()

    def results(self) -> dict[str, tuple[str, str]]:
        """Run all of it; return what each test came to, and the details of an error."""
        world = World(self._send, self.company.clock, self.company.wait, GRAPH_TOKEN, _SETTINGS)
        app = LogicApp(self.folder, self._parameters(), world)
        run = app.start("Orchestrator_Workflow")
        rows = app.definitions[run.workflow]["actions"]["Final_TestResults"]["inputs"]["testResults"]
        return {
            row["testName"]: (row["testResult"], json.dumps(row["provisioningErrorDetails"]))
            for row in run.value(rows)
        }

    def _parameters(self) -> dict[str, Any]:
        """Return the file's own values, with those that Microsoft's guide has people fill in."""
        given = json.loads((self.folder / "Orchestrator_Parameters.json").read_text(encoding="utf-8"))
        client, secret = self._internal_app()
        return {
            **{name: row["value"] for name, row in given.items()},
            "servicePrincipalId": self.company.app,
            "scimEndpoint": self.base,
            "scimBearerToken": self.token,
            "testUserDomain": "contoso.com",
            "scimTokenEndpoint": _ISV,
            "scimClientId": "client",
            "scimClientSecret": "secret",
            "federatedEntraTenantId": self.company.tenant.settings.tenant_id,
            "federatedApplicationId": client,
            "federatedApplicationClientSecret": secret,
            "federatedTokenEndpoint": _ISV,
            "federatedClientId": "federated",
            "federatedBaseAddress": self.base,
            "federatedAudience": "",
            **self.more,
        }

    def _internal_app(self) -> tuple[str, str]:
        """Register the application of SCIMTests_WorkloadIdentityFederation_Setup.md; return its client id and secret."""
        application = self.company.graph("POST", "/applications", {"displayName": "Internal auth app"}).json()
        path = f"/applications/{application['id']}"
        client = application["appId"]
        made = {"identifierUris": [f"api://{client}"], "api": {"requestedAccessTokenVersion": 2}}
        self.company.graph("PATCH", path, made)
        self.company.graph("POST", "/servicePrincipals", {"appId": client})
        return client, self.company.graph("POST", f"{path}/addPassword", {}).json()["secretText"]

    def _send(self, request: Request) -> Response:
        if request.url == _ISV:
            body = {"access_token": self.token, "token_type": "Bearer", "expires_in": 3600}
            return Response(200, (("Content-Type", "application/json"),), json.dumps(body).encode())
        if request.url.startswith(_LOGIN):
            return self.company.ask(replace(request, url=request.url.replace(_LOGIN, GRAPH)))
        if urlsplit(request.url).netloc == urlsplit(GRAPH).netloc:
            return self.company.ask(request)
        return self.target(request)
