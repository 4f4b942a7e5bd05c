"""Faults between Azure AD's provisioning service and the SCIM endpoint: from now on, once, or so many times.

They act on the wire, so neither side knows of them; the exchanges show the provisioning service's view.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from harness.scenario.play import Play, Result
from harness.scenario.steps.registry import step
from harness.wire import misbehaving


@step("fault")
def _fault(play: Play, arguments: dict[str, Any]) -> Result:
    patience = timedelta(seconds=play.world.azure.quirks["answer-timeout-seconds"])
    play.faults.append(misbehaving.put(play.world.faults, arguments, patience))
    times = arguments.get("times")
    often = "" if times is None else f", {times} time{'' if times == 1 else 's'}"
    return Result(f"{arguments['request']} misbehaves{often}")


@step("end faults")
def _end(play: Play, arguments: dict[str, Any]) -> Result:
    del arguments
    play.world.faults.end()
    return Result("every request reaches its server, and every answer comes back")
