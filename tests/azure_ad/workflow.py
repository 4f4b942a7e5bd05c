"""Microsoft's app-gallery validation as a caller: it works through Graph, waits a cycle where the original polls the log.

Source: https://github.com/AzureAD/SCIMReferenceCode, Microsoft.SCIM.LogicAppValidationTemplate/StandardLogicApp,
the workflows (at 2ead7d6 of the fork himanshusainig/SCIMReferenceCode, read 2026-11-29).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from tests.azure_ad.caller import Caller
from tests.azure_ad.provisioning.company import Company


class StepFailedError(AssertionError):
    """A test of the validation is FAILED, for the reason that its report gives."""


class Workflow(Caller):
    """The calls that several tests share."""

    company: Company

    def wait(self) -> None:
        self.company.cycle()

    def user(self, name: str, **properties: Any) -> str:
        """Create a user as the workflow does: whatever the mapping reads, and a password."""
        body = {
            "accountEnabled": True,
            "passwordProfile": {"forceChangePasswordNextSignIn": True, "password": "Tmp!1a2b3c4d@5e6f7a8b"},
            "userPrincipalName": f"{name}@contoso.com",
            "mail": f"{name}@contoso.com",
            "displayName": f"{name}@contoso.com",
            "mailNickname": name,
            **properties,
        }
        return str(self.do("POST", "/users", body, 201)["id"])

    def group(self, name: str) -> str:
        body = {
            "displayName": name,
            "mailEnabled": False,
            "mailNickname": name.lower(),
            "securityEnabled": True,
        }
        return str(self.do("POST", "/groups", body, 201)["id"])

    def assign(self, kind: str, key: str) -> str:
        """Assign an object to the application with its first role, from the object's side; return the assignment."""
        (role,) = [
            role
            for role in self.get("/servicePrincipals/{app}?$select=appRoles")["appRoles"]
            if role["displayName"].lower() == "user"
        ]
        body = {"principalId": key, "resourceId": self.company.app, "appRoleId": role["id"]}
        return str(self.do("POST", f"/{kind}/{key}/appRoleAssignments", body, 201)["id"])

    def unassign(self, assignment: str) -> None:
        """Take an assignment away, through the application's appRoleAssignments."""
        self.do("DELETE", f"/servicePrincipals/{{app}}/appRoleAssignments/{assignment}")

    def logged(self, key: str, action: str, further: str = "") -> dict[str, Any]:
        """Return the newest entry of the provisioning log, by the filter of the workflow, letter by letter."""
        condition = (
            f"jobId eq '{self.company.job}' and servicePrincipal/id eq '{self.company.app}' "
            f"and sourceIdentity/id eq '{key}' and provisioningAction eq '{action}'{further}"
        )
        query = f"$top=1&$orderby={quote('activityDateTime desc')}&$filter={quote(condition)}"
        found = self.get(f"/auditLogs/provisioning?{query}")["value"]
        if not found:
            raise StepFailedError(f"no log entry with {action}")
        (entry,) = found
        assert entry["provisioningAction"].lower() == action.lower()
        status = entry["provisioningStatusInfo"]
        if status["status"] != "success":
            raise StepFailedError(status["errorInformation"]["errorCode"])
        return dict(entry)

    def modified(self, key: str, name: str) -> tuple[str | None, str | None]:
        """Return old and new value of an attribute in the newest update that has it."""
        entry = self.logged(key, "Update", f" and modifiedProperties/any(p: p/displayName eq '{name}')")
        rows = [row for row in entry["modifiedProperties"] if row["displayName"] == name]
        return rows[0]["oldValue"], rows[0]["newValue"]
