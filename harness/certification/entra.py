"""An Azure AD tenant that provisions to the server under test, driven through Microsoft Graph on a virtual clock.

The calls are those of Microsoft's app-gallery validation, which waits for a cycle by polling the log; here time is moved.

Source: https://github.com/AzureAD/SCIMReferenceCode, Microsoft.SCIM.LogicAppValidationTemplate/StandardLogicApp (read
2026-11).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

from harness.base.errors import HarnessError
from harness.base.store import Document
from harness.certification.subject import Subject
from harness.certification.suite import FailedError
from harness.wire.message import json_request
from harness.world import World

_CYCLE = timedelta(minutes=40)
_DEFAULT_ACCESS = "User"


class Entra:
    """`{app}` and `{job}` in a path stand for the ids. Objects that are created here are deleted by `empty`.

    Raises HarnessError for a schema that Microsoft Graph refuses, FailedError when the job cannot run against the server.
    """

    def __init__(self, world: World, subject: Subject) -> None:
        self._world, self._app = world, world.app_id
        self._objects: dict[str, str] = {}  # id, collection
        self._job = ""
        self._job = str(
            self.do("POST", "/servicePrincipals/{app}/synchronization/jobs", {"templateId": "scim"})["id"]
        )
        secrets = [
            {"key": "BaseAddress", "value": subject.url},
            {"key": "SecretToken", "value": subject.token},
        ]
        self.do("PUT", "/servicePrincipals/{app}/synchronization/secrets", {"value": secrets})
        self.schema = _adapted(subject.schema or self.do("GET", f"{_JOB}/schema"), subject.without)
        self.do("PUT", f"{_JOB}/schema", self.schema)
        self.do("POST", f"{_JOB}/start")
        self.wait(timedelta())

    def do(self, method: str, path: str, body: Any = None) -> Any:
        """Call Microsoft Graph and return its answer's JSON. Raises HarnessError when it refuses."""
        address = path.replace("{app}", self._app).replace("{job}", self._job)
        url = f"{self._world.origins['graph']}/v1.0{address}"
        token = self._world.azure.settings.graph_token
        response = self._world.unrecorded(json_request(method, url, body, bearer=token))
        answer = response.json() if response.body else {}
        if response.status >= 400:
            raise HarnessError(f"Microsoft Graph: {answer['error']['message']}")
        return answer

    def wait(self, by: timedelta = _CYCLE) -> None:
        """Let the next cycle run. Raises FailedError when it ends in quarantine."""
        self._world.advance(by)
        quarantine = self.do("GET", _JOB)["status"]["quarantine"]
        if quarantine:
            raise FailedError(f"the job went into quarantine: {quarantine['error']['message']}")

    def user(self, name: str, **properties: Any) -> str:
        """Create a user `name` of the tenant's domain, with further properties of Graph, and return the id."""
        mail = f"{name}@{self._world.azure.settings.domain}"
        body = {
            "accountEnabled": True,
            "passwordProfile": {"forceChangePasswordNextSignIn": True, "password": "Tmp!1a2b3c4d@5e6f7a8b"},
            "userPrincipalName": mail,
            "mail": mail,
            "displayName": name,
            "mailNickname": name,
            "givenName": "Given",
            "surname": "Family",
            **properties,
        }
        return self._created("users", body)

    def group(self, name: str) -> str:
        """Create a security group and return its id."""
        return self._created(
            "groups",
            {"displayName": name, "mailEnabled": False, "mailNickname": name, "securityEnabled": True},
        )

    def assign(self, key: str) -> str:
        """Assign a user or group to the application with its first role; return the assignment's id."""
        roles = self.do("GET", "/servicePrincipals/{app}?$select=appRoles")["appRoles"]
        role = next(each["id"] for each in roles if each["displayName"] == _DEFAULT_ACCESS)
        body = {"principalId": key, "resourceId": self._app, "appRoleId": role}
        return str(self.do("POST", f"/{self._objects[key]}/{key}/appRoleAssignments", body)["id"])

    def unassign(self, assignment: str) -> None:
        self.do("DELETE", f"/servicePrincipals/{{app}}/appRoleAssignments/{assignment}")

    def delete(self, key: str) -> None:
        """Delete an object; a user is purged from the deleted items too."""
        collection = self._objects.pop(key)
        self.do("DELETE", f"/{collection}/{key}")
        if collection == "users":
            self.do("DELETE", f"/directory/deletedItems/{key}")

    def provision_on_demand(self, key: str, kind: str) -> None:
        """Provision one object (`User` or `Group`) at once, by the schema's first rule."""
        rule = self.schema["synchronizationRules"][0]["id"]
        subject = {"objectId": key, "objectTypeName": kind}
        self.do(
            "POST", f"{_JOB}/provisionOnDemand", {"parameters": [{"ruleId": rule, "subjects": [subject]}]}
        )

    def logged(self, key: str, action: str, further: str = "") -> Document:
        """Return the newest log entry of an object and an action (`Create`). Raises FailedError without a good one."""
        condition = (
            f"jobId eq '{self._job}' and servicePrincipal/id eq '{self._app}' "
            f"and sourceIdentity/id eq '{key}' and provisioningAction eq '{action}'{further}"
        )
        query = f"$top=1&$orderby={quote('activityDateTime desc')}&$filter={quote(condition)}"
        found = self.do("GET", f"/auditLogs/provisioning?{query}")["value"]
        if not found:
            raise FailedError(f"the provisioning log has no {action} of the object")
        entry: Document = found[0]
        status = entry["provisioningStatusInfo"]
        if status["status"] != "success":
            told = status["errorInformation"] or {}
            raise FailedError(f"{action}: {told.get('errorCode')}: {told.get('reason')}")
        return entry

    def modified(self, key: str, name: str) -> tuple[str | None, str | None]:
        """Return old and new value of a target attribute in the newest update that has it. Raises FailedError."""
        entry = self.logged(key, "Update", f" and modifiedProperties/any(p: p/displayName eq '{name}')")
        row = next(each for each in entry["modifiedProperties"] if each["displayName"] == name)
        return row["oldValue"], row["newValue"]

    def empty(self) -> None:
        """Delete whatever is left, and let the job take it out of the server; a server that refuses keeps it."""
        for key in list(self._objects):
            self.delete(key)
        self._world.advance(_CYCLE)

    def _created(self, collection: str, body: Document) -> str:
        key = str(self.do("POST", f"/{collection}", body)["id"])
        self._objects[key] = collection
        return key


_JOB = "/servicePrincipals/{app}/synchronization/jobs/{job}"


def _adapted(schema: Document, without: tuple[str, ...]) -> Document:
    """Return a schema whose mappings do not write some target attributes. Raises HarnessError for unknown ones."""
    rules = [
        {
            **rule,
            "objectMappings": [
                {
                    **mapping,
                    "attributeMappings": [
                        row
                        for row in mapping["attributeMappings"]
                        if row["targetAttributeName"] not in without
                    ],
                }
                for mapping in rule["objectMappings"]
            ],
        }
        for rule in schema["synchronizationRules"]
    ]
    return {**schema, "synchronizationRules": rules}
