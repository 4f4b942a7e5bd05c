"""The AWS APIs against the models that botocore ships: what they take, and everything they answer to boto3."""

import json
from datetime import timedelta
from functools import cache, partial

import pytest
from botocore import xform_name
from botocore.session import get_session
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.aws_sso.apis import SERVICES
from harness.aws_sso.apis.served import BY_TARGET
from harness.aws_sso.apis.shapes import Document, Entries, Flag, Items, Moment, Number, Structure, Text
from harness.aws_sso.identity_store import membership_id
from harness.aws_sso.populate import populate
from harness.wire.message import Request
from tests.aws_sso import boto

SERVICE_NAMES = {
    "identitystore": "identitystore",
    "sso": "sso-admin",
    "cloudtrail": "cloudtrail",
    "organizations": "organizations",
}
MODELS = {
    target: get_session().get_service_model(SERVICE_NAMES[entry.signing_name])
    for target, entry in BY_TARGET.items()
}
OPERATIONS = [(target, name) for target, service in SERVICES.items() for name in service.handlers]
STORE, ACCOUNT = "d-9067729b3d", "123456789012"
INSTANCE = "arn:aws:sso:::instance/ssoins-1234567890abcdef"
POLICY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def operation_id(value):
    return value.rpartition(".")[2]


def in_its_words(shape):
    """Return one of botocore's shapes in the words of the harness's tables."""
    if getattr(shape, "is_document_type", False):
        return Document()
    return WORDS[shape.type_name](shape)


def limits(shape):
    return shape.metadata.get("min", 0), shape.metadata.get("max")


def structure(shape):
    members = {name: in_its_words(member) for name, member in shape.members.items()}
    return Structure(members, frozenset(shape.required_members), getattr(shape, "is_tagged_union", False))


def text(shape):
    meta = shape.metadata
    values, personal = tuple(meta.get("enum", ())), meta.get("sensitive", False)
    return Text(*limits(shape), meta.get("pattern"), values, personal)


WORDS = {
    "structure": structure,
    "list": lambda shape: Items(in_its_words(shape.member), *limits(shape)),
    "map": lambda shape: Entries(in_its_words(shape.key), in_its_words(shape.value), *limits(shape)),
    "integer": lambda shape: Number(shape.metadata["min"], shape.metadata["max"]),
    "string": text,
    "boolean": lambda _: Flag(),
    "timestamp": lambda _: Moment(),
}


@pytest.mark.parametrize(("target", "name"), OPERATIONS, ids=operation_id)
def test_inputs_are_the_models(target, name):
    """Every member, length, pattern and requirement of an operation's input is the model's."""
    shape = MODELS[target].operation_model(name).input_shape
    assert SERVICES[target].shapes[name] == (Structure({}) if shape is None else in_its_words(shape))


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        (r"[\p{L}\p{M}\p{S}\p{N}\p{P}]+", ["a", "é", "e\u0301", "😀", "名"], ["", "a b", "\t", "\u3000"]),
        ("[\\p{L}\\t\\n\\r \u00a0]+", ["a b", "\t\n\r", "\u00a0"], ["\x07", "t1", "\u3000", "\\"]),
        (r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)", ["", "a-b", "\u2003", "@"], ["!", "\n", "\\"]),
        (r"\p{L}+(?:\.\p{L}+){0,2}", ["name.givenName", "ä.ö"], ["1", "a.", "a.b.c.d", "a_b"]),
        (r"\d{12}", ["123456789012"], ["١٢٣٤٥٦٧٨٩٠١٢", "1"]),
    ],
)
def test_patterns_mean_what_they_mean_to_the_service(pattern, good, bad):
    """Unicode categories, inside brackets and alone, escapes, and ASCII digits, on whole texts."""
    shape = Text(pattern=pattern)
    assert all(shape.matches(text) for text in good)
    assert not any(shape.matches(text) for text in bad)


def test_what_is_not_imitated():
    """The whole Identity Store API but for network settings; of SSO Admin no applications, issuers, regions."""
    assert set(MODELS["AWSIdentityStore"].operation_names) - set(SERVICES["AWSIdentityStore"].handlers) == {
        "UpdateIdentityStore"
    }
    unknown = set(MODELS["SWBExternalService"].operation_names) - set(SERVICES["SWBExternalService"].handlers)
    left = ("Application", "TrustedToken", "Region")
    assert {name for name in unknown if not any(word in name for word in left)} == {
        "CreateInstance",
        "DeleteInstance",
    }
    assert len(SERVICES["SWBExternalService"].handlers) == 40


def problems(shape, value, where="answer"):
    """Tell in what a JSON value differs from one of botocore's output shapes."""
    kind, meta = shape.type_name, shape.metadata
    types = {"structure": dict, "list": list, "map": dict, "string": str, "boolean": bool, "integer": int}
    types["timestamp"] = (int, float)
    if getattr(shape, "is_document_type", False):
        return []
    if not isinstance(value, types[kind]) or (isinstance(value, bool) and kind != "boolean"):
        return [f"{where} is {value!r}, not a {kind}"]
    breaches = []
    if kind == "structure":
        breaches += [f"{where}.{name} is missing" for name in shape.required_members if name not in value]
        breaches += [f"{where}.{name} is not in the model" for name in value if name not in shape.members]
        for name in value.keys() & shape.members.keys():
            breaches += problems(shape.members[name], value[name], f"{where}.{name}")
    elif kind in ("list", "map"):
        inner = enumerate(value) if kind == "list" else value.items()
        for key, item in inner:
            breaches += problems(shape.member if kind == "list" else shape.value, item, f"{where}.{key}")
    if kind in ("string", "list", "map") and not meta.get("min", 0) <= len(value) <= meta.get("max", 2**31):
        breaches.append(f"{where} has {len(value)} items")
    if kind == "string" and not Text(pattern=meta.get("pattern")).matches(value):
        breaches.append(f"{where} is {value!r}")
    if kind == "string" and value not in meta.get("enum", (value,)):
        breaches.append(f"{where} is {value!r}, none of {meta['enum']}")
    return breaches


def test_the_ruler_itself():
    """A missing, an unknown, a mistyped and a malformed member are each noticed."""
    shape = MODELS["AWSIdentityStore"].operation_model("GetUserId").output_shape
    breaches = problems(shape, {"UserId": "x", "UserArn": 7, "Nonsense": 1})
    assert len(breaches) == 4


@pytest.fixture
def setting(account, served, request):
    """Return an account with somebody in it, the boto3 client of a service, and the parameters of every operation."""
    user, other = account.user("ana", externalId="7")["id"], account.user("bo")["id"]
    group = account.group("Dev", externalId="g", members=[{"value": user}])["id"]

    populate(account.tenant, {"accounts": [{"id": "111122223333", "name": "Production"}]})
    store, admin = boto.client(served, "identitystore"), boto.client(served, "sso-admin")
    (row,) = store.list_group_memberships(IdentityStoreId=STORE, GroupId=group)["GroupMemberships"]
    arn = admin.create_permission_set(InstanceArn=INSTANCE, Name="Admins")["PermissionSet"][
        "PermissionSetArn"
    ]
    of_set = {"InstanceArn": INSTANCE, "PermissionSetArn": arn}
    target = {**of_set, "TargetId": ACCOUNT, "TargetType": "AWS_ACCOUNT"}
    assignment = {**target, "PrincipalType": "USER", "PrincipalId": user}
    admin.attach_managed_policy_to_permission_set(**of_set, ManagedPolicyArn=POLICY)
    admin.put_inline_policy_to_permission_set(**of_set, InlinePolicy="{}")
    reference = {"CustomerManagedPolicyReference": {"Name": "Own", "Path": "/team/"}}
    admin.attach_customer_managed_policy_reference_to_permission_set(**of_set, **reference)
    admin.put_permissions_boundary_to_permission_set(
        **of_set, PermissionsBoundary={"ManagedPolicyArn": POLICY}
    )
    attribute = {"Key": "CostCenter", "Value": {"Source": ["${path:enterprise.costCenter}"]}}
    attributes = {
        "InstanceArn": INSTANCE,
        "InstanceAccessControlAttributeConfiguration": {"AccessControlAttributes": [attribute]},
    }
    if "CreateInstanceAccess" not in request.node.name:
        admin.create_instance_access_control_attribute_configuration(**attributes)
    naming = {
        "InstanceArn": INSTANCE,
        "Name": "main",
        "EncryptionConfiguration": {"KeyType": "AWS_OWNED_KMS_KEY"},
    }
    admin.update_instance(**naming)
    made = admin.create_account_assignment(**assignment)["AccountAssignmentCreationStatus"]["RequestId"]
    sent = admin.provision_permission_set(**target)["PermissionSetProvisioningStatus"]["RequestId"]
    account.tenant.clock.advance(timedelta(minutes=1))
    spare = {**assignment, "PrincipalId": other}
    admin.create_account_assignment(**spare)
    account.tenant.clock.advance(timedelta(minutes=1))
    gone = admin.delete_account_assignment(**spare)["AccountAssignmentDeletionStatus"]["RequestId"]
    free = admin.create_permission_set(InstanceArn=INSTANCE, Name="Free", Tags=[{"Key": "a", "Value": "b"}])
    account.tenant.clock.advance(timedelta(minutes=1))
    in_store = {"IdentityStoreId": STORE}
    of_user, of_group = {**in_store, "UserId": user}, {**in_store, "GroupId": group}
    member, stranger = {"MemberId": {"UserId": user}}, {"MemberId": {"UserId": other}}
    in_instance, of_account = {"InstanceArn": INSTANCE}, {"InstanceArn": INSTANCE, "AccountId": ACCOUNT}
    name = [{"AttributePath": "displayName", "AttributeValue": "New"}]
    of_membership = {**in_store, "MembershipId": row["MembershipId"]}

    def called(attribute, value):
        return {
            **in_store,
            "AlternateIdentifier": {"UniqueAttribute": {"AttributePath": attribute, "AttributeValue": value}},
        }

    extensions = {"Extensions": ["aws:identitystore:enterprise"]}
    return partial(boto.client, served), {
        "LookupEvents": {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "CreateUser"}]},
        "CreateGroup": {**in_store, "DisplayName": "Ops", "Description": "Night shift"},
        "CreateGroupMembership": {**of_group, **stranger},
        "CreateUser": {
            **in_store,
            "UserName": "cy",
            "DisplayName": "Cy",
            "Name": {"GivenName": "C", "FamilyName": "Y"},
            "Photos": [{"Value": "https://x.y/p"}],
            "Extensions": {"aws:identitystore:enterprise": {"department": "Dev"}},
        },
        "DeleteGroup": of_group,
        "DeleteGroupMembership": of_membership,
        "DeleteUser": of_user,
        "DescribeGroup": of_group,
        "DescribeGroupMembership": of_membership,
        "DescribeIdentityStore": in_store,
        "DescribeUser": {**of_user, **extensions},
        "GetGroupId": called("displayName", "Dev"),
        "GetGroupMembershipId": {**of_group, **member},
        "GetUserId": called("userName", "ana"),
        "IsMemberInGroups": {**in_store, **member, "GroupIds": [group]},
        "ListGroupMemberships": of_group,
        "ListGroupMembershipsForMember": {**in_store, **member},
        "ListGroups": in_store,
        "ListIdentityStores": {},
        "ListUsers": {**in_store, **extensions},
        "UpdateGroup": {**of_group, "Operations": name},
        "UpdateUser": {**of_user, "Operations": name},
        "AttachManagedPolicyToPermissionSet": {**of_set, "ManagedPolicyArn": f"{POLICY}2"},
        "CreateAccountAssignment": spare,
        "CreatePermissionSet": {
            **in_instance,
            "Name": "Readers",
            "Description": "Readers",
            "SessionDuration": "PT2H",
            "RelayState": "https://x.y/",
        },
        "DeleteAccountAssignment": assignment,
        "DeleteInlinePolicyFromPermissionSet": of_set,
        "DeletePermissionSet": {**of_set, "PermissionSetArn": free["PermissionSet"]["PermissionSetArn"]},
        "DescribeAccountAssignmentCreationStatus": {
            **in_instance,
            "AccountAssignmentCreationRequestId": made,
        },
        "DescribeAccountAssignmentDeletionStatus": {
            **in_instance,
            "AccountAssignmentDeletionRequestId": gone,
        },
        "DescribeInstance": in_instance,
        "DescribePermissionSet": of_set,
        "DescribePermissionSetProvisioningStatus": {**in_instance, "ProvisionPermissionSetRequestId": sent},
        "DetachManagedPolicyFromPermissionSet": {**of_set, "ManagedPolicyArn": POLICY},
        "GetInlinePolicyForPermissionSet": of_set,
        "ListAccountAssignmentCreationStatus": in_instance,
        "ListAccountAssignmentDeletionStatus": in_instance,
        "ListAccountAssignments": {**of_account, "PermissionSetArn": arn},
        "ListAccountAssignmentsForPrincipal": {**in_instance, "PrincipalType": "USER", "PrincipalId": user},
        "ListAccountsForProvisionedPermissionSet": of_set,
        "ListInstances": {},
        "ListManagedPoliciesInPermissionSet": of_set,
        "ListPermissionSetProvisioningStatus": in_instance,
        "ListPermissionSets": in_instance,
        "ListPermissionSetsProvisionedToAccount": of_account,
        "ListTagsForResource": {**in_instance, "ResourceArn": free["PermissionSet"]["PermissionSetArn"]},
        "ProvisionPermissionSet": {**of_set, "TargetType": "ALL_PROVISIONED_ACCOUNTS"},
        "PutInlinePolicyToPermissionSet": {**of_set, "InlinePolicy": "{}"},
        "UpdatePermissionSet": {**of_set, "Description": "New"},
        "AttachCustomerManagedPolicyReferenceToPermissionSet": {
            **of_set,
            "CustomerManagedPolicyReference": {"Name": "Other"},
        },
        "DetachCustomerManagedPolicyReferenceFromPermissionSet": {**of_set, **reference},
        "ListCustomerManagedPolicyReferencesInPermissionSet": of_set,
        "PutPermissionsBoundaryToPermissionSet": {**of_set, "PermissionsBoundary": reference},
        "GetPermissionsBoundaryForPermissionSet": of_set,
        "DeletePermissionsBoundaryFromPermissionSet": of_set,
        "CreateInstanceAccessControlAttributeConfiguration": attributes,
        "DescribeInstanceAccessControlAttributeConfiguration": in_instance,
        "UpdateInstanceAccessControlAttributeConfiguration": attributes,
        "DeleteInstanceAccessControlAttributeConfiguration": in_instance,
        "TagResource": {**in_instance, "ResourceArn": arn, "Tags": [{"Key": "k", "Value": ""}]},
        "UntagResource": {**in_instance, "ResourceArn": arn, "TagKeys": ["k"]},
        "UpdateInstance": naming,
        "DescribeAccount": {"AccountId": "111122223333"},
        "DescribeOrganization": {},
        "ListAWSServiceAccessForOrganization": {},
        "ListAccounts": {},
        "ListRoots": {},
    }


@pytest.mark.slow
@pytest.mark.parametrize(("target", "name"), OPERATIONS, ids=operation_id)
def test_answers_fit_the_models(setting, target, name):
    """boto3 calls every operation over a socket, and each answer has the model's shape; lists are not empty."""
    client, parameters = setting
    service = client(SERVICE_NAMES[BY_TARGET[target].signing_name])
    bodies = []
    service.meta.events.register(
        "before-parse", lambda response_dict, **_: bodies.append(response_dict["body"])
    )
    service._make_api_call(name, parameters[name])
    answer = json.loads(bodies[0])
    shape = MODELS[target].operation_model(name).output_shape
    assert not problems(shape, answer)
    assert answer or not shape.members
    assert all(answer.values())


@cache
def paged(target):
    """Return the operations that boto3 can page through, a page of any size, and the member that holds the rows."""
    model = (
        get_session()
        .get_component("data_loader")
        .load_service_model(SERVICE_NAMES[BY_TARGET[target].signing_name], "paginators-1")["pagination"]
    )
    return {name: row["result_key"] for name, row in model.items() if "limit_key" in row}


PAGED = [(target, name) for target, name in OPERATIONS if name in paged(target)]


@pytest.mark.slow
@pytest.mark.parametrize(("target", "name"), PAGED, ids=operation_id)
def test_lists_have_boto3s_paginators(setting, target, name):
    """Whatever boto3 can page through, one row a page, shows the same as one big page."""
    client, parameters = setting
    service = client(SERVICE_NAMES[BY_TARGET[target].signing_name])
    method, member = xform_name(name), paged(target)[name]
    whole = service._make_api_call(name, parameters[name])[member]
    pages = service.get_paginator(method).paginate(**parameters[name], PaginationConfig={"PageSize": 1})
    assert [row for page in pages for row in page[member]] == whole


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def nearly(shape, samples):
    """Draw what fits a shape, or nearly: any member may be junk; required ones are seldom missing."""
    if isinstance(shape, Structure):
        members = {name: nearly(member, samples) for name, member in shape.members.items()}
        required = {name: members.pop(name) for name in shape.required}
        fitting = st.fixed_dictionaries(required, optional=members)
    elif isinstance(shape, Items):
        fitting = st.lists(nearly(shape.element, samples), min_size=1, max_size=3)
    elif isinstance(shape, Entries):
        fitting = st.dictionaries(nearly_text(shape.key, samples), nearly(shape.value, samples), max_size=2)
    elif isinstance(shape, Text):
        fitting = nearly_text(shape, samples)
    elif isinstance(shape, Number):
        fitting = st.integers(shape.least - 1, shape.most + 1)
    elif isinstance(shape, Document):
        fitting = st.sampled_from([*samples, [{"value": "x"}], {"value": "x"}, {"givenName": "x"}])
    else:
        fitting = st.booleans() | st.floats(allow_nan=False)
    return st.one_of(fitting, fitting, fitting, fitting, fitting, JUNK)


def nearly_text(shape, samples):
    fitting = [each for each in [*samples, *shape.values] if shape.matches(each)]
    return st.one_of(st.sampled_from(fitting), st.sampled_from(fitting), st.text()) if fitting else st.text()


@pytest.fixture
def ask(account):
    """Return a function that sends any body to any operation, and the words that some operations know."""

    def answer_of(target, name, body):
        scope = f"20260302/us-east-1/{BY_TARGET[target].signing_name}/aws4_request"
        signature = f"Credential=A/{scope}, SignedHeaders=host, Signature={'0' * 64}"
        headers = (("X-Amz-Target", f"{target}.{name}"), ("Authorization", f"AWS4-HMAC-SHA256 {signature}"))
        return account.send(Request("POST", f"{account.origin}/", headers, json.dumps(body).encode()))

    user = account.user("ana", externalId="7")["id"]
    group = account.group("Dev", members=[{"value": user}])["id"]
    made = answer_of(
        "SWBExternalService", "CreatePermissionSet", {"InstanceArn": INSTANCE, "Name": "Admins"}
    ).json()
    words = (
        "aws:identitystore:enterprise",
        "displayName",
        "name.givenName",
        "emails",
        "userName",
        "title",
        "ana",
    )
    ids = (user, group, membership_id(group, user), made["PermissionSet"]["PermissionSetArn"])
    issuer = f"https://scim.aws.com/{account.tenant.settings.tenant_id}"
    return answer_of, [STORE, INSTANCE, ACCOUNT, POLICY, "EventName", "Dev", "7", "1", issuer, *words, *ids]


@pytest.mark.slow
@pytest.mark.parametrize(("target", "name"), OPERATIONS, ids=operation_id)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_no_input_breaks_an_operation(ask, target, name, data):
    """Whatever the parameters, an operation answers or refuses in AWS's frame, never with a 500."""
    answer_of, samples = ask
    answer = answer_of(target, name, data.draw(nearly(SERVICES[target].shapes[name], samples)))
    assert answer.status in (200, 400), answer.body
    assert answer.status == 200 or answer.json()["__type"]
