"""Running suites against a server: one check after the other, each in a world of its own, and cleaned up after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from harness.base.clock import Clock
from harness.base.ids import Ids
from harness.certification.bench.bench import Bench
from harness.certification.outcomes import FailedError, Outcome, SkippedError, StoppedError
from harness.certification.subject import Subject
from harness.certification.suite import Check, Criterion, Suite
from harness.wire.message import Send
from harness.wire.record import Exchange
from harness.world import Journal, create

_PATIENCE = 3  # checks in a row without any answer, or with 401 alone; the rest is not run


@dataclass(frozen=True, slots=True)
class Result:
    """What a check came to. `reason` is empty for PASSED; `left` are paths of resources that could not be deleted."""

    suite: str
    check: Criterion
    outcome: Outcome
    reason: str
    exchanges: tuple[Exchange, ...]
    left: tuple[str, ...] = ()

    @property
    def refusal(self) -> str:
        """Tell that all that the check asked got no answer, or 401; an empty text when something else came or nothing was asked."""
        errors = [each.error.partition(":")[0] if each.error else "" for each in self.exchanges]
        if errors and all(errors):
            return f"no answer ({errors[-1]})"
        statuses = {each.response.status if each.response else 0 for each in self.exchanges}
        return "nothing but 401; is the token right?" if statuses == {401} else ""


def run(
    subject: Subject, suites: Iterable[Suite[Check]], send: Send, clock: Clock, seed: str
) -> Iterator[Result]:
    """Yield the result of each check as it comes.

    `send` reaches the server and its token endpoint, `clock` gives the moment at which each check's virtual time begins.
    Names of people and groups follow from the seed. Raises StoppedError when the server answers nothing any more, or only 401.
    """
    refused = 0
    for suite in suites:
        for check in suite.checks:
            bench = _bench(subject, send, clock, f"{seed}/{suite.name}/{check.name}")
            result = _run(suite.name, check, bench)
            yield result
            refused = refused + 1 if result.refusal else 0
            if refused == _PATIENCE:
                raise StoppedError(f"{_PATIENCE} checks in a row got {result.refusal}")


def _bench(subject: Subject, send: Send, clock: Clock, seed: str) -> Bench:
    journal, ids = Journal(), Ids(seed)
    addresses = [subject.url, *([subject.oauth.token_endpoint] if subject.oauth else [])]
    reached = {_origin(url): send for url in addresses}
    world = create(seed=ids.hex(16), start=clock.now(), journal=journal, faults=reached)
    return Bench(subject, world, journal, ids)


def _origin(url: str) -> str:
    """Return scheme and host as the wire compares them: lower case, without the port that is usual."""
    parts = urlsplit(url)
    usual = ":443" if parts.scheme == "https" else ":80"
    return f"{parts.scheme}://{parts.netloc.lower().removesuffix(usual)}"


def _run(suite: str, check: Check, bench: Bench) -> Result:
    outcome, reason = Outcome.PASSED, ""
    try:
        check.run(bench)
    except FailedError as failed:
        outcome, reason = Outcome.FAILED if check.mandatory else Outcome.WARNING, str(failed)
    except SkippedError as skipped:
        outcome, reason = Outcome.SKIPPED, str(skipped)
    evidence = bench.evidence()
    return Result(suite, check, outcome, bench.without_secrets(reason), evidence, tuple(bench.clear()))
