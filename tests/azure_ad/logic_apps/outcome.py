"""What an action of a workflow comes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SUCCEEDED, FAILED, SKIPPED, TIMED_OUT = "Succeeded", "Failed", "Skipped", "TimedOut"


class TerminatedError(Exception):
    """A run ended itself, with the status that it says."""


@dataclass
class Outcome:
    """What an action came to."""

    name: str
    status: str
    outputs: Any = None
    inputs: Any = None
    error: str = ""

    def document(self) -> dict[str, Any]:
        error = {"error": {"code": "ActionFailed", "message": self.error}} if self.error else {}
        return {
            "name": self.name,
            "status": self.status,
            "inputs": self.inputs,
            "outputs": self.outputs,
            **error,
        }
