"""Microsoft's app-gallery validation, tests 1 to 14, run against scim2-server: each comes to the service's verdict.

The server is certified three times: as it is, with the flag on its tenant URL, and mended by a vendor who read what Azure
AD sends. A test's docstring is its row of the overview: whether it is mandatory (M) or optional (O), and when it passes.

Source: https://github.com/AzureAD/SCIMReferenceCode, Microsoft.SCIM.LogicAppValidationTemplate/StandardLogicApp,
SCIM-Validation-Test-Overview.md (at 3372c7e, read 2026-11-30) and the workflows (at 2ead7d6 of the fork
himanshusainig/SCIMReferenceCode, read 2026-11-29).
"""

from contextlib import contextmanager

import pytest

from harness.azure_ad.provisioning.log import on_demand_answer
from harness.scim.names import ENTERPRISE_USER
from harness.scim.path import parse_path, read
from harness.wire.inprocess import inprocess
from tests.azure_ad.caller import address
from tests.azure_ad.foreign import Foreign
from tests.azure_ad.scim_server import BASE
from tests.azure_ad.workflow import StepFailedError, Workflow
from tests.certification.vendors import MANAGER, mended

pytestmark = pytest.mark.slow
INCOMPATIBLE = "SystemForCrossDomainIdentityManagementServiceIncompatible"
# Whatever the mapping reads of a user: Graph's property, the target's attribute, the value before and after.
ATTRIBUTES = [
    ("displayName", "displayName", "LA One", "LA Two"),
    ("givenName", "name.givenName", "Ana", "Anna"),
    ("surname", "name.familyName", "Ruiz", "Reyes"),
    ("jobTitle", "title", "Pilot", "Captain"),
    ("mail", 'emails[type eq "work"].value', "one@contoso.com", "two@contoso.com"),
    ("preferredLanguage", "preferredLanguage", "de-DE", "en-US"),
    ("officeLocation", 'addresses[type eq "work"].formatted', "18/2111", "18/2112"),
    ("streetAddress", 'addresses[type eq "work"].streetAddress', "Rue 1", "Rue 2"),
    ("city", 'addresses[type eq "work"].locality', "Bonn", "Trier"),
    ("state", 'addresses[type eq "work"].region', "NW", "RP"),
    ("postalCode", 'addresses[type eq "work"].postalCode', "53111", "54290"),
    ("country", 'addresses[type eq "work"].country', "DE", "FR"),
    ("businessPhones", 'phoneNumbers[type eq "work"].value', "+1 425 555 0100", "+1 425 555 0200"),
    ("mobilePhone", 'phoneNumbers[type eq "mobile"].value', "+1 425 555 0101", "+1 425 555 0201"),
    ("faxNumber", 'phoneNumbers[type eq "fax"].value', "+1 425 555 0102", "+1 425 555 0202"),
    ("mailNickname", "externalId", "laone", "latwo"),
    ("employeeId", f"{ENTERPRISE_USER}:employeeNumber", "701984", "701985"),
    ("department", f"{ENTERPRISE_USER}:department", "Flight", "Ops"),
]


# Which tests are not PASSED, and why: Azure AD's bare manager in either dialect, its list of values without the flag.
VERDICTS = {
    "as it is": {
        "User_Update_Manager_Test": INCOMPATIBLE,
        "Group_Update_Remove_Member_Test": INCOMPATIBLE,
    },
    "with the flag": {"User_Update_Manager_Test": INCOMPATIBLE},
    "mended": {},
}


class Validation(Workflow):
    """The workflow, and the vendor's endpoint that it reads."""

    def __init__(self, company, verdicts):
        super().__init__(company)
        self.verdicts = verdicts

    @contextmanager
    def test(self, name):
        """Run a test of the validation, and compare what it comes to."""
        verdict = None
        try:
            yield
        except StepFailedError as failure:
            verdict = str(failure)
        assert verdict == self.verdicts.get(name)

    def found(self, kind, attribute, value):
        return self.company.found(kind, attribute, value)

    def on_demand(self, key, kind):
        """Provision one object at once, by the job schema's first rule; return what the log would say of it."""
        job = "/servicePrincipals/{app}/synchronization/jobs/{job}"
        rule = self.get(f"{job}/schema")["synchronizationRules"][0]["id"]
        subject = {"objectId": key, "objectTypeName": kind}
        body = {"parameters": [{"ruleId": rule, "subjects": [subject]}]}
        answer = self.do("POST", f"{job}/provisionOnDemand", body, 200)
        outcome = on_demand_answer.read(answer)
        return outcome.result, outcome.value[0]


@pytest.fixture(params=VERDICTS)
def validation(request, foreign_app):
    """Return the workflow at its start: an empty server, and a job that runs."""
    send = inprocess(foreign_app)
    company = Foreign(mended(send) if request.param == "mended" else send, BASE)
    company.point("?aadOptscim062020" if request.param == "with the flag" else "")
    company.turn_on()
    return Validation(company, VERDICTS[request.param])


@pytest.fixture
def ana(validation):
    """Return a user who was created and provisioned, with every attribute that is mapped."""
    return somebody(validation, "laone")


def somebody(validation, name, *, assigned=True):
    values = {graph: [before] if graph == "businessPhones" else before for graph, _, before, _ in ATTRIBUTES}
    key = validation.user(name, **{**values, "mailNickname": name})
    if assigned:
        validation.assign("users", key)
        validation.wait()
    return key


@pytest.fixture
def office(validation):
    """Return a group that was created and provisioned."""
    key = validation.group("LAGroup")
    validation.assign("groups", key)
    validation.wait()
    return key


def test_01_create_user(validation):
    """M: nobody there at first; log: Create, success; the endpoint finds the user."""
    with validation.test("Create_User_Test"):
        assert validation.found("Users", "userName", "laone@contoso.com") == []
        key = somebody(validation, "laone")
        entry = validation.logged(key, "Create")
        (user,) = validation.found("Users", "userName", "laone@contoso.com")
        assert (entry["targetIdentity"]["id"], user["active"]) == (user["id"], True)
        told = {row["displayName"]: row["newValue"] for row in entry["modifiedProperties"]}
        for _, target, before, _ in ATTRIBUTES:
            assert (read(user, parse_path(target)), told[target]) == (before, before)


def test_02_update_user(validation, ana):
    """M: every mapped attribute that can change; log: Update, success; every new value is readable."""
    with validation.test("Update_User_Test"):
        changes = {
            graph: [after] if graph == "businessPhones" else after for graph, _, _, after in ATTRIBUTES
        }
        validation.do("PATCH", f"/users/{ana}", changes)
        validation.wait()
        entry = validation.logged(ana, "Update")
        (user,) = validation.found("Users", "userName", "laone@contoso.com")
        told = {row["displayName"]: (row["oldValue"], row["newValue"]) for row in entry["modifiedProperties"]}
        for _, target, before, after in ATTRIBUTES:
            assert (read(user, parse_path(target)), told[target]) == (after, (before, after))


def test_03_disable_user(validation, ana):
    """M: accountEnabled false; log: Disable, success."""
    with validation.test("Disable_User_Test"):
        validation.do("PATCH", f"/users/{ana}", {"accountEnabled": False})
        validation.wait()
        (row,) = validation.logged(ana, "Disable")["modifiedProperties"]
        assert row == {"displayName": "active", "oldValue": "True", "newValue": "False"}
        (user,) = validation.found("Users", "userName", "laone@contoso.com")
        assert user["active"] is False


def test_04_delete_user(validation, ana):
    """O: deleted, and purged from the deleted items; log: Delete, success; nobody is found."""
    with validation.test("Delete_User_Test"):
        validation.do("DELETE", f"/users/{ana}")
        validation.do("DELETE", f"/directory/deletedItems/{ana}")
        validation.wait()
        validation.logged(ana, "Delete")
        assert validation.found("Users", "userName", "laone@contoso.com") == []


def test_05_user_update_manager(validation, ana):
    """M: set, changed, removed; three entries with the manager, whose new value is the manager's id, empty on removal."""
    with validation.test("User_Update_Manager_Test"):
        path, before = f"/users/{ana}/manager/$ref", None
        for name in ("lamgr", "lamgrnew"):
            manager = somebody(validation, name)
            validation.do("PUT", path, address(manager, "users"))
            validation.wait()
            (boss,) = validation.found("Users", "userName", f"{name}@contoso.com")
            assert validation.modified(ana, MANAGER) == (before, boss["id"])
            assert manager_of(validation) == boss["id"]
            before = boss["id"]
        validation.do("DELETE", path)
        validation.wait()
        assert validation.modified(ana, MANAGER) == (before, "")
        assert manager_of(validation) is None


def manager_of(validation):
    (user,) = validation.found("Users", "userName", "laone@contoso.com")
    return user[ENTERPRISE_USER].get("manager", {}).get("value")


def test_06_restore_user(validation):
    """M: created; unassigned, and inactive; assigned, and back. The same id: SoftDeleteRestore."""
    with validation.test("Restore_User_Test"):
        key = somebody(validation, "larestore", assigned=False)
        assignment = validation.assign("users", key)
        validation.wait()
        validation.logged(key, "Create")
        (created,) = validation.found("Users", "userName", "larestore@contoso.com")
        validation.unassign(assignment)
        validation.wait()
        validation.logged(key, "Disable")
        (gone,) = validation.found("Users", "userName", "larestore@contoso.com")
        validation.assign("users", key)
        validation.wait()
        (back,) = validation.found("Users", "userName", "larestore@contoso.com")
        assert [user["active"] for user in (created, gone, back)] == [True, False, True]
        assert created["id"] == back["id"]
        assert validation.modified(key, "active") == ("False", "True")


def test_07_provision_on_demand_user(validation):
    """M: HTTP 200; log: success; the user is found, with no cycle in between."""
    with validation.test("POD_User_Test"):
        key = somebody(validation, "lapod", assigned=False)
        validation.assign("users", key)
        result, told = validation.on_demand(key, "User")
        assert (result, told["action"]) == ("Success", "Create")
        entry = validation.logged(key, "Create")
        (user,) = validation.found("Users", "userName", "lapod@contoso.com")
        assert entry["targetIdentity"]["id"] == told["targetIdentity"]["id"] == user["id"]


def test_08_create_group(validation, office):
    """M: log: Create, success; the endpoint finds the group by its name."""
    with validation.test("Create_Group_Test"):
        entry = validation.logged(office, "Create")
        (group,) = validation.found("Groups", "displayName", "LAGroup")
        assert (entry["targetIdentity"]["id"], group["externalId"]) == (group["id"], office)


def test_09_update_group(validation, office):
    """M: renamed; log: Update, success; the new name is found."""
    with validation.test("Update_Group_Test"):
        validation.do("PATCH", f"/groups/{office}", {"displayName": "LARenamed"})
        validation.wait()
        assert validation.modified(office, "displayName") == ("LAGroup", "LARenamed")
        assert len(validation.found("Groups", "displayName", "LARenamed")) == 1


def test_10_delete_group(validation, office):
    """O: log: Delete, success; nothing is found."""
    with validation.test("Delete_Group_Test"):
        validation.do("DELETE", f"/groups/{office}")
        validation.wait()
        validation.logged(office, "Delete")
        assert validation.found("Groups", "displayName", "LAGroup") == []


def test_11_group_add_member(validation, office, ana):
    """M: log: Update with members, the new value is the user's id, the old one empty."""
    with validation.test("Group_Update_Add_Member_Test"):
        validation.do("POST", f"/groups/{office}/members/$ref", address(ana))
        validation.wait()
        (user,) = validation.found("Users", "userName", "laone@contoso.com")
        assert validation.modified(office, "members") == (None, user["id"])
        assert validation.company.members("LAGroup") == [user["id"]]


def test_12_group_remove_member(validation, office, ana):
    """M: log: Update with members, the old value is the id, the new one empty."""
    with validation.test("Group_Update_Remove_Member_Test"):
        validation.do("POST", f"/groups/{office}/members/$ref", address(ana))
        validation.wait()
        (user,) = validation.found("Users", "userName", "laone@contoso.com")
        validation.do("DELETE", f"/groups/{office}/members/{ana}/$ref")
        validation.wait()
        assert validation.modified(office, "members") == (user["id"], None)
        assert validation.company.members("LAGroup") == []


def test_13_provision_on_demand_group(validation):
    """M: HTTP 200; log: success; the group is found."""
    with validation.test("POD_Group_Test"):
        key = validation.group("LAPod")
        validation.assign("groups", key)
        result, told = validation.on_demand(key, "Group")
        assert (result, told["action"]) == ("Success", "Create")
        validation.logged(key, "Create")
        (group,) = validation.found("Groups", "displayName", "LAPod")
        assert told["targetIdentity"]["id"] == group["id"]


def test_14_restore_group(validation):
    """O: created; unassigned: Delete, and gone; assigned: Create, and back."""
    with validation.test("Restore_Group_Test"):
        key = validation.group("LARestore")
        assignment = validation.assign("groups", key)
        validation.wait()
        created = validation.logged(key, "Create")
        validation.unassign(assignment)
        validation.wait()
        validation.logged(key, "Delete")
        assert validation.found("Groups", "displayName", "LARestore") == []
        validation.assign("groups", key)
        validation.wait()
        again = validation.logged(key, "Create")
        (group,) = validation.found("Groups", "displayName", "LARestore")
        assert again["targetIdentity"]["id"] == group["id"]
        assert again["id"] != created["id"]
