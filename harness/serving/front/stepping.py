"""Steps through a provisioning cycle object by object, with log entries and, if wanted, exchanges.

A step holds the clock's lock, as cycles do, so it never interrupts another job's cycle.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, TypeVar

from harness.azure_ad.directory.errors import ConflictError
from harness.azure_ad.provisioning.job.document import graph_form
from harness.azure_ad.provisioning.log.provisioning_log import LOG, entry_of
from harness.azure_ad.tenant import Tenant
from harness.base.clock import OffsetClock
from harness.base.errors import HarnessError
from harness.serving.front.listenable import Listenable
from harness.wire.recording.exchanges import Exchange

_T = TypeVar("_T")


@dataclass(slots=True)
class Stepper:
    """Steps the jobs of a tenant whose requests go through `listenable`."""

    tenant: Tenant
    clock: OffsetClock
    listenable: Listenable

    def step(self, job_id: str, *, exchanges: bool) -> dict[str, Any]:
        """Continue until something was sent or logged, or the cycle ended.

        Returns `{"cycleId", "phase", "ended", "job", "entries", "exchanges"}`; `exchanges` is None unless wanted.
        Raises HarnessError while the job's schedule is on.
        """
        return in_turn(self.clock, lambda: self._step(job_id, wanted=exchanges))

    def _step(self, job_id: str, *, wanted: bool) -> dict[str, Any]:
        engine, store = self.tenant.engine, self.tenant.store
        before = store.last_sequence(LOG)
        unheard: AbstractContextManager[list[Exchange]] = nullcontext([])
        with self.listenable.listening(self.clock) if wanted else unheard as heard:
            while True:
                try:
                    step = engine.step(job_id)
                except ConflictError as error:
                    raise HarnessError(str(error)) from error
                entries = [entry_of(line.body) for line in store.read(LOG, after=before)]
                mine = [entry for entry in entries if entry["cycleId"] == step.cycle_id]
                if mine or heard or step.ended:
                    break
        job = engine.job(job_id)
        return {
            "cycleId": step.cycle_id,
            "phase": step.phase,
            "ended": step.ended,
            "job": graph_form(job),
            "entries": mine,
            "exchanges": [exchange.document() for exchange in heard] if wanted else None,
        }


def in_turn(clock: OffsetClock, act: Callable[[], _T]) -> _T:
    """Call a function like a timer that is due now, after those that were due before."""
    with clock.turn:
        clock.run_due()
        return act()
