"""`aws sso login` and what follows, with boto3 over a socket: tokens, accounts, roles, credentials, and every refusal."""

import base64
import hashlib
import json
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.session import get_session

from harness.aws_sso.accounts import assignments, instance, permission_sets
from harness.aws_sso.accounts.assignments import Target
from harness.aws_sso.cloudtrail import HIDDEN
from harness.aws_sso.populate import populate
from harness.aws_sso.user_portal import sessions
from harness.wire.message import Request

DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
HOME = "http://127.0.0.1/oauth/callback"
ACCOUNT = "111122223333"
VERIFIER = "v" * 64


class Person:
    """Somebody signed in with a browser, and the programs that act for her."""

    def __init__(self, account, url):
        self.account = account
        populate(account.tenant, {"accounts": [{"id": ACCOUNT, "name": "Production"}]})
        self.user = account.user("ana", active=True)["id"]
        self.give("Viewer")
        self.give("Admin")
        tenant = account.tenant
        with tenant.store.transaction():
            secret, _ = sessions.begin(tenant, self.user)
        self.cookie = ("Cookie", f"x-amz-sso_authn={secret}")
        options = {"endpoint_url": url, "region_name": "us-east-1"}
        config = Config(signature_version=UNSIGNED, retries={"max_attempts": 1})
        self.oidc = boto3.client("sso-oidc", config=config, **options)
        self.sso = boto3.client("sso", config=config, **options)
        self.start_url = f"{tenant.settings.signin_origin}/start"

    def give(self, role, where=ACCOUNT):
        tenant = self.account.tenant
        with tenant.store.transaction():
            held = permission_sets.create(tenant, role, ())
            target = Target(where, held.arn, "USER", self.user)
            assignments.create(tenant, tenant.ids.uuid(), target, held)
        self.later(5)

    def later(self, seconds):
        self.account.tenant.clock.advance(timedelta(seconds=seconds))

    def browse(self, method, path, parameters, *headers, cookie=True):
        """Open a page, with the parameters in its address or, posted, in a form."""
        text = urlencode(parameters)
        url = self.account.tenant.settings.signin_origin + path
        mine = (self.cookie,) if cookie else ()
        if method == "GET":
            return self.account.send(Request("GET", f"{url}?{text}", (*mine, *headers)))
        kind = ("Content-Type", "application/x-www-form-urlencoded")
        return self.account.send(Request("POST", url, (*mine, kind, *headers), text.encode()))

    def register(self, **more):
        made = self.oidc.register_client(**{"clientName": "aws-cli", "clientType": "public"} | more)
        return {name: made[name] for name in ("clientId", "clientSecret")}

    def ask(self, client):
        return self.oidc.start_device_authorization(**client, startUrl=self.start_url)

    def token(self, **more):
        """Do the whole device flow; return the answer of CreateToken."""
        client = self.register(**more)
        pending = self.ask(client)
        assert self.confirm(pending).status == 200
        return self.oidc.create_token(**client, grantType=DEVICE, deviceCode=pending["deviceCode"])

    def confirm(self, pending, answer="allow", *headers):
        return self.browse("POST", "/device", {"user_code": pending["userCode"], "answer": answer}, *headers)


@pytest.fixture
def ana(account, served):
    return Person(account, served)


def arn_of(person, keys):
    """Return whom STS takes for the owner of a role's credentials."""
    client = boto3.client(
        "sts",
        endpoint_url=person.sso.meta.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id=keys["accessKeyId"],
        aws_secret_access_key=keys["secretAccessKey"],
        aws_session_token=keys["sessionToken"],
    )
    return client.get_caller_identity()["Arn"]


def refusal(call, **given):
    """Return how a call is refused, as (HTTP status, code)."""
    with pytest.raises(ClientError) as caught:
        call(**given)
    answer = caught.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]


def test_the_device_flow_leads_to_credentials(ana):
    """Register, ask, confirm on the page, get a token; list accounts and roles, get credentials, log out."""
    client = ana.register()
    pending = ana.ask(client)
    assert pending["verificationUriComplete"].endswith(f"/device?user_code={pending['userCode']}")
    given = {**client, "grantType": DEVICE, "deviceCode": pending["deviceCode"]}
    with pytest.raises(ana.oidc.exceptions.AuthorizationPendingException) as caught:
        ana.oidc.create_token(**given)
    assert caught.value.response["error_description"] == "Authorization is still pending"
    page = ana.browse("GET", "/device", {"user_code": pending["userCode"].lower()}).body.decode()
    assert pending["userCode"] in page
    assert "aws-cli" in page
    assert ana.confirm(pending).status == 200
    answer = ana.oidc.create_token(**given)
    assert (answer["tokenType"], answer["expiresIn"]) == ("Bearer", 8 * 3600)
    token = {"accessToken": answer["accessToken"]}
    assert ana.sso.list_accounts(**token)["accountList"] == [
        {"accountId": ACCOUNT, "accountName": "Production", "emailAddress": f"{ACCOUNT}@example.com"}
    ]
    roles = ana.sso.list_account_roles(**token, accountId=ACCOUNT)["roleList"]
    assert [row["roleName"] for row in roles] == ["Admin", "Viewer"]
    keys = ana.sso.get_role_credentials(**token, accountId=ACCOUNT, roleName="Viewer")["roleCredentials"]
    now = ana.account.tenant.clock.now()
    assert keys["expiration"] == int((now + timedelta(hours=1)).timestamp() * 1000)
    event = ana.account.events()[0]
    assert event["eventName"] == "GetRoleCredentials"
    assert event["serviceEventDetails"] == {"role_name": "Viewer", "account_id": ACCOUNT}
    assert re.fullmatch(
        f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_Viewer_[0-9a-f]{{16}}/ana", arn_of(ana, keys)
    )
    assert refusal(ana.oidc.create_token, **given) == (400, "InvalidGrantException")
    ana.sso.logout(**token)
    assert refusal(ana.sso.list_accounts, **token) == (401, "UnauthorizedException")
    stored = repr(ana.account.directory()) + repr(ana.account.events())
    # The device code is in CreateToken's event, as the guide prints it; it was good once.
    secrets = (answer["accessToken"], client["clientSecret"], keys["secretAccessKey"], keys["sessionToken"])
    assert not [secret for secret in secrets if secret in stored]


def test_lists_come_in_pages(ana):
    """boto3's paginators see everything, one row a page; a foreign token is refused."""
    token = {"accessToken": ana.token()["accessToken"]}
    pages = ana.sso.get_paginator("list_account_roles").paginate(
        **token, accountId=ACCOUNT, PaginationConfig={"PageSize": 1}
    )
    assert [[row["roleName"] for row in page["roleList"]] for page in pages] == [["Admin"], ["Viewer"]]
    first = ana.sso.list_account_roles(**token, accountId=ACCOUNT, maxResults=1)["nextToken"]
    assert refusal(ana.sso.list_accounts, **token, nextToken=first) == (400, "InvalidRequestException")


@pytest.mark.parametrize("change", ["disabled", "deleted"])
def test_it_stops_when_the_user_is_disabled(ana, change):
    """Neither the token nor a refresh, nor a confirmed code, is worth anything then."""
    client = ana.register(scopes=["sso:account:access"])
    pending, second = ana.ask(client), ana.ask(client)
    ana.confirm(pending)
    ana.confirm(second)
    given = {**client, "grantType": DEVICE}
    answer = ana.oidc.create_token(**given, deviceCode=pending["deviceCode"])
    if change == "disabled":
        off = {"op": "replace", "path": "active", "value": False}
        assert ana.account.patch(f"/Users/{ana.user}", off).status == 200
    else:
        assert ana.account.scim("DELETE", f"/Users/{ana.user}").status == 204
    token = {"accessToken": answer["accessToken"]}
    for call, more in (
        (ana.sso.list_accounts, {}),
        (ana.sso.list_account_roles, {"accountId": ACCOUNT}),
        (ana.sso.get_role_credentials, {"accountId": ACCOUNT, "roleName": "Viewer"}),
    ):
        assert refusal(call, **token, **more) == (401, "UnauthorizedException")
    refresh = {**client, "grantType": "refresh_token", "refreshToken": answer["refreshToken"]}
    assert refusal(ana.oidc.create_token, **refresh) == (400, "InvalidGrantException")
    assert refusal(ana.oidc.create_token, **given, deviceCode=second["deviceCode"]) == (
        400,
        "InvalidGrantException",
    )


def test_a_device_code_is_polled_denied_and_expires(ana):
    """Too fast, then in time, then denied; another one is never answered."""
    client = ana.register()
    pending, other = ana.ask(client), ana.ask(client)
    given = {**client, "grantType": DEVICE, "deviceCode": pending["deviceCode"]}
    assert refusal(ana.oidc.create_token, **given) == (400, "AuthorizationPendingException")
    assert refusal(ana.oidc.create_token, **given) == (400, "SlowDownException")
    ana.later(1)
    assert refusal(ana.oidc.create_token, **given) == (400, "AuthorizationPendingException")
    ana.confirm(pending, "deny")
    assert refusal(ana.oidc.create_token, **given) == (400, "AccessDeniedException")
    ana.later(600)
    expired = {**given, "deviceCode": other["deviceCode"]}
    assert refusal(ana.oidc.create_token, **expired) == (400, "ExpiredTokenException")
    assert ana.confirm(other).status == 400


def test_codes_are_good_for_their_client_only(ana):
    """Another client's code or refresh token, a wrong secret, and a registration that ran out."""
    mine, stranger = ana.register(), ana.register()
    pending = ana.ask(mine)
    ana.confirm(pending)
    given = {"grantType": DEVICE, "deviceCode": pending["deviceCode"]}
    assert refusal(ana.oidc.create_token, **stranger, **given) == (400, "InvalidGrantException")
    wrong = {**mine, "clientSecret": "x"}
    assert refusal(ana.oidc.create_token, **wrong, **given) == (401, "InvalidClientException")
    assert refusal(ana.oidc.start_device_authorization, **wrong, startUrl=ana.start_url) == (
        401,
        "InvalidClientException",
    )
    ana.later(90 * 24 * 3600)
    assert refusal(ana.oidc.create_token, **mine, **given) == (401, "InvalidClientException")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"clientType": "confidential"}, "InvalidClientMetadataException"),
        ({"grantTypes": ["password"]}, "UnsupportedGrantTypeException"),
        ({"scopes": ["everything"]}, "InvalidScopeException"),
        ({"grantTypes": ["authorization_code"]}, "InvalidRedirectUriException"),
        ({"redirectUris": ["https://elsewhere.example.com/"]}, "InvalidRedirectUriException"),
        ({"redirectUris": ["javascript:alert(1)"]}, "InvalidRedirectUriException"),
        ({"redirectUris": ["http://127.0.0.1@elsewhere.example.com/"]}, "InvalidRedirectUriException"),
    ],
)
def test_registrations_refused(ana, more, code):
    """Only public clients, known grants, well-formed scopes, and redirects to the client's own machine."""
    assert refusal(ana.register, **more) == (400, code)


def test_the_portal_is_called_by_its_address_at_aws_too(ana):
    """The AWS CLI takes no sso_start_url but an https one, whatever its endpoint is."""
    store = ana.account.tenant.settings.identity_store_id
    for address in (f"https://{store}.awsapps.com/start", f"https://{store}.awsapps.com/start/#/"):
        assert ana.oidc.start_device_authorization(**ana.register(), startUrl=address)["deviceCode"]


def test_requests_refused(ana):
    """Another portal's address, a grant that was not registered or is none, a scope, a missing code."""
    client = ana.register(grantTypes=["refresh_token"])
    assert refusal(ana.oidc.start_device_authorization, **client, startUrl="https://x.awsapps.com/start") == (
        400,
        "InvalidRequestException",
    )
    assert refusal(ana.ask, client=client) == (400, "UnauthorizedClientException")
    for grant, code in (
        (DEVICE, "UnauthorizedClientException"),
        ("password", "UnsupportedGrantTypeException"),
        ("refresh_token", "InvalidRequestException"),
    ):
        assert refusal(ana.oidc.create_token, **client, grantType=grant) == (400, code)
    scoped = {**client, "grantType": "refresh_token", "refreshToken": "x"}
    assert refusal(ana.oidc.create_token, **scoped) == (400, "InvalidGrantException")
    assert refusal(ana.oidc.create_token, **scoped, scope=["sso:account:access"]) == (
        400,
        "InvalidScopeException",
    )


def test_refresh_tokens_are_used_once(ana):
    """An hour's token, renewed until the eight hours of the session are over."""
    client = ana.register(scopes=["sso:account:access"])
    pending = ana.ask(client)
    ana.confirm(pending)
    answer = ana.oidc.create_token(**client, grantType=DEVICE, deviceCode=pending["deviceCode"])
    assert answer["expiresIn"] == 3600
    ana.later(3600)
    assert refusal(ana.sso.list_accounts, accessToken=answer["accessToken"])[0] == 401
    renewal = {**client, "grantType": "refresh_token"}
    renewed = ana.oidc.create_token(**renewal, refreshToken=answer["refreshToken"])
    assert ana.sso.list_accounts(accessToken=renewed["accessToken"])["accountList"]
    assert refusal(ana.oidc.create_token, **renewal, refreshToken=answer["refreshToken"]) == (
        400,
        "InvalidGrantException",
    )
    ana.later(7 * 3600)
    assert refusal(ana.oidc.create_token, **renewal, refreshToken=renewed["refreshToken"]) == (
        400,
        "InvalidGrantException",
    )


@pytest.fixture
def tagged(ana):
    """Return ana signed in with an attribute for access control, where those are enabled."""
    tenant = ana.account.tenant
    with tenant.store.transaction():
        instance.change(tenant, attributes=[])
        secret, _ = sessions.begin(tenant, ana.user, attributes={"Department": "Engineering"})
    ana.cookie = ("Cookie", f"x-amz-sso_authn={secret}")
    return ana


def tags(person, token):
    """Take credentials with a token; return the principal tags with which the role was entered."""
    person.sso.get_role_credentials(accountId=ACCOUNT, roleName="Viewer", accessToken=token)
    event = next(each for each in person.account.events() if each["eventName"] == "AssumeRoleWithSAML")
    return event["requestParameters"]["principalTags"]


def test_tokens_carry_the_attributes_of_the_session_that_allowed_them(tagged):
    """A device's, a renewed one, and one of an authorization code: credentials are for the person with her attributes."""
    client = tagged.register(
        scopes=["sso:account:access"],
        grantTypes=["authorization_code", "refresh_token", DEVICE],
        redirectUris=[HOME],
    )
    pending = tagged.ask(client)
    tagged.confirm(pending)
    first = tagged.oidc.create_token(**client, grantType=DEVICE, deviceCode=pending["deviceCode"])
    renewed = tagged.oidc.create_token(
        **client, grantType="refresh_token", refreshToken=first["refreshToken"]
    )
    query = authorization(client)
    back = tagged.browse("POST", "/authorize", {**query, "answer": "allow"}).header("Location")
    (code,) = parse_qs(urlsplit(back).query)["code"]
    given = {**client, "grantType": "authorization_code", "redirectUri": query["redirect_uri"]}
    coded = tagged.oidc.create_token(**given, code=code, codeVerifier=VERIFIER)
    for answer in (first, renewed, coded):
        assert tags(tagged, answer["accessToken"]) == {"Department": "Engineering"}


def events(ana, name):
    return [event for event in ana.account.events() if event["eventName"] == name]


def test_tokens_are_in_the_event_history_without_secrets(ana):
    """As the user guide prints CreateToken; what comes before it leaves no event."""
    answer = ana.token(scopes=["sso:account:access"])
    (event,) = events(ana, "CreateToken")
    assert (event["eventSource"], event["userIdentity"]["onBehalfOf"]["userId"]) == (
        "sso.amazonaws.com",
        ana.user,
    )
    assert event["requestParameters"].keys() == {"clientId", "clientSecret", "grantType", "deviceCode"}
    hidden = {name for name, value in event["responseElements"].items() if value == HIDDEN}
    assert hidden == {"accessToken", "refreshToken"}
    assert not {"RegisterClient", "StartDeviceAuthorization"} & {
        each["eventName"] for each in ana.account.events()
    }
    assert answer["accessToken"] not in json.dumps(ana.account.events())


def test_refused_calls_are_in_the_event_history(ana):
    """With the error that the API answers; a token that opens nothing names nobody."""
    token = {"accessToken": ana.token()["accessToken"]}
    assert refusal(ana.sso.list_account_roles, **token, accountId="1") == (403, "ForbiddenException")
    (event,) = events(ana, "ListAccountRoles")
    assert (event["errorCode"], event["serviceEventDetails"]) == ("ForbiddenException", {"account_id": "1"})
    assert refusal(ana.sso.list_accounts, accessToken="made-up") == (401, "UnauthorizedException")
    assert not events(ana, "ListAccounts")


def test_what_a_disabled_person_had_stays_ended(ana):
    """Session, access token, refresh token and code that was allowed: none of it comes back with the person."""
    client = ana.register(scopes=["sso:account:access"])
    mine = ana.token(scopes=["sso:account:access"])
    pending = ana.ask(client)
    assert ana.confirm(pending).status == 200
    operation = {"op": "replace", "path": "active", "value": False}
    for active in (False, True):
        assert ana.account.patch(f"/Users/{ana.user}", {**operation, "value": active}).status == 200
    assert refusal(ana.sso.list_accounts, accessToken=mine["accessToken"]) == (401, "UnauthorizedException")
    assert ana.browse("GET", "/start", {}).status in (302, 401)
    given = {**client, "grantType": DEVICE, "deviceCode": pending["deviceCode"]}
    assert refusal(ana.oidc.create_token, **given) == (400, "InvalidGrantException")


def test_a_token_for_something_else_opens_no_accounts(ana):
    """The audience counts: a scope without accounts, and a browser's cookie in the header."""
    answer = ana.token(scopes=["codewhisperer:completions"])
    cookie = ana.cookie[1].partition("=")[2]
    for token in (answer["accessToken"], cookie):
        assert refusal(ana.sso.list_accounts, accessToken=token) == (401, "UnauthorizedException")
    token = ana.token()["accessToken"]
    page = Request("GET", ana.start_url, (("Cookie", f"x-amz-sso_authn={token}"),))
    assert ana.account.send(page).status == 401


def test_no_access_is_forbidden(ana):
    """As clients report it: 403 and a name that the model does not have."""
    token = {"accessToken": ana.token()["accessToken"]}
    for more in ({"accountId": ACCOUNT, "roleName": "Other"}, {"accountId": "1", "roleName": "Viewer"}):
        assert refusal(ana.sso.get_role_credentials, **token, **more) == (403, "ForbiddenException")
    assert refusal(ana.sso.list_account_roles, **token, accountId="1") == (403, "ForbiddenException")


def authorization(client, **more):
    challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
    return {
        "response_type": "code",
        "client_id": client["clientId"],
        "redirect_uri": "http://127.0.0.1:54321/oauth/callback",
        "state": "s&t",
        "code_challenge_method": "S256",
        "code_challenge": challenge,
        "scopes": "sso:account:access",
        **more,
    }


@pytest.fixture
def client(ana):
    grants = ["authorization_code", "refresh_token"]
    return ana.register(grantTypes=grants, redirectUris=[HOME], scopes=["sso:account:access"])


def test_the_authorization_code_needs_its_verifier(ana, client):
    """The page leads back with code and state; the code is good once, with verifier and address."""
    query = authorization(client)
    page = ana.browse("GET", "/authorize", query)
    assert page.status == 200
    assert "frame-ancestors 'none'" in page.header("Content-Security-Policy")
    codes = []
    for _ in range(3):
        back = ana.browse("POST", "/authorize", {**query, "answer": "allow"}).header("Location")
        assert back.startswith(f"{query['redirect_uri']}?")
        returned = parse_qs(urlsplit(back).query)
        assert returned["state"] == ["s&t"]
        codes += returned["code"]
    given = {**client, "grantType": "authorization_code", "redirectUri": query["redirect_uri"]}
    wrong = ({"codeVerifier": "w" * 64}, {"codeVerifier": VERIFIER, "redirectUri": HOME})
    for code, change in zip(codes, wrong, strict=False):
        assert refusal(ana.oidc.create_token, **{**given, "code": code, **change}) == (
            400,
            "InvalidGrantException",
        )
    answer = ana.oidc.create_token(**given, code=codes[2], codeVerifier=VERIFIER)
    assert ana.sso.list_accounts(accessToken=answer["accessToken"])["accountList"]
    assert refusal(ana.oidc.create_token, **given, code=codes[2], codeVerifier=VERIFIER) == (
        400,
        "InvalidGrantException",
    )


@pytest.mark.parametrize(
    "more",
    [
        {"redirect_uri": "https://elsewhere.example.com/oauth/callback"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": "http://127.0.0.1/elsewhere"},
        {"redirect_uri": ""},
        {"client_id": "nobody"},
    ],
)
def test_nobody_is_sent_elsewhere(ana, client, more):
    """An address that was not registered is never gone to, whatever the answer is."""
    for method in ("GET", "POST"):
        page = ana.browse(method, "/authorize", {**authorization(client, **more), "answer": "allow"})
        assert (page.status, page.header("Location")) == (400, None)


def test_the_page_can_be_answered_with_no(ana, client):
    """Denied, or asked for in a way that is not offered: back with OAuth's error."""
    for change, error in (({}, "access_denied"), ({"code_challenge_method": "plain"}, "invalid_request")):
        page = ana.browse("POST", "/authorize", {**authorization(client, **change), "answer": "deny"})
        assert parse_qs(urlsplit(page.header("Location")).query)["error"] == [error]


def test_only_a_signed_in_person_answers_on_the_portals_own_page(ana, client):
    """Without a session 401, from another site 403, and the code stays unanswered."""
    own = ana.register()
    pending = ana.ask(own)
    pages = (("/device", {"user_code": pending["userCode"]}), ("/authorize", authorization(client)))
    for path, parameters in pages:
        form = {**parameters, "answer": "allow"}
        assert ana.browse("POST", path, form, cookie=False).status == 401
        assert ana.browse("POST", path, form, ("Sec-Fetch-Site", "cross-site")).status == 403
    given = {**own, "grantType": DEVICE, "deviceCode": pending["deviceCode"]}
    assert refusal(ana.oidc.create_token, **given) == (400, "AuthorizationPendingException")


def test_any_body_is_answered(ana):
    """What is no JSON, no object, or holds other types than texts: invalid_request, never a 500."""
    for body in (b"", b"[]", b'{"clientName": 1}', b'{"clientName": "a", "clientType": ["public"]}', b"\xff"):
        for path in ("/client/register", "/device_authorization", "/token"):
            answer = ana.account.send(Request("POST", ana.account.origin + path, (), body))
            assert answer.status == 400
            assert answer.json()["error"] == "invalid_request"


def test_descriptions_are_quirks(open_account, door):
    """A sentence that nobody captured can be set otherwise."""
    words = {"invalid_request": "No."}
    account = open_account(oidc_descriptions=words)
    answer = account.send(Request("POST", f"{account.origin}/token", (), b""))
    assert answer.json() == {"error": "invalid_request", "error_description": "No."}
    assert answer.header("x-amzn-ErrorType").startswith("InvalidRequestException:")


def test_every_operation_is_where_its_model_says():
    """Paths and methods of both services, but for the one that IAM signs."""
    from harness.aws_sso.app import AwsSso

    rules = {
        (rule.rule, *(rule.methods - {"HEAD", "OPTIONS"})) for rule in AwsSso().surfaces.url_map.iter_rules()
    }
    for service in ("sso", "sso-oidc"):
        model = get_session().get_service_model(service)
        for name in set(model.operation_names) - {"CreateTokenWithIAM"}:
            http = model.operation_model(name).http
            assert (http["requestUri"], http["method"]) in rules
