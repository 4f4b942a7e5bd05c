"""Every request to Microsoft Graph that Microsoft's app-gallery validation makes, in its order, and what it reads of each.

Source: https://github.com/AzureAD/SCIMReferenceCode, Microsoft.SCIM.LogicAppValidationTemplate/StandardLogicApp (read
2026-11). Provisioning on demand has tests of its own.
"""

from urllib.parse import quote

import pytest

from tests.azure_ad.caller import Caller
from tests.azure_ad.company import GRAPH, Company
from tests.azure_ad.scim_server import BASE, TOKEN, ScimServer

MANAGER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager"


class Validation(Caller):
    """The workflow: it knows what it read at the start, and waits a cycle where the original polls."""

    def __init__(self, company):
        super().__init__(company)
        self.server = company.send

    def wait(self):
        self.company.cycle()

    def user(self, name, **properties):
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
        return self.do("POST", "/users", body, 201)["id"]

    def assign(self, kind, key):
        """Assign an object to the application with its first role, from the object's side; return the assignment."""
        (role,) = [
            role
            for role in self.get("/servicePrincipals/{app}?$select=appRoles")["appRoles"]
            if role["displayName"].lower() == "user"
        ]
        body = {"principalId": key, "resourceId": self.company.app, "appRoleId": role["id"]}
        return self.do("POST", f"/{kind}/{key}/appRoleAssignments", body, 201)["id"]

    def logged(self, key, action, further=""):
        """Return the newest entry of the provisioning log, by the filter of the workflow, letter by letter."""
        condition = (
            f"jobId eq '{self.company.job}' and servicePrincipal/id eq '{self.company.app}' "
            f"and sourceIdentity/id eq '{key}' and provisioningAction eq '{action}'{further}"
        )
        query = f"$top=1&$orderby={quote('activityDateTime desc')}&$filter={quote(condition)}"
        found = self.get(f"/auditLogs/provisioning?{query}")["value"]
        assert len(found) == 1, f"no entry {action} for {key}"
        (entry,) = found
        assert entry["provisioningAction"].lower() == action.lower()
        assert entry["provisioningStatusInfo"]["status"] == "success"
        return entry

    def modified(self, key, name):
        """Return old and new value of an attribute in the newest update that has it."""
        entry = self.logged(key, "Update", f" and modifiedProperties/any(p: p/displayName eq '{name}')")
        rows = [row for row in entry["modifiedProperties"] if row["displayName"] == name]
        return rows[0]["oldValue"], rows[0]["newValue"]


@pytest.fixture
def workflow():
    company = Company(ScimServer())
    company.turn_on()
    return Validation(company)


def test_the_start_reads_job_schema_connection_and_roles(workflow):
    """Initialization: each answer has the members that later steps use."""
    sync = "/servicePrincipals/{app}/synchronization"
    job = workflow.get(f"{sync}/jobs")["value"][0]["id"]
    assert workflow.get(f"{sync}/jobs/{job}")["status"]["code"] == "Active"
    schema = workflow.get(f"{sync}/jobs/{job}/schema")
    mappings = schema["synchronizationRules"][0]["objectMappings"]
    assert {mapping["sourceObjectName"] for mapping in mappings} == {"User", "Group"}
    settings = workflow.get(f"{sync}/connectivityParameters", version="beta")["value"]
    (address,) = [row["value"] for row in settings if row["key"].lower() == "baseaddress"]
    assert address == BASE
    roles = workflow.get("/servicePrincipals/{app}?$select=appRoles")
    assert [role for role in roles["appRoles"] if role["displayName"].lower() == "user"]


def test_credentials_are_validated(workflow):
    path = "/servicePrincipals/{app}/synchronization/jobs/validateCredentials"
    pairs = [{"key": "BaseAddress", "value": BASE}, {"key": "SecretToken", "value": TOKEN}]
    workflow.do("POST", path, {"templateId": "scim", "credentials": pairs})


def test_users_are_created_updated_disabled_and_deleted(workflow):
    """Create_User, Update_User, Disable_User, Delete_User: the log names each action, whatever its case."""
    ana = workflow.user(
        "lacreate",
        otherMails=["x@contoso.com"],
        businessPhones=["+1 425 555 0100"],
        mobilePhone="+1 425 555 0101",
        faxNumber="+1 425 555 0102",
        employeeId="7",
        employeeOrgData={"division": "d", "costCenter": "c"},
        givenName="Ana",
        surname="Ruiz",
    )
    workflow.assign("users", ana)
    workflow.wait()
    entry = workflow.logged(ana, "Create")
    assert {"displayName": "userName", "oldValue": None, "newValue": "lacreate@contoso.com"} in entry[
        "modifiedProperties"
    ]
    workflow.do("PATCH", f"/users/{ana}", {"displayName": "Updated", "jobTitle": "Pilot"})
    workflow.wait()
    assert workflow.modified(ana, "displayName")[1] == "Updated"
    workflow.do("PATCH", f"/users/{ana}", {"accountEnabled": False})
    workflow.wait()
    workflow.logged(ana, "Disable")
    workflow.do("DELETE", f"/users/{ana}")
    workflow.do("DELETE", f"/directory/deletedItems/{ana}")
    workflow.wait()
    workflow.logged(ana, "Delete")
    assert workflow.fail("GET", f"/users/{ana}")[0] == 404


def test_a_manager_is_set_changed_and_removed(workflow):
    """User_Update_Manager: three entries with the manager; the new value is the manager's id, empty at the end."""
    ana, ben, eve = (workflow.user(name) for name in ("laupdate", "lamgr", "lamgrnew"))
    for key in (ana, ben, eve):
        workflow.assign("users", key)
    workflow.wait()
    path, seen = f"/users/{ana}/manager/$ref", []
    for manager in (ben, eve):
        workflow.do("PUT", path, {"@odata.id": f"{GRAPH}/v1.0/users/{manager}"})
        workflow.wait()
        seen.append(workflow.modified(ana, MANAGER)[1])
    assert all(seen)
    assert seen[0] != seen[1]
    workflow.do("DELETE", path)
    workflow.wait()
    assert workflow.modified(ana, MANAGER) == (seen[1], "")


def test_an_unassigned_user_comes_back(workflow):
    """Restore_User: the assignment is taken away through the application's appRoleAssignments, and made again."""
    ana = workflow.user("larestore")
    assignment = workflow.assign("users", ana)
    workflow.wait()
    workflow.logged(ana, "Create")
    workflow.do("DELETE", f"/servicePrincipals/{{app}}/appRoleAssignments/{assignment}")
    workflow.wait()
    workflow.logged(ana, "Disable")
    held = workflow.get(f"/users/{ana}/appRoleAssignments")["value"]
    given = workflow.get("/servicePrincipals/{app}/appRoleAssignedTo")["value"]
    assert (held, given) == ([], [])
    workflow.assign("users", ana)
    workflow.wait()
    assert workflow.modified(ana, "active") == ("False", "True")


def test_groups_are_created_renamed_filled_emptied_and_deleted(workflow):
    """Create_Group, Update_Group, Add_Member, Remove_Member, Restore_Group, Delete_Group."""
    body = {
        "displayName": "LAGroup",
        "mailEnabled": False,
        "mailNickname": "lagroup",
        "securityEnabled": True,
    }
    group = workflow.do("POST", "/groups", body, 201)["id"]
    role = {"principalId": group, "resourceId": workflow.company.app}
    made = workflow.do("POST", "/servicePrincipals/{app}/appRoleAssignedTo", role, 201)["id"]
    workflow.wait()
    workflow.logged(group, "Create")
    workflow.do("PATCH", f"/groups/{group}", {"displayName": "LARenamed"})
    workflow.wait()
    assert workflow.modified(group, "displayName") == ("LAGroup", "LARenamed")
    ana = workflow.user("lamem1")
    workflow.assign("users", ana)
    workflow.wait()
    link = {"@odata.id": f"{GRAPH}/v1.0/directoryObjects/{ana}"}
    workflow.do("POST", f"/groups/{group}/members/$ref", link)
    workflow.wait()
    old, new = workflow.modified(group, "members")
    assert (old, bool(new)) == (None, True)
    workflow.do("DELETE", f"/groups/{group}/members/{ana}/$ref")
    workflow.wait()
    assert workflow.modified(group, "members") == (new, None)
    workflow.do("DELETE", f"/servicePrincipals/{{app}}/appRoleAssignments/{made}")
    workflow.wait()
    workflow.logged(group, "Delete")
    workflow.assign("groups", group)
    workflow.wait()
    workflow.logged(group, "Create")
    workflow.do("DELETE", f"/groups/{group}")
    workflow.wait()
    workflow.logged(group, "Delete")
