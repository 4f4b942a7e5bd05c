"""Azure AD against SCIMMY, a SCIM server in another language, over real HTTP: what works, and what it refuses.

https://github.com/scimmyjs/scimmy refuses Azure AD's default dialect on purpose (issues 51 and 86): the flag
`?aadOptscim062020` is what its users are told to set. Each refusal is in the provisioning log as the server said it.
"""

import json

import pytest

from harness.azure_ad.provisioning.target.reactions import SCIM
from harness.scim.names import ENTERPRISE_USER
from harness.wire.message import json_request
from tests.azure_ad.scim_server import TOKEN

pytestmark = pytest.mark.slow

MANAGER = f"{ENTERPRISE_USER}:manager"
INCOMPATIBLE = f"{SCIM}ServiceIncompatible"
FLAG = "?aadOptscim062020"


@pytest.fixture(params=["", FLAG], ids=["default", "flagged"])
def contoso(request, scimmy_company):
    """Return a company in each dialect: what works in both is tested in both."""
    return scimmy_company(request.param)


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
    assert (name, code) == ("Ana", INCOMPATIBLE)
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
    assert (name, code) == ("Ana", INCOMPATIBLE)
    assert '"scimType":"noTarget"' in reason
    assert contoso.user("ana")["title"] == "Pilot"


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


def test_false_in_quotation_marks_is_refused(scimmy_company):
    """scimmy#86: the default dialect's "False" is no boolean; with the flag the person is disabled, and comes back."""
    contoso = scimmy_company()
    ana = contoso.person("ana")
    contoso.turn_on()
    contoso.log()
    contoso.change(ana, accountEnabled=False)
    contoso.cycle()
    name, code, reason = contoso.failure()
    assert (name, code) == ("Ana", INCOMPATIBLE)
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


def test_the_right_token_is_needed(scimmy_company):
    """Test Connection and cycle agree on what is wrong."""
    contoso = scimmy_company()
    contoso.engine.save_secrets(contoso.app, {"SecretToken": "wrong"})
    contoso.turn_on()
    error = contoso.status["quarantine"]["error"]
    assert error["code"] == f"{SCIM}CredentialValidationFailure"
    assert "Authorization not detected!" in error["message"]
