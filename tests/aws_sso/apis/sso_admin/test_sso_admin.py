"""Permission sets and who has them: asynchronous on the account's clock, and ids that outlive their users."""

from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from tests.aws_sso import boto

INSTANCE = "arn:aws:sso:::instance/ssoins-1234567890abcdef"
HERE = {"InstanceArn": INSTANCE}
ACCOUNT = "111122223333"
BEHIND = "LATEST_PERMISSION_SET_NOT_PROVISIONED"


@pytest.fixture
def admin(served):
    """Return a boto3 client of the account's SSO Admin API."""
    return boto.client(served, "sso-admin")


@pytest.fixture
def arn(admin):
    return admin.create_permission_set(**HERE, Name="Admins")["PermissionSet"]["PermissionSetArn"]


def target(arn, principal, kind="USER", account=ACCOUNT):
    return {
        **HERE,
        "PermissionSetArn": arn,
        "TargetId": account,
        "TargetType": "AWS_ACCOUNT",
        "PrincipalType": kind,
        "PrincipalId": principal,
    }


def later(account, seconds=5):
    account.tenant.clock.advance(timedelta(seconds=seconds))


def assigned(admin, arn):
    assignments = admin.list_account_assignments(**HERE, AccountId=ACCOUNT, PermissionSetArn=arn)
    return [row["PrincipalId"] for row in assignments["AccountAssignments"]]


def creation(admin, request):
    return admin.describe_account_assignment_creation_status(
        **HERE, AccountAssignmentCreationRequestId=request
    )["AccountAssignmentCreationStatus"]


def test_an_assignment_takes_a_while(account, admin, arn):
    """IN_PROGRESS and not listed until the delay is over; the same again on the way out."""
    user = account.user("ana")["id"]
    made = admin.create_account_assignment(**target(arn, user))
    status = made["AccountAssignmentCreationStatus"]
    assert status["Status"] == "IN_PROGRESS"
    assert status["RequestId"] == made["ResponseMetadata"]["RequestId"]
    later(account, 4)
    assert creation(admin, status["RequestId"])["Status"] == "IN_PROGRESS"
    assert assigned(admin, arn) == []
    later(account, 1)
    assert creation(admin, status["RequestId"])["Status"] == "SUCCEEDED"
    assert assigned(admin, arn) == [user]
    assert admin.list_accounts_for_provisioned_permission_set(**HERE, PermissionSetArn=arn)["AccountIds"] == [
        ACCOUNT
    ]
    gone = admin.delete_account_assignment(**target(arn, user))["AccountAssignmentDeletionStatus"]
    assert gone["Status"] == "IN_PROGRESS"
    assert assigned(admin, arn) == [user]
    later(account)
    assert assigned(admin, arn) == []
    assert (
        admin.list_permission_sets_provisioned_to_account(**HERE, AccountId=ACCOUNT)["PermissionSets"] == []
    )
    answer = admin.describe_account_assignment_deletion_status(
        **HERE, AccountAssignmentDeletionRequestId=gone["RequestId"]
    )
    assert answer["AccountAssignmentDeletionStatus"]["Status"] == "SUCCEEDED"


def test_what_fails_fails_later(account, admin, arn):
    """Assigning to nobody, and taking back what was never given, begin well and end FAILED with a reason."""
    nobody = "00000000-0000-7000-0000-000000000000"
    request = admin.create_account_assignment(**target(arn, nobody))["AccountAssignmentCreationStatus"][
        "RequestId"
    ]
    assert "FailureReason" not in creation(admin, request)
    later(account)
    directory = account.tenant.settings.identity_store_id
    assert creation(admin, request)["FailureReason"] == (
        f"Received a 404 status error: the USER assignee {nobody} was not found in directory {directory}"
    )
    admin.delete_account_assignment(**target(arn, nobody))
    later(account)
    failed = admin.list_account_assignment_deletion_status(**HERE, Filter={"Status": "FAILED"})
    assert len(failed["AccountAssignmentsDeletionStatus"]) == 1
    assert assigned(admin, arn) == []


def test_quirks_set_the_delay_and_refuse_at_once(door, open_account, admin):
    """`assignment-seconds` is the delay, none at all included; `assignment-to-nobody` can be refused right away."""
    hasty = open_account(assignment_seconds=0, assignment_to_nobody="refused")
    door[0][:] = [hasty]
    arn = admin.create_permission_set(**HERE, Name="Admins")["PermissionSet"]["PermissionSetArn"]
    user = hasty.user("ana")["id"]
    made = admin.create_account_assignment(**target(arn, user))["AccountAssignmentCreationStatus"]
    assert made["Status"] == "SUCCEEDED"
    assert assigned(admin, arn) == [user]
    with pytest.raises(admin.exceptions.ResourceNotFoundException):
        admin.create_account_assignment(**target(arn, "00000000-0000-7000-0000-000000000000"))


def test_a_user_made_again_is_somebody_else(account, admin, arn):
    """The assignment keeps the dead id, can be seen and taken back, and the new user has nothing."""
    old = account.user("ana")["id"]
    admin.create_account_assignment(**target(arn, old))
    later(account)
    assert account.scim("DELETE", f"/Users/{old}").status == 204
    new = account.user("ana")["id"]
    assert assigned(admin, arn) == [old]
    for principal, count in ((old, 1), (new, 0)):
        answer = admin.list_account_assignments_for_principal(
            **HERE, PrincipalType="USER", PrincipalId=principal
        )
        assert len(answer["AccountAssignments"]) == count
    admin.delete_account_assignment(**target(arn, old))
    later(account)
    assert assigned(admin, arn) == []


def test_a_user_has_what_its_groups_have(account, admin, arn):
    """ListAccountAssignmentsForPrincipal goes through memberships, and its filter through accounts."""
    user = account.user("ana")["id"]
    group = account.group("Dev", members=[{"value": user}])["id"]
    admin.create_account_assignment(**target(arn, group, "GROUP"))
    admin.create_account_assignment(**target(arn, user, account="444455556666"))
    later(account)
    query = {**HERE, "PrincipalType": "USER", "PrincipalId": user}
    rows = admin.list_account_assignments_for_principal(**query)["AccountAssignments"]
    assert [row["PrincipalType"] for row in rows] == ["USER", "GROUP"]
    rows = admin.list_account_assignments_for_principal(**query, Filter={"AccountId": ACCOUNT})[
        "AccountAssignments"
    ]
    assert [row["PrincipalId"] for row in rows] == [group]


def test_changed_sets_wait_to_be_provisioned(account, admin, arn):
    """A policy put into an assigned set leaves the account behind until ProvisionPermissionSet has succeeded."""
    admin.create_account_assignment(**target(arn, account.user("ana")["id"]))
    later(account)
    query = {**HERE, "AccountId": ACCOUNT, "ProvisioningStatus": BEHIND}
    assert admin.list_permission_sets_provisioned_to_account(**query)["PermissionSets"] == []
    admin.put_inline_policy_to_permission_set(**HERE, PermissionSetArn=arn, InlinePolicy="{}")
    assert admin.list_permission_sets_provisioned_to_account(**query)["PermissionSets"] == [arn]
    sent = admin.provision_permission_set(**HERE, PermissionSetArn=arn, TargetType="ALL_PROVISIONED_ACCOUNTS")
    assert sent["PermissionSetProvisioningStatus"]["Status"] == "IN_PROGRESS"
    assert admin.list_permission_sets_provisioned_to_account(**query)["PermissionSets"] == [arn]
    later(account)
    assert admin.list_permission_sets_provisioned_to_account(**query)["PermissionSets"] == []


def test_a_set_can_be_in_an_account_without_anybody(account, admin, arn):
    """ProvisionPermissionSet to one account puts it there; the target must name that account, and only then."""
    sent = admin.provision_permission_set(
        **HERE, PermissionSetArn=arn, TargetType="AWS_ACCOUNT", TargetId=ACCOUNT
    )["PermissionSetProvisioningStatus"]
    assert (sent["Status"], sent["AccountId"]) == ("IN_PROGRESS", ACCOUNT)
    later(account)
    assert admin.list_accounts_for_provisioned_permission_set(**HERE, PermissionSetArn=arn)["AccountIds"] == [
        ACCOUNT
    ]
    for wrong in (
        {"TargetType": "AWS_ACCOUNT"},
        {"TargetType": "ALL_PROVISIONED_ACCOUNTS", "TargetId": ACCOUNT},
    ):
        with pytest.raises(admin.exceptions.ValidationException, match="targetId"):
            admin.provision_permission_set(**HERE, PermissionSetArn=arn, **wrong)


def test_the_last_assignment_takes_the_set_along(account, admin, arn):
    """An account keeps a permission set while anybody has it there."""
    users = [account.user(name)["id"] for name in ("ana", "bo")]
    for user in users:
        admin.create_account_assignment(**target(arn, user))
    later(account)
    for user, left in zip(users, ([ACCOUNT], []), strict=True):
        admin.delete_account_assignment(**target(arn, user))
        later(account)
        listed = admin.list_accounts_for_provisioned_permission_set(**HERE, PermissionSetArn=arn)
        assert listed["AccountIds"] == left


def test_a_request_is_found_under_its_own_kind_only(account, admin, arn):
    """The id of a creation is no deletion's, and an id that nobody was given is nobody's."""
    made = admin.create_account_assignment(**target(arn, account.user("ana")["id"]))
    request = made["AccountAssignmentCreationStatus"]["RequestId"]
    for wrong in (request, "00000000-0000-4000-8000-000000000000"):
        with pytest.raises(admin.exceptions.ResourceNotFoundException):
            admin.describe_account_assignment_deletion_status(
                **HERE, AccountAssignmentDeletionRequestId=wrong
            )


def test_permission_sets_live_and_die(account, admin, arn):
    """One name, one set; settings change; an assigned one cannot be deleted, a free one can and its name is free."""
    with pytest.raises(
        admin.exceptions.ConflictException, match="PermissionSet with name Admins already exists"
    ):
        admin.create_permission_set(**HERE, Name="Admins")
    of_set = {**HERE, "PermissionSetArn": arn}
    admin.update_permission_set(**of_set, Description="All", SessionDuration="PT4H")
    shown = admin.describe_permission_set(**of_set)["PermissionSet"]
    assert (shown["Description"], shown["SessionDuration"]) == ("All", "PT4H")
    policy = {**of_set, "ManagedPolicyArn": "arn:aws:iam::aws:policy/job-function/Billing"}
    admin.attach_managed_policy_to_permission_set(**policy)
    with pytest.raises(admin.exceptions.ConflictException):
        admin.attach_managed_policy_to_permission_set(**policy)
    attached = admin.list_managed_policies_in_permission_set(**of_set)["AttachedManagedPolicies"]
    assert [row["Name"] for row in attached] == ["Billing"]
    admin.detach_managed_policy_from_permission_set(**policy)
    with pytest.raises(admin.exceptions.ResourceNotFoundException):
        admin.detach_managed_policy_from_permission_set(**policy)
    user = account.user("ana")["id"]
    admin.create_account_assignment(**target(arn, user))
    with pytest.raises(admin.exceptions.ConflictException, match="has ApplicationProfile associated with it"):
        admin.delete_permission_set(**of_set)
    later(account)
    admin.delete_account_assignment(**target(arn, user))
    later(account)
    admin.delete_permission_set(**of_set)
    with pytest.raises(admin.exceptions.ResourceNotFoundException):
        admin.describe_permission_set(**of_set)
    admin.create_permission_set(**HERE, Name="Admins")


def test_an_inline_policy_comes_and_goes(admin, arn):
    """Put, got, deleted; a set without one answers an empty text."""
    of_set = {**HERE, "PermissionSetArn": arn}
    assert admin.get_inline_policy_for_permission_set(**of_set)["InlinePolicy"] == ""
    admin.put_inline_policy_to_permission_set(**of_set, InlinePolicy='{"Version":"2012-10-17"}')
    assert "2012" in admin.get_inline_policy_for_permission_set(**of_set)["InlinePolicy"]
    admin.delete_inline_policy_from_permission_set(**of_set)
    assert admin.get_inline_policy_for_permission_set(**of_set)["InlinePolicy"] == ""


def test_another_instance_is_out_of_reach(admin):
    """Whatever instance is not the account's is denied."""
    with pytest.raises(ClientError, match="AccessDeniedException"):
        admin.describe_instance(InstanceArn="arn:aws:sso:::instance/ssoins-0000000000000000")


def test_events_look_as_published_ones(account, admin, arn):
    """CreatePermissionSet with its date in English, CreateAccountAssignment with the status it began with."""
    user = account.user("ana")["id"]
    made = admin.create_account_assignment(**target(arn, user))["AccountAssignmentCreationStatus"]
    assigning, *_, creating = (e for e in account.events() if e["eventSource"] == "sso.amazonaws.com")
    assert creating["eventName"] == "CreatePermissionSet"
    assert creating["responseElements"]["permissionSet"] == {
        "name": "Admins",
        "permissionSetArn": arn,
        "createdDate": "Mar 2, 2026 8:00:00 AM",
        "sessionDuration": "PT1H",
    }
    assert assigning["requestID"] == made["RequestId"]
    assert assigning["requestParameters"]["principalId"] == user
    assert assigning["responseElements"] == {
        "accountAssignmentCreationStatus": {
            "status": "IN_PROGRESS",
            "requestId": made["RequestId"],
            "targetId": ACCOUNT,
            "targetType": "AWS_ACCOUNT",
            "permissionSetArn": arn,
            "principalType": "USER",
            "principalId": user,
        }
    }
