"""The suite of load: Locust asks a server for a while, and its counts are judged.

Microsoft asks of gallery applications that they take at least 25 requests a second. Source:
https://github.com/AzureAD/SCIMReferenceCode, Microsoft.SCIM.LogicAppValidationTemplate/StandardLogicApp,
SCIM-Validation-Test-Overview.md, "Key Onboarding Requirements Validated" (read 2026-11-30).
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any

from harness.base.clock import Clock, Stopwatch, iso
from harness.base.errors import HarnessError
from harness.certification.answers import listed
from harness.certification.outcomes import Outcome
from harness.certification.running import Result
from harness.certification.subject import Subject
from harness.certification.suite import Criterion, Suite

LEAST = 25  # requests a second
_OFFERED = 30  # asked for in each second, so that a little may be lost on our side
_GRACE = 60  # seconds beyond the time of the load until Locust has to have ended
RATE = Criterion(
    "25 requests a second",
    f"Asked {_OFFERED} times a second, the server answers {LEAST} a second and more.",
)
_LEFT = re.compile(
    r"^left behind: (/Users/\S+)$", re.MULTILINE
)  # as locustfile.py says it; who imports that needs Locust
_REFUSED = re.compile(r"^refused: (.+)$", re.MULTILINE)
_TIDYING = "DELETE"  # comes when the time is over
FAILURES = Criterion("no refusals", "None of these requests is refused or unanswered, 429 included.")
LOAD: Suite[Criterion] = Suite(
    name="load",
    title="Load: what one tenant asks",
    fits="Succeeded means: the server kept up with one tenant of Azure AD for as long as was tried. It says nothing of many "
    "tenants, nor of a longer time.",
    source="https://learn.microsoft.com/en-us/entra/identity/app-provisioning/use-scim-to-provision-users-and-groups",
    checks=(RATE, FAILURES),
)


@dataclass(frozen=True, slots=True)
class Load:
    """How long Locust asks, in seconds, and in how many processes; of several, Locust's own first one distributes the work."""

    seconds: int
    processes: int = 1


@dataclass(frozen=True, slots=True)
class Printed:
    """What Locust printed: its counts on stdout, in JSON, and on stderr what else it has to say."""

    counts: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of it; `percentiles` are milliseconds by share of the answers."""

    requests: int
    failures: int
    seconds: float
    percentiles: dict[float, int]

    @property
    def rate(self) -> float:
        return self.requests / self.seconds if self.seconds else 0.0


def require_locust() -> None:
    """Raise HarnessError where Locust is not installed."""
    if importlib.util.find_spec("locust") is None:
        raise HarnessError("--load runs Locust, which is not installed: pip install 'scim-harness[load]'")


def results(subject: Subject, load: Load, clock: Clock, seed: str) -> Iterator[Result]:
    """Run Locust, and yield what the suite comes to. Raises HarnessError where it does not count anything."""
    began, watch = iso(clock.now(), 3), Stopwatch()
    printed = _run(subject, load, seed)
    took, left = watch.seconds(), tuple(_LEFT.findall(printed.words))
    measured = read(printed, load.seconds)
    times = ", ".join(f"{share:.0%} within {time} ms" for share, time in measured.percentiles.items())
    note = f"{measured.requests} requests in {measured.seconds:.0f} s, {measured.rate:.1f} a second: {times}"
    slow = f"{measured.rate:.1f} requests a second were answered instead of {LEAST}"
    rate = _result(RATE, slow if measured.rate < LEAST else "")
    yield replace(rate, notes=(note,), left=left, began=began, took=took)
    refused = f"{measured.failures} of {measured.requests} requests were refused or not answered"
    refused = ": ".join(filter(None, (refused, listed(_REFUSED.findall(printed.words)))))
    failures = _result(FAILURES, refused if measured.failures else "")
    yield replace(failures, began=iso(clock.now(), 3))


def read(printed: Printed, seconds: int) -> Measured:
    """Read what Locust prints with --json: a list of kinds of requests, each with its counts of times in milliseconds.

    Of several processes each prints one; the first one's, which counts for all, is the longest. Who is deleted again when the
    time is over does not count as an answer, but as a refusal if it is one.
    """
    try:
        kinds: list[Any] = max(_lists(printed.counts), key=len)
        measured = [kind for kind in kinds if not kind["name"].startswith(_TIDYING)]
        times: dict[float, int] = {}
        for kind in measured:
            for time, number in kind["response_times"].items():
                times[float(time)] = times.get(float(time), 0) + int(number)
        requests = sum(int(kind["num_requests"]) for kind in measured)
        failures = sum(int(kind["num_failures"]) for kind in kinds)
        if not requests:
            raise ValueError("no requests")  # noqa: TRY301 - one way of counting nothing among others
    except (KeyError, TypeError, ValueError) as error:
        raise HarnessError(
            f"Locust counted nothing; it said: {(printed.words or printed.counts)[-300:]}"
        ) from error
    return Measured(
        requests, failures, float(seconds), {share: _percentile(times, share) for share in (0.5, 0.95, 0.99)}
    )


def _lists(text: str) -> Iterator[list[Any]]:
    """Yield the lists of JSON in a text."""
    decoder, place = json.JSONDecoder(), text.find("[")
    while place >= 0:
        items, end = decoder.raw_decode(text, place)
        yield items
        place = text.find("[", end)


def _percentile(times: dict[float, int], share: float) -> int:
    """Return the time within which a share of the answers came; 0 for none."""
    share_count, count = share * sum(times.values()), 0
    for time in sorted(times):
        count += times[time]
        if count >= share_count:
            return round(time)
    return 0


def _run(subject: Subject, load: Load, seed: str) -> Printed:
    """Run Locust; the token is told in its environment alone."""
    locustfile = str(files(__package__).joinpath("locustfile.py"))
    words = [sys.executable, "-m", "locust", "-f", locustfile, "--headless", "--json", "--loglevel", "ERROR"]
    words += ["--host", subject.base, "--users", str(_OFFERED), "--spawn-rate", str(_OFFERED)]
    words += ["--run-time", f"{load.seconds}s", "--stop-timeout", "10"]
    if load.processes > 1:
        words += ["--processes", str(load.processes)]
    environment = {**os.environ, "SCIM_TOKEN": subject.token, "SCIM_SEED": seed}
    try:
        done = subprocess.run(  # noqa: S603 - our own words
            words, env=environment, capture_output=True, text=True, timeout=load.seconds + _GRACE, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise HarnessError(f"Locust did not end within {load.seconds + _GRACE} seconds") from error
    return Printed(done.stdout, done.stderr)


def _result(criterion: Criterion, reason: str) -> Result:
    return Result(LOAD.name, criterion, Outcome.FAILED if reason else Outcome.PASSED, reason, ())
