"""A foreign account: one in the target that this job neither created nor took over, and what the job will do with it.

`AccountOf` returns the target's account with the name that provisioning would send. No request is sent.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works, "Initial cycle" (read
2026-11-29): the target is searched by the matching attributes, and whoever is found there is updated, not created.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from harness.azure_ad.provisioning.cycle.facts import Facts
from harness.base.store import Document
from harness.remedies.target import TargetAccount

AccountOf = Callable[[str, str], TargetAccount | None]  # by kind and name
_NAMES = {"User": "userName", "Group": "displayName"}
_CALLED = {"User": "account", "Group": "group"}


def no_account(kind: str, name: str) -> None:
    """Return no account, where the target's accounts cannot be looked up."""


def foreign(facts: Facts, values: Mapping[str, str | None], account_of: AccountOf) -> Document | None:
    """Return the foreign account, with `foundBy`, the matching attribute that will find it, and `says`, a sentence.

    None for an object with an account of this job, or without an account of that name. `values` are the mapped values.
    """
    name = values.get(_NAMES[facts.kind])
    if facts.connection is not None or facts.mapping is None or not name:
        return None
    account = account_of(facts.kind, name)
    if account is None:
        return None
    account_values = {_NAMES[facts.kind]: account.name, "externalId": account.external_id}
    matching = [flow.target for flow in facts.mapping.matching]
    by = next(
        (
            each
            for each in matching
            if each in account_values and _alike(account_values[each], values.get(each))
        ),
        None,
    )
    return {
        "id": account.id,
        "name": account.name,
        "externalId": account.external_id,
        "createdBy": account.created_by,
        "foundBy": by,
        "says": _says(facts, matching, by),
    }


def _says(facts: Facts, matching: list[str], by: str | None) -> str:
    if facts.scope is None or not facts.scope.provisioned:
        return "provisioning leaves it alone as long as nobody of this name is in scope"
    if by is not None:
        return f"the next cycle that comes to it finds it by {by}, takes it over and sends what differs"
    return (
        f"the next cycle that comes to it searches by {' and '.join(matching)}, does not find it, and is refused: "
        f"a second {_CALLED[facts.kind]} of this name is a duplicate; match on {_NAMES[facts.kind]}, or delete it"
    )


def _alike(account_value: str | None, value: str | None) -> bool:
    return bool(account_value and value) and str(account_value).casefold() == str(value).casefold()
