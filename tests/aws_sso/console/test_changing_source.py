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


def uploaded(text, word="ACCEPT"):
    """Return a form with a file in it and the word that confirms, as a browser sends one."""
    name = "Content-Disposition: form-data; name="
    file = f'{name}"file"; filename="idp.xml"\r\nContent-Type: text/xml\r\n\r\n{text}'
    return f'--edge\r\n{file}\r\n--edge\r\n{name}"confirm"\r\n\r\n{word}\r\n--edge--\r\n'.encode()


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


@pytest.mark.parametrize("word", ["", "accept", "yes"])
def test_a_change_to_a_provider_is_confirmed(account, provider, word):
    """The page asks for the word; without it nothing changes. A provider's next metadata needs none."""
    assert "Type ACCEPT" in settings_page(account)
    kind = "multipart/form-data; boundary=edge"
    declined = send(account, "/identity-source", uploaded(provider.metadata(), word), kind)
    assert (declined.status, "Type ACCEPT" in declined.body.decode()) == (400, True)
    assert source(account)["type"] == "AWS_SSO"


def test_active_directory_is_said_to_be_missing(account):
    """Whoever looks for the third source learns that it is not imitated."""
    assert "Active Directory, the third source, is not imitated" in settings_page(account)


def test_the_word_changes_back(account, provider):
    """Without it the page says what to type, and the provider is trusted still."""
    trusted = {"metadata": provider.metadata(), "confirm": "ACCEPT"}
    send(account, "/identity-source", urlencode(trusted).encode())
    declined = send(account, "/identity-source/own", b"confirm=yes")
    assert (declined.status, "Type ACCEPT" in declined.body.decode()) == (400, True)
    assert source(account)["type"] == "EXTERNAL_IDP"
    assert send(account, "/identity-source/own", b"confirm=ACCEPT").status == 303
    assert source(account)["type"] == "AWS_SSO"


@pytest.mark.parametrize(
    "body",
    [
        b"confirm=ACCEPT",
        b"confirm=ACCEPT&metadata=",
        b"confirm=ACCEPT&metadata=%3Cother/%3E",
        uploaded("<a>"),
    ],
)
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
