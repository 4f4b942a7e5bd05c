"""Which accounts in AWS already have a user's unique values, and which account is the user's own.

Azure AD searches by each matching attribute in turn, and takes over and updates the account that it finds, whoever made
it: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works, "Initial cycle", and of AWS
https://docs.aws.amazon.com/singlesignon/latest/userguide/gs-gwp.html (users made by hand are overwritten), read 2026-11-29.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.exports.evidence import Account, Accounts, Person


@dataclass(frozen=True, slots=True)
class Holding:
    """A unique value that another account has: the attribute's `name`, and the cause for the finding."""

    name: str
    cause: str


class Holders:
    """The accounts of AWS by their unique values. Accounts of several identity stores are not used at all."""

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
        """Return the account that has the person's external id."""
        return next((self._by_owner[each] for each in _own(person, keys) if each in self._by_owner), None)

    def account_of(self, person: Person, keys: Mapping[str, str], *, is_found: bool) -> Account | None:
        """Return the account with the person's external id, else the one that a search by `keys` finds and takes over.

        `is_found` is False where the log has AWS's refusal as a duplicate: then the search found nothing.
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
        """Return a unique value of the person's that another account has, or `account` itself under another external id."""
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
    """Return the external ids, in lower case, of an account that is the person's own."""
    return {keys.get("externalId", "").lower(), person.object_id.lower()} - {""}
