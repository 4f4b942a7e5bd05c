"""What Azure AD does well against every server that others wrote: scim2-server and SCIMMY, in all the ways they are run."""

import pytest

from harness.scim.names import ENTERPRISE_USER

pytestmark = pytest.mark.slow

FLAG = "?aadOptscim062020"


@pytest.fixture(params=["scim2-server", "scim2-server over a socket", "SCIMMY", "SCIMMY flagged"])
def contoso(request):
    """Return a company per server, transport and dialect."""
    if request.param.startswith("SCIMMY"):
        return request.getfixturevalue("scimmy_company")(FLAG if "flagged" in request.param else "")
    transport = "over a socket" if "socket" in request.param else "in process"
    return request.getfixturevalue("scim2_company")(transport)


def test_a_company_moves_in(contoso):
    """The initial cycle: every mapped attribute arrives, groups have their members, and the next cycle is quiet."""
    ana = contoso.person(
        "ana",
        jobTitle="Pilot",
        mail="ana@contoso.com",
        department="Flight",
        employeeId="701984",
        mobilePhone="1",
        businessPhones=["2"],
        faxNumber="3",
        city="Bonn",
        preferredLanguage="de",
    )
    contoso.group("Office", (ana, contoso.person("ben")))
    contoso.turn_on()
    assert {entry[1:] for entry in contoso.told()} == {("create", "success"), ("update", "success")}
    user = contoso.user("ana")
    assert (user["title"], user["active"], user["externalId"]) == ("Pilot", True, "ana")
    assert user["name"] == {"givenName": "Ana", "familyName": "Ruiz", "formatted": "Ana Ruiz"}
    assert user["emails"] == [{"type": "work", "value": "ana@contoso.com", "primary": True}]
    phones = {phone["type"]: phone["value"] for phone in user["phoneNumbers"]}
    assert phones == {"work": "2", "mobile": "1", "fax": "3"}
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
    """Membership by PATCH; deletion by DELETE."""
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


def test_without_the_mapping_of_active_a_person_is_deleted(contoso):
    """DELETE arrives."""
    contoso.edit("active")
    ana = contoso.person("ana")
    contoso.turn_on()
    contoso.unassign(ana)
    contoso.cycle()
    assert contoso.found("Users", "userName", "ana@contoso.com") == []
    assert contoso.told()[-1] == ("Ana", "delete", "success")
