"""Signing in with SAML: what is trusted, what is refused and how, the session, and the events."""

import copy
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.signer import XMLSigner

from harness.aws_sso import cloudtrail
from harness.aws_sso.cloudtrail.lookup import of_name
from harness.wire.message import Request, json_request
from tests.aws_sso.user_portal.provider import (
    KEY,
    NAME,
    NOT_YOU,
    PROTOCOL,
    SAML,
    SERVICE,
    UNEXPECTED,
    pem,
    post,
    refused,
    response,
    sentence,
    source,
    start,
    upload,
)


def test_a_trusted_response_signs_its_person_in(trusting, idp):
    """A redirect to the portal with a session that scripts cannot read, and a page that greets the person."""
    answer = post(trusting, idp.sign(response(trusting)))
    cookie = answer.header("Set-Cookie")
    assert (answer.status, answer.header("Location")) == (302, source(trusting)["signInUrl"])
    assert {"HttpOnly", "Secure", "SameSite=Lax"} <= set(cookie.split("; "))
    page = start(trusting, cookie.partition(";")[0])
    assert page.status == 200
    assert "Hello, Babs Jensen" in page.body.decode()
    assert "No account assignments exist yet" in page.body.decode()


def test_the_portal_shows_names_as_text(trusting, idp):
    """What people named themselves is never markup."""
    trusting.user("x@example.com", displayName="<i>X</i>", active=True)
    cookie = post(trusting, idp.sign(response(trusting, name_id="x@example.com"))).header("Set-Cookie")
    page = start(trusting, cookie.partition(";")[0]).body.decode()
    assert "&lt;i&gt;X&lt;/i&gt;" in page
    assert "<i>X" not in page


def is_sent_away(page):
    return page.status == 302 and page.header("Location").startswith("https://idp.example.com/sso?")


def test_without_a_session_the_portal_greets_nobody(trusting):
    """No cookie, or a made-up one, leads to the identity provider."""
    assert is_sent_away(start(trusting, "a=b"))
    assert is_sent_away(start(trusting, "x-amz-sso_authn=" + "A" * 64))


def test_a_session_ends(trusting, idp):
    """After eight hours on the tenant's clock, and at once when the user is disabled or deleted."""

    def signed_in():
        return post(trusting, idp.sign(response(trusting))).header("Set-Cookie").partition(";")[0]

    cookie = signed_in()
    trusting.tenant.clock.advance(timedelta(hours=8, seconds=-1))
    assert start(trusting, cookie).status == 200
    trusting.tenant.clock.advance(timedelta(seconds=1))
    assert is_sent_away(start(trusting, cookie))
    cookie = signed_in()
    user = trusting.scim("GET", "/Users").json()["Resources"][0]["id"]
    trusting.patch(f"/Users/{user}", {"op": "replace", "path": "active", "value": False})
    assert is_sent_away(start(trusting, cookie))
    trusting.scim("DELETE", f"/Users/{user}")
    assert is_sent_away(start(trusting, cookie))


def test_the_session_is_kept_as_a_digest_only(trusting, idp):
    """Neither the store nor the event history holds the cookie or the response."""
    document = idp.sign(response(trusting))
    cookie = post(trusting, document).header("Set-Cookie").partition(";")[0].partition("=")[2]
    stored = repr(trusting.directory()) + repr(trusting.events())
    assert len(cookie) == 64
    assert cookie not in stored
    assert document.find(".//{*}SignatureValue").text.strip()[:40] not in stored


@pytest.mark.parametrize(
    "name_id", ["bjensen", "b.jensen@example.com", "Bjensen@example.com", f" {NAME}", f"{NAME} ", ""]
)
def test_only_the_exact_user_name_signs_in(trusting, idp, name_id):
    """Another name, another case, a blank more: nobody."""
    before = trusting.directory()
    page = post(trusting, idp.sign(response(trusting, name_id=name_id)))
    assert refused(trusting, page, UNEXPECTED)
    assert trusting.directory() == before


def test_a_user_name_that_is_no_address_cannot_sign_in(trusting, idp):
    """The NameID must be an address, even where the user name is none."""
    trusting.user("login", active=True)
    assert refused(trusting, post(trusting, idp.sign(response(trusting, name_id="login"))), UNEXPECTED)


def test_the_case_of_the_name_id_may_be_ignored(open_account, idp):
    """The quirk for which no page gives the answer."""
    account = open_account(name_id_ignores_case=True)
    upload(account, idp.metadata())
    account.user(NAME, active=True)
    assert post(account, idp.sign(response(account, name_id=NAME.upper()))).status == 302


def test_the_email_address_does_not_matter(trusting, idp):
    """The match is on the user name."""
    mail = {"value": "other@example.com", "type": "work", "primary": True}
    trusting.user("second@example.com", emails=[mail], active=True)
    page = post(trusting, idp.sign(response(trusting, name_id="other@example.com")))
    assert refused(trusting, page, UNEXPECTED)
    assert post(trusting, idp.sign(response(trusting, name_id="second@example.com"))).status == 302


def test_a_disabled_user_is_not_signed_in(trusting, idp):
    """Whoever is inactive stays outside."""
    trusting.user("off@example.com", active=False)
    page = post(trusting, idp.sign(response(trusting, name_id="off@example.com")))
    assert refused(trusting, page, UNEXPECTED)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"destination": "https://elsewhere.example.com"}, UNEXPECTED),
        ({"recipient": "https://elsewhere.example.com"}, UNEXPECTED),
        ({"audience": "urn:elsewhere"}, UNEXPECTED),
        ({"method": "holder-of-key"}, UNEXPECTED),
        ({"status": "Requester"}, UNEXPECTED),
        ({"more": f"<Advice>{'x' * 50_000}</Advice>"}, UNEXPECTED),
        ({"more": "<EncryptedAssertion/>"}, UNEXPECTED),
        ({"issuer": "https://other.example.com/"}, NOT_YOU),
        ({"format": "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"}, NOT_YOU),
        ({"until": ""}, NOT_YOU),
        ({"ends": "soon"}, NOT_YOU),
        ({"begins": "2026-03-02T07:00:00"}, NOT_YOU),
    ],
)
def test_a_signed_response_of_another_content_is_refused(trusting, idp, more, words):
    """Each condition by itself, though the signature is good."""
    assert refused(trusting, post(trusting, idp.sign(response(trusting, **more))), words)


@pytest.mark.parametrize(
    ("moved", "page"),
    [
        (timedelta(minutes=-5), 302),
        (timedelta(minutes=-5, seconds=-1), 400),
        (timedelta(minutes=5, seconds=-1), 302),
        (timedelta(minutes=5), 400),
    ],
)
@pytest.mark.parametrize("limits", [("begins", "ends"), ("begins", "until")])
def test_the_window_is_kept_to_the_second(trusting, idp, moved, page, limits):
    """NotBefore is in, NotOnOrAfter out, of the conditions and of the confirmation each, by the tenant's clock."""
    now = trusting.tenant.clock.now()
    wide = {
        "begins": now - timedelta(days=1),
        "ends": now + timedelta(days=1),
        "until": now + timedelta(days=1),
    }
    shifted = {"begins": now - timedelta(minutes=5) - moved}
    shifted[limits[1]] = now + timedelta(minutes=5) - moved
    parts = {name: moment.isoformat() for name, moment in (wide | shifted).items()}
    assert post(trusting, idp.sign(response(trusting, **parts))).status == page


def test_an_unsigned_response_is_refused(trusting):
    """Nor does an empty signature help."""
    document = response(trusting)
    assert refused(trusting, post(trusting, document), NOT_YOU)
    assertion = document.find(f"{SAML}Assertion")
    assertion.remove(assertion.find("{*}Signature"))
    assert refused(trusting, post(trusting, document), NOT_YOU)


def test_a_strangers_signature_is_refused(trusting, stranger):
    """The certificate inside the response proves nothing."""
    assert refused(trusting, post(trusting, stranger.sign(response(trusting))), NOT_YOU)


def test_what_was_changed_after_signing_is_refused(trusting, idp):
    """One letter of the NameID is enough."""
    document = idp.sign(response(trusting, name_id="a" + NAME))
    document.find(f".//{SAML}NameID").text = NAME
    assert refused(trusting, post(trusting, document), NOT_YOU)


def test_a_weak_signature_is_refused(trusting, idp):
    """SHA-1 is no proof, whoever signed."""
    document = idp.sign(response(trusting))
    octets = etree.tostring(document)
    for strong, weak in (
        (SignatureMethod.RSA_SHA256.value, SignatureMethod.RSA_SHA1.value),
        (DigestAlgorithm.SHA256.value, DigestAlgorithm.SHA1.value),
    ):
        assert refused(trusting, post(trusting, octets.replace(strong.encode(), weak.encode())), NOT_YOU)


@pytest.mark.parametrize("comments", ["", "_WITH_COMMENTS"])
def test_a_comment_does_not_cut_the_name_short(trusting, idp, comments):
    """bjensen@example.com<!-- -->.evil is another name than bjensen@example.com, comment signed or not."""
    method = CanonicalizationMethod[f"EXCLUSIVE_XML_CANONICALIZATION_1_0{comments}"]
    document = idp.sign(response(trusting, name_id=f"{NAME}<!-- -->.evil"), c14n_algorithm=method)
    assert refused(trusting, post(trusting, document), UNEXPECTED)


@pytest.mark.parametrize("place", ["sibling", "extensions", "signature", "outside"])
def test_a_forged_assertion_around_a_signed_one_is_refused(trusting, idp, place):
    """Wherever the genuine assertion is moved to, the forged one does not borrow its signature."""
    trusting.user("boss@example.com", active=True)
    document = idp.sign(response(trusting))
    genuine = document.find(f"{SAML}Assertion")
    forged = copy.deepcopy(genuine)
    forged.find(f".//{SAML}NameID").text = "boss@example.com"
    forged.set("ID", "_forged")
    if place == "sibling":
        genuine.addprevious(forged)
    elif place == "extensions":
        document.replace(genuine, forged)
        etree.SubElement(document, f"{PROTOCOL}Extensions").append(genuine)
    elif place == "signature":
        document.replace(genuine, forged)
        holder = forged.find("{*}Signature")
        etree.SubElement(holder, "{http://www.w3.org/2000/09/xmldsig#}Object").append(genuine)
    else:
        outer = etree.Element(f"{PROTOCOL}Response")
        outer.append(copy.deepcopy(document.find(f"{PROTOCOL}Status")))
        outer.append(forged)
        document.remove(genuine)
        wrapped = etree.SubElement(outer, f"{PROTOCOL}Extensions")
        wrapped.append(genuine)
        document = outer
    assert refused(trusting, post(trusting, document), UNEXPECTED)


def test_an_assertion_signed_only_in_part_is_refused(trusting, idp):
    """A signature over something else than the assertion does not vouch for it."""
    document = response(trusting, more='<Advice xmlns="urn:oasis:names:tc:SAML:2.0:assertion" ID="_part"/>')
    assertion = document.find(f"{SAML}Assertion")
    signer = XMLSigner(c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0)
    signed = signer.sign(assertion, key=idp.key, cert=pem(idp.certificate), reference_uri="_part")
    document.replace(assertion, signed)
    assert refused(trusting, post(trusting, document), NOT_YOU)
    assert trusting.events()[0]["errorMessage"] == "Assertion is not signed with a trusted certificate"


def test_a_signature_that_stands_elsewhere_is_refused(trusting, idp):
    """It belongs into the assertion itself, not deeper."""
    placeholder = '<s:Signature xmlns:s="http://www.w3.org/2000/09/xmldsig#" Id="placeholder"/>'
    document = response(trusting, more=f"<Advice>{placeholder}</Advice>")
    assertion = document.find(f"{SAML}Assertion")
    assertion.remove(assertion.find("{*}Signature"))
    assert refused(trusting, post(trusting, idp.sign(document)), NOT_YOU)


def test_a_confirmation_without_end_is_refused(trusting, idp):
    """SAML wants to know until when a bearer may be believed."""
    document = response(trusting)
    del document.find(f".//{SAML}SubjectConfirmationData").attrib["NotOnOrAfter"]
    assert refused(trusting, post(trusting, idp.sign(document)), NOT_YOU)


def test_a_response_without_assertion_of_its_own_is_refused(trusting, idp):
    """None is not exactly one, and one that is put away in an extension is none."""
    document = idp.sign(response(trusting))
    assertion = document.find(f"{SAML}Assertion")
    document.remove(assertion)
    assert refused(trusting, post(trusting, document), UNEXPECTED)
    etree.SubElement(document, f"{PROTOCOL}Extensions").append(assertion)
    assert refused(trusting, post(trusting, document), UNEXPECTED)


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"no XML",
        b"<open>",
        b"<r/>",
        b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>',
        b"<!DOCTYPE r><r/>",
    ],
)
def test_junk_is_refused(trusting, document):
    """Broken XML, another document, and any document type declaration."""
    assert refused(trusting, post(trusting, document), UNEXPECTED)


def test_a_declaration_before_a_good_response_is_refused(trusting, idp):
    """Even where it declares nothing that is used."""
    octets = etree.tostring(idp.sign(response(trusting)))
    assert refused(trusting, post(trusting, b"<!DOCTYPE r [<!ENTITY x 'y'>]>" + octets), UNEXPECTED)


@pytest.mark.parametrize("form", ["", "SAMLResponse=%21", "SAMLResponse=" + "A" * 2_000_000, "x=%ff"])
def test_forms_without_a_readable_response_are_refused(trusting, form):
    """Nothing, no base64, too much, no text."""
    kind = ("Content-Type", "application/x-www-form-urlencoded")
    page = trusting.send(Request("POST", source(trusting)["acsUrl"], (kind,), form.encode()))
    assert refused(trusting, page, UNEXPECTED)


def test_another_consumer_service_is_refused(trusting, idp):
    """An address with a wrong id at its end is somebody else's."""
    document = idp.sign(response(trusting))
    assert refused(trusting, post(trusting, document, acs=source(trusting)["acsUrl"] + "0"), UNEXPECTED)


def test_before_a_provider_is_trusted_nobody_signs_in(account, idp):
    """The identity source is AWS SSO itself, yet its addresses can be copied."""
    account.user(NAME, active=True)
    assert source(account)["type"] == "AWS_SSO"
    assert refused(account, post(account, idp.sign(response(account))), NOT_YOU)


def test_certificates_are_judged_by_the_tenants_clock(old_account, idp):
    """One that lived in 2020 is good in the account of 2020, until time passes there."""
    lived = idp.certified(datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 12, 31, tzinfo=UTC))
    upload(old_account, idp.metadata(certificate=lived))
    old_account.user(NAME, active=True)
    assert post(old_account, idp.sign(response(old_account))).status == 302
    old_account.tenant.clock.advance(timedelta(days=180))
    assert refused(old_account, post(old_account, idp.sign(response(old_account))), NOT_YOU)


def test_while_certificates_change_both_are_trusted(account, idp, stranger):
    """Metadata may hold two signing certificates; one for encryption proves nothing."""
    keys = "".join(KEY.format(use="signing", certificate=each.certificate) for each in (stranger, idp))
    account.user(NAME, active=True)
    upload(account, idp.metadata(keys=keys))
    assert post(account, idp.sign(response(account))).status == 302
    keys = KEY.format(use="encryption", certificate=idp.certificate)
    keys += KEY.format(use="signing", certificate=stranger.certificate)
    upload(account, idp.metadata(keys=keys))
    assert refused(account, post(account, idp.sign(response(account))), NOT_YOU)


def test_the_identity_source_tells_where_to_send_people(trusting):
    """Type and the four addresses; the certificate is not repeated."""
    shown = source(trusting)
    assert shown["type"] == "EXTERNAL_IDP"
    assert re.fullmatch(r"https://[\w.-]+/platform/saml/acs/[0-9a-f-]{36}", shown["acsUrl"])
    saml_id = shown["acsUrl"].rpartition("/")[2]
    assert shown["issuerUrl"] == f"https://us-east-1.signin.aws.amazon.com/platform/saml/{saml_id}"
    assert shown["signInUrl"].endswith("/start")
    assert list(shown) == ["type", "acsUrl", "issuerUrl", "signInUrl", "metadataUrl"]
    assert saml_id not in trusting.tenant.settings.tenant_id


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"issuer": ""}, "entityID"),
        ({"keys": ""}, "certificate"),
        ({"use": "encryption"}, "certificate"),
        ({"service": ""}, "SingleSignOnService"),
        ({"certificate": "bm8gY2VydGlmaWNhdGU="}, "certificate"),
        ({"certificate": "?"}, "certificate"),
        ({"certificate": "A" * 2501}, "2500"),
        ({"service": SERVICE + "<X>" + "x" * 75_000 + "</X>"}, "75000"),
    ],
)
def test_metadata_without_what_is_needed_is_declined(account, idp, more, words):
    """400 in words, and the identity source stays as it was."""
    answer = upload(account, idp.metadata(**more))
    assert answer.status == 400
    assert words in answer.json()["message"]
    assert source(account)["type"] == "AWS_SSO"


@pytest.mark.parametrize(
    "metadata", ["", "<open>", "<other/>", "<!DOCTYPE r [<!ENTITY x 'y'>]><r>&x;</r>", 7, None]
)
def test_what_is_no_metadata_is_declined(account, metadata):
    """Broken XML, another document, a document type declaration, no text at all."""
    assert upload(account, metadata).status == 400
    assert source(account)["type"] == "AWS_SSO"


@pytest.mark.parametrize("body", [b"", b"{", b"[]"])
def test_an_upload_without_json_is_declined(account, body):
    """In the console's words, as everywhere there."""
    request = Request("PUT", f"{account.origin}/console/api/identity-source", (), body)
    answer = account.send(request)
    assert (answer.status, list(answer.json())) == (400, ["message"])


def test_other_sites_cannot_change_the_identity_source(account, idp):
    """A page of another site in the administrator's browser must not choose whom to trust."""
    foreign = (("Sec-Fetch-Site", "cross-site"),)
    url = f"{account.origin}/console/api/identity-source"
    answer = account.send(json_request("PUT", url, {"metadata": idp.metadata()}, headers=foreign))
    assert answer.status == 403
    assert source(account)["type"] == "AWS_SSO"


def test_choosing_a_provider_is_logged(account, idp):
    """Created first, then updated, by the names of the directory's console events; no certificate in them."""
    upload(account, idp.metadata())
    upload(account, idp.metadata())
    second, first = account.events()[:2]
    assert first["eventName"] == "CreateExternalIdPConfigurationForDirectory"
    assert second["eventName"] == "UpdateExternalIdPConfigurationForDirectory"
    assert first["requestParameters"] == {"identityStoreId": "d-9067729b3d"}
    assert first["eventSource"] == "sso-directory.amazonaws.com"


def test_a_sign_in_is_the_documented_event(trusting, idp):
    """Today's identity names the user by id and store."""
    post(trusting, idp.sign(response(trusting)))
    entered, event = trusting.events()[:2]
    user = trusting.scim("GET", "/Users").json()["Resources"][0]["id"]
    identity = event["userIdentity"]
    assert identity.pop("credentialId")
    assert identity == {
        "type": "IdentityCenterUser",
        "accountId": "123456789012",
        "onBehalfOf": {
            "userId": user,
            "identityStoreArn": "arn:aws:identitystore::123456789012:identitystore/d-9067729b3d",
        },
    }
    assert event["additionalEventData"].pop("AuthWorkflowID")
    assert event["additionalEventData"] == {
        "LoginTo": source(trusting)["signInUrl"],
        "CredentialType": "EXTERNAL_IDP",
        "UserName": NAME,
    }
    assert (event["eventName"], event["eventSource"]) == ("UserAuthentication", "signin.amazonaws.com")
    assert (event["eventType"], event["eventVersion"]) == ("AwsServiceEvent", "1.08")
    assert event["serviceEventDetails"] == {"UserAuthentication": "Success"}
    assert (entered["eventName"], entered["eventSource"]) == ("Authenticate", "sso.amazonaws.com")
    assert (entered["eventType"], entered["readOnly"]) == ("AwsServiceEvent", False)
    assert entered["userIdentity"] == event["userIdentity"] | {
        "credentialId": entered["userIdentity"]["credentialId"]
    }
    assert "serviceEventDetails" not in entered


def test_the_event_of_2020_names_the_user(old_account, idp):
    """The identity was Unknown then, with the account as principal."""
    upload(old_account, idp.metadata())
    old_account.user(NAME, active=True)
    post(old_account, idp.sign(response(old_account)))
    entered, event = old_account.events()[:2]
    assert (entered["userIdentity"], entered["eventVersion"]) == (event["userIdentity"], "1.08")
    assert event["userIdentity"] == {
        "type": "Unknown",
        "principalId": "123456789012",
        "arn": "",
        "accountId": "123456789012",
        "accessKeyId": "",
        "userName": NAME,
    }


def test_a_failure_is_the_observed_event(trusting, idp):
    """The frame that an operator published, with the reason in errorMessage."""
    post(trusting, idp.sign(response(trusting, format="urn:other")))
    event = trusting.events()[0]
    for drawn in ("requestID", "eventID"):
        assert re.fullmatch(r"[0-9a-f-]{36}", event.pop(drawn))
    assert event == {
        "eventVersion": "1.08",
        "userIdentity": {
            "type": "Unknown",
            "principalId": "123456789012",
            "arn": "",
            "accountId": "123456789012",
            "accessKeyId": "",
        },
        "eventTime": "2026-03-02T08:00:00Z",
        "eventSource": "signin.amazonaws.com",
        "eventName": "ExternalIdPDirectoryLogin",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "127.0.0.1",
        "userAgent": "",
        "errorMessage": "Response contains invalid name id policy format",
        "requestParameters": None,
        "responseElements": {"ExternalIdPDirectoryLogin": "Failure"},
        "readOnly": False,
        "eventType": "AwsConsoleSignIn",
        "managementEvent": True,
        "recipientAccountId": "123456789012",
        "eventCategory": "Management",
    }


@pytest.mark.parametrize("name", ["UserAuthentication", "ExternalIdPDirectoryLogin"])
def test_sign_in_events_can_be_looked_up(trusting, idp, name):
    """By their name, as AWS's troubleshooting page tells people to."""
    post(trusting, idp.sign(response(trusting)))
    post(trusting, b"junk")
    for where in (name, name.upper()):
        events = cloudtrail.lookup(trusting.tenant, by=of_name(where))
        assert [entry.body["eventName"] for entry in events] == [name]


@pytest.mark.parametrize("moments", ["", "&start=2026-03-02T13:00%2B05:00&end=2026-03-02T13:00%2B05:00"])
def test_a_sign_in_that_failed_is_among_the_errors_of_the_event_history(trusting, moments):
    """Its event has no error code; moments may say how far they are from UTC."""
    post(trusting, b"junk")
    page = trusting.send(Request("GET", f"{trusting.origin}/console/events?error=Failure{moments}"))
    assert "<strong>Failure</strong>" in page.body.decode()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
@pytest.mark.slow
def test_no_damage_to_a_good_response_signs_anybody_else_in(trusting, idp, data):
    """Changed or cut anywhere, a response signs in the same person, or leads to one of the two pages."""
    octets = bytearray(etree.tostring(idp.sign(response(trusting))))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(octets) - 1))
        octets[place : place + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2))
    page = post(trusting, bytes(octets))
    if page.status == 302:
        event = trusting.events()[1]
        assert event["additionalEventData"]["UserName"] == NAME
    else:
        assert refused(trusting, page, sentence(page))
        assert sentence(page) in (UNEXPECTED, NOT_YOU)
