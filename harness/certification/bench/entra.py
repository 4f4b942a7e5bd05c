"""An Azure AD tenant that provisions to the server under test, driven through Microsoft Graph on a virtual clock.

The calls are those of Microsoft's app-gallery validation, which waits for a cycle by polling the log; here time is moved.

Source: https://github.com/AzureAD/SCIMReferenceCode, Microsoft.SCIM.LogicAppValidationTemplate/StandardLogicApp,
SCIM-Validation-Test-Overview.md, "Test Inventory" (at 3372c7e, read 2026-11-30).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

from harness.azure_ad.directory.properties import source_attributes, table
from harness.azure_ad.provisioning.log import on_demand_answer
from harness.base.errors import HarnessError
from harness.base.store import Document
from harness.certification.outcomes import FailedError
from harness.certification.subject import Subject
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
        self.domain = world.azure.settings.domain
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
        self.schema = subject.job_schema()
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
            raise FailedError(f"the job went into quarantine: {_line(quarantine['error']['message'])}")

    def restart(self) -> None:
        """Let the job begin anew, forgetting which object is which, and run a cycle. Raises FailedError."""
        self.do("POST", f"{_JOB}/restart", {"criteria": {"resetScope": "Full"}})
        self.wait()

    def user(self, name: str, **properties: Any) -> str:
        """Create a user `name` of the tenant's domain, with further properties of Graph, and return the id."""
        mail = f"{name}@{self.domain}"
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

    def group(self, name: str, **properties: Any) -> str:
        """Create a security group, with further properties of Graph, and return its id."""
        body = {"displayName": name, "mailEnabled": False, "mailNickname": name, "securityEnabled": True}
        return self._created("groups", {**body, **properties})

    def change(self, key: str, changes: Document) -> None:
        """Write properties of an object, by their names in Graph."""
        self.do("PATCH", f"/{self._objects[key]}/{key}", changes)

    def evaluate(self, expression: str, key: str) -> str | None:
        """Return what an expression of the mappings makes of an object; the first one of several values."""
        collection = self._objects[key]
        kind = _KINDS[collection]
        readable = (
            name
            for name, row in table()[kind].items()
            if not (row.get("writeonly") or row.get("only") == "beta")
        )
        names = ",".join(readable)
        source = source_attributes(kind, self.do("GET", f"/{collection}/{key}?$select={names}"))
        properties = [{"key": name, "value": value} for name, value in source.items()]
        body = {"expression": expression, "testInputObject": {"definition": None, "properties": properties}}
        return next(iter(self.do("POST", f"{_JOB}/schema/parseExpression", body)["evaluationResult"]), None)

    def refer(self, key: str) -> Document:
        """Return how a request to Graph names an object that a manager or a member is to be."""
        return {"@odata.id": f"{self._world.origins['graph']}/v1.0/{self._objects[key]}/{key}"}

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

    def provision_on_demand(self, key: str) -> None:
        """Provision one object at once, by the schema's first rule. Raises FailedError unless that succeeds."""
        rule = self.schema["synchronizationRules"][0]["id"]
        subject = {"objectId": key, "objectTypeName": _KINDS[self._objects[key]]}
        body = {"parameters": [{"ruleId": rule, "subjects": [subject]}]}
        answer = on_demand_answer.read(self.do("POST", f"{_JOB}/provisionOnDemand", body))
        if answer.result != "Success":
            entry = self._newest(key)
            reason = _outcome(entry) if entry else _line(str(answer.reason))
            raise FailedError(f"provisioning on demand came to {answer.result}: {reason}")

    def logged(self, key: str, action: str, further: str = "") -> Document:
        """Return the newest log entry of an object and an action (`Create`). Raises FailedError without a good one."""
        entry = self._newest(key, f" and provisioningAction eq '{action}'{further}")
        if entry is None:
            other = self._newest(key)
            instead = f"; the newest is {_outcome(other)}" if other else ", nor any other entry of it"
            raise FailedError(f"the provisioning log has no {action} of the object{instead}")
        if entry["provisioningStatusInfo"]["status"] != "success":
            raise FailedError(f"in the provisioning log, {_outcome(entry)}")
        return entry

    def modified(self, key: str, name: str) -> tuple[str | None, str | None]:
        """Return old and new value of a target attribute in the newest update that has it. Raises FailedError."""
        entry = self.logged(key, "Update", f" and modifiedProperties/any(p: p/displayName eq '{name}')")
        row = next(each for each in entry["modifiedProperties"] if each["displayName"] == name)
        return row["oldValue"], row["newValue"]

    def empty(self) -> list[str]:
        """Delete whatever is left, and let the job take it out of the server; return the paths of what stays there."""
        objects = dict(self._objects)
        for key in objects:
            self.delete(key)
        self._world.advance(_CYCLE)
        paths = (_left(collection, self._newest(key)) for key, collection in objects.items())
        return [path for path in paths if path]

    def _newest(self, key: str, further: str = "") -> Document | None:
        """Return the newest log entry of an object; the words of the filter are those of the workflow."""
        condition = (
            f"jobId eq '{self._job}' and servicePrincipal/id eq '{self._app}' "
            f"and sourceIdentity/id eq '{key}'{further}"
        )
        query = f"$top=1&$orderby={quote('activityDateTime desc')}&$filter={quote(condition)}"
        return next(iter(self.do("GET", f"/auditLogs/provisioning?{query}")["value"]), None)

    def _created(self, collection: str, body: Document) -> str:
        key = str(self.do("POST", f"/{collection}", body)["id"])
        self._objects[key] = collection
        return key


_JOB = "/servicePrincipals/{app}/synchronization/jobs/{job}"
_KINDS = {"users": "User", "groups": "Group"}
# What the log puts before a server's answer, and behind it.
_ANSWER, _RETRIED = "Web Response:", ". This operation was retried"
_LONGEST = 500  # characters of a reason


def _left(collection: str, newest: Document | None) -> str:
    """Return the path of a deleted object that the server still has, by its newest log entry; nothing if it is gone."""
    if newest is None or not newest["targetIdentity"]["id"]:
        return ""
    done = newest["provisioningStatusInfo"]["status"], newest["provisioningAction"].lower()
    return (
        ""
        if done == ("success", "delete")
        else f"/{collection.capitalize()}/{newest['targetIdentity']['id']}"
    )


def _outcome(entry: Document) -> str:
    """Tell in one line what an entry of the log came to: the request and its answer, without the log's frame of words."""
    status = entry["provisioningStatusInfo"]
    status_text = f"{entry['provisioningAction'].capitalize()} has status {status['status']}"
    error = status["errorInformation"]
    if error is None:
        return status_text
    cause = error["reason"].partition(_RETRIED)[0].rpartition(_ANSWER)[2]
    return f"{status_text}, {error['errorCode']}: {_line(': '.join(filter(None, (error['additionalDetails'], cause))))}"


def _line(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"
