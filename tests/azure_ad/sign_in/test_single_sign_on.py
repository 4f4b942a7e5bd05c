"""Azure AD as identity provider: its metadata, who may sign on, and what the signed response says."""

import base64
import logging
import re
from html import unescape

import pytest
from lxml import etree
from signxml.verifier import SignatureConfiguration, XMLVerifier

from harness.azure_ad import signing
from harness.wire.message import Request, json_request
from tests.azure_ad.provisioning.company import GRAPH, GRAPH_TOKEN

SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"
ACS = "https://us-east-1.signin.aws.amazon.com/platform/saml/acs/1"
AUDIENCE = "https://us-east-1.signin.aws.amazon.com/platform/saml/1"
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="session")
def made():
    """Hold the one key pair of this session; making another takes a tenth of a second."""
    return {}


@pytest.fixture(autouse=True)
def _one_key(monkeypatch, made):
    original = signing._new_key

    def make(clock, ids):
        made.update(made or original(clock, ids))
        return dict(made)

    monkeypatch.setattr(signing, "_new_key", make)


@pytest.fixture
def firm(company):
    """Return a company whose application knows where AWS SSO is."""
    configured(company, servicePrincipalNames=[AUDIENCE], replyUrls=[ACS])
    return company


def configured(company, **settings):
    return company.graph("PATCH", f"/servicePrincipals/{company.app}", settings)


def metadata(company, tenant_id=None):
    tenant_id = tenant_id or company.tenant.settings.tenant_id
    path = "federationmetadata/2007-06/federationmetadata.xml"
    return company.ask(Request("GET", f"{GRAPH}/{tenant_id}/{path}"))


def sign_on(company, user="ana@contoso.com", **more):
    url = f"{GRAPH}/{company.tenant.settings.tenant_id}/saml2/sign-on"
    return company.ask(json_request("POST", url, {"user": user, "servicePrincipalId": company.app, **more}))


def response(page):
    assert page.status == 200, page.body
    value = re.search(r'name="SAMLResponse" value="([^"]+)"', page.body.decode())[1]
    return base64.b64decode(unescape(value))


def alert(page):
    return unescape(re.search(r'role="alert">([^<]+)<', page.body.decode())[1])


def test_the_metadata_names_issuer_certificate_and_address(company):
    """What a service provider uploads: entityID, one signing certificate, SingleSignOnService."""
    answer = metadata(company)
    entity = etree.fromstring(answer.body)
    space = "{urn:oasis:names:tc:SAML:2.0:metadata}"
    tenant_id = company.tenant.settings.tenant_id
    assert answer.header("Content-Type").startswith("application/samlmetadata+xml")
    assert entity.get("entityID") == f"https://sts.windows.net/{tenant_id}/"
    assert entity.find(f".//{space}SingleSignOnService").get("Location") == f"{GRAPH}/{tenant_id}/saml2"
    assert len(list(entity.iter("{*}X509Certificate"))) == 1


def test_the_certificate_is_made_once_and_is_the_tenants_own(found, monkeypatch):
    """Asking again, and another process on the same data, see the same one; another tenant has another key."""
    monkeypatch.undo()
    company, other = found(), found(seed="2")
    first = metadata(company).body
    assert metadata(company).body == first
    company.reopen()
    assert metadata(company).body == first
    assert metadata(other).body != first


def test_the_key_leaves_the_store_nowhere(firm, caplog):
    """No answer and no log line holds a piece of the private key."""
    caplog.set_level(logging.DEBUG)
    firm.person("ana")
    answers = metadata(firm).body + sign_on(firm).body + firm.graph("GET", "/servicePrincipals").body
    key = firm.store.get("account", "saml-signing")["key"]
    secret = key.splitlines()[3]
    assert secret.encode() not in answers
    assert secret.encode() not in base64.b64encode(response(sign_on(firm)))
    assert secret not in caplog.text


def test_the_response_holds_one_assertion_signed_with_the_published_certificate(firm):
    """Nothing but the assertion is signed, and it verifies with what the metadata says."""
    firm.person("ana")
    document = etree.fromstring(response(sign_on(firm)))
    (assertion,) = document.iter(f"{SAML}Assertion")
    certificate = etree.fromstring(metadata(firm).body).find(".//{*}X509Certificate").text
    config = SignatureConfiguration(location="./", verification_time=firm.clock.now())
    verified = XMLVerifier().verify(
        etree.tostring(assertion, with_tail=False), x509_cert=certificate, expect_config=config
    )
    assert verified.signed_xml.get("ID") == assertion.get("ID")
    assert assertion.getparent() is document


def test_the_assertion_says_who_for_whom_and_when(firm):
    """NameID, recipient, audience, and seventy minutes from the moment of the tenant's clock."""
    firm.person("ana")
    document = etree.fromstring(response(sign_on(firm)))
    name_id = document.find(f".//{SAML}NameID")
    data = document.find(f".//{SAML}SubjectConfirmationData")
    conditions = document.find(f".//{SAML}Conditions")
    assert name_id.text == "ana@contoso.com"
    assert name_id.get("Format") == "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
    assert document.get("Destination") == data.get("Recipient") == ACS
    assert document.find(f".//{SAML}Audience").text == AUDIENCE
    assert conditions.get("NotBefore") == "2026-03-02T08:00:00.000Z"
    assert conditions.get("NotOnOrAfter") == data.get("NotOnOrAfter") == "2026-03-02T09:10:00.000Z"
    assert document.find(f".//{SAML}AuthnStatement").get("AuthnInstant") == "2026-03-02T08:00:00.000Z"


def test_the_page_submits_itself_to_the_reply_address(firm):
    """A form for the browser, not to be cached."""
    firm.person("ana")
    page = sign_on(firm)
    assert f'<form method="post" action="{ACS}">' in page.body.decode()
    assert page.header("Cache-Control") == "no-store"


def test_another_name_id_is_sent_as_told(firm):
    """Markup in it stays text."""
    firm.person("ana")
    document = etree.fromstring(response(sign_on(firm, nameId="<b>&Ana@x.y")))
    assert document.find(f".//{SAML}NameID").text == "<b>&Ana@x.y"


def test_the_name_is_found_in_any_case_and_sent_as_the_directory_has_it(firm):
    """People may type their name as they like."""
    firm.person("ana")
    document = etree.fromstring(response(sign_on(firm, "ANA@contoso.com")))
    assert document.find(f".//{SAML}NameID").text == "ana@contoso.com"


def test_direct_members_of_an_assigned_group_may_sign_on_and_nested_ones_not(firm):
    """A group brings its direct members only, as in provisioning."""
    ana, bo = firm.person("ana", assigned=False), firm.person("bo", assigned=False)
    night = firm.group("Night", (bo,), assigned=False)
    firm.group("Operations", (ana, night))
    assert sign_on(firm).status == 200
    assert "AADSTS50105" in alert(sign_on(firm, "bo@contoso.com"))


def test_without_required_assignment_everybody_may_sign_on(firm):
    """The property `appRoleAssignmentRequired` decides."""
    firm.person("ana", assigned=False)
    service = firm.apps.find(firm.app)
    firm.store.put("servicePrincipal", firm.app, {**service, "appRoleAssignmentRequired": False})
    assert sign_on(firm).status == 200


@pytest.mark.parametrize(
    ("asked", "code", "named"),
    [
        ({"user": "nobody@contoso.com"}, "AADSTS50034", "nobody@contoso.com"),
        ({"user": "off@contoso.com"}, "AADSTS50057", "disabled"),
        ({"user": "outsider@contoso.com"}, "AADSTS50105", "AWS SSO"),
        ({"servicePrincipalId": NOBODY}, "AADSTS700016", NOBODY),
    ],
)
def test_who_may_not_sign_on_reads_why(firm, asked, code, named):
    """The page holds the code and what it is about, and no response."""
    firm.person("ana")
    firm.person("off", accountEnabled=False)
    firm.person("outsider", assigned=False)
    page = sign_on(firm, **asked)
    assert page.status == 400
    assert alert(page).startswith(f"{code}: ")
    assert named in alert(page)
    assert b"SAMLResponse" not in page.body


def test_a_deleted_user_is_unknown(firm):
    """Deleted means gone from the sign-in page too."""
    key = firm.person("ana")
    firm.directory.delete("User", key)
    assert "AADSTS50034" in alert(sign_on(firm))


def test_an_application_without_reply_address_signs_nobody_on(company):
    """Before the administrator told Azure AD where AWS SSO is."""
    company.person("ana")
    assert "AADSTS500113" in alert(sign_on(company))


def test_another_tenant_is_not_here(company):
    """Neither its metadata nor its sign-in page."""
    assert "AADSTS90002" in alert(metadata(company, NOBODY))
    url = f"{GRAPH}/{NOBODY}/saml2/sign-on"
    assert "AADSTS90002" in alert(company.ask(json_request("POST", url, {})))


@pytest.mark.parametrize("more", [{"user": 1}, {"user": None}, {"servicePrincipalId": []}, {"nameId": 7}])
def test_a_request_of_the_wrong_types_is_refused(firm, more):
    """400 in Graph's shape."""
    answer = sign_on(firm, **more)
    assert (answer.status, answer.json()["error"]["code"]) == (400, "Request_BadRequest")


def test_a_name_that_xml_cannot_hold_is_refused(firm):
    """A control character is an error in words, not a broken response."""
    firm.person("ana")
    answer = sign_on(firm, nameId="a\x01@x.y")
    assert answer.status == 400
    assert "XML" in answer.json()["error"]["message"]


def test_names_are_shown_as_text(firm):
    """A refusal repeats what was typed without letting it become markup."""
    page = sign_on(firm, "<script>@x.y").body.decode()
    assert "&lt;script&gt;" in page
    assert "<script>" not in page


def test_basic_saml_configuration_is_kept_with_the_service_principal(company):
    """PATCH answers 204 and GET shows it; other properties stay."""
    settings = {
        "preferredSingleSignOnMode": "saml",
        "servicePrincipalNames": [AUDIENCE],
        "replyUrls": [ACS],
    }
    assert configured(company, **settings).status == 204
    shown = company.graph("GET", f"/servicePrincipals/{company.app}").json()
    assert settings.items() <= shown.items()
    assert shown["displayName"] == "AWS SSO"


@pytest.mark.parametrize(
    "settings",
    [
        {"replyUrls": ["javascript:alert(1)"]},
        {"replyUrls": ACS},
        {"replyUrls": [1]},
        {"preferredSingleSignOnMode": []},
        {"appId": "x"},
    ],
)
def test_what_cannot_be_configured_is_refused_and_nothing_kept(company, settings):
    """Wrong types and other properties are 400."""
    before = company.apps.find(company.app)
    assert configured(company, servicePrincipalNames=[AUDIENCE], **settings).status == 400
    assert company.apps.find(company.app) == before


def test_configuring_needs_the_token_and_an_application(company):
    """Graph's door is the same for this call."""
    path = f"/servicePrincipals/{company.app}"
    assert company.graph("PATCH", path, {}, token="wrong").status == 401
    assert company.graph("PATCH", f"/servicePrincipals/{NOBODY}", {}, token=GRAPH_TOKEN).status == 404
