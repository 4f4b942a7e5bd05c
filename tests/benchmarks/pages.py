"""How long pages take in a large world: `python tests/benchmarks/pages.py [users] [events]`, by default 100,000 and 1,000,000.

Each page is asked for five times in process; the median is printed, and marked where it is over 300 milliseconds.
"""

from __future__ import annotations

import statistics
import sys

from harness import world
from harness.aws_sso import cloudtrail, identity_store
from harness.base.clock import Stopwatch
from harness.wire.message import Request

MOST_MILLISECONDS = 300
CHUNK = 20_000


def fill(universe: world.World, users: int, events: int) -> str:
    """Put as many users on both sides and events into the history; return the id of an AWS user."""
    for first in range(0, users, CHUNK):
        numbers = range(first, min(first + CHUNK, users))
        with universe.azure.store.transaction():
            for number in numbers:
                name = f"person{number}"
                universe.azure.directory.create(
                    "User", {"userPrincipalName": f"{name}@contoso.com", "displayName": f"Person {number}"}
                )
                attributes = {
                    "userName": f"{name}@contoso.com",
                    "displayName": f"Person {number}",
                    "active": True,
                }
                record = identity_store.create(universe.aws, identity_store.USER, attributes, "SCIM")
    event = {
        "eventTime": universe.aws.now(), "eventSource": "identitystore-scim.amazonaws.com", "requestID": "none",
        "eventName": "PatchUser", "userIdentity": {"type": "Unknown"}, "requestParameters": {"id": record.id},
    }  # fmt: skip
    for first in range(0, events, CHUNK):
        with universe.aws.store.transaction():
            for _ in range(first, min(first + CHUNK, events)):
                cloudtrail.keep(universe.aws, "PatchUser", event)
    return record.id


def main() -> None:
    users, events = (int(text) for text in (*sys.argv[1:], "100000", "1000000")[:2])
    universe = world.create()
    user = fill(universe, users, events)
    last, azure, aws = (
        f"person{users - 1}@contoso.com",
        universe.origins["graph"],
        universe.origins["console"],
    )
    pages = [
        *(f"{azure}/portal/{path}" for path in ("", "users", f"users?search={last}", f"users/{last}", "provisioning-logs")),
        *(f"{azure}/portal/apps/{universe.app_id}{path}" for path in ("", "/users", "/users/add?search=person", "/provisioning")),
        *(f"{aws}/console/{path}" for path in ("", "settings", "users", f"users?search={last}", "users?search=nobody")),
        *(f"{aws}/console/{path}" for path in (f"users/{user}", "groups", "accounts", "accounts/123456789012/assign?search=x")),
        *(f"{aws}/console/{path}" for path in ("events", "events?eventName=CreateUser", "events?user=nobody", "events?error=x")),
    ]  # fmt: skip
    for address in pages:
        spans = []
        for _ in range(5):
            watch = Stopwatch()
            answer = universe.unrecorded(Request("GET", address, (), b""))
            spans.append(watch.seconds() * 1000)
        median = statistics.median(spans)
        print(f"{median:7.0f} ms {'!' if median > MOST_MILLISECONDS else ' '} {answer.status} {address}")


if __name__ == "__main__":
    main()
