"""Azure AD against a SCIM server that others wrote: what works works, what it refuses is in the log as it was said."""

from datetime import timedelta

import pytest

from harness.azure_ad.provisioning.target.reactions import SCIM
from harness.scim.names import ENTERPRISE_USER
from harness.wire.message import json_request
from tests.azure_ad.scim_server import TOKEN

pytestmark = pytest.mark.slow
MANAGER = f"{ENTERPRISE_USER}:manager"
INCOMPATIBLE = f"{SCIM}ServiceIncompatible"


@pytest.fixture(params=["in process", "over a socket"])
def contoso(request, scim2_company):
    """Return a company per transport: what holds in process holds on the wire."""
    return scim2_company(request.param)


def test_a_person_changes_is_disabled_and_comes_back(contoso):
    """Attribute by attribute; "False" is understood as false."""
    ana = contoso.person("ana", jobTitle="Pilot", mail="ana@contoso.com")
    contoso.turn_on()
    contoso.log()
    contoso.change(ana, jobTitle="Captain", mail="new@contoso.com", department="Ops")
    contoso.cycle()
    assert contoso.told() == [("Ana", "update", "success")]
    user = contoso.user("ana")
    assert (user["title"], user["emails"][0]["value"]) == ("Captain", "new@contoso.com")
    assert user[ENTERPRISE_USER]["department"] == "Ops"
    contoso.change(ana, accountEnabled=False)
    contoso.cycle()
    assert contoso.user("ana")["active"] is False
    contoso.change(ana, accountEnabled=True)
    contoso.cycle()
    assert contoso.user("ana")["active"] is True
    contoso.cycle()
    assert [entry[1] for entry in contoso.told()] == ["disable", "update"]


def test_the_bare_manager_is_refused_and_logged_with_the_servers_words(contoso):
    """Many servers take Azure AD's plain id for no manager; the reason is the server's answer, word for word."""
    ana, ben = contoso.person("ana"), contoso.person("ben")
    contoso.directory.set_manager(ana, ben)
    contoso.turn_on()
    entry = contoso.log()[-1]
    status = entry["provisioningStatusInfo"]
    assert (entry["provisioningAction"], status["status"]) == ("update", "failure")
    assert status["errorInformation"]["errorCode"] == INCOMPATIBLE
    assert "StatusCode: BadRequest" in status["errorInformation"]["reason"]
    assert '"scimType": "invalidValue"' in status["errorInformation"]["reason"]
    assert entry["modifiedProperties"] == [
        {"displayName": MANAGER, "oldValue": None, "newValue": contoso.user("ben")["id"]}
    ]
    assert "manager" not in contoso.user("ana").get(ENTERPRISE_USER, {})


def test_the_default_removal_of_members_is_refused(contoso):
    """A value array on remove is Azure AD's own; RFC 7644 wants a filter in the path, as the flag sends it."""
    ana = contoso.person("ana")
    group = contoso.group("Office", (ana, contoso.person("ben")))
    contoso.turn_on()
    contoso.log()
    contoso.directory.remove_member(group, ana)
    contoso.cycle()
    assert contoso.told()[-1] == ("Office", "update", INCOMPATIBLE)
    assert len(contoso.members("Office")) == 2
    contoso.point("?aadOptscim062020")
    contoso.cycle()
    assert contoso.told()[-1] == ("Office", "update", "success")
    assert contoso.members("Office") == [contoso.user("ben")["id"]]


def test_an_element_that_is_missing_is_refused(contoso):
    """Azure AD adds to an element that is not there; RFC 7644 calls that noTarget, and nothing is half done."""
    ana = contoso.person("ana", jobTitle="Pilot")
    contoso.turn_on()
    contoso.log()
    contoso.change(ana, jobTitle="Captain", businessPhones=["2"])
    contoso.cycle()
    (entry,) = contoso.log()
    information = entry["provisioningStatusInfo"]["errorInformation"]
    assert information["errorCode"] == INCOMPATIBLE
    assert '"scimType": "noTarget"' in information["reason"]
    assert contoso.user("ana")["title"] == "Pilot"


def test_the_flagged_dialect_is_understood(contoso):
    """Merged replaces with dotted keys and a real boolean."""
    contoso.point("?aadOptscim062020")
    ana = contoso.person("ana", jobTitle="Pilot")
    contoso.turn_on()
    contoso.change(ana, jobTitle="Captain", givenName="Anna", accountEnabled=False)
    contoso.cycle()
    assert contoso.told()[-1] == ("Ana", "disable", "success")
    user = contoso.user("ana")
    assert (user["title"], user["name"]["givenName"], user["active"]) == ("Captain", "Anna", False)


def test_an_account_that_was_there_is_taken_over(contoso):
    """A match by userName is updated, never created twice."""
    body = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ana@contoso.com"}
    answer = contoso.send(json_request("POST", f"{contoso.base}/Users", body, bearer=TOKEN))
    assert answer.status == 201
    contoso.person("ana", jobTitle="Pilot")
    contoso.turn_on()
    assert contoso.told() == [("Ana", "update", "success")]
    assert (contoso.user("ana")["id"], contoso.user("ana")["title"]) == (answer.json()["id"], "Pilot")


def test_a_wrong_token_quarantines_and_the_right_one_lifts_it(contoso):
    """Test Connection and cycle agree on what is wrong."""
    contoso.person("ana")
    contoso.engine.save_secrets(contoso.app, {"SecretToken": "wrong"})
    contoso.turn_on()
    error = contoso.status["quarantine"]["error"]
    assert error["code"] == f"{SCIM}CredentialValidationFailure"
    assert "Response Status Code: Unauthorized" in error["message"]
    contoso.engine.save_secrets(contoso.app, {"SecretToken": TOKEN})
    contoso.wait(timedelta(minutes=5))
    assert contoso.status["code"] == "Active"
    assert contoso.user("ana")["active"] is True
