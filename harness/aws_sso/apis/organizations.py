"""The part of AWS Organizations that clients of AWS SSO read: which accounts there are, below one root.

Imitates the five operations of `SERVICE`, of the model organizations/2016-11-28 in botocore 1.44.5 (read 2026-11-30). Which
members tell an account's state, the quirk `account-state-members` says. An account's Paths are left out: there are no
organizational units here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.aws_sso.accounts import organization
from harness.aws_sso.accounts.organization import Account
from harness.aws_sso.apis import paging
from harness.aws_sso.apis.call import Call, Service
from harness.aws_sso.apis.errors import ApiError
from harness.aws_sso.apis.sentences import inferred
from harness.aws_sso.apis.shapes import Number, Structure, Text
from harness.aws_sso.tenant import Tenant
from harness.base.clock import from_iso

_PAGE = 20
_INVALID = "InvalidInputException"


def list_accounts(call: Call) -> dict[str, Any]:
    accounts = [_shown(call.tenant, each) for each in organization.accounts(call.tenant)]
    return _listed(call, "Accounts", accounts, "Id")


def list_roots(call: Call) -> dict[str, Any]:
    """Return the one root; Terraform's data source of the organization asks for it. No policy type is enabled in it."""
    tenant, name = call.tenant, organization.organization_id(call.tenant)
    root = f"r-{name[2:6]}"
    arn = f"arn:aws:organizations::{tenant.settings.account_id}:root/{name}/{root}"
    return _listed(call, "Roots", [{"Id": root, "Arn": arn, "Name": "Root", "PolicyTypes": []}], "Id")


def list_service_access(call: Call) -> dict[str, Any]:
    """Return the services that may act in the organization: that of here alone, since it was set up.

    Its name is that of https://alchemy.run/providers/aws/organizations/trustedserviceaccess, "Enabling Trusted Access" (read
    2026-11-30); that no other service is enabled is inferred.
    """
    enabled = from_iso(call.tenant.settings.created).timestamp()
    row = {"ServicePrincipal": "sso.amazonaws.com", "DateEnabled": enabled}
    return _listed(call, "EnabledServicePrincipals", [row], "ServicePrincipal")


def describe_account(call: Call) -> dict[str, Any]:
    account = organization.find(call.tenant, call.parameters["AccountId"])
    if account is None:
        # https://github.com/aws-ia/terraform-aws-control_tower_account_factory/issues/289, opening post (read 2026-11-30)
        raise ApiError("AccountNotFoundException", "You specified an account that doesn't exist.")
    return {"Account": _shown(call.tenant, account)}


def describe_organization(call: Call) -> dict[str, Any]:
    tenant, first = call.tenant, organization.management(call.tenant)
    name = organization.organization_id(tenant)
    return {
        "Organization": {
            "Id": name,
            "Arn": f"arn:aws:organizations::{first.id}:organization/{name}",
            "FeatureSet": "ALL",
            "MasterAccountArn": _arn(tenant, first.id),
            "MasterAccountId": first.id,
            "MasterAccountEmail": first.email,
        }
    }


def _listed(call: Call, member: str, rows: Sequence[dict[str, Any]], key: str) -> dict[str, Any]:
    """Return a page of `rows`, which `key` tells apart. Raises ApiError for a bad token."""
    try:
        shown, token = paging.page(call, member, rows, lambda each: str(each[key]), most=_PAGE)
    except ApiError as error:
        message = inferred(call.tenant, "organizations-token")
        raise ApiError(_INVALID, message, Reason="INVALID_NEXT_TOKEN") from error
    return {member: list(shown), **token}


def _shown(tenant: Tenant, account: Account) -> dict[str, Any]:
    joined = "INVITED" if account.id == tenant.settings.account_id else "CREATED"
    return {
        "Id": account.id,
        "Arn": _arn(tenant, account.id),
        "Email": account.email,
        "Name": account.name,
        **dict.fromkeys(tenant.quirks["account-state-members"], account.status),
        "JoinedMethod": joined,
        "JoinedTimestamp": from_iso(account.joined).timestamp(),
    }


def _arn(tenant: Tenant, account: str) -> str:
    name = organization.organization_id(tenant)
    return f"arn:aws:organizations::{tenant.settings.account_id}:account/{name}/{account}"


_LIST = Structure({"NextToken": Text(0, 100_000, r"[\s\S]*"), "MaxResults": Number(1, _PAGE)})
_SHAPES: Mapping[str, Structure] = {
    "DescribeAccount": Structure({"AccountId": Text(0, 12, r"^\d{12}$")}, frozenset({"AccountId"})),
    "DescribeOrganization": Structure({}),
    "ListAWSServiceAccessForOrganization": _LIST,
    "ListAccounts": _LIST,
    "ListRoots": _LIST,
}
SERVICE = Service(
    source="organizations.amazonaws.com",
    handlers={
        "DescribeAccount": describe_account,
        "DescribeOrganization": describe_organization,
        "ListAWSServiceAccessForOrganization": list_service_access,
        "ListAccounts": list_accounts,
        "ListRoots": list_roots,
    },
    shapes=_SHAPES,
    codes=dict.fromkeys(("accountId", "maxResults", "nextToken"), _INVALID),
)
