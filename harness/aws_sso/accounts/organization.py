"""The organization's AWS accounts, with name and state.

The management account, which has AWS SSO, is always one of them; others are added by `populate.py`, or by an assignment that
names an unknown account. Shapes are those of Account in the model organizations/2016-11-28 of botocore 1.44.5
(read 2026-11-30).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from harness.aws_sso.tenant import Tenant

_KIND = "organizationAccount"
ACTIVE = "ACTIVE"


@dataclass(frozen=True, slots=True)
class Account:
    """`id` has twelve digits; `joined` is a moment in whole seconds, UTC."""

    id: str
    name: str
    email: str
    joined: str
    status: str = ACTIVE


def organization_id(tenant: Tenant) -> str:
    """Return `o-` and ten characters, the same for this account's whole life."""
    digest = hashlib.sha256(tenant.settings.instance_arn.encode()).hexdigest()
    return f"o-{digest[:10]}"


def management(tenant: Tenant) -> Account:
    account = tenant.settings.account_id
    return fetch(tenant, account) or Account(
        account, "Management account", _mail(account), tenant.settings.created
    )


def accounts(tenant: Tenant) -> Iterator[Account]:
    """Yield the management account and then the others, oldest first."""
    first = management(tenant)
    yield first
    for _, document in tenant.store.scan(_KIND):
        if document["id"] != first.id:
            yield Account(**document)


def fetch(tenant: Tenant, account: str) -> Account | None:
    document = tenant.store.get(_KIND, account)
    return None if document is None else Account(**document)


def find(tenant: Tenant, account: str) -> Account | None:
    """Return an account of the organization, the management account included."""
    return management(tenant) if account == tenant.settings.account_id else fetch(tenant, account)


def add(tenant: Tenant, account: str, name: str, email: str | None = None, status: str = ACTIVE) -> None:
    """Add an account to the organization, or update one."""
    made = Account(account, name, email or _mail(account), tenant.now(), status)
    tenant.store.put(_KIND, account, asdict(made))


def admit(tenant: Tenant, account: str) -> None:
    """Add the account of an assignment to the organization, unless it is there."""
    if find(tenant, account) is None:
        add(tenant, account, f"Account {account}")


def _mail(account: str) -> str:
    return f"{account}@example.com"
