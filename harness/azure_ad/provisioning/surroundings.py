"""What the provisioning service of one tenant works with."""

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
    """`send` is the wire to what is provisioned; `in_flight` says of a tenant URL how many objects of a cycle are at work together.

    More than one are of use where the wire waits. `busy` is the lock under which one object is at work, be it a cycle's or on
    demand, None for one of this process alone. Where processes share the store, `busy` is a lock over all of them, one of them
    is told to `resume`, and `on_schedule` is called when the others should look again. `before_cycle` is called before a
    cycle that has something to do.
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
