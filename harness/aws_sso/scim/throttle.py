"""AWS SSO's limits of requests per second, by operation and identity store.

The rates are those of https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html, "IAM Identity Center throttle
limits" (read 2026-11-29). Each operation has a budget, and changes of membership have another. A budget is a token
bucket that refills at its rate on the tenant's clock; budgets are kept in memory, so after a restart they are full.
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
    """Charge a request to its budgets. Raises Refused (ThrottlingException) when one is used up."""
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
    """Charge a budget if it has that much; a cost above a full budget counts as a full one."""
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
    """Return the number of members in a CreateGroup or PatchGroup. Raises Refused for a bad PATCH."""
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
