"""How long pages take in a large world: `python tests/benchmarks/pages.py [users] [events]`, by default 100,000 and 1,000,000.

Both sides have as many users, all of them in one group; the event history and the provisioning logs are as long as asked.
Each page is asked for five times in process; the least processor time is printed, and marked where it is over 300 milliseconds.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from harness import world
from harness.aws_sso import cloudtrail, identity_store, tokens
from harness.aws_sso.cloudtrail.scim_calls import tags_of
from harness.azure_ad.provisioning.log import provisioning_log
from harness.wire.message import Request

MOST_MILLISECONDS = 300
CHUNK = 20_000
EVERYBODY = "Everybody"


@dataclass(frozen=True)
class Large:
    """A filled world: somebody in the middle of both lists, and the group that has everybody."""

    universe: world.World
    name: str
    user: str
    aws_user: str
    group: str
    aws_group: str
    first_entry: str


def chunks(count: int) -> Iterator[range]:
    for first in range(0, count, CHUNK):
        yield range(first, min(first + CHUNK, count))


def fill(users: int, events: int) -> Large:
    """Put as many users on both sides and lines into both logs; the provisioning log's repeat what a cycle wrote of one."""
    universe = world.create()
    group = universe.azure.directory.create("Group", {"displayName": EVERYBODY})["id"]
    aws_group = identity_store.create(
        universe.aws, identity_store.GROUP, {"displayName": EVERYBODY}, "SCIM"
    ).id
    middle = ("", "", "")
    for numbers in chunks(users):
        with universe.azure.store.transaction(), universe.aws.store.transaction():
            for number in numbers:
                name = f"person{number}@contoso.com"
                person = {"userPrincipalName": name, "displayName": f"Person {number}"}
                user = universe.azure.directory.create("User", person)["id"]
                universe.azure.directory.add_member(group, user)
                attributes = {"userName": name, "displayName": f"Person {number}", "active": True}
                record = identity_store.create(universe.aws, identity_store.USER, attributes, "SCIM")
                identity_store.add_members(universe.aws, aws_group, [record.id], "")
                if number == users // 2:
                    middle = name, user, record.id
    first = provision_one(universe)
    fill_logs(universe, events)
    return Large(universe, *middle, group, aws_group, first)


def provision_one(universe: world.World) -> str:
    """Run the initial cycle, for which one user is assigned, and return the id of its log entry."""
    person = {
        "userPrincipalName": "first@contoso.com",
        "displayName": "First",
        "givenName": "F",
        "surname": "One",
    }
    universe.populate({"azure_ad": {"users": [person]}})
    token = tokens.enable(universe.aws).value
    secrets = {"BaseAddress": tokens.endpoint(universe.aws), "SecretToken": token}
    universe.azure.applications.assign(
        universe.app_id, universe.azure.directory.find("User", "first@contoso.com")["id"]
    )
    universe.azure.engine.save_secrets(universe.app_id, secrets)
    job = universe.azure.engine.create_job(universe.app_id, "scim").id
    universe.azure.engine.start(job)
    universe.advance(timedelta())
    universe.azure.engine.pause(job)
    source = universe.azure.directory.find("User", "first@contoso.com")["id"]
    return str(next(provisioning_log.entries(universe.azure.store, source_id=source))["id"])


def fill_logs(universe: world.World, events: int) -> None:
    event = next(iter(universe.aws.store.read(cloudtrail.LOG, newest_first=True))).body
    entry = next(iter(universe.azure.store.read(provisioning_log.LOG, newest_first=True))).body
    for numbers in chunks(events):
        universe.advance(timedelta(minutes=1))
        with universe.aws.store.transaction(), universe.azure.store.transaction():
            for number in numbers:
                universe.aws.store.append(cloudtrail.LOG, event, tags_of(event))
                universe.azure.store.append(
                    provisioning_log.LOG, entry, [provisioning_log.source_tag(f"person{number}")]
                )


def addresses(large: Large) -> Iterator[str]:
    universe, user = large.universe, large.user
    azure, aws = universe.origins["graph"] + "/portal/", universe.origins["console"] + "/console/"
    app = f"apps/{universe.app_id}"
    source = universe.azure.directory.find("User", "first@contoso.com")["id"]
    for path in (
        "", "users", f"users?after={user}", f"users?search={large.name}", "users?search=nobody", f"users/{user}", "users/deleted",
        "groups", f"groups?search={EVERYBODY}", f"groups/{large.group}", f"groups/{large.group}?after={user}",
        "apps", app, f"{app}/users", f"{app}/users/add?search=person", f"{app}/users/add?search=nobody", f"{app}/provisioning",
        f"{app}/provisioning/edit", f"{app}/provisioning/on-demand", f"{app}/provisioning/on-demand?search=nobody",
        f"{app}/provisioning/on-demand?subject={large.group}", f"{app}/provisioning/why/User/{user}",
        f"{app}/provisioning/why/Group/{large.group}", "audit-logs", "audit-logs?target=nobody", "audit-logs?status=failure", "audit-logs?actor=nobody", "audit-logs?end=2026-03-02T08:05", "sign-in-logs",
        "sign-in-logs?user=nobody", "provisioning-logs?end=2026-03-02T08:05", "provisioning-logs?error=nobody",
        "provisioning-logs", f"provisioning-logs/{source}/{large.first_entry}", f"provisioning-logs?app={universe.app_id}",
        "provisioning-logs?status=Failure", "provisioning-logs?action=Delete", "provisioning-logs?identity=nobody",
        f"provisioning-logs?source={source}", f"provisioned/{large.aws_user}", "mail", "my-apps",
    ):  # fmt: skip
        yield azure + path
    for path in (
        "", "settings", "users", f"users?after={large.aws_user}", f"users?search={large.name}", "users?search=nobody",
        f"users/{large.aws_user}", "groups", f"groups/{large.aws_group}", f"groups/{large.aws_group}?after={large.aws_user}",
        "accounts", "accounts/123456789012", "accounts/123456789012/assign?search=person", "accounts/123456789012/assign?search=x",
        "permission-sets", "events", "events?after=100000", "events?eventName=CreateUser", "events?eventName=user",
        "events?eventName=DeleteGroup", "events?eventSource=sso.amazonaws.com", f"events?user={large.name}", "events?user=nobody",
        "events?request=nobody", "events?error=nobody", "events?end=2026-03-02T08:05", "events?start=2026-03-02T08:05",
    ):  # fmt: skip
        yield aws + path


def main() -> None:
    users, events = (int(text) for text in (*sys.argv[1:], "100000", "1000000")[:2])
    large = fill(users, events)
    for address in addresses(large):
        spans = []
        for _ in range(5):
            begin = time.process_time()
            answer = large.universe.unrecorded(Request("GET", address, (), b""))
            spans.append((time.process_time() - begin) * 1000)
        print(
            f"{min(spans):7.0f} ms {'!' if min(spans) > MOST_MILLISECONDS else ' '} {answer.status} {address}",
            flush=True,
        )


if __name__ == "__main__":
    main()
