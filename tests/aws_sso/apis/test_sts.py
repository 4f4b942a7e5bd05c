"""GetCallerIdentity, as boto3 asks it: an IAM user's keys, those that a portal's role gives, and every refusal in XML."""

import re
from datetime import timedelta
from xml.etree import ElementTree as ET

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from msgspec import structs

from harness.aws_sso.accounts import credentials
from harness.aws_sso.accounts.permission_sets import PermissionSet
from harness.aws_sso.tenant import TENANT
from harness.wire.message import Request
from tests.aws_sso.apis.conftest import KEY, SECRET

VIEWER = PermissionSet("arn:aws:sso:::permissionSet/ssoins-1/ps-1", "View&Only", "2026-03-02T00:00:00Z")


def who(url, key, secret, token=None):
    """Return what GetCallerIdentity answers whoever has these credentials."""
    client = boto3.client(
        "sts",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        aws_session_token=token,
        config=Config(retries={"max_attempts": 1}),
    )
    answer = client.get_caller_identity()
    assert answer.pop("ResponseMetadata")["RequestId"]
    return answer


def in_role(account, user_name="ana@x.y"):
    keys = credentials.issue(account.tenant, "111122223333", VIEWER, user_name)
    return keys.access_key_id, keys.secret_access_key, keys.session_token


def refusal(*arguments):
    with pytest.raises(ClientError) as caught:
        who(*arguments)
    answer = caught.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]


def test_a_key_pair_is_an_iam_users(account, served):
    """The ARN is that of the user whom CloudTrail names, and the call is in the event history."""
    answer = who(served, KEY, "any")
    assert re.fullmatch("AIDA[A-Z2-7]{17}", answer["UserId"])
    assert (answer["Account"], answer["Arn"]) == (
        "123456789012",
        "arn:aws:iam::123456789012:user/Administrator",
    )
    event = account.events()[0]
    assert (event["eventSource"], event["eventName"]) == ("sts.amazonaws.com", "GetCallerIdentity")
    assert event["userIdentity"]["principalId"] == answer["UserId"]
    assert (event["requestParameters"], event["responseElements"], event["readOnly"]) == (None, None, True)


def test_a_roles_credentials_are_its_session(locked, served):
    """Account, role and person come from the session token; they are good though a key pair is configured."""
    key, secret, token = in_role(locked)
    answer = who(served, key, secret, token)
    role = re.fullmatch(
        r"arn:aws:sts::111122223333:assumed-role/(AWSReservedSSO_View&Only_[0-9a-f]{16})/ana@x\.y",
        answer["Arn"],
    ).group(1)
    assert re.fullmatch(r"AROA[A-Z2-7]{17}:ana@x\.y", answer["UserId"])
    assert answer["Account"] == "111122223333"
    event = locked.events()[0]
    identity = event["userIdentity"]
    assert (identity["type"], identity["arn"], identity["accessKeyId"]) == ("AssumedRole", answer["Arn"], key)
    assert identity["sessionContext"]["sessionIssuer"] == {
        "type": "Role",
        "principalId": answer["UserId"].partition(":")[0],
        "arn": f"arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/{role}",
        "accountId": "111122223333",
        "userName": role,
    }
    assert event["recipientAccountId"] == "111122223333"


def test_credentials_end_with_the_session(account, served):
    """After the permission set's hour they are refused, and that is kept too."""
    keys = in_role(account)
    account.tenant.clock.advance(timedelta(minutes=59))
    assert who(served, *keys)["Account"] == "111122223333"
    account.tenant.clock.advance(timedelta(minutes=1))
    assert refusal(served, *keys) == (403, "ExpiredToken")
    assert account.events()[0]["errorCode"] == "ExpiredToken"


def test_only_the_owner_of_a_configured_pair_comes_in(locked, served):
    """Another key, a wrong secret, and a session token that goes with another key."""
    assert who(served, KEY, SECRET, "FwoGZXIvYXdzEXAMPLE")["Arn"].endswith(":user/Administrator")
    assert refusal(served, "AKIDOTHER", SECRET) == (403, "InvalidClientTokenId")
    assert refusal(served, KEY, "other") == (403, "SignatureDoesNotMatch")
    assert refusal(served, "ASIAOTHER", "any", in_role(locked)[2]) == (403, "InvalidClientTokenId")


def test_the_region_is_part_of_a_roles_arn_but_in_the_first_one(open_account):
    """As the guide's table has it."""
    account = open_account()
    settings = structs.replace(account.tenant.settings, region="eu-west-2")
    account.tenant = account.environ[TENANT] = structs.replace(account.tenant, settings=settings)
    key, _, token = in_role(account)
    account.send(asked("GetCallerIdentity", key, ("X-Amz-Security-Token", token)))
    (event,) = [each for each in account.events() if each["eventName"] == "GetCallerIdentity"]
    issuer = event["userIdentity"]["sessionContext"]["sessionIssuer"]
    assert issuer["arn"].startswith(
        "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-2/AWSReservedSSO_"
    )


def asked(action, key=KEY, *headers, service="sts"):
    signature = (
        f"AWS4-HMAC-SHA256 Credential={key}/20260302/us-east-1/{service}/aws4_request, "
        f"SignedHeaders=host, Signature={'0' * 64}"
    )
    form = ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
    body = f"Action={action}&Version=2011-06-15".encode()
    return Request(
        "POST", "https://scim.us-east-1.amazonaws.com/", (form, ("Authorization", signature), *headers), body
    )


def test_the_answer_is_framed_as_the_reference_prints_it(account):
    """Result and metadata in the service's namespace."""
    answer = account.send(asked("GetCallerIdentity"))
    assert (answer.status, answer.header("Content-Type")) == (200, "text/xml")
    root = ET.fromstring(answer.body)
    space = "{https://sts.amazonaws.com/doc/2011-06-15/}"
    assert [element.tag.removeprefix(space) for element in root.iter()] == [
        "GetCallerIdentityResponse",
        "GetCallerIdentityResult",
        "Arn",
        "UserId",
        "Account",
        "ResponseMetadata",
        "RequestId",
    ]
    assert root[1][0].text == answer.header("x-amzn-RequestId")


def test_an_unsigned_question_is_refused_in_xml(account):
    """And so is another operation of STS."""
    unsigned = asked("GetCallerIdentity")
    answer = account.send(Request("POST", unsigned.url, unsigned.headers[:1], unsigned.body))
    assert (answer.status, ET.fromstring(answer.body).findtext("Error/Code")) == (
        403,
        "MissingAuthenticationToken",
    )
    other = account.send(asked("AssumeRole"))
    assert (other.status, ET.fromstring(other.body).findtext("Error/Code")) == (400, "InvalidAction")
