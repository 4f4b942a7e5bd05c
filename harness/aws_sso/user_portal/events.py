"""CloudTrail's events of people: sign-ins, failed ones, and the calls of a signed-in person in the portal or through its API.

The calls that are logged are those of
https://docs.aws.amazon.com/singlesignon/latest/userguide/sso-info-in-cloudtrail.html, sections "CloudTrail events of OIDC API
operations" and "CloudTrail events of AWS access portal API operations" (read 2026-11-29): of OIDC only CreateToken, not
registrations and device codes; of the portal also ListApplications, which its page calls. CreateToken is the event
printed in https://docs.aws.amazon.com/singlesignon/latest/userguide/understanding-sso-entries.html (read 2026-11-29).

Signing in follows https://github.com/awsdocs/aws-single-sign-on-user-guide/blob/main/doc_source/understanding-sign-in-events.md,
"Successful sign-in when authenticating with an external identity provider" (read 2026-11-30) and, where it failed,
https://github.com/goauthentik/authentik/issues/4554. A person's calls follow the events printed in
https://awsteele.com/blog/2026/07/01/apps-can-now-impersonate-human-access-to-aws-via-iam-identity-center.html (both read
2026-11): no parameters, the account and role in serviceEventDetails. Authenticate, when a person enters the portal, and
Federate, when one opens an account's console, have that shape in
https://github.com/aws-samples/cloud-trail-lake-query-samples (iam-idc-authenticate-api.sql, iam-idc-federate-api-by-idc-user.sql)
and https://github.com/panther-labs/panther-analysis (rules/aws_cloudtrail_rules/aws_console_signin.yml; all read 2026-11-29):
source, type, and of Federate account and role; that they are not read-only is inferred. Whether a refused one is
logged, and how, is not public (quirk `refused-portal-calls`); errorCode and errorMessage are where all events have them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.aws_sso import cloudtrail
from harness.aws_sso.accounts.principal_tags import principal_tags
from harness.aws_sso.accounts.roles import role_of
from harness.aws_sso.identity_store import Record
from harness.aws_sso.tenant import Tenant
from harness.aws_sso.user_portal import addresses
from harness.aws_sso.user_portal.sessions import Session, SignedIn
from harness.base.clock import iso

# By userIdentity type: that of 2026, and that of sign-in events before.
_VERSIONS = {"IdentityCenterUser": "1.11", "Unknown": "1.08"}
_SIGN_IN, _PORTAL = "signin.amazonaws.com", "sso.amazonaws.com"
# The parameters of CreateToken: CreateTokenRequest of the model sso-oidc/2019-06-10 in botocore 1.44.5 (read 2026-11-30).
_TOKEN_REQUEST = (
    "clientId",
    "clientSecret",
    "grantType",
    "deviceCode",
    "code",
    "codeVerifier",
    "redirectUri",
    "refreshToken",
    "scope",
)
_SECRET = frozenset({"clientSecret", "accessToken", "refreshToken", "idToken", "code", "codeVerifier"})
_NONE: Mapping[str, str] = {}
_READ_ONLY = frozenset({"ListApplications", "ListAccounts", "ListAccountRoles", "GetRoleCredentials"})
# https://github.com/aws/aws-sam-cli/issues/2129, comment of 2021-09-15 (read 2026-11-29)
NO_ACCESS = "No access"


def signed_in(tenant: Tenant, user: Record, name_id: str, session: Session) -> None:
    """Log that a person signed in by an assertion, and entered the portal."""
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
    keep(tenant, "UserAuthentication", _identity(tenant, user, session), details)
    called(tenant, "Authenticate", SignedIn(session, user), {})


def refused(tenant: Tenant, reason: str) -> None:
    """Log a failed sign-in, with the reason, which only CloudTrail has."""
    name = "ExternalIdPDirectoryLogin"
    outcome = {"errorMessage": reason, "responseElements": {name: "Failure"}, "eventType": "AwsConsoleSignIn"}
    keep(tenant, name, anonymous(tenant), outcome)


def called(
    tenant: Tenant, name: str, person: SignedIn, details: Mapping[str, str], error: Mapping[str, str] = _NONE
) -> None:
    """Log a signed-in person's call; `details` has account and role under the service's names: account_id, role_name.

    `error` has errorCode and errorMessage of a refused call.
    """
    if error and not tenant.quirks["refused-portal-calls"]:
        return
    event: dict[str, Any] = {**_of_portal(tenant), "eventType": "AwsServiceEvent", **error}
    if details:
        event["serviceEventDetails"] = dict(details)
    identity = _identity(tenant, person.user, person.session)
    keep(tenant, name, identity, {**event, "readOnly": name in _READ_ONLY})


def refused_call(tenant: Tenant, name: str, person: SignedIn, details: Mapping[str, str]) -> None:
    """Log a signed-in person's refused call, with the error that the API answers."""
    called(tenant, name, person, details, {"errorCode": "ForbiddenException", "errorMessage": NO_ACCESS})


def token_created(
    tenant: Tenant, user: Record, session: Session, parameters: Mapping[str, str], answer: Mapping[str, Any]
) -> None:
    """Log that a program got a token: parameters and answer, with secrets hidden."""
    settings = tenant.settings
    resource = {
        "accountId": settings.account_id,
        "type": "IdentityStoreId",
        "ARN": settings.identity_store_id,
    }
    event = {
        **_of_portal(tenant),
        "eventType": "AwsApiCall",
        "requestParameters": _without_secrets(
            {name: parameters[name] for name in _TOKEN_REQUEST if name in parameters}
        ),
        "responseElements": _without_secrets(answer),
        "resources": [resource],
    }
    keep(tenant, "CreateToken", _identity(tenant, user, session), event)


def _of_portal(tenant: Tenant) -> dict[str, str]:
    return {"eventVersion": _VERSIONS[tenant.quirks["sign-in-identity-type"]], "eventSource": _PORTAL}


def _without_secrets(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: cloudtrail.HIDDEN if name in _SECRET else value for name, value in members.items()}


def entered(tenant: Tenant, person: SignedIn, account: str, role: str) -> None:
    """Log that a person assumed a role with attributes for access control; without any there is no such event.

    Imitates the event with session tags in "Example AWS STS API events in CloudTrail log" of
    https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html (edition of June 2023, read 2026-11-30), as an
    organization's trail has it.
    """
    tags = principal_tags(tenant, person.user, person.session.attributes)
    if not tags or not tenant.quirks["entering-event"]:
        return
    name = person.user.attributes["userName"]
    parameters = {
        "principalTags": tags,
        "roleArn": role_of(tenant, account, role).arn,
        "roleSessionName": name,
    }
    identity = {"type": "SAMLUser", "userName": name, "identityProvider": addresses.issuer(tenant)}
    source = {"eventSource": "sts.amazonaws.com", "eventType": "AwsApiCall", "recipientAccountId": account}
    keep(
        tenant, "AssumeRoleWithSAML", identity, {**source, "requestParameters": parameters, "readOnly": True}
    )


def anonymous(tenant: Tenant) -> dict[str, Any]:
    """Return the userIdentity of an unknown person."""
    account = tenant.settings.account_id
    return {"type": "Unknown", "principalId": account, "arn": "", "accountId": account, "accessKeyId": ""}


def _identity(tenant: Tenant, user: Record, session: Session) -> dict[str, Any]:
    settings = tenant.settings
    if tenant.quirks["sign-in-identity-type"] != "IdentityCenterUser":
        return anonymous(tenant) | {"userName": user.attributes["userName"]}
    store = f"arn:aws:identitystore::{settings.account_id}:identitystore/{settings.identity_store_id}"
    return {
        "type": "IdentityCenterUser",
        "accountId": settings.account_id,
        "onBehalfOf": {"userId": user.id, "identityStoreArn": store},
        "credentialId": session.credential_id,
    }


def keep(tenant: Tenant, name: str, identity: Mapping[str, Any], details: Mapping[str, Any]) -> None:
    """Add an event to the history; `details` replace members that all events have."""
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
    cloudtrail.keep(tenant, event)
