"""Who in AWS holds which of the values that are unique there, and which account is somebody's own.

Azure AD searches by the matching attributes in turn; an account that is found is taken over and brought up to date, whoever
made it: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works, "Initial cycle", and of AWS
https://docs.aws.amazon.com/singlesignon/latest/userguide/gs-gwp.html (users made by hand are overwritten), read 2026-11-29.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.exports.evidence import Account, Accounts, Person


@dataclass(frozen=True, slots=True)
class Holding:
    """A value that is in the way: under which `name` of those that are unique, and the cause to word it by."""

    name: str
    cause: str


class Holders:
    """The accounts of AWS by what they hold. Those of several identity stores say nothing of any of them."""

    def __init__(self, accounts: Accounts, matching: Sequence[str]) -> None:
        self._matching = [target.partition("[")[0] for target in matching]
        self._by_name: dict[str, dict[str, list[Account]]] = {"userName": {}, "emails": {}, "externalId": {}}
        self._by_owner: dict[str, Account] = {}
        for account in accounts if len(accounts.stores) < 2 else ():
            self._by_name["userName"].setdefault(account.user_name.casefold(), []).append(account)
            self._by_name["emails"].setdefault(account.email.casefold(), []).append(account)
            for owner in account.external_ids:
                self._by_name["externalId"].setdefault(owner, []).append(account)
                self._by_owner.setdefault(owner.lower(), account)

    def tied(self, person: Person, keys: Mapping[str, str]) -> Account | None:
        """Return the account that bears somebody's external id."""
        return next((self._by_owner[each] for each in _own(person, keys) if each in self._by_owner), None)

    def account_of(self, person: Person, keys: Mapping[str, str], *, is_found: bool) -> Account | None:
        """Return the account that is tied to somebody, else the one that is found for them by their `keys` and taken over.

        `is_found` is False where the log says that AWS refused them as a duplicate: the search had found none.
        """
        tied = self.tied(person, keys)
        if tied is not None or not is_found:
            return tied
        for name in self._matching:
            matches = self._by_name.get(name, {}).get(keys.get(name, ""))
            if matches:
                return matches[0]
        return None

    def other(self, person: Person, keys: Mapping[str, str], account: Account | None) -> Holding | None:
        """Return what another account than theirs holds of a person's, or `account` itself where it bears another's id."""
        mine = _own(person, keys)
        for name, value in keys.items():
            for holder in self._by_name[name].get(value, ()):
                if not mine.isdisjoint(owner.lower() for owner in holder.external_ids):
                    continue
                if holder is not account:
                    return Holding(name, "taken-in-aws")
                if holder.external_ids:
                    return Holding(name, "tied-to-another")
        return None


def _own(person: Person, keys: Mapping[str, str]) -> set[str]:
    """Return the external ids, in lower case, by which an account in AWS is tied to somebody."""
    return {keys.get("externalId", "").lower(), person.object_id.lower()} - {""}
