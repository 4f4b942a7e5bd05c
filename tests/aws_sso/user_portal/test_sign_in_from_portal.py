"""Sign-in that starts at the user portal: the request, its one answer, and where it leads; and what no answer may do."""

import base64
import zlib
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import etree

from harness.scim.names import ENTERPRISE_USER
from harness.wire.message import Request
from tests.aws_sso.user_portal.provider import (
    EMAIL,
    NOT_YOU,
    PROTOCOL,
    SAML,
    UNEXPECTED,
    post,
    refused,
    response,
    source,
    start,
    upload,
)

ACCESS_CONTROL = "https://aws.amazon.com/SAML/Attributes/AccessControl:"


def question_of(account, path="/start"):
    """Open a page of the portal without a session; return the request that it sends to the provider, and RelayState."""
    page = account.send(Request("GET", f"{account.tenant.settings.signin_origin}{path}"))
    assert page.status == 302
    url = urlsplit(page.header("Location"))
    assert url._replace(query="").geturl() == "https://idp.example.com/sso"
    query = {name: values[0] for name, values in parse_qs(url.query).items()}
    packed = base64.b64decode(query["SAMLRequest"])
    return etree.fromstring(zlib.decompress(packed, wbits=-zlib.MAX_WBITS)), query["RelayState"]


def test_the_request_says_who_asks_and_where_to_answer(trusting):
    """Unsigned, for an e-mail address, to be answered by POST; told from the next one by its id."""
    request, relay_state = question_of(trusting)
    assert request.tag == f"{PROTOCOL}AuthnRequest"
    assert request.find(f"{SAML}Issuer").text == source(trusting)["issuerUrl"]
    assert request.get("AssertionConsumerServiceURL") == source(trusting)["acsUrl"]
    assert request.get("Destination") == "https://idp.example.com/sso"
    assert request.get("ProtocolBinding").endswith(":HTTP-POST")
    assert request.find(f"{PROTOCOL}NameIDPolicy").get("Format") == EMAIL
    assert request.find("{http://www.w3.org/2000/09/xmldsig#}Signature") is None
    assert relay_state == request.get("ID") != question_of(trusting)[0].get("ID")


def test_the_answer_leads_back_to_the_page_that_asked(trusting, idp):
    """A device's code is confirmed where the person was going to, whatever RelayState says meanwhile."""
    request, _ = question_of(trusting, "/device?user_code=ABCD-EFGH")
    answer = idp.sign(response(trusting, request.get("ID")))
    page = post(trusting, answer, RelayState="https://evil.example.com/")
    origin = trusting.tenant.settings.signin_origin
    assert (page.status, page.header("Location")) == (302, f"{origin}/device?user_code=ABCD-EFGH")
    assert start(trusting, page.header("Set-Cookie").partition(";")[0]).status == 200


def test_a_request_is_answered_once(trusting, idp):
    """A second answer, though freshly signed, finds nobody who waits for it."""
    request, _ = question_of(trusting)
    assert post(trusting, idp.sign(response(trusting, request.get("ID")))).status == 302
    page = post(trusting, idp.sign(response(trusting, request.get("ID"))))
    assert refused(trusting, page, UNEXPECTED)
    assert trusting.events()[0]["errorMessage"] == "Response answers no request that is open"


@pytest.mark.parametrize("request_id", ["_made-up", ""])
def test_an_answer_that_nobody_asked_for_is_refused(trusting, idp, request_id):
    """As long as it says that it is one; without InResponseTo the sign-in starts at the provider."""
    document = response(trusting)
    document.set("InResponseTo", request_id)
    document.find(f".//{SAML}SubjectConfirmationData").set("InResponseTo", request_id)
    assert refused(trusting, post(trusting, idp.sign(document)), UNEXPECTED)


def test_response_and_assertion_answer_the_same_request(trusting, idp):
    """What only the unsigned frame says counts for nothing."""
    request, _ = question_of(trusting)
    document = idp.sign(response(trusting))
    document.set("InResponseTo", request.get("ID"))
    assert refused(trusting, post(trusting, document), UNEXPECTED)


def test_a_request_waits_no_longer_than_a_session_lasts(trusting, idp):
    """After eight hours its answer is too late, and it is forgotten with the next one."""
    request, _ = question_of(trusting)
    trusting.tenant.clock.advance(timedelta(hours=8))
    assert refused(trusting, post(trusting, idp.sign(response(trusting, request.get("ID")))), UNEXPECTED)
    assert post(trusting, idp.sign(response(trusting, question_of(trusting)[0].get("ID")))).status == 302
    question_of(trusting)
    trusting.tenant.clock.advance(timedelta(hours=9))
    question_of(trusting)
    assert len(list(trusting.tenant.store.scan("saml-request"))) == 1


def test_an_assertion_signs_in_once(trusting, idp):
    """Brought again while it is good it is refused; what is over is forgotten."""
    document = idp.sign(response(trusting))
    assert post(trusting, document).status == 302
    assert refused(trusting, post(trusting, document), UNEXPECTED)
    assert trusting.events()[0]["errorMessage"] == "Assertion was used before"
    trusting.tenant.clock.advance(timedelta(minutes=5))
    assert refused(trusting, post(trusting, document), NOT_YOU)
    post(trusting, idp.sign(response(trusting)))
    assert len(list(trusting.tenant.store.scan("saml-assertion"))) == 1


def test_an_assertion_that_was_refused_is_not_used_up(trusting, idp):
    """Somebody who is enabled a minute later may try again."""
    user = trusting.scim("GET", "/Users").json()["Resources"][0]["id"]
    trusting.patch(f"/Users/{user}", {"op": "replace", "path": "active", "value": False})
    document = idp.sign(response(trusting))
    assert refused(trusting, post(trusting, document), UNEXPECTED)
    trusting.patch(f"/Users/{user}", {"op": "replace", "path": "active", "value": True})
    assert post(trusting, document).status == 302


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "//evil.example.com", ""])
def test_a_provider_without_an_address_for_browsers_is_declined(account, idp, address):
    """The portal would send everybody there."""
    service = f'<SingleSignOnService Binding="b" Location="{address}"/>'
    answer = upload(account, idp.metadata(service=service))
    assert (answer.status, "SingleSignOnService" in answer.json()["message"]) == (400, True)


def test_the_provider_is_asked_where_it_takes_redirects(account, idp):
    """Of several bindings, HTTP-Redirect; parameters of its own stay."""
    binding = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-"
    services = (
        f'<SingleSignOnService Binding="{binding}POST" Location="https://idp.example.com/post"/>'
        f'<SingleSignOnService Binding="{binding}Redirect" Location="https://idp.example.com/sso?idp=1"/>'
    )
    upload(account, idp.metadata(service=services))
    page = account.send(Request("GET", source(account)["signInUrl"]))
    assert page.header("Location").startswith("https://idp.example.com/sso?idp=1&SAMLRequest=")


def test_the_metadata_file_describes_the_service_provider(trusting):
    """Issuer, consumer service and name format, as a provider reads them; nobody else's account has a file here."""
    shown = source(trusting)
    file = trusting.send(Request("GET", shown["metadataUrl"]))
    assert "attachment" in file.header("Content-Disposition")
    entity = etree.fromstring(file.body)
    metadata = "{urn:oasis:names:tc:SAML:2.0:metadata}"
    assert entity.get("entityID") == shown["issuerUrl"]
    assert entity.find(f".//{metadata}AssertionConsumerService").get("Location") == shown["acsUrl"]
    assert entity.find(f".//{metadata}NameIDFormat").text == EMAIL
    assert entity.find(f"{metadata}SPSSODescriptor").get("AuthnRequestsSigned") == "false"
    other = shown["metadataUrl"].rpartition("/")[0] + "/00000000-0000-0000-0000-000000000000"
    assert trusting.send(Request("GET", other)).status == 404


def test_the_identity_source_can_be_changed_back(trusting, idp):
    """Users and open sessions stay, nobody new comes in, and the provider can be trusted again."""
    cookie = post(trusting, idp.sign(response(trusting))).header("Set-Cookie").partition(";")[0]
    before = trusting.scim("GET", "/Users").json()
    assert trusting.console("DELETE", "identity-source", {"confirm": "accept"}).status == 400
    assert source(trusting)["type"] == "EXTERNAL_IDP"
    assert trusting.console("DELETE", "identity-source", {"confirm": "ACCEPT"}).status == 200
    assert trusting.events()[0]["eventName"] == "DeleteExternalIdPConfigurationForDirectory"
    assert (source(trusting)["type"], trusting.scim("GET", "/Users").json()) == ("AWS_SSO", before)
    assert start(trusting, cookie).status == 200
    assert start(trusting, "a=b").status == 401
    assert refused(trusting, post(trusting, idp.sign(response(trusting))), NOT_YOU)
    upload(trusting, idp.metadata())
    assert post(trusting, idp.sign(response(trusting))).status == 302


def attribute(name, *values, name_format="urn:oasis:names:tc:SAML:2.0:attrname-format:uri"):
    inner = "".join(f"<AttributeValue>{value}</AttributeValue>" for value in values)
    return f'<Attribute Name="{name}" NameFormat="{name_format}">{inner}</Attribute>'


def statement(*attributes):
    return f"<AttributeStatement>{''.join(attributes)}</AttributeStatement>"


@pytest.fixture
def controlled(trusting):
    """Return an account whose attributes for access control are enabled."""
    from harness.aws_sso.accounts import instance

    with trusting.tenant.store.transaction():
        source = {"Key": "Name", "Value": {"Source": ["${path:name.givenName}"]}}
        instance.change(trusting.tenant, attributes=[source])
    return trusting


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ([attribute(f"a{number}", "x") for number in range(51)], "more than 50"),
        ([attribute("a", "x"), attribute("a", "y")], "twice"),
        ([attribute("a", "x", "y")], "several values"),
        ([attribute("a", "<b/>")], "XML"),
        ([attribute("a", "x", name_format="urn:other")], "format"),
    ],
)
def test_attributes_that_cannot_be_are_refused_where_they_matter(controlled, idp, attributes, reason):
    """With attributes for access control enabled nobody signs in with them; without, nobody looks."""
    page = post(controlled, idp.sign(response(controlled, more=statement(*attributes))))
    assert refused(controlled, page, NOT_YOU)
    assert reason in controlled.events()[0]["errorMessage"]


def test_attributes_do_not_matter_unless_enabled(trusting, idp):
    """Providers send many things."""
    twice = statement(attribute("a", "x", "y"), attribute("a", "<b/>"))
    assert post(trusting, idp.sign(response(trusting, more=twice))).status == 302


def test_the_session_has_the_attributes_for_access_control(controlled, idp):
    """Those under AWS's prefix; where the identity store is the source, its value is the one that counts."""
    from harness.aws_sso.accounts.principal_tags import principal_tags
    from harness.aws_sso.user_portal import sessions

    attributes = (
        attribute(f"{ACCESS_CONTROL}Department", "Engineering"),
        attribute(f"{ACCESS_CONTROL}Name", "Somebody"),
        attribute("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name", "x"),
    )
    page = post(controlled, idp.sign(response(controlled, more=statement(*attributes))))
    secret = page.header("Set-Cookie").partition(";")[0].partition("=")[2]
    person = sessions.find(controlled.tenant, secret)
    assert person.session.attributes == {"Department": "Engineering", "Name": "Somebody"}
    tags = principal_tags(controlled.tenant, person.user, person.session.attributes)
    assert tags == {"Department": "Engineering", "Name": "Barbara"}


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("path:userName", "ana@contoso.com"),
        ("path:name.familyName", "Ruiz"),
        ("path:emails[primary eq true].value", "ana@contoso.com"),
        ('path:addresses[type eq "work"].locality', "Bilbao"),
        ('path:phoneNumbers[type eq "work"].value', "+34 944 000 000"),
        ("path:enterprise.costCenter", "R1"),
        ("path:enterprise.manager.value", "9067729b3d-1"),
        ('path:addresses[type eq "home"].locality', None),
        ("path:addresses[", None),
        ("user:email", "ana@contoso.com"),
        ("user:givenName", "Ana"),
        ("user:AD_GUID", None),
        ("dir:email", None),
    ],
)
def test_a_tag_comes_from_any_source_that_the_guide_lists(controlled, source, value):
    """Elements of a list are picked by what stands in brackets; where nothing stands there is no tag."""
    from harness.aws_sso import identity_store
    from harness.aws_sso.accounts import instance
    from harness.aws_sso.accounts.principal_tags import principal_tags

    user = controlled.user(
        "ana@contoso.com",
        name={"givenName": "Ana", "familyName": "Ruiz"},
        emails=[{"value": "ana@contoso.com", "type": "work", "primary": True}],
        addresses=[{"type": "work", "locality": "Bilbao"}],
        phoneNumbers=[{"type": "work", "value": "+34 944 000 000"}],
        **{ENTERPRISE_USER: {"costCenter": "R1", "manager": {"value": "9067729b3d-1"}}},
    )
    with controlled.tenant.store.transaction():
        instance.change(
            controlled.tenant,
            attributes=[{"Key": "Tag", "Value": {"Source": [f"${{{source}}}"]}}],
        )
    record = identity_store.require(controlled.tenant, identity_store.USER, user["id"])
    assert principal_tags(controlled.tenant, record, {}).get("Tag") == value
