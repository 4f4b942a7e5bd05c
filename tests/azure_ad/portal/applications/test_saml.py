"""The page for single sign-on: what is typed or comes in a metadata file is saved, and what is neither is refused."""

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.azure_ad.sign_in.saml_metadata import read_service_provider
from harness.wire.message import Request
from tests.azure_ad.provisioning.company import GRAPH

IDENTIFIER = "https://us-east-1.signin.aws.amazon.com/platform/saml/1"
REPLY = "https://us-east-1.signin.aws.amazon.com/platform/saml/acs/1"
METADATA = (
    '<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{identifier}"><SPSSODescriptor>'
    '<AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-{binding}" Location="{reply}"/>'
    "</SPSSODescriptor></EntityDescriptor>"
)


def metadata(**more):
    return METADATA.format(**{"identifier": IDENTIFIER, "binding": "POST", "reply": REPLY} | more)


def page(company, method="GET", body=b"", kind="application/x-www-form-urlencoded"):
    url = f"{GRAPH}/portal/apps/{company.app}/single-sign-on"
    return company.ask(Request(method, url, (("Content-Type", kind),) if body else (), body))


def typed(company, **fields):
    return page(company, "POST", urlencode(fields).encode())


def uploaded(company, text):
    head = 'Content-Disposition: form-data; name="file"; filename="sp.xml"\r\nContent-Type: text/xml\r\n\r\n'
    body = f"--edge\r\n{head}{text}\r\n--edge--\r\n".encode()
    return page(company, "POST", body, "multipart/form-data; boundary=edge")


@pytest.mark.parametrize(
    "save",
    [
        lambda company: uploaded(company, metadata()),
        lambda company: typed(company, identifier=IDENTIFIER, reply=REPLY),
    ],
)
def test_the_configuration_is_saved_and_shown(company, save):
    """From a file or from two fields; Graph shows the same."""
    assert save(company).status == 303
    shown = page(company).body.decode()
    assert f'value="{IDENTIFIER}"' in shown
    assert f'value="{REPLY}"' in shown
    assert "federationmetadata/2007-06/federationmetadata.xml" in shown
    principal = company.graph("GET", f"/servicePrincipals/{company.app}").json()
    assert (principal["servicePrincipalNames"], principal["replyUrls"]) == ([IDENTIFIER], [REPLY])


@pytest.mark.parametrize(
    "save",
    [
        lambda company: typed(company, identifier=IDENTIFIER),
        lambda company: typed(company, identifier=IDENTIFIER, reply="javascript:alert(1)"),
        lambda company: uploaded(company, "<open>"),
        lambda company: uploaded(company, "<other/>"),
        lambda company: uploaded(company, metadata(binding="Redirect")),
        lambda company: uploaded(company, metadata(reply="javascript:alert(1)")),
        lambda company: uploaded(company, metadata(identifier="")),
    ],
)
def test_what_cannot_be_is_refused_in_words(company, save):
    """On the page itself, and nothing is saved."""
    before = company.apps.find(company.app)
    answer = save(company)
    assert (answer.status, 'role="alert"' in answer.body.decode()) == (400, True)
    assert company.apps.find(company.app) == before


@given(st.text(max_size=60))
def test_any_text_is_a_metadata_file_or_none(text):
    """Never anything but ValueError."""
    with pytest.raises(ValueError):
        read_service_provider(text)
