"""How many requests AWS SSO takes a second, by operation and identity store.

The rates are those of https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html, "IAM Identity Center throttle
limits" (read 2026-11-29). Each operation has a budget, and changes of membership have one of their own. A budget is a bucket
that fills again at its rate on the tenant's clock; buckets live in memory, so a restart begins with full ones.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from harness.aws_sso.refusals import THROTTLED, Refused
from harness.aws_sso.scim import patching
from harness.aws_sso.scim.call import Call, Operation
from harness.aws_sso.tenant import Tenant
from harness.scim.path import get

_MEMBERSHIPS = "memberships"
_ROUNDING = 1e-9


def enforce(call: Call, operation: Operation) -> None:
    """Take a request from its budgets. Raises Refused (ThrottlingException) when they are used up."""
    tenant, quirks = call.tenant, call.tenant.quirks
    rate = quirks["reads-per-second"] if operation.read_only else quirks["writes-per-second"]
    if _spend(tenant, operation.name, 1, rate) and _spend(
        tenant, _MEMBERSHIPS, _membership_changes(call, operation), quirks["membership-changes-per-second"]
    ):
        return
    if quirks["throttled-writes-happen"] and not operation.read_only:
        with suppress(Refused), tenant.store.transaction():
            operation.handler(call)
    raise Refused(THROTTLED)


def _spend(tenant: Tenant, budget: str, cost: float, per_second: float) -> bool:
    """Take from a budget if it holds that much; what no full bucket could pay for costs a full one."""
    if not cost:
        return True
    now = tenant.clock.now()
    whole = per_second * tenant.quirks["throttling-burst-seconds"]
    used, since = tenant.memory.spent.get(budget, (0.0, now))
    used = max(0.0, used - (now - since).total_seconds() * per_second) + min(cost, whole)
    if used > whole + _ROUNDING:
        return False
    tenant.memory.spent[budget] = (used, now)
    return True


def _membership_changes(call: Call, operation: Operation) -> int:
    """Count the members that a CreateGroup or PatchGroup names. Raises Refused for a PATCH that nobody can read."""
    if operation.name == "CreateGroup" and isinstance(call.body, dict):
        return _count(get(call.body, "members"))
    if operation.name == "PatchGroup":
        changes = patching.changes(call.body, call.tenant.quirks)
        return sum(
            1 if change.path.where else _count(change.value)
            for change in changes
            if change.target == "members"
        )
    return 0


def _count(members: Any) -> int:
    return len(members) if isinstance(members, list) else int(members is not None)
