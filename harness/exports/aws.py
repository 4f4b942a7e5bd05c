"""Exports from AWS: `identitystore list-users`, lists of the SCIM endpoint, and refused SCIM calls in CloudTrail's forms.

Shapes: https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_User.html, "Contents",
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html (edition of June 2023),
https://docs.aws.amazon.com/eventbridge/latest/ref/events-structure.html and
https://docs.aws.amazon.com/athena/latest/ug/cloudtrail-serde.html, "Examples" (all read 2026-11-30).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from harness.exports.carriers import Row, Rows
from harness.exports.evidence import Account, Accounts, TrailEvent

_NUMBER = re.compile(r"\d+")
_SCIM = "identitystore-scim.amazonaws.com"
_COLUMNS = {
    "event name": "eventname",
    "event source": "eventsource",
    "event time": "eventtime",
    "error code": "errorcode",
    "request id": "requestid",
    "event id": "eventid",
}


@dataclass(slots=True)
class AccountPages:
    """The files of AWS's users as pages of one list.

    `announced` is SCIM's `totalResults`, `listed` the number of users in SCIM's lists. `following` are the sizes of the
    pages of ListUsers with a NextToken, `ending` of those without. A token does not say which page it leads to. So pages
    are complete if their sizes allow it (all full, the last not fuller, nobody twice; inferred from `MaxResults`, the size
    of a page) and the numbers in their files' names leave no gap. `numbers` are those, each with whether a page follows.
    https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_ListUsers.html (read 2026-11-29).
    """

    announced: int = 0
    listed: int = 0
    following: list[int] = field(default_factory=list)
    ending: list[int] = field(default_factory=list)
    numbers: list[tuple[int, bool]] = field(default_factory=list)
    damaged: bool = False

    def add(self, carrier: Rows, size: int) -> None:
        """Add one file with the number of its users."""
        self.damaged = self.damaged or carrier.damaged
        if carrier.total is not None:
            self.announced = max(self.announced, carrier.total)
            self.listed += size
        else:
            (self.following if carrier.has_next else self.ending).append(size)
            numbers = _NUMBER.findall(PurePath(carrier.source.name).stem)
            self.numbers.append((int(numbers[-1]) if numbers else -1, carrier.has_next))

    def chain(self, distinct: int) -> bool:
        """Return whether the pages look like one whole list; `distinct` is the number of different users in them."""
        return (
            not self.damaged
            and len(self.ending) == 1
            and len(set(self.following)) == 1
            and self.ending[0] <= self.following[0]
            and self.following[0] * len(self.following) + self.ending[0] == distinct
            and self._are_numbered()
        )

    def _are_numbered(self) -> bool:
        """Return whether the files' names number the pages from 0 or 1 without a gap, the last page at the end."""
        ordered = sorted(self.numbers)
        first = ordered[0][0]
        follow = first in (0, 1) and [number for number, _ in ordered] == list(
            range(first, first + len(ordered))
        )
        return follow and not ordered[-1][1]

    def notes(self, accounts: Accounts) -> Iterator[str]:
        """Yield notes on missing users of AWS, which make the accounts incomplete, and on what had to be inferred."""
        if len(accounts.stores) > 1:
            yield (
                f"users of AWS are of {len(accounts.stores)} identity stores ({', '.join(accounts.stores)}): give those of one"
            )
        lacking = len(accounts.members - accounts.by_id.keys()) if accounts.exported else 0
        if lacking:
            yield f"{lacking} members of groups in AWS are in no list of its users: a page lacks; export all of one day"
        accounts.complete = accounts.complete and not lacking and self.listed >= self.announced
        if self.listed < self.announced:
            yield (
                f"{self.announced - self.listed} of {self.announced} users of AWS lack: export all pages of SCIM, or "
                "aws identitystore list-users"
            )
        if not self.following:
            return
        there = f"pages of AWS's users with a NextToken: {len(self.following)}, without: {len(self.ending)}"
        if self.chain(len(accounts.by_id)):
            yield f"{there}; they are taken for all: numbered without a gap, full up to the last"
        else:
            yield (
                f"{there}; they do not show that no page lacks; give all users in one file (aws identitystore list-users without "
                "--max-items and --no-paginate), or every page once, numbered from 1 on (users-1.json, users-2.json)"
            )


def account(row: Row) -> Account:
    """Read a user of AWS from the Identity Store API or from SCIM."""
    emails = row.get("Emails") or row.get("emails") or []
    addresses = [each for each in emails if isinstance(each, dict)] if isinstance(emails, list) else []
    # The primary address must be unique; where none is marked, the first one is primary.
    marked = (each for each in addresses if each.get("Primary") or each.get("primary"))
    first = next(marked, addresses[0] if addresses else {})
    if "UserName" in row:
        owners = row.get("ExternalIds") or []
        external = tuple(str(owner.get("Id", "")) for owner in owners if isinstance(owner, dict))
        return Account(
            str(row.get("UserId", "")),
            str(row["UserName"]),
            str(first.get("Value") or ""),
            external,
            str(row.get("IdentityStoreId") or ""),
        )
    external = (str(row["externalId"]),) if row.get("externalId") else ()
    return Account(
        str(row.get("id", "")), str(row.get("userName", "")), str(first.get("value") or ""), external
    )


def members(row: Row) -> set[str]:
    """Return the user's id in a row of ListGroupMemberships, as a set; an empty set where there is none."""
    member = row.get("MemberId")
    return {str(member["UserId"])} if isinstance(member, dict) and member.get("UserId") else set()


def trail_event(row: Row) -> TrailEvent | None:
    """Read a refused SCIM call; None for other events and for calls that were not refused."""
    record: dict[str, Any] = row
    if isinstance(inner := row.get("CloudTrailEvent"), str):
        try:
            record = json.loads(inner)
        except ValueError:
            return None
    elif isinstance(inner := row.get("detail"), dict):
        record = inner
    lowered = {_COLUMNS.get(key.lower(), key.lower()): value for key, value in record.items()}
    if lowered.get("eventsource") != _SCIM or not lowered.get("errorcode"):
        return None
    return TrailEvent(
        event_id=str(lowered.get("eventid", "")),
        request_id=str(lowered.get("requestid", "")),
        moment=str(lowered.get("eventtime", "")),
        name=str(lowered.get("eventname", "")),
        code=str(lowered["errorcode"]),
        message=str(lowered.get("errormessage") or ""),
    )
