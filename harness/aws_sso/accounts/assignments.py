"""Account assignments, the accounts where permission sets are provisioned, and the asynchronous requests for both.

A request takes a while (the quirk `assignment-seconds`). Its effect is saved at once, with the moment from which it holds, so
nothing runs in the background and a restart loses nothing. A principal is only an id: when a user is deleted and created
again, the assignment still has the old id
(https://docs.aws.amazon.com/singlesignon/latest/userguide/troubleshooting.html, "My user is referenced in a permission set
but can't access the assigned accounts or applications", edition of June 2023, read 2026-11-29). Accounts are not checked: an
unknown one joins the organization.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace

from harness.aws_sso import identity_store
from harness.aws_sso.accounts import organization, requests
from harness.aws_sso.accounts.permission_sets import PermissionSet
from harness.aws_sso.accounts.requests import CREATE, DELETE, PROVISION, Request
from harness.aws_sso.tenant import Tenant
from harness.base.store import Document

_ASSIGNMENT, _PROVISIONED = "assignment", "provisionedSet"
_HELD = "assigned"  # joins a principal with the keys of its assignments
# The first is what https://github.com/hashicorp/terraform-provider-aws/issues/35158 quotes in its description (read 2026-11-29).
_NO_ASSIGNMENT = "Received a 404 status error: Assignment not found."
# What a deleted user was answered with: https://github.com/hashicorp/terraform-provider-aws/issues/19341,
# comment of 2021-05-13 (read 2026-11-29).
_NO_PRINCIPAL = "Received a 404 status error: the {kind} assignee {id} was not found in directory {directory}"
# https://github.com/aws-samples/aws-identitycenter-codepipeline-auto-assignment/issues/31 (read 2026-11).
_OUT_OF_REACH = (
    "AWS SSO is unable to complete your request at this time. Obtaining permissions to manage your AWS account '{account}' "
    "takes longer than usual. Please try again in a few minutes. If this problem continues, contact AWS Support."
)


@dataclass(frozen=True, slots=True)
class Target:
    """What an assignment joins. `principal_type` is USER or GROUP."""

    account: str
    permission_set: str
    principal_type: str
    principal_id: str

    @property
    def key(self) -> str:
        return f"{self.account}|{self.permission_set}|{self.principal_type}|{self.principal_id}"

    @property
    def principal(self) -> str:
        return f"{self.principal_type}|{self.principal_id}"


@dataclass(frozen=True, slots=True)
class _Period:
    """The period in which an assignment or a provisioning holds; `until` is None while it lasts."""

    since: str
    until: str | None = None

    def holds(self, now: str) -> bool:
        return self.since <= now and (self.until is None or now < self.until)


@dataclass(frozen=True, slots=True)
class Provisioned:
    """A permission set in an account: its revision, and the moment from which the account has it."""

    account: str
    permission_set: str
    revision: int
    settled: str
    since: str
    until: str | None

    def holds(self, now: str) -> bool:
        return _Period(self.since, self.until).holds(now)

    def is_latest(self, revision: int, now: str) -> bool:
        return self.revision == revision and self.settled <= now


def exists(tenant: Tenant, target: Target) -> bool:
    """Return whether a target's principal is in the directory."""
    kind = target.principal_type.lower()
    return identity_store.fetch(tenant, kind, target.principal_id) is not None


def create(tenant: Tenant, request_id: str, target: Target, permission_set: PermissionSet) -> Request:
    """Begin an assignment, which also provisions the permission set. It fails for an unknown principal."""
    failure = _nobody(tenant, target) or _unreachable(tenant, target.account)
    request = _begun(tenant, CREATE, request_id, target, failure)
    if failure is None:
        organization.admit(tenant, target.account)
        old = _period(tenant, target)
        standing = old is not None and old.until is None
        if not standing:
            _put_period(tenant, target, _Period(request.due))
        _provision(tenant, target.account, permission_set, request.due)
    return request


def delete(tenant: Tenant, request_id: str, target: Target) -> Request:
    """Begin to delete an assignment; with the last one the permission set leaves the account too."""
    old = _period(tenant, target)
    failure = _NO_ASSIGNMENT if old is None or old.until is not None else None
    if failure is None and tenant.quirks["deleted-users-assignment"] == "stays":
        failure = _nobody(tenant, target)
    failure = failure or _unreachable(tenant, target.account)
    request = _begun(tenant, DELETE, request_id, target, failure)
    if old is not None and failure is None:
        _put_period(tenant, target, replace(old, until=request.due))
        if not _remains(tenant, target):
            key = _place(target.account, target.permission_set)
            document = tenant.store.get(_PROVISIONED, key)
            if document is not None:
                tenant.store.put(_PROVISIONED, key, {**document, "until": request.due})
    return request


def provision(tenant: Tenant, request_id: str, permission_set: PermissionSet, account: str | None) -> Request:
    """Begin to update a permission set in one account, or without an account wherever it is provisioned."""
    due = requests.due(tenant)
    everywhere = [each.account for each in provisioned(tenant) if each.permission_set == permission_set.arn]
    places = everywhere if account is None else [account]
    failure = next((reason for place in places if (reason := _unreachable(tenant, place))), None)
    request = Request(request_id, PROVISION, tenant.now(), due, failure, account, permission_set.arn)
    requests.begin(tenant, request)
    for place in places:
        if _unreachable(tenant, place) is None:
            _provision(tenant, place, permission_set, due)
    return request


def assigned(tenant: Tenant) -> Iterator[Target]:
    """Yield the assignments that hold now, oldest first."""
    now = tenant.now()
    return (target for target, period in _all(tenant) if period.holds(now))


def of_principal(tenant: Tenant, principal_type: str, principal_id: str) -> Iterator[Target]:
    """Yield the assignments that a user or group has now by itself, oldest first."""
    now = tenant.now()
    for key in tenant.store.rights(_HELD, f"{principal_type}|{principal_id}"):
        document = tenant.store.get(_ASSIGNMENT, key)
        if document is not None:
            target, period = _read(document)
            if period.holds(now):
                yield target


def is_used(tenant: Tenant, arn: str) -> bool:
    """Return whether a permission set has assignments: present, beginning or still ending."""
    now = tenant.now()
    return any(
        target.permission_set == arn and (period.until is None or now < period.until)
        for target, period in _all(tenant)
    )


def provisioned(tenant: Tenant) -> Iterator[Provisioned]:
    """Yield the permission sets in accounts now."""
    now = tenant.now()
    stored = (Provisioned(**document) for _, document in tenant.store.scan(_PROVISIONED))
    return (each for each in stored if each.holds(now))


def _begun(tenant: Tenant, kind: str, request_id: str, target: Target, failure: str | None) -> Request:
    begun = Request(
        id=request_id,
        kind=kind,
        created=tenant.now(),
        due=requests.due(tenant),
        failure=failure,
        account=target.account,
        permission_set=target.permission_set,
        principal_type=target.principal_type,
        principal_id=target.principal_id,
    )
    requests.begin(tenant, begun, target.key)
    return begun


def _nobody(tenant: Tenant, target: Target) -> str | None:
    """Return the reason why a request for an unknown principal fails; None for a known one."""
    if exists(tenant, target):
        return None
    directory = tenant.settings.identity_store_id
    return _NO_PRINCIPAL.format(kind=target.principal_type, id=target.principal_id, directory=directory)


def _unreachable(tenant: Tenant, account: str) -> str | None:
    """Return the reason why nothing can be changed in an account, if there is one."""
    entry = organization.find(tenant, account)
    if entry is not None and entry.status != organization.ACTIVE:
        return _OUT_OF_REACH.format(account=account)
    reasons: dict[str, str] = tenant.quirks["failing-accounts"]
    return reasons.get(account)


def _period(tenant: Tenant, target: Target) -> _Period | None:
    document = tenant.store.get(_ASSIGNMENT, target.key)
    return None if document is None else _Period(document["since"], document["until"])


def _put_period(tenant: Tenant, target: Target, period: _Period) -> None:
    tenant.store.put(_ASSIGNMENT, target.key, {**asdict(target), **asdict(period)})
    tenant.store.link(_HELD, target.principal, target.key)


def _all(tenant: Tenant) -> Iterator[tuple[Target, _Period]]:
    for _, document in tenant.store.scan(_ASSIGNMENT):
        yield _read(document)


def _read(document: Document) -> tuple[Target, _Period]:
    period = _Period(document.pop("since"), document.pop("until"))
    return Target(**document), period


def _remains(tenant: Tenant, gone: Target) -> bool:
    """Return whether the account has another assignment of the same permission set."""
    place = (gone.account, gone.permission_set)
    return any(
        (each.account, each.permission_set) == place and period.until is None for each, period in _all(tenant)
    )


def _provision(tenant: Tenant, account: str, permission_set: PermissionSet, due: str) -> None:
    key = _place(account, permission_set.arn)
    document = tenant.store.get(_PROVISIONED, key)
    old = None if document is None else Provisioned(**document)
    since = old.since if old is not None and old.until is None else due
    if old is not None and old.until is None and old.revision == permission_set.revision:
        return
    made = Provisioned(account, permission_set.arn, permission_set.revision, due, since, None)
    tenant.store.put(_PROVISIONED, key, asdict(made))


def _place(account: str, arn: str) -> str:
    return f"{account}|{arn}"
