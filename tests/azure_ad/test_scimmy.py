"""Azure AD against SCIMMY, a SCIM server in another language, over real HTTP: what works, and what it refuses.

https://github.com/scimmyjs/scimmy refuses Azure AD's default dialect on purpose (issues 51 and 86): the flag
`?aadOptscim062020` is what its users are told to set. Each refusal is in the provisioning log as the server said it.
"""

import json
from itertools import count

import pytest

from harness.azure_ad.provisioning.reactions import SCIM
from harness.scim.names import ENTERPRISE_USER
from harness.wire.message import json_request
from harness.wire.network import Network
from tests.azure_ad.foreign import Foreign
from tests.azure_ad.scim_server import TOKEN
from tests.azure_ad.scimmy.running import serving

MANAGER = f"{ENTERPRISE_USER}:manager"
BAD_REQUEST = f"{SCIM}BadRequest"
FLAG = "?aadOptscim062020"
_TENANTS = count()


@pytest.fixture(scope="module")
def scimmy():
    """Run one server for all tests of this process; each has a tenant of its own."""
    network = Network(timeout=10)
    with serving(TOKEN) as origin:
        yield network, origin
    network.close()


@pytest.fixture
def found(scimmy):
    """Return a function that founds a company in a dialect."""
    network, origin = scimmy

    def founded(flag=""):
        company = Foreign(network, f"{origin}/tenant{next(_TENANTS)}/scim")
        company.point(flag)
        return company

    return founded


@pytest.fixture(params=["", FLAG], ids=["default", "flagged"])
def contoso(request, found):
    """Return a company in each dialect: what works in both is tested in both."""
    return found(request.param)


def test_a_company_moves_in(contoso):
    """The initial cycle: every mapped attribute arrives, groups have their members."""
    ana = contoso.person(
        "ana",
        jobTitle="Pilot",
        mail="ana@contoso.com",
        department="Flight",
        employeeId="701984",
        mobilePhone="1",
        businessPhones=["2"],
        city="Bonn",
    )
    contoso.group("Office", (ana, contoso.person("ben")))
    contoso.turn_on()
    assert {entry[1:] for entry in contoso.told()} == {("create", "success"), ("update", "success")}
    user = contoso.user("ana")
    assert (user["title"], user["active"], user["externalId"]) == ("Pilot", True, "ana")
    assert user["name"]["familyName"] == "Ruiz"
    assert user["emails"] == [{"type": "work", "value": "ana@contoso.com", "primary": True}]
    assert user[ENTERPRISE_USER] == {"department": "Flight", "employeeNumber": "701984"}
    assert contoso.members("Office") == sorted(contoso.user(name)["id"] for name in ("ana", "ben"))
    contoso.cycle()
    assert contoso.told() == []


def test_attributes_change(contoso):
    """Replaced where there is a value, added where there is none, in one PATCH, in either dialect."""
    ana = contoso.person("ana", jobTitle="Pilot", mail="ana@contoso.com")
    contoso.turn_on()
    contoso.log()
    contoso.change(ana, jobTitle="Captain", mail="new@contoso.com", department="Ops", givenName="Anna")
    contoso.cycle()
    assert contoso.told() == [("Ana", "update", "success")]
    user = contoso.user("ana")
    assert (user["title"], user["emails"][0]["value"]) == ("Captain", "new@contoso.com")
    assert (user["name"]["givenName"], user[ENTERPRISE_USER]["department"]) == ("Anna", "Ops")


def test_a_group_is_renamed_filled_and_deleted(contoso):
    """What both dialects say alike."""
    ana = contoso.person("ana")
    group = contoso.group("Office")
    contoso.turn_on()
    contoso.directory.add_member(group, ana)
    contoso.directory.update("Group", group, {"displayName": "Bureau"})
    contoso.cycle()
    assert contoso.members("Bureau") == [contoso.user("ana")["id"]]
    contoso.directory.delete("Group", group)
    contoso.cycle()
    assert contoso.found("Groups", "displayName", "Bureau") == []
    assert not [entry for entry in contoso.log() if entry["provisioningStatusInfo"]["status"] == "failure"]


def test_a_member_leaves(contoso):
    """By a list of values or by a filter in the path: SCIMMY understands both, and nobody else leaves."""
    ana = contoso.person("ana")
    group = contoso.group("Office", (ana, contoso.person("ben")))
    contoso.turn_on()
    contoso.log()
    contoso.directory.remove_member(group, ana)
    contoso.cycle()
    assert contoso.members("Office") == [contoso.user("ben")["id"]]
    assert contoso.told()[-1] == ("Office", "update", "success")


def test_a_bare_manager_is_refused(contoso):
    """A plain id is no complex value, flag or not; everything else about the person arrives."""
    ana, ben = contoso.person("ana"), contoso.person("ben")
    contoso.directory.set_manager(ana, ben)
    contoso.turn_on()
    name, code, reason = contoso.failure()
    assert (name, code) == ("Ana", BAD_REQUEST)
    assert "Complex attribute 'manager' expected complex value but found type 'string'" in reason
    assert contoso.user("ana").get(ENTERPRISE_USER) is None


def test_an_element_that_is_missing_is_refused(contoso):
    """RFC 7644 calls it noTarget; Azure AD wants the element made, so an e-mail cannot come later."""
    ana = contoso.person("ana", jobTitle="Pilot")
    contoso.turn_on()
    contoso.log()
    contoso.change(ana, jobTitle="Captain", mail="ana@contoso.com")
    contoso.cycle()
    name, code, reason = contoso.failure()
    assert (name, code) == ("Ana", BAD_REQUEST)
    assert '"scimType":"noTarget"' in reason
    assert contoso.user("ana")["title"] == "Pilot"


def test_without_the_mapping_of_active_a_person_is_deleted(contoso):
    """DELETE arrives."""
    contoso.edit("active")
    ana = contoso.person("ana")
    contoso.turn_on()
    contoso.unassign(ana)
    contoso.cycle()
    assert contoso.found("Users", "userName", "ana@contoso.com") == []
    assert contoso.told()[-1] == ("Ana", "delete", "success")


def test_an_account_that_was_there_is_taken_over(contoso):
    """A match by userName is updated, never created twice."""
    body = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ana@contoso.com"}
    answer = contoso.send(json_request("POST", f"{contoso.base}/Users", body, bearer=TOKEN))
    assert answer.status == 201
    contoso.person("ana", jobTitle="Pilot")
    contoso.turn_on()
    assert contoso.user("ana")["id"] == answer.json()["id"]


def test_an_account_whose_name_differs_in_case_cannot_be_found(contoso):
    """Its filters mind case, its own check for duplicates here does not: the log blames the filter."""
    body = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "Ana@contoso.com"}
    assert contoso.send(json_request("POST", f"{contoso.base}/Users", body, bearer=TOKEN)).status == 201
    contoso.person("ana")
    contoso.turn_on()
    name, code, reason = contoso.failure()
    assert (name, code) == ("Ana", f"{SCIM}ServiceIncompatibleFiltering")
    assert "StatusCode: Conflict" in reason
    assert "userName 'ana@contoso.com' is taken" in reason


def test_false_in_quotation_marks_is_refused(found):
    """scimmy#86: the default dialect's "False" is no boolean; with the flag the person is disabled, and comes back."""
    contoso = found()
    ana = contoso.person("ana")
    contoso.turn_on()
    contoso.log()
    contoso.change(ana, accountEnabled=False)
    contoso.cycle()
    name, code, reason = contoso.failure()
    assert (name, code) == ("Ana", BAD_REQUEST)
    said = json.loads(reason.partition("Web Response: \r\n")[2].partition("}. This")[0] + "}")
    assert said == {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
        "status": "400",
        "scimType": "invalidValue",
        "detail": "Attribute 'active' expected value type 'boolean' but found type 'string' for 'replace' op of operation 1 "
        "in PatchOp request body",
    }
    assert contoso.user("ana")["active"] is True
    contoso.point(FLAG)
    contoso.cycle()
    assert contoso.told() == [("Ana", "disable", "success")]
    assert contoso.user("ana")["active"] is False
    contoso.change(ana, accountEnabled=True)
    contoso.cycle()
    assert contoso.user("ana")["active"] is True


def test_the_right_token_is_needed(found):
    """Test Connection and cycle agree on what is wrong."""
    contoso = found()
    contoso.engine.save_secrets(contoso.app, {"SecretToken": "wrong"})
    contoso.turn_on()
    error = contoso.status["quarantine"]["error"]
    assert error["code"] == f"{SCIM}CredentialValidationFailure"
    assert "Authorization not detected!" in error["message"]
