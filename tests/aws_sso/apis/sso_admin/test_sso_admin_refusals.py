"""How the SSO Admin API refuses, at once and later: sentences that were seen, quotas, conflicts, accounts out of reach."""

import json
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from harness.aws_sso.populate import populate
from tests.aws_sso import boto

HERE = {"InstanceArn": "arn:aws:sso:::instance/ssoins-1234567890abcdef"}
ACCOUNT = "111122223333"
POLICY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


@pytest.fixture
def connect(door):
    """Return a function that gives a boto3 client of an account's SSO Admin API."""
    accounts, url = door

    def connected(account):
        accounts[:] = [account]
        return boto.client(url, "sso-admin")

    return connected


@pytest.fixture
def admin(account, connect):
    return connect(account)


def new_set(admin, name="Admins"):
    made = admin.create_permission_set(**HERE, Name=name)["PermissionSet"]["PermissionSetArn"]
    return {**HERE, "PermissionSetArn": made}


def target(of_set, user, where=ACCOUNT):
    kinds = {"TargetType": "AWS_ACCOUNT", "PrincipalType": "USER"}
    return {**of_set, **kinds, "TargetId": where, "PrincipalId": user}


def refusal(call, **given):
    """Return how a call is refused, as (code, message)."""
    with pytest.raises(ClientError) as caught:
        call(**given)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def outcome(account, admin, made):
    """Return how a creation ended, as (status, reason)."""
    account.tenant.clock.advance(timedelta(seconds=5))
    request = made["AccountAssignmentCreationStatus"]["RequestId"]
    status = admin.describe_account_assignment_creation_status(
        **HERE, AccountAssignmentCreationRequestId=request
    )["AccountAssignmentCreationStatus"]
    return status["Status"], status.get("FailureReason")


def test_managed_policies_in_the_services_words(open_account, connect):
    """Attached twice, malformed, absent, and one too many."""
    absent = "arn:aws:iam::aws:policy/DoesNotExist"
    admin = connect(open_account(absent_managed_policies=[absent]))
    of_set = new_set(admin)
    attach = admin.attach_managed_policy_to_permission_set
    attach(**of_set, ManagedPolicyArn=POLICY)
    short = of_set["PermissionSetArn"].rpartition("/")[2]
    assert refusal(attach, **of_set, ManagedPolicyArn=POLICY) == (
        "ConflictException",
        f"Permission set with id {short} already has a typed link attachment to a manged policy with {POLICY}",
    )
    assert refusal(attach, **of_set, ManagedPolicyArn=absent) == (
        "ResourceNotFoundException",
        f"Policy does not exist with ARN: {absent}",
    )
    bad = "arn:aws:iam::123456789012:policy/Own"
    assert refusal(attach, **of_set, ManagedPolicyArn=bad) == (
        "ValidationException",
        f"Given managed policy ARN: {bad}, is invalid",
    )
    references = admin.attach_customer_managed_policy_reference_to_permission_set
    for number in range(24):
        references(**of_set, CustomerManagedPolicyReference={"Name": f"p{number}"})
    for call, given in (
        (attach, {"ManagedPolicyArn": f"{POLICY}2"}),
        (references, {"CustomerManagedPolicyReference": {"Name": "one-more"}}),
    ):
        assert refusal(call, **of_set, **given)[0] == "ServiceQuotaExceededException"


def test_a_bad_policy_arn_used_to_have_the_generated_sentence(open_account, connect):
    """The account of 2020 tells of the pattern, and of twenty policies."""
    admin = connect(open_account("aws-sso-2020"))
    of_set = new_set(admin)
    attach = admin.attach_managed_policy_to_permission_set
    bad = "arn:aws:iam::123456789012:policy/Own"
    assert "regular expression pattern" in refusal(attach, **of_set, ManagedPolicyArn=bad)[1]
    for number in range(20):
        attach(**of_set, ManagedPolicyArn=f"{POLICY}{number}")
    assert refusal(attach, **of_set, ManagedPolicyArn=f"{POLICY}x")[0] == "ServiceQuotaExceededException"


def test_what_is_absent_is_named(admin):
    """Permission sets by their short id, policies by ARN; the sentence is a quirk."""
    ghost = {
        **HERE,
        "PermissionSetArn": "arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-0000000000000000",
    }
    assert refusal(admin.describe_permission_set, **ghost) == (
        "ResourceNotFoundException",
        "Could not find PermissionSet with id ps-0000000000000000",
    )
    detach = admin.detach_managed_policy_from_permission_set
    assert refusal(detach, **new_set(admin), ManagedPolicyArn=POLICY) == (
        "ResourceNotFoundException",
        f"Could not find ManagedPolicy with arn {POLICY}",
    )


def test_inline_policies(admin):
    """10,240 bytes without blanks, and JSON."""
    of_set = new_set(admin)
    put = admin.put_inline_policy_to_permission_set
    long = json.dumps({"Statement": "x" * 10_224}, indent=4)
    assert len("".join(long.split())) == 10_240
    put(**of_set, InlinePolicy=long)
    assert refusal(put, **of_set, InlinePolicy=long.replace("x", "xy", 1)) == (
        "ValidationException",
        (
            "Current size of the non-whitespace characters present in the InlinePolicy Document is 10241 bytes which has "
            "exceeded the maximum limit of 10240 bytes"
        ),
    )
    for text in ("{", "x", "[]", '"x"'):
        assert refusal(put, **of_set, InlinePolicy=text) == (
            "ValidationException",
            "Invalid PermissionsPolicy Document",
        )


@pytest.mark.parametrize("duration", ["PT30M", "PT12H1S", "PT0S", "P1D", "-PT2H"])
def test_sessions_last_one_to_twelve_hours(admin, duration):
    """Longer, shorter, or told in days: refused, when made and when changed."""
    given = {"SessionDuration": duration}
    assert refusal(admin.create_permission_set, **HERE, Name="X", **given)[0] == "ValidationException"
    assert refusal(admin.update_permission_set, **new_set(admin), **given)[0] == "ValidationException"


def test_an_update_without_a_relay_state_clears_it(admin):
    """As Terraform found; the description stays."""
    of_set = new_set(admin)
    admin.update_permission_set(**of_set, RelayState="https://x.y/", Description="All")
    assert admin.describe_permission_set(**of_set)["PermissionSet"]["RelayState"] == "https://x.y/"
    admin.update_permission_set(**of_set, SessionDuration="PT2H")
    shown = admin.describe_permission_set(**of_set)["PermissionSet"]
    assert (shown.get("RelayState"), shown["Description"]) == (None, "All")


def test_a_grant_races_with_a_revocation(account, admin):
    """While the same assignment is in progress both are refused; another person's is not."""
    of_set = new_set(admin)
    ana, bo = (account.user(name)["id"] for name in ("ana", "bo"))
    create, delete = admin.create_account_assignment, admin.delete_account_assignment
    create(**target(of_set, ana))
    assert refusal(delete, **target(of_set, ana))[0] == "ConflictException"
    assert refusal(create, **target(of_set, ana))[0] == "ConflictException"
    create(**target(of_set, bo))
    account.tenant.clock.advance(timedelta(seconds=5))
    delete(**target(of_set, ana))
    assert refusal(create, **target(of_set, ana))[0] == "ConflictException"


def test_fifteen_creations_may_be_outstanding(account, admin):
    """The sixteenth is refused until one of them is done."""
    of_set, create = new_set(admin), admin.create_account_assignment
    users = [account.user(f"u{number}")["id"] for number in range(16)]
    for user in users[:15]:
        create(**target(of_set, user))
    assert refusal(create, **target(of_set, users[15]))[0] == "ServiceQuotaExceededException"
    account.tenant.clock.advance(timedelta(seconds=5))
    create(**target(of_set, users[15]))


def test_a_suspended_account_cannot_be_reached(account, admin):
    """Assigning and provisioning begin well and fail, in the words that were seen."""
    populate(account.tenant, {"accounts": [{"id": ACCOUNT, "name": "Old", "status": "SUSPENDED"}]})
    of_set = new_set(admin)
    made = admin.create_account_assignment(**target(of_set, account.user("ana")["id"]))
    status, reason = outcome(account, admin, made)
    assert (status, reason.partition(".")[0]) == (
        "FAILED",
        "AWS SSO is unable to complete your request at this time",
    )
    assert f"'{ACCOUNT}'" in reason
    sent = admin.provision_permission_set(**of_set, TargetType="AWS_ACCOUNT", TargetId=ACCOUNT)
    account.tenant.clock.advance(timedelta(seconds=5))
    request = sent["PermissionSetProvisioningStatus"]["RequestId"]
    answer = admin.describe_permission_set_provisioning_status(
        **HERE, ProvisionPermissionSetRequestId=request
    )
    assert answer["PermissionSetProvisioningStatus"]["Status"] == "FAILED"
    assert admin.list_accounts_for_provisioned_permission_set(**of_set)["AccountIds"] == []


def test_any_account_can_be_made_to_fail(open_account, connect):
    """The quirk names accounts and reasons."""
    reason = "An unexpected internal service exception was encountered"
    account = open_account(failing_accounts={ACCOUNT: reason})
    admin = connect(account)
    of_set, user = new_set(admin), account.user("ana")["id"]
    made = admin.create_account_assignment(**target(of_set, user))
    other = admin.create_account_assignment(**target(of_set, user, "444455556666"))
    assert outcome(account, admin, made) == ("FAILED", reason)
    assert outcome(account, admin, other) == ("SUCCEEDED", None)


@pytest.mark.parametrize(
    ("profile", "status"), [("aws-sso-2020", "FAILED"), ("identity-center", "SUCCEEDED")]
)
def test_a_deleted_users_assignment(open_account, connect, profile, status):
    """The guide says that it can be taken back; in 2021 it could not."""
    account = open_account(profile)
    admin = connect(account)
    of_set, user = new_set(admin), account.user("ana")["id"]
    admin.create_account_assignment(**target(of_set, user))
    account.tenant.clock.advance(timedelta(seconds=5))
    account.scim("DELETE", f"/Users/{user}")
    gone = admin.delete_account_assignment(**target(of_set, user))["AccountAssignmentDeletionStatus"]
    account.tenant.clock.advance(timedelta(seconds=5))
    status_of_deletion = admin.describe_account_assignment_deletion_status(
        **HERE, AccountAssignmentDeletionRequestId=gone["RequestId"]
    )["AccountAssignmentDeletionStatus"]
    assert status_of_deletion["Status"] == status


def test_quotas_and_sentences_are_quirks(open_account, connect):
    """Set otherwise they are otherwise."""
    words = {
        "absent": "{what} {name} is nowhere",
        "outstanding": "Only {most}.",
        "policies": "At most {most}.",
    }
    account = open_account(
        outstanding_assignments=0, policies_per_permission_set=0, sso_admin_sentences=words
    )
    admin = connect(account)
    of_set = new_set(admin)
    user = account.user("ana")["id"]
    assert refusal(admin.create_account_assignment, **target(of_set, user))[1] == "Only 0."
    attach = admin.attach_managed_policy_to_permission_set
    assert refusal(attach, **of_set, ManagedPolicyArn=POLICY)[1] == "At most 0."


def test_boundaries_references_and_tags(admin):
    """What Terraform writes can be read again, and is refused the second time or when it is gone."""
    of_set = new_set(admin)
    own = {"Name": "Own", "Path": "/team/"}
    put, get = (
        admin.put_permissions_boundary_to_permission_set,
        admin.get_permissions_boundary_for_permission_set,
    )
    assert refusal(get, **of_set)[0] == "ResourceNotFoundException"
    for boundary in ({"ManagedPolicyArn": POLICY}, {"CustomerManagedPolicyReference": own}):
        put(**of_set, PermissionsBoundary=boundary)
        assert get(**of_set)["PermissionsBoundary"] == boundary
    both = {"ManagedPolicyArn": POLICY, "CustomerManagedPolicyReference": own}
    for wrong in ({}, both):
        assert refusal(put, **of_set, PermissionsBoundary=wrong)[0] == "ValidationException"
    admin.delete_permissions_boundary_from_permission_set(**of_set)
    assert refusal(admin.delete_permissions_boundary_from_permission_set, **of_set)[0] == (
        "ResourceNotFoundException"
    )
    attach = admin.attach_customer_managed_policy_reference_to_permission_set
    detach = admin.detach_customer_managed_policy_reference_from_permission_set
    attach(**of_set, CustomerManagedPolicyReference=own)
    attach(**of_set, CustomerManagedPolicyReference={"Name": "Own"})
    assert refusal(attach, **of_set, CustomerManagedPolicyReference=own)[0] == "ConflictException"
    listed = admin.list_customer_managed_policy_references_in_permission_set(**of_set)
    assert listed["CustomerManagedPolicyReferences"] == [own, {"Name": "Own", "Path": "/"}]
    detach(**of_set, CustomerManagedPolicyReference=own)
    assert refusal(detach, **of_set, CustomerManagedPolicyReference=own)[0] == "ResourceNotFoundException"
    for resource in (of_set["PermissionSetArn"], HERE["InstanceArn"]):
        named = {**HERE, "ResourceArn": resource}
        admin.tag_resource(**named, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
        admin.tag_resource(**named, Tags=[{"Key": "a", "Value": "3"}])
        admin.untag_resource(**named, TagKeys=["b", "c"])
        assert admin.list_tags_for_resource(**named)["Tags"] == [{"Key": "a", "Value": "3"}]
        many = [{"Key": f"k{number}", "Value": ""} for number in range(50)]
        assert refusal(admin.tag_resource, **named, Tags=many)[0] == "ServiceQuotaExceededException"


def test_an_instance_is_changed_in_one_respect_at_a_time(admin):
    """What is left out stays, but a network is replaced whole: a list that is left out or empty is gone."""
    vpc = "arn:aws:ec2:us-east-1:123456789012:vpc/vpc-0123456789abcdef0"
    admin.update_instance(**HERE, PermissionSetsEnabled=True)
    network = {"VpceAccessRequired": True, "RestrictSourceVpcs": [vpc], "AllowSourceIps": ["192.0.2.0/24"]}
    admin.update_instance(**HERE, NetworkConfiguration=network)
    admin.update_instance(**HERE, EncryptionConfiguration={"KeyType": "AWS_OWNED_KMS_KEY"})
    shown = admin.describe_instance(**HERE)
    assert (shown["PermissionSetsEnabled"], shown["NetworkConfigurationDetails"]) == (True, network)
    assert shown["EncryptionConfigurationDetails"] == {
        "KeyType": "AWS_OWNED_KMS_KEY",
        "EncryptionStatus": "ENABLED",
    }
    admin.update_instance(
        **HERE, NetworkConfiguration={"VpceAccessRequired": False, "RestrictSourceVpcs": []}
    )
    assert admin.describe_instance(**HERE)["NetworkConfigurationDetails"] == {"VpceAccessRequired": False}
    code, message = refusal(
        admin.update_instance, **HERE, NetworkConfiguration=network, PermissionSetsEnabled=False
    )
    assert code == "ValidationException"
    assert "NetworkConfiguration" in message
    assert admin.describe_instance(**HERE)["PermissionSetsEnabled"]


def test_the_instance_and_its_attributes(admin):
    """A name, a date, and attributes for access control that are made once."""
    shown = admin.list_instances()["Instances"][0]
    assert shown["CreatedDate"].isoformat() == "2020-01-01T00:00:00+00:00"
    admin.update_instance(**HERE, Name="main")
    assert admin.describe_instance(**HERE)["Name"] == admin.list_instances()["Instances"][0]["Name"] == "main"
    attribute = {"Key": "Team", "Value": {"Source": ["${path:userType}"]}}
    given = {"InstanceAccessControlAttributeConfiguration": {"AccessControlAttributes": [attribute]}}
    describe = admin.describe_instance_access_control_attribute_configuration
    assert refusal(describe, **HERE)[0] == "ResourceNotFoundException"
    admin.create_instance_access_control_attribute_configuration(**HERE, **given)
    create = admin.create_instance_access_control_attribute_configuration
    assert refusal(create, **HERE, **given)[0] == "ConflictException"
    shown = describe(**HERE)
    assert (shown["Status"], shown["InstanceAccessControlAttributeConfiguration"]) == (
        "ENABLED",
        given["InstanceAccessControlAttributeConfiguration"],
    )
    admin.update_instance_access_control_attribute_configuration(
        **HERE, InstanceAccessControlAttributeConfiguration={"AccessControlAttributes": []}
    )
    admin.delete_instance_access_control_attribute_configuration(**HERE)
    assert refusal(describe, **HERE)[0] == "ResourceNotFoundException"
