"""What CloudTrail keeps of people: signing in, failing to, and what a signed-in person does in the portal or through its API.

Signing in follows https://github.com/awsdocs/aws-single-sign-on-user-guide/blob/main/doc_source/understanding-sign-in-events.md
and, where it failed, https://github.com/goauthentik/authentik/issues/4554. A person's calls follow the events printed in
https://awsteele.com/blog/2026/07/01/apps-can-now-impersonate-human-access-to-aws-via-iam-identity-center.html (all read
2026-11): no parameters, the account and role in serviceEventDetails. How one of those looks when it was refused is not
public; errorCode and errorMessage stand where all events have them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.aws_sso import cloudtrail
from harness.aws_sso.accounts.principal_tags import principal_tags
from harness.aws_sso.identity_store import Record
from harness.aws_sso.tenant import Tenant
from harness.aws_sso.user_portal import addresses
from harness.aws_sso.user_portal.sessions import SignedIn
from harness.base.clock import iso

# By userIdentity type: the one printed in 2026, and that of sign-in events for the years before.
_VERSIONS = {"IdentityCenterUser": "1.11", "Unknown": "1.08"}
_SIGN_IN, _PORTAL = "signin.amazonaws.com", "sso.amazonaws.com"


def signed_in(tenant: Tenant, user: Record, name_id: str, credential_id: str) -> None:
    """Keep that the assertion's person was let in."""
    details = {
        "additionalEventData": {
            "AuthWorkflowID": tenant.ids.uuid(),
            "LoginTo": addresses.portal(tenant),
            "CredentialType": "EXTERNAL_IDP",
            "UserName": name_id,
        },
        "eventType": "AwsServiceEvent",
        "serviceEventDetails": {"UserAuthentication": "Success"},
    }
    keep(tenant, "UserAuthentication", _identity(tenant, user.id, name_id, credential_id), details)


def refused(tenant: Tenant, reason: str) -> None:
    """Keep that somebody was not let in; only here the reason is told."""
    name = "ExternalIdPDirectoryLogin"
    outcome = {"errorMessage": reason, "responseElements": {name: "Failure"}, "eventType": "AwsConsoleSignIn"}
    keep(tenant, name, anonymous(tenant), outcome)


def called(tenant: Tenant, name: str, user: Record, credential_id: str, details: Mapping[str, str]) -> None:
    """Keep what a signed-in person did; `details` names account and role as the service does: account_id, role_name."""
    version = _VERSIONS[tenant.quirks["sign-in-identity-type"]]
    identity = _identity(tenant, user.id, user.attributes["userName"], credential_id)
    event: dict[str, Any] = {"eventVersion": version, "eventSource": _PORTAL, "eventType": "AwsServiceEvent"}
    if details:
        event["serviceEventDetails"] = dict(details)
    keep(tenant, name, identity, {**event, "readOnly": name != "Logout"})


def entered(tenant: Tenant, person: SignedIn, account: str, role: str) -> None:
    """Keep that a person took on a role with attributes for access control; without any there is no such event.

    Imitates "AssumeRoleWithSAML" of
    https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html (read 2026-11), as an organization's trail has it.
    """
    tags = principal_tags(tenant, person.user, person.session.attributes)
    if not tags or not tenant.quirks["entering-event"]:
        return
    name = person.user.attributes["userName"]
    parameters = {
        "principalTags": tags,
        "roleArn": f"arn:aws:iam::{account}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_{role}",
        "roleSessionName": name,
    }
    identity = {"type": "SAMLUser", "userName": name, "identityProvider": addresses.issuer(tenant)}
    source = {"eventSource": "sts.amazonaws.com", "eventType": "AwsApiCall", "recipientAccountId": account}
    keep(
        tenant, "AssumeRoleWithSAML", identity, {**source, "requestParameters": parameters, "readOnly": True}
    )


def anonymous(tenant: Tenant) -> dict[str, Any]:
    """Return the userIdentity of somebody of whom nothing is known."""
    account = tenant.settings.account_id
    return {"type": "Unknown", "principalId": account, "arn": "", "accountId": account, "accessKeyId": ""}


def _identity(tenant: Tenant, user_id: str, user_name: str, credential_id: str) -> dict[str, Any]:
    settings = tenant.settings
    if tenant.quirks["sign-in-identity-type"] != "IdentityCenterUser":
        return anonymous(tenant) | {"userName": user_name}
    store = f"arn:aws:identitystore::{settings.account_id}:identitystore/{settings.identity_store_id}"
    return {
        "type": "IdentityCenterUser",
        "accountId": settings.account_id,
        "onBehalfOf": {"userId": user_id, "identityStoreArn": store},
        "credentialId": credential_id,
    }


def keep(tenant: Tenant, name: str, identity: Mapping[str, Any], details: Mapping[str, Any]) -> None:
    """Add an event to the history; `details` overrules what all of them say."""
    person = cloudtrail.caller()
    event = {
        "eventVersion": "1.08",
        "userIdentity": identity,
        "eventTime": iso(tenant.clock.now()),
        "eventSource": _SIGN_IN,
        "eventName": name,
        "awsRegion": tenant.settings.region,
        "sourceIPAddress": person.address,
        "userAgent": person.agent,
        "requestParameters": None,
        "responseElements": None,
        "requestID": tenant.ids.uuid(),
        "eventID": tenant.ids.uuid(),
        "readOnly": False,
        "managementEvent": True,
        "recipientAccountId": tenant.settings.account_id,
        "eventCategory": "Management",
        **details,
    }
    cloudtrail.keep(tenant, name, event)
