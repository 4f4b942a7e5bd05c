"""Both services in your own tests: the one part of the harness whose interface is promised to stay.

    from harness import World

    with World() as world:
        world.azure_ad.create_user(userPrincipalName="ana@contoso.com", displayName="Ana Ruiz", givenName="Ana", surname="Ruiz")
        world.azure_ad.configure_provisioning(scope="all users and groups")
        world.azure_ad.turn_provisioning_on()
        world.run_cycle()
        assert world.aws_sso.user("ana@contoso.com") is not None

In memory, or on loopback sockets (`World(sockets=True)`) for clients of any language. Time is virtual: `world.clock`.
Everything is read through the services' own surfaces: Graph, the console and the APIs.
"""

from harness.remedies.advice import Mapping as AttributeMapping
from harness.remedies.target import TargetEvent
from harness.snapshots import Change
from harness.testing.answers import (
    AccountAssignment,
    Assignment,
    DirectoryGroup,
    DirectoryUser,
    Event,
    FaultMet,
    Group,
    LogEntry,
    Refused,
    User,
    Why,
)
from harness.testing.page import FailedTest
from harness.testing.rewinding import Snapshot
from harness.testing.seen import SeenRequest
from harness.testing.worlds import World

__all__ = [
    "AccountAssignment",
    "Assignment",
    "AttributeMapping",
    "Change",
    "DirectoryGroup",
    "DirectoryUser",
    "Event",
    "FailedTest",
    "FaultMet",
    "Group",
    "LogEntry",
    "Refused",
    "SeenRequest",
    "Snapshot",
    "TargetEvent",
    "User",
    "Why",
    "World",
]
