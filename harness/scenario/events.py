"""The events of a run: small frozen records, in order. Reports read these and nothing else.

RunStarted  (FileRejected | ScenarioStarted (StepStarted Observation* StepFinished)* ScenarioFinished)*  RunFinished
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from msgspec import Struct

from harness.wire.recording.exchanges import Exchange


class Location(Struct, frozen=True):
    """Where something stands in a file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Failure(Struct, frozen=True):
    """One failed expectation or refused step: the expected value, the actual one, and the nearest.

    `expected`, `actual`, `nearest` and `whole` (a list or an object beside what is expected of it) are text ready to print
    (several lines are fine), `curl` repeats the exchange
    in question and `answered` is what came back then; `live` is the command that serves the world as it was. Each may be empty.
    """

    location: Location
    message: str
    expected: str = ""
    actual: str = ""
    nearest: str = ""
    whole: str = ""
    curl: str = ""
    answered: str = ""
    live: str = ""


class RunStarted(Struct, frozen=True):
    total: int
    seed: str
    version: str


class FileRejected(Struct, frozen=True):
    """A file that is no scenario: bad YAML, an unknown key, a wrong type. `snippet` is the offending line.

    `scenario` is the file that was to be played, which may name the one where the mistake is.
    """

    location: Location
    message: str
    snippet: str = ""
    scenario: str = ""


class ScenarioStarted(Struct, frozen=True):
    """`id` is the file and, for a table of cases, the case's name: `scenarios/setup/test-connection.yaml[wrong token]`."""

    id: str
    title: str
    location: Location
    source: Mapping[str, str]
    tags: tuple[str, ...]
    profile: str
    seed: str
    at: str
    description: str = ""


class StepStarted(Struct, frozen=True):
    """`arguments` is the step's data as written, secrets taken out."""

    number: int
    verb: str
    arguments: Any
    location: Location
    at: str


class Observation(Struct, frozen=True):
    """Something that happened at virtual time `at`, in the order it happened.

    `kind` is `exchange` (then `exchange` is set), `provisioning log`, `audit log`, `cloudtrail`, `mail`, `fault` or `clock`;
    `lane` says whose it is (`Administrator`, `Azure AD`, `AWS SSO`), `summary` is one line for people, `good` False
    marks a failure or refusal, `detail` is the whole entry (JSON).
    """

    kind: str
    at: str
    lane: str
    summary: str
    good: bool = True
    detail: Any = None
    exchange: Exchange | None = None


class StepFinished(Struct, frozen=True):
    """`outcome` is the step's result in one line; `checked` lists the expectations that held."""

    number: int
    at: str
    outcome: str
    checked: tuple[str, ...]
    failures: tuple[Failure, ...]


class ScenarioFinished(Struct, frozen=True):
    """`quirks` are the ids asked for in this world; `seconds` is wall time and stays out of reproducible reports."""

    id: str
    at: str
    failures: tuple[Failure, ...]
    quirks: tuple[str, ...]
    seconds: float

    @property
    def passed(self) -> bool:
        return not self.failures


class RunFinished(Struct, frozen=True):
    passed: int
    failed: int
    rejected: int
    seconds: float


Event: TypeAlias = (
    RunStarted
    | FileRejected
    | ScenarioStarted
    | StepStarted
    | Observation
    | StepFinished
    | ScenarioFinished
    | RunFinished
)
