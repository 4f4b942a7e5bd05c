"""Changing the identity source in the console: a provider's metadata as a file or as text, and back."""

from urllib.parse import urlencode

import pytest

from harness.wire.message import Request
from tests.aws_sso.user_portal.provider import ISSUER, Provider, source


@pytest.fixture(scope="module")
def provider():
    return Provider()


def send(account, path, body, kind="application/x-www-form-urlencoded"):
    return account.send(Request("POST", f"{account.origin}/console{path}", (("Content-Type", kind),), body))


def settings_page(account):
    return account.send(Request("GET", f"{account.origin}/console/settings")).body.decode()


def uploaded(text):
    """Return a form with a file in it, as a browser sends one."""
    head = 'Content-Disposition: form-data; name="file"; filename="idp.xml"\r\nContent-Type: text/xml\r\n\r\n'
    return f"--edge\r\n{head}{text}\r\n--edge--\r\n".encode()


def test_a_provider_is_trusted_by_its_file_or_its_text(account, provider):
    """The page names the issuer then, and offers to change back; a page that posts twice does nothing twice."""
    assert "Change to an external identity provider" in settings_page(account)
    answer = send(
        account, "/identity-source", uploaded(provider.metadata()), "multipart/form-data; boundary=edge"
    )
    assert answer.status == 303
    assert answer.header("Location").endswith("/console/settings?notice=identity-source")
    assert source(account)["type"] == "EXTERNAL_IDP"
    page = settings_page(account)
    assert ISSUER in page
    assert f'href="{source(account)["metadataUrl"]}"' in page
    text = urlencode({"metadata": provider.metadata()}).encode()
    assert send(account, "/identity-source", text).status == 303
    assert account.events()[0]["eventName"] == "UpdateExternalIdPConfigurationForDirectory"


def test_the_word_changes_back(account, provider):
    """Without it the page says what to type, and the provider is trusted still."""
    send(account, "/identity-source", urlencode({"metadata": provider.metadata()}).encode())
    declined = send(account, "/identity-source/own", b"confirm=yes")
    assert (declined.status, "Type ACCEPT" in declined.body.decode()) == (400, True)
    assert source(account)["type"] == "EXTERNAL_IDP"
    assert send(account, "/identity-source/own", b"confirm=ACCEPT").status == 303
    assert source(account)["type"] == "AWS_SSO"


@pytest.mark.parametrize("body", [b"", b"metadata=", b"metadata=%3Cother/%3E", uploaded("<a>")])
def test_what_is_no_metadata_is_declined_in_words(account, body):
    """Nothing chosen, another document, broken XML."""
    kind = (
        "multipart/form-data; boundary=edge"
        if body.startswith(b"--")
        else "application/x-www-form-urlencoded"
    )
    answer = send(account, "/identity-source", body, kind)
    assert (answer.status, "metadata" in answer.body.decode()) == (400, True)
    assert source(account)["type"] == "AWS_SSO"
