"""The inputs of the SSO Admin API, as its model sso-admin/2020-07-20 in botocore 1.44.5 has them (read 2026-11-30)."""

from __future__ import annotations

from collections.abc import Mapping

from harness.aws_sso.apis.shapes import Flag, Items, Number, Shape, Structure, Text

_AWS = r"arn:aws(-[a-z]{1,5}){0,3}"
_INSTANCE = r"(sso)?ins-[a-zA-Z0-9-.]{16}"
_SET = rf"permissionSet/{_INSTANCE}/ps-[a-zA-Z0-9-./]{{16}}"
_HEX = r"[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}"
_UUID = r"[A-Fa-f0-9]{8}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{12}"

INSTANCE = Text(10, 1224, rf"{_AWS}:sso:::instance/{_INSTANCE}")
PERMISSION_SET = Text(10, 1224, rf"{_AWS}:sso:::{_SET}")
ACCOUNT = Text(12, 12, r"\d{12}")
PRINCIPAL_TYPE = Text(values=("USER", "GROUP"))
PRINCIPAL = Text(1, 47, rf"([0-9a-f]{{10}}-|){_UUID}")
REQUEST = Text(36, 36, r"\b[0-9a-f]{8}\b-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-\b[0-9a-f]{12}\b")
_TOKEN = Text(0, 2048, "[-a-zA-Z0-9+=/_]*")
_PAGED: Mapping[str, Shape] = {"MaxResults": Number(1, 100), "NextToken": _TOKEN}
_POLICY_ARN = Text(20, 2048, rf"{_AWS}:iam::aws:policy((/[A-Za-z0-9\.,\+@=_-]+)*)/([A-Za-z0-9\.,\+=@_-]+)")
_TAG_CHARACTERS = r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)"
_TAG_KEY = Text(1, 128, _TAG_CHARACTERS)
_TAG = Structure(
    {"Key": _TAG_KEY, "Value": Text(0, 256, _TAG_CHARACTERS)},
    frozenset({"Key", "Value"}),
)
_TAGGABLE = Text(
    10,
    2048,
    rf"{_AWS}:sso::((:instance/{_INSTANCE})|(:{_SET})|(\d{{12}}:application/{_INSTANCE}/apl-[a-zA-Z0-9]{{16}})"
    rf"|(\d{{12}}:trustedTokenIssuer/{_INSTANCE}/tti-{_HEX}))",
)
_SETTINGS: Mapping[str, Shape] = {
    "Description": Text(1, 700, r"[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*"),
    "SessionDuration": Text(
        1,
        100,
        r"(-?)P(?=\d|T\d)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)([DW]))?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?",
    ),
    "RelayState": Text(1, 240, r"""[a-zA-Z0-9&$@#\\\/%?=~\-_'"|!:,.;*+\[\]\ \(\)\{\}]+"""),
}
_REFERENCE = Structure(
    {"Name": Text(1, 128, r"[\w+=,.@-]+"), "Path": Text(1, 512, r"((/[A-Za-z0-9\.,\+@=_-]+)*)/")},
    frozenset({"Name"}),
)
_ATTRIBUTE = Structure(
    {
        "Key": Text(1, 128, r"[\p{L}\p{Z}\p{N}_.:\/=+\-@]+"),
        "Value": Structure(
            {"Source": Items(Text(0, 256, r'[\p{L}\p{Z}\p{N}_.:\/=+\-@\[\]\{\}\$\\"]*'), 1, 1)},
            frozenset({"Source"}),
        ),
    },
    frozenset({"Key", "Value"}),
)
_ATTRIBUTES: Mapping[str, Shape] = {
    "InstanceAccessControlAttributeConfiguration": Structure(
        {"AccessControlAttributes": Items(_ATTRIBUTE, 0, 50)}, frozenset({"AccessControlAttributes"})
    )
}
_OCTET = "([0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])"
_GROUP = "[0-9a-fA-F]{1,4}"
_IPV4 = rf"({_OCTET}\.){{3}}{_OCTET}(\/(3[0-2]|[1-2][0-9]|[0-9]))?"
_IPV6 = "|".join(
    (
        f"({_GROUP}:){{7}}{_GROUP}",
        f"({_GROUP}:){{1,7}}:",
        f"({_GROUP}:){{1,6}}:{_GROUP}",
        *(f"({_GROUP}:){{1,{7 - count}}}(:{_GROUP}){{1,{count}}}" for count in range(2, 6)),
        f"{_GROUP}:(:{_GROUP}){{1,6}}",
        f":((:{_GROUP}){{1,7}}|:)",
    )
)
_NETWORK = Structure(
    {
        "VpceAccessRequired": Flag(),
        "RestrictSourceVpcs": Items(
            Text(43, 128, rf"{_AWS}:ec2:[a-z0-9-]+:[0-9]{{12}}:vpc/vpc-([0-9a-f]){{8}}(([0-9a-f]){{9}})?"),
            0,
            50,
        ),
        "AllowSourceIps": Items(
            Text(2, 43, rf"({_IPV4}|({_IPV6})(\/(12[0-8]|1[0-1][0-9]|[1-9][0-9]|[0-9]))?)"), 0, 50
        ),
        "ExcludeApplicationArns": Items(
            Text(10, 1224, rf"{_AWS}:[a-z0-9-]+:[a-z0-9-*]*:[0-9]{{12}}:[-a-zA-Z0-9./:_*]+"), 0, 50
        ),
    },
    frozenset({"VpceAccessRequired"}),
)
_KEY_ID = _HEX.replace("a-f0-9", "0-9a-f")
_KMS_KEY = rf"{_AWS}:kms:([a-z]{{2,}}(-[a-z0-9]+)+){{1}}:[0-9]{{12}}:key/(mrk-[a-f0-9]{{32}}|{_KEY_ID})"
_ENCRYPTION = Structure(
    {
        "KeyType": Text(values=("AWS_OWNED_KMS_KEY", "CUSTOMER_MANAGED_KEY")),
        "KmsKeyArn": Text(20, 2048, _KMS_KEY),
    },
    frozenset({"KeyType"}),
)
_ASSIGNMENT: Mapping[str, Shape] = {
    "TargetId": ACCOUNT,
    "TargetType": Text(values=("AWS_ACCOUNT",)),
    "PermissionSetArn": PERMISSION_SET,
    "PrincipalType": PRINCIPAL_TYPE,
    "PrincipalId": PRINCIPAL,
}
_STATUS = Structure({"Status": Text(values=("IN_PROGRESS", "FAILED", "SUCCEEDED"))})
_PROVISIONED = Text(values=("LATEST_PERMISSION_SET_PROVISIONED", "LATEST_PERMISSION_SET_NOT_PROVISIONED"))


def _input(required: str = "", /, **members: Shape) -> Structure:
    return Structure({"InstanceArn": INSTANCE, **members}, frozenset({"InstanceArn", *required.split()}))


def _of_set(required: str = "", /, **members: Shape) -> Structure:
    return _input(f"PermissionSetArn {required}", PermissionSetArn=PERMISSION_SET, **members)


SHAPES: Mapping[str, Structure] = {
    "AttachCustomerManagedPolicyReferenceToPermissionSet": _of_set(
        "CustomerManagedPolicyReference", CustomerManagedPolicyReference=_REFERENCE
    ),
    "CreateInstanceAccessControlAttributeConfiguration": _input(" ".join(_ATTRIBUTES), **_ATTRIBUTES),
    "DeleteInstanceAccessControlAttributeConfiguration": _input(),
    "DeletePermissionsBoundaryFromPermissionSet": _of_set(),
    "DescribeInstanceAccessControlAttributeConfiguration": _input(),
    "DetachCustomerManagedPolicyReferenceFromPermissionSet": _of_set(
        "CustomerManagedPolicyReference", CustomerManagedPolicyReference=_REFERENCE
    ),
    "GetPermissionsBoundaryForPermissionSet": _of_set(),
    "ListCustomerManagedPolicyReferencesInPermissionSet": _of_set(**_PAGED),
    "PutPermissionsBoundaryToPermissionSet": _of_set(
        "PermissionsBoundary",
        PermissionsBoundary=Structure(
            {"CustomerManagedPolicyReference": _REFERENCE, "ManagedPolicyArn": _POLICY_ARN}
        ),
    ),
    "TagResource": Structure(
        {"InstanceArn": INSTANCE, "ResourceArn": _TAGGABLE, "Tags": Items(_TAG, 0, 75)},
        frozenset({"ResourceArn", "Tags"}),
    ),
    "UntagResource": Structure(
        {"InstanceArn": INSTANCE, "ResourceArn": _TAGGABLE, "TagKeys": Items(_TAG_KEY, 1, 75)},
        frozenset({"ResourceArn", "TagKeys"}),
    ),
    "UpdateInstance": _input(
        Name=Text(0, 255, r"[\w+=,.@-]+"),
        EncryptionConfiguration=_ENCRYPTION,
        PermissionSetsEnabled=Flag(),
        NetworkConfiguration=_NETWORK,
    ),
    "UpdateInstanceAccessControlAttributeConfiguration": _input(" ".join(_ATTRIBUTES), **_ATTRIBUTES),
    "AttachManagedPolicyToPermissionSet": _of_set("ManagedPolicyArn", ManagedPolicyArn=_POLICY_ARN),
    "CreateAccountAssignment": _input(" ".join(_ASSIGNMENT), **_ASSIGNMENT),
    "CreatePermissionSet": _input(
        "Name", Name=Text(1, 32, r"[\w+=,.@-]+"), **_SETTINGS, Tags=Items(_TAG, 0, 75)
    ),
    "DeleteAccountAssignment": _input(" ".join(_ASSIGNMENT), **_ASSIGNMENT),
    "DeleteInlinePolicyFromPermissionSet": _of_set(),
    "DeletePermissionSet": _of_set(),
    "DescribeAccountAssignmentCreationStatus": _input(
        "AccountAssignmentCreationRequestId", AccountAssignmentCreationRequestId=REQUEST
    ),
    "DescribeAccountAssignmentDeletionStatus": _input(
        "AccountAssignmentDeletionRequestId", AccountAssignmentDeletionRequestId=REQUEST
    ),
    "DescribeInstance": _input(),
    "DescribePermissionSet": _of_set(),
    "DescribePermissionSetProvisioningStatus": _input(
        "ProvisionPermissionSetRequestId", ProvisionPermissionSetRequestId=REQUEST
    ),
    "DetachManagedPolicyFromPermissionSet": _of_set("ManagedPolicyArn", ManagedPolicyArn=_POLICY_ARN),
    "GetInlinePolicyForPermissionSet": _of_set(),
    "ListAccountAssignmentCreationStatus": _input(**_PAGED, Filter=_STATUS),
    "ListAccountAssignmentDeletionStatus": _input(**_PAGED, Filter=_STATUS),
    "ListAccountAssignments": _of_set("AccountId", AccountId=ACCOUNT, **_PAGED),
    "ListAccountAssignmentsForPrincipal": _input(
        "PrincipalId PrincipalType",
        PrincipalId=PRINCIPAL,
        PrincipalType=PRINCIPAL_TYPE,
        Filter=Structure({"AccountId": ACCOUNT}),
        **_PAGED,
    ),
    "ListAccountsForProvisionedPermissionSet": _of_set(ProvisioningStatus=_PROVISIONED, **_PAGED),
    "ListInstances": Structure({**_PAGED, "RegionScope": Text(values=("CURRENT_REGION", "ALL_REGIONS"))}),
    "ListManagedPoliciesInPermissionSet": _of_set(**_PAGED),
    "ListPermissionSetProvisioningStatus": _input(**_PAGED, Filter=_STATUS),
    "ListPermissionSets": _input(**_PAGED),
    "ListPermissionSetsProvisionedToAccount": _input(
        "AccountId", AccountId=ACCOUNT, ProvisioningStatus=_PROVISIONED, **_PAGED
    ),
    "ListTagsForResource": Structure(
        {"InstanceArn": INSTANCE, "ResourceArn": _TAGGABLE, "NextToken": _TOKEN}, frozenset({"ResourceArn"})
    ),
    "ProvisionPermissionSet": _of_set(
        "TargetType",
        TargetId=ACCOUNT,
        TargetType=Text(values=("AWS_ACCOUNT", "ALL_PROVISIONED_ACCOUNTS")),
    ),
    "PutInlinePolicyToPermissionSet": _of_set(
        "InlinePolicy", InlinePolicy=Text(1, 32768, r"[\u0009\u000A\u000D\u0020-\u00FF]+")
    ),
    "UpdatePermissionSet": _of_set(**_SETTINGS),
}
