"""The inputs of the Identity Store API, as its model identitystore/2020-06-15 in botocore 1.44.5 has them (read 2026-11-30).

UpdateIdentityStore, which sets an identity store's network configuration, is not imitated.
"""

from __future__ import annotations

from collections.abc import Mapping

from harness.aws_sso.apis.shapes import Document, Entries, Flag, Items, Number, Shape, Structure, Text

_UUID = r"[A-Fa-f0-9]{8}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{12}"
_STORE = r"d-[0-9a-f]{10}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_WORD = r"[\p{L}\p{M}\p{S}\p{N}\p{P}]+"
_LINE = "[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}\\t\\n\\r \u00a0\u3000]+"

STORE_ID = Text(1, 93, rf"(arn:aws[a-z-]*:identitystore::\d{{12}}:identitystore/)?({_STORE})")
RESOURCE_ID = Text(
    1, 100, rf"(arn:aws[a-z-]*:identitystore:::(user|group|membership)/)?([0-9a-f]{{10}}-|){_UUID}"
)
REVISION = Text(1, 64, "[0-9]+")
TOKEN = Text(1, 65535, "[-a-zA-Z0-9+=/:_]*")
PERSONAL = Text(1, 1024, _LINE, personal=True)
EXTERNAL = Text(1, 256, _WORD, personal=True)
EXTENSION = Text(1, 50, "aws:identitystore:[a-z]{1,20}")
PATH = Text(1, 255, r"(?:\p{L}+:\p{L}+:\p{L}+(?:\.\p{L}+){0,3}|\p{L}+(?:\.\p{L}+){0,2})")
PAGE = Number(1, 100)

_MEMBER = Structure({"UserId": RESOURCE_ID}, union=True)
_PAGED: Mapping[str, Shape] = {"MaxResults": PAGE, "NextToken": TOKEN}
_FILTERS = Items(
    Structure(
        {"AttributePath": PATH, "AttributeValue": PERSONAL}, frozenset({"AttributePath", "AttributeValue"})
    ),
    0,
    1,
)
_ALTERNATE = Structure(
    {
        "ExternalId": Structure({"Issuer": EXTERNAL, "Id": EXTERNAL}, frozenset({"Issuer", "Id"})),
        "UniqueAttribute": Structure(
            {"AttributePath": PATH, "AttributeValue": Document()},
            frozenset({"AttributePath", "AttributeValue"}),
        ),
    },
    union=True,
)
_OPERATIONS = Items(
    Structure({"AttributePath": PATH, "AttributeValue": Document()}, frozenset({"AttributePath"})), 1, 100
)


def _personal(*names: str) -> dict[str, Shape]:
    return dict.fromkeys(names, PERSONAL)


def _one(*names: str) -> Items:
    return Items(Structure({**_personal(*names), "Primary": Flag()}), 1, 1)


SPACED_USER_NAME = Text(1, 128, _LINE, personal=True)
_PHOTO = Structure({**_personal("Value", "Type", "Display"), "Primary": Flag()}, frozenset({"Value"}))

# What a user is made of; CreateUser takes it, UpdateUser changes it, the required ones are the service's, not the model's:
# "When used in IAM Identity Center, this parameter is required."
USER_MEMBERS: Mapping[str, Shape] = {
    "UserName": Text(1, 128, _WORD, personal=True),
    "Name": Structure(
        _personal("Formatted", "FamilyName", "GivenName", "MiddleName", "HonorificPrefix", "HonorificSuffix")
    ),
    **_personal("DisplayName", "NickName", "ProfileUrl"),
    "Emails": _one("Value", "Type"),
    "Addresses": _one(
        "StreetAddress", "Locality", "Region", "PostalCode", "Country", "Formatted", "Type"
    ),
    "PhoneNumbers": _one("Value", "Type"),
    **_personal("UserType", "Title", "PreferredLanguage", "Locale", "Timezone"),
    "Photos": Items(_PHOTO, 1, 3),
    **_personal("Website", "Birthdate"),
    "Roles": _one("Value", "Type"),
    "Extensions": Entries(EXTENSION, Document(), 1, 10),
}  # fmt: skip
GROUP_MEMBERS: Mapping[str, Shape] = _personal("DisplayName", "Description")

# The one extension, whose document is written in SCIM's names.
ENTERPRISE = Structure(
    {
        **_personal("employeeNumber", "costCenter", "organization", "division", "department"),
        "manager": Structure(_personal("value")),
    }
)


def _input(required: str = "", /, **members: Shape) -> Structure:
    return Structure(
        {"IdentityStoreId": STORE_ID, **members}, frozenset({"IdentityStoreId", *required.split()})
    )


SHAPES: Mapping[str, Structure] = {
    "CreateGroup": _input(**GROUP_MEMBERS),
    "CreateGroupMembership": _input("GroupId MemberId", GroupId=RESOURCE_ID, MemberId=_MEMBER),
    "CreateUser": _input(**USER_MEMBERS),
    "DeleteGroup": _input("GroupId", GroupId=RESOURCE_ID, Revision=REVISION),
    "DeleteGroupMembership": _input("MembershipId", MembershipId=RESOURCE_ID),
    "DeleteUser": _input("UserId", UserId=RESOURCE_ID, Revision=REVISION),
    "DescribeGroup": _input("GroupId", GroupId=RESOURCE_ID),
    "DescribeGroupMembership": _input("MembershipId", MembershipId=RESOURCE_ID),
    "DescribeIdentityStore": _input(),
    "DescribeUser": _input("UserId", UserId=RESOURCE_ID, Extensions=Items(EXTENSION, 1, 10)),
    "GetGroupId": _input("AlternateIdentifier", AlternateIdentifier=_ALTERNATE),
    "GetGroupMembershipId": _input("GroupId MemberId", GroupId=RESOURCE_ID, MemberId=_MEMBER),
    "GetUserId": _input("AlternateIdentifier", AlternateIdentifier=_ALTERNATE),
    "IsMemberInGroups": _input(
        "MemberId GroupIds", MemberId=_MEMBER, GroupIds=Items(RESOURCE_ID, 1, 100)
    ),
    "ListGroupMemberships": _input("GroupId", GroupId=RESOURCE_ID, **_PAGED),
    "ListGroupMembershipsForMember": _input("MemberId", MemberId=_MEMBER, **_PAGED),
    "ListGroups": _input(**_PAGED, Filters=_FILTERS),
    "ListIdentityStores": Structure(_PAGED),
    "ListUsers": _input(Extensions=Items(EXTENSION, 1, 10), **_PAGED, Filters=_FILTERS),
    "UpdateGroup": _input(
        "GroupId Operations", GroupId=RESOURCE_ID, Operations=_OPERATIONS, Revision=REVISION
    ),
    "UpdateUser": _input(
        "UserId Operations", UserId=RESOURCE_ID, Operations=_OPERATIONS, Revision=REVISION
    ),
}  # fmt: skip
