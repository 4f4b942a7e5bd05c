"""Everything that the provisioning service of one tenant is given by the world."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from msgspec import Struct

from harness.azure_ad.applications.enterprise_applications import EnterpriseApps
from harness.azure_ad.directory.directory import Directory
from harness.base.clock import Clock
from harness.base.ids import Ids
from harness.base.quirks import Quirks
from harness.base.store import Document, Store
from harness.wire.message import Send


class Surroundings(Struct, frozen=True):
    """`send` is the wire to the targets; `in_flight` returns, by tenant URL, how many objects of a cycle are at work together.

    More than one help where the wire waits. `busy` is the lock that is held while an object is at work, in a cycle or on
    demand; None for a lock of this process alone. Where processes share the store, `busy` locks all of them, one of them
    gets `resume`, and `on_schedule` is called when a job's times may have changed, so that the others look again.
    `before_cycle` is called before a cycle that has something to do.
    """

    tenant_id: str
    domain: str
    store: Store
    clock: Clock
    ids: Ids
    quirks: Quirks
    send: Send
    directory: Directory
    applications: EnterpriseApps
    initiator: Callable[[], Document]
    in_flight: Callable[[str], int]
    busy: AbstractContextManager[object] | None
    on_schedule: Callable[[], None]
    before_cycle: Callable[[], None]
