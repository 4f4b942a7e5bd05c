"""The protocol of a world for the control API: a served one, or an opened scenario's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

from harness.base.clock import Clock

if TYPE_CHECKING:
    from harness.serving.watching.faulty import Misbehaviour
    from harness.serving.watching.timeline import Timeline
    from harness.snapshots import Snapshots


class Controlled(Protocol):
    """The parts of a served world that the control API uses."""

    @property
    def clock(self) -> Clock: ...

    @property
    def trouble(self) -> str | None: ...

    @property
    def offset(self) -> timedelta: ...

    def advance(self, by: timedelta) -> None: ...

    def populate(self, document: Mapping[str, Any]) -> None: ...

    def reset(self) -> None: ...

    def mail(self) -> list[dict[str, Any]]: ...

    def job(self) -> dict[str, Any]: ...

    def step(self, *, exchanges: bool) -> dict[str, Any]: ...

    def why(self, kind: str, name: str) -> dict[str, Any]: ...

    def agreement(self) -> dict[str, Any]: ...

    @property
    def snapshots(self) -> Snapshots: ...

    @property
    def timeline(self) -> Timeline: ...

    @property
    def misbehaviour(self) -> Misbehaviour: ...
