"""The settings of the account's one instance of AWS SSO. They are stored and answered, without effect on anything.

They are stored with the account, so a reset keeps them. Writes expect to run inside `store.transaction()`. Imitates DescribeInstance of the
model sso-admin/2020-07-20 in botocore 1.44.5 (read 2026-11-30), without Regions, network and whether permission sets are enabled.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any

from harness.aws_sso.accounts.permission_sets import Tags
from harness.aws_sso.tenant import Tenant

_INSTANCE = ("account", "instance")


@dataclass(frozen=True, slots=True)
class Instance:
    """`settings` are members of DescribeInstance as UpdateInstance was given them; `tags` holds (key, value).

    `attributes` are those for access control, as the API writes them; None before there is a configuration.
    """

    name: str | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    tags: Tags = ()
    attributes: list[dict[str, Any]] | None = None


def instance(tenant: Tenant) -> Instance:
    document = tenant.store.get(*_INSTANCE)
    if document is None:
        return Instance()
    return Instance(**{**document, "tags": tuple((key, value) for key, value in document["tags"])})


def change(tenant: Tenant, **members: Any) -> None:
    """Set members of the instance; the others stay."""
    tenant.store.put(*_INSTANCE, asdict(replace(instance(tenant), **members)))
