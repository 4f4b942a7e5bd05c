"""Every request to Microsoft Graph that Microsoft's app-gallery validation makes, in its order, and what it reads of each.

Source: https://github.com/AzureAD/SCIMReferenceCode, Microsoft.SCIM.LogicAppValidationTemplate/StandardLogicApp,
the workflows (at 2ead7d6 of the fork himanshusainig/SCIMReferenceCode, read 2026-11-29). Provisioning on demand has tests of its own.
"""

import pytest

from tests.azure_ad.provisioning.company import GRAPH, Company
from tests.azure_ad.scim_server import BASE, TOKEN, ScimServer
from tests.azure_ad.workflow import Workflow

MANAGER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager"


@pytest.fixture
def workflow():
    company = Company(ScimServer())
    company.turn_on()
    return Workflow(company)


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
    workflow.unassign(assignment)
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
    group = workflow.group("LAGroup")
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
    workflow.unassign(made)
    workflow.wait()
    workflow.logged(group, "Delete")
    workflow.assign("groups", group)
    workflow.wait()
    workflow.logged(group, "Create")
    workflow.do("DELETE", f"/groups/{group}")
    workflow.wait()
    workflow.logged(group, "Delete")
