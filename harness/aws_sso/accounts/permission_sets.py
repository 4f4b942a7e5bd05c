"""Permission sets: named bundles of policies that people get in an account. Nothing here evaluates a policy.

Called by `apis/sso_admin/`. Everything that writes expects to run inside `store.transaction()`. Imitates
https://docs.aws.amazon.com/singlesignon/latest/userguide/permissionsetsconcept.html, "Permission sets"
(edition of June 2023, read 2026-11-29).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeAlias

from harness.aws_sso.tenant import Tenant
from harness.base.store import TakenError

_KIND = "permissionSet"
_NAME = "permissionSet.name"
_HOUR = "PT1H"


Tags: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PolicyReference:
    """A policy that every account must have by this name and path."""

    name: str
    path: str = "/"


@dataclass(frozen=True, slots=True)
class PermissionSet:
    """`revision` counts changes that accounts get by provisioning; `tags` are (key, value), `policies` ARNs of AWS's policies.

    `references` are policies of the accounts themselves; `boundary` is one of those or an ARN of AWS's.
    """

    arn: str
    name: str
    created: str
    description: str | None = None
    session: str = _HOUR
    relay_state: str | None = None
    tags: Tags = ()
    inline_policy: str = ""
    policies: tuple[str, ...] = ()
    references: tuple[PolicyReference, ...] = ()
    boundary: PolicyReference | str | None = None
    revision: int = 1


class NameTakenError(Exception):
    """Another permission set has the name."""


def create(tenant: Tenant, name: str, tags: Tags, **members: Any) -> PermissionSet:
    """Add a permission set. Raises NameTakenError."""
    instance = tenant.settings.instance_arn.rpartition("/")[2]
    arn = f"arn:aws:sso:::permissionSet/{instance}/ps-{tenant.ids.hex(16)}"
    try:
        tenant.store.claim(_NAME, name, arn)
    except TakenError as error:
        raise NameTakenError from error
    made = replace(PermissionSet(arn, name, tenant.now(), tags=tags), **members)
    _keep(tenant, made)
    return made


def change(tenant: Tenant, old: PermissionSet, **members: Any) -> PermissionSet:
    """Change a permission set; accounts that have it keep the former revision until it is provisioned again."""
    changed = replace(old, **members, revision=old.revision + 1)
    _keep(tenant, changed)
    return changed


def tag(tenant: Tenant, old: PermissionSet, tags: Tags) -> None:
    """Set a permission set's tags, which need no provisioning."""
    _keep(tenant, replace(old, tags=tags))


def delete(tenant: Tenant, old: PermissionSet) -> None:
    tenant.store.release(_NAME, old.name)
    tenant.store.delete(_KIND, old.arn)


def fetch(tenant: Tenant, arn: str) -> PermissionSet | None:
    document = tenant.store.get(_KIND, arn)
    return None if document is None else _read(document)


def scan(tenant: Tenant) -> Iterator[PermissionSet]:
    """Yield permission sets, oldest first."""
    return (_read(document) for _, document in tenant.store.scan(_KIND))


def _keep(tenant: Tenant, permission_set: PermissionSet) -> None:
    tenant.store.put(_KIND, permission_set.arn, asdict(permission_set))


def _read(document: dict[str, Any]) -> PermissionSet:
    references = tuple(PolicyReference(**each) for each in document.pop("references", ()))
    boundary = document.pop("boundary", None)
    return PermissionSet(
        **{
            **document,
            "tags": tuple((key, value) for key, value in document["tags"]),
            "policies": tuple(document["policies"]),
        },
        references=references,
        boundary=PolicyReference(**boundary) if isinstance(boundary, dict) else boundary,
    )
