"""The AWS APIs as boto3 speaks them over a real socket, and their errors as AWS frames them."""

from datetime import timedelta

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from harness.aws_sso import cloudtrail
from harness.wire.message import Request, json_request
from harness.wire.sockets.network import Network
from tests.aws_sso import boto

STORE = "d-9067729b3d"
SIGNED = (
    "AWS4-HMAC-SHA256 Credential=AKID/20260302/us-east-1/identitystore/aws4_request, "
    "SignedHeaders=content-type;host;x-amz-date, Signature=" + "0" * 64
)


@pytest.fixture
def client(served):
    """Return a function that makes a boto3 client of the served account."""

    def made(service):
        return boto.client(served, service)

    return made


def call(account, target, body=b"{}", authorization=SIGNED):
    headers = (("X-Amz-Target", target), ("Authorization", authorization))
    return account.send(
        Request("POST", account.origin + "/", tuple(h for h in headers if h[1] is not None), body)
    )


def test_scim_over_a_socket_and_its_event_in_cloudtrail(account, served, client, new_person):
    """A real POST arrives, and lookup-events finds it by name with the event as a JSON string."""
    url = f"{served}/{account.tenant.settings.tenant_id}/scim/v2/Users"
    send = Network()
    assert send(json_request("POST", url, new_person("ana"), bearer=account.token)).status == 201
    assert send(json_request("POST", url, new_person("b b"), bearer=account.token)).status == 400
    send.close()
    where = [{"AttributeKey": "EventName", "AttributeValue": "CreateUser"}]
    failed, succeeded = client("cloudtrail").lookup_events(LookupAttributes=where)["Events"]
    assert '"errorCode":"ValidationException"' in failed["CloudTrailEvent"]
    assert succeeded["ReadOnly"] == "false"
    assert succeeded["EventSource"] == "identitystore-scim.amazonaws.com"
    assert succeeded["EventTime"].isoformat().startswith("2026-03-02T")


def test_lookups_page_newest_first(account, client):
    """The paginator of boto3 sees every event once, newest first, and each lookup key finds."""
    for number in range(7):
        account.user(f"user{number}")
    trail = client("cloudtrail")
    pages = trail.get_paginator("lookup_events").paginate(PaginationConfig={"PageSize": 3})
    seen = [event["EventId"] for page in pages for event in page["Events"]]
    assert seen == [event["eventID"] for event in account.events()]
    for key, value, count in (
        ("EventId", seen[0], 1),
        ("EventSource", "identitystore-scim.amazonaws.com", 7),
        ("ReadOnly", "true", 0),
        ("Username", "user1", 0),
    ):
        where = [{"AttributeKey": key, "AttributeValue": value}]
        assert len(trail.lookup_events(LookupAttributes=where)["Events"]) == count


def test_lookups_by_user_find_who_signed_in(account, client):
    """Username is the user name of an event's identity, which SCIM's events have none of."""
    for name in ("ana@x.y", "bo@x.y", "ana@x.y"):
        identity = {"type": "Unknown", "accountId": "123456789012", "accessKeyId": "", "userName": name}
        cloudtrail.keep(
            account.tenant,
            {
                "userIdentity": identity,
                "eventTime": account.tenant.now(),
                "eventSource": "signin.amazonaws.com",
                "eventName": "UserAuthentication",
                "eventID": account.tenant.ids.uuid(),
                "readOnly": False,
            },
        )
    account.user("ana@x.y")
    pages = (
        client("cloudtrail")
        .get_paginator("lookup_events")
        .paginate(
            LookupAttributes=[{"AttributeKey": "Username", "AttributeValue": "ana@x.y"}],
            PaginationConfig={"PageSize": 1},
        )
    )
    events = [event for page in pages for event in page["Events"]]
    assert [(each["EventName"], each["Username"]) for each in events] == [
        ("UserAuthentication", "ana@x.y")
    ] * 2
    assert "AccessKeyId" not in events[0]


def test_lookups_take_a_time_range_of_ninety_days(account, client):
    """StartTime and EndTime bound the answer, and older events than 90 days are gone."""
    began = account.tenant.clock.now()
    account.user("early")
    account.tenant.clock.advance(timedelta(days=60))
    account.user("late")
    for _ in range(130):
        account.scim("GET", "/Users/nobody")
    trail = client("cloudtrail")
    where = [{"AttributeKey": "EventName", "AttributeValue": "CreateUser"}]
    early = trail.lookup_events(LookupAttributes=where, EndTime=began)["Events"]
    late = trail.lookup_events(LookupAttributes=where, StartTime=began + timedelta(days=1))["Events"]
    assert (len(early), len(late)) == (1, 1)
    assert len(trail.lookup_events(EndTime=began)["Events"]) == 3
    account.tenant.clock.advance(timedelta(days=31))
    assert len(trail.lookup_events(LookupAttributes=where)["Events"]) == 1
    assert len(trail.lookup_events(LookupAttributes=where, StartTime=began)["Events"]) == 1


def test_a_token_belongs_to_its_lookup(account, client):
    """Taken to another attribute, time or range, a NextToken is refused; with the same parameters it goes on."""
    for number in range(3):
        account.user(f"user{number}")
    trail, began = client("cloudtrail"), account.tenant.clock.now()
    where = [{"AttributeKey": "EventName", "AttributeValue": "CreateUser"}]
    query = {"LookupAttributes": where, "StartTime": began - timedelta(days=1)}
    token = trail.lookup_events(**query, MaxResults=2)["NextToken"]
    assert len(trail.lookup_events(**query, NextToken=token)["Events"]) == 1
    for other in (
        {"LookupAttributes": where},
        {**query, "StartTime": began},
        {**query, "EndTime": began},
        {**query, "LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "GetUser"}]},
    ):
        with pytest.raises(trail.exceptions.InvalidNextTokenException):
            trail.lookup_events(**other, NextToken=token)


def test_there_are_no_insights(account, client):
    """The one event category is known, and empty: nothing here computes Insights events."""
    account.user("ana")
    assert client("cloudtrail").lookup_events(EventCategory="insight")["Events"] == []


def test_users_and_groups_as_the_identity_store_shows_them(account, client):
    """Every attribute, the external id with its issuer, who created it, and status in the API's words."""
    user = account.user(
        "ana",
        externalId="7",
        active=True,
        profileUrl="https://x.y/",
        emails=[{"value": "ana@x.y", "type": "work", "primary": True}],
        **{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Dev"}},
    )
    group = account.group("Dev", externalId="g")
    store = client("identitystore")
    shown = store.describe_user(
        IdentityStoreId=STORE, UserId=user["id"], Extensions=["aws:identitystore:enterprise"]
    )
    assert shown["UserName"] == "ana"
    assert shown["Name"] == {"FamilyName": "Jensen", "GivenName": "Barbara"}
    assert shown["Emails"] == [{"Value": "ana@x.y", "Type": "work", "Primary": True}]
    assert shown["ProfileUrl"] == "https://x.y/"
    assert shown["UserStatus"] == "ENABLED"
    assert shown["CreatedBy"] == "SCIM"
    assert shown["Extensions"] == {"aws:identitystore:enterprise": {"department": "Dev"}}
    issuer = f"https://scim.aws.com/{account.tenant.settings.tenant_id}"
    assert shown["ExternalIds"] == [{"Issuer": issuer, "Id": "7"}]
    assert store.describe_group(IdentityStoreId=STORE, GroupId=group["id"])["DisplayName"] == "Dev"
    for identifier in (
        {"ExternalId": {"Issuer": issuer, "Id": "7"}},
        {"UniqueAttribute": {"AttributePath": "userName", "AttributeValue": "ANA"}},
        {"UniqueAttribute": {"AttributePath": "emails.value", "AttributeValue": "ana@x.y"}},
    ):
        assert (
            store.get_user_id(IdentityStoreId=STORE, AlternateIdentifier=identifier)["UserId"] == user["id"]
        )
    other = {"ExternalId": {"Issuer": "https://scim.aws.com/other", "Id": "7"}}
    with pytest.raises(store.exceptions.ResourceNotFoundException):
        store.get_user_id(IdentityStoreId=STORE, AlternateIdentifier=other)
    unique = {"UniqueAttribute": {"AttributePath": "displayName", "AttributeValue": "Dev"}}
    assert store.get_group_id(IdentityStoreId=STORE, AlternateIdentifier=unique)["GroupId"] == group["id"]


def test_memberships_are_visible_here(account, client):
    """What SCIM never shows is listed from both ends, page by page, and can be asked for."""
    users = [account.user(f"user{number}")["id"] for number in range(5)]
    group = account.group("Dev", members=[{"value": each} for each in users[:4]])["id"]
    store = client("identitystore")
    pages = store.get_paginator("list_group_memberships").paginate(
        IdentityStoreId=STORE, GroupId=group, PaginationConfig={"PageSize": 3}
    )
    rows = [row for page in pages for row in page["GroupMemberships"]]
    assert [row["MemberId"]["UserId"] for row in rows] == users[:4]
    member = {"UserId": users[0]}
    (row,) = store.list_group_memberships_for_member(IdentityStoreId=STORE, MemberId=member)[
        "GroupMemberships"
    ]
    assert row["MembershipId"] == rows[0]["MembershipId"]
    for user, expected in ((users[0], True), (users[4], False)):
        answer = store.is_member_in_groups(IdentityStoreId=STORE, MemberId={"UserId": user}, GroupIds=[group])
        assert answer["Results"][0]["MembershipExists"] is expected


def test_lists_page_and_filter(account, client):
    """ListUsers and ListGroups meet everyone once; one filter finds one."""
    names = [account.user(f"user{number}")["userName"] for number in range(5)]
    account.group("Dev")
    store = client("identitystore")
    pages = store.get_paginator("list_users").paginate(
        IdentityStoreId=STORE, PaginationConfig={"PageSize": 2}
    )
    assert [user["UserName"] for page in pages for user in page["Users"]] == names
    only = [{"AttributePath": "UserName", "AttributeValue": "user3"}]
    assert len(store.list_users(IdentityStoreId=STORE, Filters=only)["Users"]) == 1
    only = [{"AttributePath": "DisplayName", "AttributeValue": "nobody"}]
    assert store.list_groups(IdentityStoreId=STORE, Filters=only)["Groups"] == []


def test_the_instance_of_the_account(client):
    """ListInstances names the instance and its identity store."""
    (instance,) = client("sso-admin").list_instances()["Instances"]
    assert instance["IdentityStoreId"] == STORE
    assert instance["InstanceArn"] == "arn:aws:sso:::instance/ssoins-1234567890abcdef"


def test_errors_arrive_as_botocore_expects_them(client):
    """An unknown user is the modelled exception; a bad token and a bad cursor have AWS's codes."""
    store = client("identitystore")
    nobody = "00000000-0000-7000-0000-000000000000"
    with pytest.raises(store.exceptions.ResourceNotFoundException) as caught:
        store.describe_user(IdentityStoreId=STORE, UserId=nobody)
    assert caught.value.response["ResourceType"] == "USER"
    with pytest.raises(store.exceptions.ValidationException):
        store.list_users(IdentityStoreId=STORE, NextToken="AAAA")
    with pytest.raises(ClientError, match="InvalidNextTokenException"):
        client("cloudtrail").lookup_events(NextToken="AAAA")


def test_an_operation_that_is_not_here_is_named(client):
    """AWS says nothing beside the code of what it has not; what it has and the harness has not should be no riddle."""
    with pytest.raises(ClientError, match="UnknownOperationException") as refused:
        client("sso-admin").list_application_providers()
    message = refused.value.response["Error"]["Message"]
    assert message == "ListApplicationProviders of sso-admin is not served here."


@pytest.mark.parametrize(
    ("service", "operation"), [("sts", "get_session_token"), ("iam", "list_users"), ("sns", "list_topics")]
)
def test_a_service_of_the_query_protocol_is_refused_in_its_xml(client, service, operation):
    """Its clients read nothing else: JSON is told as an answer that cannot be parsed."""
    with pytest.raises(ClientError, match=r"InvalidAction.* not served here") as refused:
        getattr(client(service), operation)()
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert refused.value.response["ResponseMetadata"]["RequestId"]


@pytest.mark.parametrize(
    ("service", "operation", "given", "status"),
    [
        ("s3", "list_buckets", {}, 501),
        ("s3", "list_objects_v2", {"Bucket": "b"}, 501),
        ("route53", "list_hosted_zones", {}, 400),
        ("ec2", "describe_instances", {}, 400),
        ("dynamodb", "list_tables", {}, 400),
        ("lambda", "list_functions", {}, 400),
    ],
)
def test_a_service_that_is_not_here_is_named(client, service, operation, given, status):
    """Whatever the protocol, the client shows a sentence and what is served instead; it asks once."""
    with pytest.raises(ClientError, match=f"{service} is not served here.* identitystore") as refused:
        getattr(client(service), operation)(**given)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert refused.value.response["ResponseMetadata"]["RetryAttempts"] == 0


@pytest.mark.parametrize("config", [{}, {"inject_host_prefix": False}])
def test_s3control_asks_another_name_whatever_it_is_given(config):
    """As the first page says: a client puts the account before the host, so nothing of it arrives here."""
    control = boto.client("http://localhost:9", "s3control", **config)
    urls = []
    control.meta.events.register("request-created", lambda request, **_: urls.append(request.url))
    with pytest.raises(EndpointConnectionError):
        control.list_access_grants_instances(AccountId="123456789012")
    assert set(urls) == {"http://123456789012.localhost:9/v20180820/accessgrantsinstances"}


def test_terraform_reads_the_organization(client):
    """Its data source asks for the root and the services besides; who is below the root, nobody asks here."""
    organizations = client("organizations")
    organization = organizations.describe_organization()["Organization"]
    (root,) = organizations.list_roots()["Roots"]
    assert root["Arn"] == organization["Arn"].replace(":organization/", ":root/") + f"/{root['Id']}"
    (service,) = organizations.list_aws_service_access_for_organization()["EnabledServicePrincipals"]
    assert service["ServicePrincipal"] == "sso.amazonaws.com"


@pytest.mark.parametrize(
    ("target", "authorization", "code"),
    [
        ("AWSIdentityStore.ListUsers", None, "MissingAuthenticationTokenException"),
        ("AWSIdentityStore.ListUsers", "Bearer x", "IncompleteSignatureException"),
        ("AWSIdentityStore.ListUsers", SIGNED[:-1], "IncompleteSignatureException"),
        ("AWSIdentityStore.Frobnicate", SIGNED, "UnknownOperationException"),
        ("", SIGNED, "UnknownOperationException"),
    ],
)
def test_unsigned_and_unknown_calls(account, target, authorization, code):
    """A missing or malformed signature and an unknown target have AWS's frame and codes."""
    answer = call(account, target, authorization=authorization)
    assert answer.status in (400, 403)
    assert answer.json()["__type"] == code
    assert answer.header("x-amzn-ErrorType") == code
    assert answer.header("Content-Type") == "application/x-amz-json-1.1"


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"[" * 100_000,
        b'{"IdentityStoreId":7}',
        b'{"IdentityStoreId":""}',
        b'{"IdentityStoreId":"\\ud800"}',
        b'{"IdentityStoreId":"d-0000000000"}',
        b'{"IdentityStoreId":"d-9067729b3d","MaxResults":true}',
        b'{"IdentityStoreId":"d-9067729b3d","MaxResults":0}',
        b'{"IdentityStoreId":"d-9067729b3d","MaxResults":99999999999999999999999}',
        b'{"IdentityStoreId":"d-9067729b3d","Filters":{}}',
        b'{"IdentityStoreId":"d-9067729b3d","Filters":[{},{}]}',
        b'{"IdentityStoreId":"d-9067729b3d","Filters":[{"AttributePath":"x","AttributeValue":"y"}]}',
        b'{"IdentityStoreId":"d-9067729b3d","Extensions":[7]}',
        b'{"x":"' + b"x" * 1_048_576 + b'"}',
    ],
    ids=lambda body: repr(body[:60]),
)
def test_junk_input_is_400(account, body):
    """Whatever the body, ListUsers answers 400 in AWS's frame."""
    answer = call(account, "AWSIdentityStore.ListUsers", body)
    assert answer.status == 400
    assert answer.json()["__type"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"StartTime":2,"EndTime":1}', "InvalidTimeRangeException"),
        (b'{"StartTime":1e300}', "InvalidTimeRangeException"),
        (b'{"StartTime":"x"}', "SerializationException"),
        (
            b'{"LookupAttributes":[{"AttributeKey":"Nonsense","AttributeValue":"x"}]}',
            "InvalidLookupAttributesException",
        ),
        (b'{"LookupAttributes":[{"AttributeKey":"EventId"}]}', "InvalidLookupAttributesException"),
        (b'{"EventCategory":"management"}', "InvalidEventCategoryException"),
        (b'{"MaxResults":0}', "InvalidMaxResultsException"),
        (
            b'{"LookupAttributes":[{"AttributeKey":"EventId","AttributeValue":""}]}',
            "InvalidLookupAttributesException",
        ),
        (
            b'{"LookupAttributes":[{"AttributeKey":"EventId","AttributeValue":"x"},{"AttributeKey":"EventId"}]}',
            "InvalidLookupAttributesException",
        ),
        (b'{"MaxResults":51}', "InvalidMaxResultsException"),
        (b'{"NextToken":"\xc3\xa9"}', "InvalidNextTokenException"),
    ],
)
def test_bad_lookups_have_cloudtrails_codes(account, body, code):
    """Ranges, keys, sizes and tokens that make no sense are refused by name."""
    target = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents"
    assert call(account, target, body).json()["__type"] == code
