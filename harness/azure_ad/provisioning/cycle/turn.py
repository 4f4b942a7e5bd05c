"""One object's turn in a cycle: what works on it, how it is mapped, and what the log will tell of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from harness.azure_ad.mappings.compiled import ObjectMapping
from harness.azure_ad.provisioning.cycle.session import Session
from harness.azure_ad.provisioning.log.provisioning_log import Trace

Keep: TypeAlias = Callable[[], None]  # writes down what a request came to, inside the object's transaction
Write: TypeAlias = Callable[[], Keep]  # sends what was decided


@dataclass(frozen=True, slots=True)
class Turn:
    session: Session
    mapping: ObjectMapping
    trace: Trace
