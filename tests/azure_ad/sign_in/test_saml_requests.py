"""Sign-in that an application starts: its request in both bindings, the page that asks who, and foreign reply addresses."""

import base64
import re
import zlib
from dataclasses import replace
from html import unescape
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from harness.azure_ad.sign_in.saml_requests import read_request
from harness.wire.message import Request
from tests.azure_ad.sign_in.test_single_sign_on import ACS, AUDIENCE, GRAPH, alert, configured, response

REQUEST = (
    '<p:AuthnRequest xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" ID="{id}" Version="2.0"{consumer}>'
    '<Issuer xmlns="urn:oasis:names:tc:SAML:2.0:assertion">{issuer}</Issuer></p:AuthnRequest>'
)
FORM = ("Content-Type", "application/x-www-form-urlencoded")
ASSERTION = "{urn:oasis:names:tc:SAML:2.0:assertion}"


@pytest.fixture
def firm(company):
    """Return a company whose application knows where AWS SSO is, and two addresses of it."""
    configured(company, servicePrincipalNames=[AUDIENCE], replyUrls=[ACS, f"{ACS}/second"])
    company.person("ana")
    return company


def packed(text):
    deflating = zlib.compressobj(wbits=-15)
    return base64.b64encode(deflating.compress(text.encode()) + deflating.flush()).decode()


def written(consumer=None, issuer=AUDIENCE):
    named = "" if consumer is None else f' AssertionConsumerServiceURL="{consumer}"'
    return REQUEST.format(id="_r1", issuer=issuer, consumer=named)


def page_for(company, text, **more):
    """Open Azure AD's page with a request in the address."""
    query = urlencode({"SAMLRequest": packed(text), "RelayState": "back", **more})
    return company.ask(Request("GET", f"{GRAPH}/{company.tenant.settings.tenant_id}/saml2?{query}"))


def submit(company, page, user="ana@contoso.com"):
    """Say who signs in on the page."""
    shown = page.body.decode()
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', shown)
    form = {name: unescape(value) for name, value in fields} | {"user": user}
    action = re.search(r'<form method="post" action="([^"]+)"', shown)[1]
    return company.ask(Request("POST", f"{GRAPH}{action}", (FORM,), urlencode(form).encode()))


def test_the_page_asks_who_signs_in_and_the_response_answers_the_request(firm):
    """Offered are people who can; the answer names the request in frame and assertion, and RelayState comes along."""
    page = page_for(firm, written(consumer=f"{ACS}/second"))
    assert page.status == 200
    assert 'value="ana@contoso.com"' in page.body.decode()
    assert "frame-ancestors 'none'" in page.header("Content-Security-Policy")
    answered = submit(firm, page)
    shown = answered.body.decode()
    assert f'action="{ACS}/second"' in shown
    assert 'name="RelayState" value="back"' in shown
    root = etree.fromstring(response(answered))
    data = root.find(f".//{ASSERTION}SubjectConfirmationData")
    assert root.get("InResponseTo") == data.get("InResponseTo") == "_r1"
    assert root.get("Destination") == data.get("Recipient") == f"{ACS}/second"


def test_a_request_may_come_in_a_form(firm):
    """HTTP-POST is not deflated."""
    form = urlencode({"SAMLRequest": base64.b64encode(written().encode()).decode()}).encode()
    url = f"{GRAPH}/{firm.tenant.settings.tenant_id}/saml2"
    page = firm.ask(Request("POST", url, (FORM,), form))
    root = etree.fromstring(response(submit(firm, page)))
    assert (root.get("InResponseTo"), root.get("Destination")) == ("_r1", ACS)


def test_my_apps_begins_without_a_request(firm):
    """A tile's address leads to the same page, and the response answers nothing."""
    url = f"{GRAPH}/{firm.tenant.settings.tenant_id}/saml2/sign-on?servicePrincipalId={firm.app}"
    root = etree.fromstring(response(submit(firm, firm.ask(Request("GET", url)))))
    assert root.get("InResponseTo") is None


@pytest.mark.parametrize("consumer", ["https://evil.example.com/acs", "javascript:alert(1)", f"{ACS}/", ""])
def test_a_foreign_reply_address_is_refused(firm, consumer):
    """On the page already, and again when a form was tampered with; nothing is sent there."""
    good = page_for(firm, written())
    page = page_for(firm, written(consumer=consumer))
    assert (page.status, "AADSTS50011" in alert(page)) == (400, True)
    tampered = good.body.decode().replace(packed(written()), packed(written(consumer=consumer)))
    answered = submit(firm, replace(good, body=tampered.encode()))
    assert (answered.status, "AADSTS50011" in alert(answered)) == (400, True)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (written(issuer="https://other.example.com"), "AADSTS700016"),
        ("<other/>", "AADSTS75005"),
        ("no XML", "AADSTS75005"),
        ("<!DOCTYPE r [<!ENTITY x 'y'>]>" + written(), "AADSTS75005"),
        ("<a>" + "x" * 100_000 + "</a>", "AADSTS75005"),
    ],
)
def test_what_is_no_request_of_an_application_here_is_refused(firm, text, code):
    page = page_for(firm, text)
    assert (page.status, alert(page).startswith(code)) == (400, True)


def test_a_request_must_be_there(firm):
    """In Azure AD's words for the redirect binding."""
    page = firm.ask(Request("GET", f"{GRAPH}/{firm.tenant.settings.tenant_id}/saml2"))
    assert alert(page).startswith("AADSTS750054")


@given(st.binary(max_size=80), st.booleans())
def test_any_octets_are_a_request_or_none(octets, deflated):
    """Never anything but ValueError."""
    try:
        read_request(base64.b64encode(octets).decode(), deflated=deflated)
    except ValueError:
        return
    raise AssertionError("random octets made a request")


def test_a_response_goes_to_servers_only(company):
    """An application may have reply addresses for other protocols; none of those is posted to."""
    company.person("ana")
    configured(company, servicePrincipalNames=[AUDIENCE], replyUrls=["urn:ietf:wg:oauth:2.0:oob"])
    url = f"{GRAPH}/{company.tenant.settings.tenant_id}/saml2/sign-on?servicePrincipalId={company.app}"
    page = submit(company, company.ask(Request("GET", url)))
    assert (page.status, alert(page).startswith("AADSTS500113")) == (400, True)
