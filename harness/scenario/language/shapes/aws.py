"""AWS SSO's side: the console's pages and CloudTrail's event history.

Attributes are those of the SCIM developer guide, https://docs.aws.amazon.com/singlesignon/latest/developerguide/limitations.html
(its tables of attributes, read 2026-11-29), events those of
https://docs.aws.amazon.com/singlesignon/latest/userguide/scim-logging-using-cloudtrail.html, "Example CloudTrail events" (read
2026-11-30).
"""

from __future__ import annotations

from collections.abc import Mapping

from harness.scenario.language.shapes.answers import SCIM_NAMES
from harness.scenario.language.shapes.kinds import (
    Expected,
    Shape,
    anything,
    flag,
    listing,
    mapping,
    text,
)

_ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def _values(doc: str) -> Shape:
    """Return the shape of a list in which AWS SSO has one item."""
    item = mapping(
        "One of them.",
        {
            "value": text("The value itself."),
            "type": text("Its type, such as work."),
            "primary": flag("Whether it is the main one."),
        },
    )
    return listing(doc, item)


_RECORD = {
    "id": text("Identifier that AWS SSO gave."),
    "externalId": text("Identifier that the identity provider gave."),
    "createdBy": text("Where it comes from.", "SCIM", "Manual"),
    "createdAt": text("When it was created, in UTC."),
    "updatedAt": text("When it last changed, in UTC."),
}
_NAME = mapping(
    "Name of a person, in parts.",
    {
        "givenName": text("First name."),
        "familyName": text("Last name."),
        "formatted": text("The whole name."),
        "middleName": text("Middle name."),
        "honorificPrefix": text("Title before the name."),
        "honorificSuffix": text("What follows the name."),
    },
)
_ADDRESS = mapping(
    "One address.",
    {
        "formatted": text("The whole address."),
        "streetAddress": text("Street and number."),
        "locality": text("City."),
        "region": text("State or province."),
        "postalCode": text("Postal code."),
        "country": text("Country."),
        "type": text("Its type, such as work."),
        "primary": flag("Whether it is the main one."),
    },
)
_WORK = mapping(
    "Enterprise attributes.",
    {
        "employeeNumber": text("Employee number."),
        "costCenter": text("Cost centre."),
        "organization": text("Organization."),
        "division": text("Division."),
        "department": text("Department."),
        "manager": mapping(
            "Who the manager is.",
            {
                "value": text("Id of the manager's user."),
                "$ref": text("Address of the manager's user."),
                "displayName": text("Name of the manager."),
            },
        ),
    },
)
_USER = mapping(
    "A user, as the console's Users page shows it.",
    {
        **_RECORD,
        "userName": text("Name that the user signs in with."),
        "displayName": text("Name that is shown."),
        "name": _NAME,
        "active": flag("Whether the user can sign in."),
        "emails": _values("E-mail addresses."),
        "phoneNumbers": _values("Telephone numbers."),
        "addresses": listing("Addresses.", _ADDRESS),
        "roles": _values("Roles."),
        "nickName": text("Nickname."),
        "profileUrl": text("Address of a profile page."),
        "title": text("Title at work."),
        "userType": text("Kind of employment."),
        "preferredLanguage": text("Language tag such as en-US."),
        "locale": text("Locale such as en-US."),
        "timezone": text("Time zone."),
        _ENTERPRISE: _WORK,
    },
    others=anything("Open: an extension of the schema."),
    prefix="urn:",
    usual=(_ENTERPRISE,),
)
_GROUP = mapping(
    "A group, as the console's Groups page shows it.",
    {
        **_RECORD,
        "displayName": text("Name of the group."),
        "members": listing("userName of each member.", text("A userName.")),
    },
)
# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html, "Fields", `type`.
_CALLERS = (
    "Root", "IAMUser", "AssumedRole", "Role", "FederatedUser", "Directory", "AWSAccount", "AWSService", "IdentityCenterUser",
    "SAMLUser", "WebIdentityUser", "Unknown",
)  # fmt: skip
# The event sources that are recorded here.
_SERVICES = ("identitystore-scim", "identitystore", "sso-directory", "sso", "signin", "sts", "organizations")
_IDENTITY = mapping(
    "Who called.",
    {
        "type": text("Kind of caller.", *_CALLERS),
        "principalId": text("Identifier of the caller."),
        "arn": text("ARN of the caller."),
        "accountId": text("Account that the event belongs to."),
        "accessKeyId": text("Access key, or access token of the SCIM endpoint."),
        "userName": text("User name, when it is told."),
        "identityProvider": text("Who vouched for a person who signed in with SAML."),
        "credentialId": text("Identifier of the session."),
        "onBehalfOf": mapping(
            "For whom the call was made.",
            {
                "userId": text("Id of the user."),
                "identityStoreArn": text("ARN of the identity store."),
            },
        ),
        "invokedBy": text("Service that called."),
        "sessionContext": mapping(
            "Of temporary credentials: whose they are, and since when.",
            {
                "sessionIssuer": mapping(
                    "Role that was entered.",
                    {
                        "type": text("Kind of issuer."),
                        "principalId": text("Identifier of the role."),
                        "arn": text("ARN of the role."),
                        "accountId": text("Account that the role is in."),
                        "userName": text("Name of the role."),
                    },
                ),
                "attributes": mapping(
                    "Of the session.",
                    {
                        "creationDate": text("When the credentials were given out, in UTC."),
                        "mfaAuthenticated": text("Whether a second factor was asked for."),
                    },
                ),
            },
        ),
    },
)
# Names in the SCIM endpoint's events besides SCIM's own.
_PARAMETERS = ("httpBody", "tenantId", "userId", "groupId", "filter", "count", *SCIM_NAMES)
_EVENT = mapping(
    "An event, as CloudTrail's event history holds it.",
    {
        "eventVersion": text("Version of the event's format."),
        "userIdentity": _IDENTITY,
        "eventTime": text("When it happened, in UTC."),
        "eventSource": text("Service that was called.", *(f"{name}.amazonaws.com" for name in _SERVICES)),
        "eventName": text(
            "Operation: of the SCIM endpoint CreateUser, PutUser, PatchGroup, ListUsers and so on."
        ),
        "awsRegion": text("Region."),
        "sourceIPAddress": text("Where the call came from."),
        "userAgent": text("Client that called."),
        "errorCode": text("Kind of error, such as ValidationException; absent when there was none."),
        "errorMessage": text("Sentence of the error; absent when there was none."),
        "requestParameters": anything(
            "Open: what was asked, personal data hidden; null for none.", *_PARAMETERS
        ),
        "responseElements": anything(
            "Open: what was answered, personal data hidden; null for none.", *_PARAMETERS
        ),
        "additionalEventData": anything("Open: what some operations tell beside."),
        "serviceEventDetails": anything("Open: what sign-in tells beside."),
        "requestID": text("Identifier of the request."),
        "eventID": text("Identifier of the event."),
        "readOnly": flag("Whether nothing was changed."),
        "eventType": text("Kind of event.", "AwsApiCall", "AwsServiceEvent", "AwsConsoleSignIn"),
        "managementEvent": flag("Whether it is a management event."),
        "recipientAccountId": text("Account that gets the event."),
        "eventCategory": text("Category.", "Management"),
        "tlsDetails": mapping(
            "The connection.",
            {
                "tlsVersion": text("Version of TLS."),
                "cipherSuite": text("Cipher suite."),
                "clientProvidedHostHeader": text("Host that the client asked for."),
            },
        ),
        "sessionCredentialFromConsole": text("true for what the console did."),
    },
)

EXPECTED: Mapping[str, Expected] = {
    "aws users": Expected(
        listing("Users of AWS SSO after the step, oldest first.", _USER),
        "aws users: {$contains: {userName: ana@contoso.com, active: true}}",
    ),
    "aws groups": Expected(
        listing("Groups of AWS SSO after the step, oldest first.", _GROUP),
        "aws groups: {$contains: {displayName: Developers, members: [ana@contoso.com]}}",
    ),
    "aws memberships": Expected(
        mapping(
            "Members of each group of AWS SSO after the step, by the group's name.",
            {},
            others=listing("userName of each member, sorted.", text("A userName.")),
        ),
        "aws memberships: {Developers: [ana@contoso.com]}",
    ),
    "cloudtrail": Expected(
        listing("Events that CloudTrail recorded in this step, oldest first.", _EVENT),
        "cloudtrail: {eventName: CreateUser, errorCode: {$absent: true}}",
        one_of=True,
    ),
}
