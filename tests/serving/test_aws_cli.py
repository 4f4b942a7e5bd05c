"""The AWS CLI of PyPI against a running harness: the administrator's services, and a person's way to credentials."""

import json
import os
import re
import subprocess
import sys
from html import unescape
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlencode

import pytest

from harness.wire.message import Request, json_request

# It is run, never imported: its import leads botocore to its own data, for every test of the process.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("awscli") is None, reason="the AWS CLI is not installed"),
]

FIXTURES = Path(__file__).parents[2] / "fixtures"
TARO = "taro.yamada@contoso.com"
ACCOUNT = "111122223333"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
FORM = ("Content-Type", "application/x-www-form-urlencoded")
_SIGN_ON = re.compile(r'action="([^"]+)">\s*<input type="hidden" name="SAMLResponse" value="([^"]+)"')


class Refused(Exception):
    """The CLI ended with an error; the text is what it said."""


class Aws:
    """The `aws` command, with one key pair and no configuration of the machine's own."""

    def __init__(self, world, folder):
        self.world = world
        configuration = folder / "config"
        configuration.write_text(
            "[default]\ncli_follow_urlparam = false\n"
        )  # an address is a text, not to be fetched
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
            "HOME": str(folder),
            "AWS_CONFIG_FILE": str(configuration),
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ACCESS_KEY_ID": "any",
            "AWS_SECRET_ACCESS_KEY": "any",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": world.ready["aws_sso"]["api_endpoint"],
        }

    def __call__(self, *arguments):
        """Return the command's JSON, None where it prints nothing. Raises Refused."""
        command = [sys.executable, "-m", "awscli", *arguments, "--output", "json"]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Refused(done.stderr)
        return json.loads(done.stdout) if done.stdout.strip() else None


@pytest.fixture
def world(serve):
    """Return a harness in which four people are assigned and have arrived in AWS."""
    world = serve("--populate", str(FIXTURES / "small.yaml"), "--seed", "1")
    for person in world.graph("GET", "/users").json()["value"]:
        world.assign(person["id"])
    world.graph("POST", world.job("/start"))
    world.settle()
    return world


@pytest.fixture
def aws(world, tmp_path):
    return Aws(world, tmp_path)


def access(aws):
    """Give Taro the permission set Viewer in an account, and return his id in AWS."""
    store = aws.world.ready["aws_sso"]["identity_store_id"]
    name = json.dumps({"UniqueAttribute": {"AttributePath": "userName", "AttributeValue": TARO}})
    taro = aws("identitystore", "get-user-id", "--identity-store-id", store, "--alternate-identifier", name)
    instance = aws("sso-admin", "list-instances")["Instances"][0]["InstanceArn"]
    made = aws("sso-admin", "create-permission-set", "--instance-arn", instance, "--name", "Viewer")
    arn = made["PermissionSet"]["PermissionSetArn"]
    begun = aws(
        "sso-admin", "create-account-assignment", "--instance-arn", instance, "--permission-set-arn", arn,
        "--target-id", ACCOUNT, "--target-type", "AWS_ACCOUNT", "--principal-type", "USER", "--principal-id",
        taro["UserId"],
    )  # fmt: skip
    assert begun["AccountAssignmentCreationStatus"]["Status"] == "IN_PROGRESS"
    aws.world.control("POST", "clock", {"advance": "10s"})
    request = begun["AccountAssignmentCreationStatus"]["RequestId"]
    done = aws(
        "sso-admin", "describe-account-assignment-creation-status", "--instance-arn", instance,
        "--account-assignment-creation-request-id", request,
    )  # fmt: skip
    assert done["AccountAssignmentCreationStatus"]["Status"] == "SUCCEEDED"
    return taro["UserId"]


def sign_in(world, user):
    """Sign a person in through Azure AD as a browser does; return the user portal's cookie."""
    azure, aws = world.ready["azure_ad"], world.ready["aws_sso"]["url"]
    trust = f"{azure['url']}/{azure['tenant_id']}/federationmetadata/2007-06/federationmetadata.xml"
    metadata = world.network(Request("GET", trust)).body.decode()
    source = f"{aws}/console/api/identity-source"
    names = world.network(json_request("PUT", source, {"metadata": metadata})).json()
    configured = {"servicePrincipalNames": [names["issuerUrl"]], "replyUrls": [names["acsUrl"]]}
    world.graph("PATCH", f"/servicePrincipals/{azure['service_principal_id']}", configured)
    who = {"user": user, "servicePrincipalId": azure["service_principal_id"]}
    page = world.network(json_request("POST", f"{azure['url']}/{azure['tenant_id']}/saml2/sign-on", who))
    ((action, response),) = _SIGN_ON.findall(page.body.decode())
    posted = urlencode({"SAMLResponse": unescape(response)}).encode()
    answer = world.network(Request("POST", unescape(action), (FORM,), posted))
    assert answer.status == 302, answer.body
    return str(answer.header("Set-Cookie")).partition(";")[0]


def test_the_administrators_services(aws):
    """Who is there, which accounts there are, and what happened, as the CLI prints it."""
    access(aws)
    store = ("--identity-store-id", aws.world.ready["aws_sso"]["identity_store_id"])
    users = aws("identitystore", "list-users", *store)["Users"]
    assert {user["UserStatus"] for user in users} == {"ENABLED"}
    assert TARO in {user["UserName"] for user in users}
    accounts = aws("organizations", "list-accounts")["Accounts"]
    assert {each["Id"] for each in accounts} == {"123456789012", ACCOUNT}
    assert aws("organizations", "describe-organization")["Organization"]["FeatureSet"] == "ALL"
    where = ("--lookup-attributes", "AttributeKey=EventName,AttributeValue=CreateUser")
    events = aws("cloudtrail", "lookup-events", *where)["Events"]
    assert {each["EventSource"] for each in events} == {"identitystore-scim.amazonaws.com"}
    with pytest.raises(Refused, match=r"\(ValidationException\) when calling the CreateUser operation"):
        aws("identitystore", "create-user", *store, "--user-name", "nameless")
    with pytest.raises(Refused, match=r"UnknownOperationException"):
        aws(
            "sso-admin",
            "list-applications",
            "--instance-arn",
            "arn:aws:sso:::instance/ssoins-1234567890abcdef",
        )


def test_a_persons_way_to_credentials_ends_when_azure_ad_disables_the_person(aws):
    """The device flow leads to accounts, roles and keys; once a cycle has brought the news, nothing of it works."""
    world = aws.world
    access(aws)
    cookie = sign_in(world, TARO)
    client = aws("sso-oidc", "register-client", "--client-name", "cli", "--client-type", "public")
    mine = ("--client-id", client["clientId"], "--client-secret", client["clientSecret"])
    start = f"{world.ready['aws_sso']['url']}/start"
    begun = aws("sso-oidc", "start-device-authorization", *mine, "--start-url", start)
    token = (
        "sso-oidc",
        "create-token",
        *mine,
        "--grant-type",
        DEVICE,
        "--device-code",
        begun["deviceCode"],
    )
    with pytest.raises(Refused, match="AuthorizationPendingException"):
        aws(*token)
    answer = urlencode({"user_code": begun["userCode"], "answer": "allow"}).encode()
    page = f"{world.ready['aws_sso']['url']}/device"
    assert world.network(Request("POST", page, (FORM, ("Cookie", cookie)), answer)).status == 200
    world.control("POST", "clock", {"advance": "2s"})
    mine = ("--access-token", aws(*token)["accessToken"])
    (account,) = aws("sso", "list-accounts", *mine)["accountList"]
    assert account["accountId"] == ACCOUNT
    (role,) = aws("sso", "list-account-roles", "--account-id", ACCOUNT, *mine)["roleList"]
    assert role["roleName"] == "Viewer"
    keys = ("sso", "get-role-credentials", "--role-name", "Viewer", "--account-id", ACCOUNT, *mine)
    assert aws(*keys)["roleCredentials"]["sessionToken"]
    with pytest.raises(Refused, match="ForbiddenException"):
        aws("sso", "get-role-credentials", "--role-name", "Admin", "--account-id", ACCOUNT, *mine)

    assert world.graph("PATCH", f"/users/{TARO}", {"accountEnabled": False}).status == 204
    assert aws(*keys)["roleCredentials"], "Azure AD has not told AWS yet"
    world.control("POST", "clock", {"advance": "40m"})
    for call in (("sso", "list-accounts", *mine), keys):
        with pytest.raises(Refused, match="UnauthorizedException"):
            aws(*call)
