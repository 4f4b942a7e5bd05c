"""Signature Version 4, made by botocore: any will do by default, only the owner's once a key pair is configured."""

from dataclasses import replace

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from harness.wire.message import Request
from tests.aws_sso.apis.conftest import KEY, SECRET


def lists_users(url, key=KEY, secret=SECRET, region="us-east-1", token=None):
    client = boto3.client(
        "identitystore",
        endpoint_url=url,
        region_name=region,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        aws_session_token=token,
        config=Config(retries={"max_attempts": 1}),
    )
    return client.list_users(IdentityStoreId="d-9067729b3d")["Users"]


def signed(service="identitystore", path="/", **headers):
    """Return a request as botocore signs it."""
    request = AWSRequest(
        "POST",
        f"https://scim.us-east-1.amazonaws.com{path}",
        {"X-Amz-Target": "AWSIdentityStore.ListUsers", **headers},
        b'{"IdentityStoreId":"d-9067729b3d"}',
    )
    SigV4Auth(Credentials(KEY, SECRET), service, "us-east-1").add_auth(request)
    return Request("POST", request.url, tuple(request.headers.items()), request.body)


def test_the_owner_comes_in(locked, served):
    """boto3's own signature is verified, with a session token too."""
    assert lists_users(served) == []
    assert lists_users(served, token="FwoGZXIvYXdzEXAMPLE") == []


@pytest.mark.parametrize(
    ("key", "secret", "region", "code", "message"),
    [
        ("AKIDOTHER", SECRET, "us-east-1", "UnrecognizedClientException", "security token included"),
        (KEY, "other", "us-east-1", "InvalidSignatureException", "signature we calculated does not match"),
        (KEY, SECRET, "eu-west-1", "InvalidSignatureException", "scoped to a valid region"),
    ],
)
def test_others_stay_out(locked, served, key, secret, region, code, message):
    """An unknown key, a wrong secret and a wrong region each have their error."""
    with pytest.raises(ClientError, match=message) as caught:
        lists_users(served, key, secret, region)
    assert caught.value.response["Error"]["Code"] == code
    assert all(event["eventName"] != "ListUsers" for event in locked.events())


def test_any_owner_comes_in_by_default(account, served):
    """Without a configured pair every well-formed signature is good."""
    assert lists_users(served, "ANY", "any", "eu-west-1") == []


def test_a_signature_covers_query_headers_and_body(locked):
    """Signed as botocore canonicalizes it, blanks and queries included; any change afterwards breaks it."""
    good = signed(path="/?b=2&a=x%20y&c=", **{"X-Odd": "  two   blanks "})
    assert locked.send(good).status == 200
    for changed in (
        replace(good, body=b"{}"),
        replace(good, url=good.url.replace("b=2", "b=3")),
        replace(good, headers=tuple((k, "x" if k == "X-Odd" else v) for k, v in good.headers)),
    ):
        assert locked.send(changed).json()["__type"] == "InvalidSignatureException"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.replace("/identitystore/", "/sso/"), "scoped to correct service: 'identitystore'"),
        (
            lambda text: text.replace("SignedHeaders=host;", "SignedHeaders="),
            "'Host' or ':authority' must be",
        ),
    ],
)
def test_what_is_wrong_with_a_scope(locked, change, message):
    """Another service and an unsigned host are told apart from a mere mismatch."""
    request = signed()
    headers = tuple((k, change(v) if k == "Authorization" else v) for k, v in request.headers)
    answer = locked.send(replace(request, headers=headers)).json()
    assert answer["__type"] == "InvalidSignatureException"
    assert message in answer["message"]


def test_the_date_must_be_the_scopes(locked):
    """X-Amz-Date and the scope's date belong together."""
    request = signed()
    headers = tuple((k, "19990101T000000Z" if k == "X-Amz-Date" else v) for k, v in request.headers)
    assert "Date in Credential scope" in locked.send(replace(request, headers=headers)).json()["message"]


@pytest.mark.parametrize(
    ("authorization", "sentence"),
    [
        ("AWS4-HMAC-SHA256 SignedHeaders=host, Signature=" + "0" * 64, "requires 'Credential' parameter"),
        (
            "AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host, Signature=" + "0" * 64,
            "exactly 5 slash-delimited",
        ),
        ("AWS4-HMAC-SHA256", "requires 'Signature' parameter"),
        ("AWS4-HMAC-SHA1 Credential=a", "Unsupported AWS 'algorithm'"),
        ("Bearer x", "Unsupported AWS 'algorithm'"),
    ],
)
def test_incomplete_signatures_are_told_what_lacks(account, authorization, sentence):
    """A malformed Authorization header is refused with what it misses, never with what it holds."""
    request = Request("POST", f"{account.origin}/", (("Authorization", authorization),), b"{}")
    answer = account.send(request)
    assert answer.status == 400
    assert answer.json()["__type"] == "IncompleteSignatureException"
    assert sentence in answer.json()["message"]


def test_the_secret_stays_out_of_sight(locked):
    """No representation of the settings shows the key pair."""
    assert SECRET not in repr(locked.tenant)
