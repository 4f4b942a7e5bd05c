"""Judging whole runs of a client: what they wrote, what they left, how they took throttling and a new token.

Sources, all read 2026-11-29: https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html, "IAM Identity Center throttle
limits", and rotate-token.html beside it, the paragraph before "To rotate an access token";
https://github.com/awslabs/ssosync/issues/13, opening post of 2020-08-13 (a create that was answered 429 had happened, 409 followed).
How long a client ought to wait: RFC 9110, 10.2.3, https://datatracker.ietf.org/doc/html/rfc9110 (read 2026-11-30).
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from harness.certification.client.objections import ObjectionError, listed, object_to, some
from harness.certification.client.traffic import (
    CREATES,
    DISCOVERY,
    FIRST,
    ROTATED,
    SECOND,
    THROTTLED,
    WRITES,
    Call,
    Run,
    Traffic,
)
from harness.certification.outcomes import FailedError, SkippedError
from harness.wire.recording.secrets import HIDDEN

_TOLERANCE = 0.05  # seconds
_ORDER = ("user", "group", "member")


def first_run(traffic: Traffic) -> None:
    run = traffic.runs[FIRST]
    last = _last_refusal(run)
    if not run.calls:
        last = "; nothing was asked of the endpoint"
    if run.trouble:
        raise FailedError(f"the command {run.trouble}{last}")
    if not run.after:
        raise FailedError(f"the command ended with 0, but there is no user and no group{last}")


def second_run(traffic: Traffic) -> None:
    run = traffic.runs[SECOND]
    if run.trouble:
        raise FailedError(f"run again, the command {run.trouble}{_last_refusal(run)}")
    writes = [call for call in run.calls if call.operation in WRITES]
    object_to(writes, lambda _: "writes though nothing had changed")


def _last_refusal(run: Run) -> str:
    """Return the last refusal, as the end of a reason; of a create, whether an earlier 429 had created all the same. Empty for none."""
    refused = [call for call in run.calls if call.status >= 400]
    if not refused:
        return ""
    last = refused[-1]
    throttled = {_sent(call) for call in refused if call.status == 429}
    why = "; it had happened though it was answered 429, so look before repeating, or take 409 as done"
    happened = last.operation in CREATES and last.status == 409 and _sent(last) in throttled
    return f"; the last refusal was of {last}, {last.refusal()}{why if happened else ''}"


def backs_off(traffic: Traffic) -> None:
    refused = some(_throttled(traffic), "nothing was asked while AWS SSO throttled")
    times = Counter(_sent(call) for call in refused)
    most, count = times.most_common(1)[0]
    hammered = [call for call in refused if _sent(call) == most]
    rate = traffic.quirks[f"{'writes' if hammered[0].operation in WRITES else 'reads'}-per-second"]
    seconds = traffic.throttled_for.total_seconds()
    if count - 1 > rate * seconds:
        raise ObjectionError(
            f"{hammered[0]} was repeated {count - 1} times in {seconds:g} s of being answered 429; AWS SSO takes "
            f"{rate} a second of the whole operation",
            *(call.exchange for call in hammered),
        )


def heeds_retry_after(traffic: Traffic) -> None:
    waits = [(call, wait) for call in _throttled(traffic) if (wait := _retry_after(call))]
    some([call for call, _ in waits], "no answer 429 said Retry-After")
    first, seconds = waits[0]
    later = [
        call
        for call in traffic.runs[THROTTLED].calls
        if call.exchange.order > first.exchange.order and _sent(call) == _sent(first)
    ]
    early = [call for call in later if _seconds_between(first, call) < seconds - _TOLERANCE]
    object_to(
        early,
        lambda call: (
            f"is repeated {_seconds_between(first, call):.2f} s after an answer 429 with Retry-After: {seconds}"
        ),
    )


def _retry_after(call: Call) -> int:
    response = call.exchange.response
    return int((response and response.header("Retry-After")) or 0)


def _seconds_between(one: Call, other: Call) -> float:
    began, again = (datetime.fromisoformat(call.exchange.at) for call in (one, other))
    return (again - began).total_seconds()


def _sent(call: Call) -> tuple[str, str, bytes]:
    request = call.exchange.request
    return request.method, request.url, request.body


def no_duplicates(traffic: Traffic) -> None:
    creates = [call for call in _throttled(traffic) if call.operation in CREATES]
    some(creates, "nothing was created while AWS SSO throttled")
    conflicts = [
        call for call in traffic.runs[THROTTLED].calls if call.operation in CREATES and call.status == 409
    ]
    times = Counter(call.exchange.request.body for call in conflicts)
    again = [call for call in conflicts if times[call.exchange.request.body] > 1]
    object_to(again, lambda _: "is sent again after a 409, which cannot go away")
    before, after = (traffic.runs[run].after.facts() for run in (FIRST, THROTTLED))
    if after - before:
        raise FailedError(f"there is, unlike without throttling: {_facts(after - before)}")


def completes(traffic: Traffic) -> None:
    run = traffic.runs[THROTTLED]
    if run.trouble:
        raise FailedError(f"throttled, the command {run.trouble}{_last_refusal(run)}")
    missing = traffic.runs[FIRST].after.facts() - run.after.facts()
    if missing:
        raise FailedError(f"the command ended with 0, but there is no {_facts(missing)}")


def _throttled(traffic: Traffic) -> list[Call]:
    return [call for call in traffic.run(THROTTLED).calls if call.status == 429]


def token_rotation(traffic: Traffic) -> None:
    run = traffic.runs[ROTATED]
    object_to([call for call in run.calls if call.status == 401], lambda _: "came with another token")
    if run.trouble:
        raise FailedError(f"with the new token, the command {run.trouble}{_last_refusal(run)}")
    some(run.calls, "nothing was asked with the new token")


def calls_per_object(traffic: Traffic) -> None:
    run = traffic.runs[FIRST]
    if run.trouble or not run.after:
        raise SkippedError("the first run failed")
    calls = [call for call in run.calls if call.operation and call.operation not in DISCOVERY]
    if len(calls) > traffic.calls_per_object * len(run.after):
        raise FailedError(
            f"{len(calls)} calls for {len(run.after)} users and groups; the budget is "
            f"{traffic.calls_per_object:g} for each"
        )


def token_kept(traffic: Traffic) -> None:
    addressed = [call for call in traffic.calls if HIDDEN in call.exchange.request.url]
    object_to(addressed, lambda _: "has the token in its address, where logs keep it")
    exposing = [name for name, run in traffic.runs.items() if run.exposed]
    if exposing:
        raise FailedError(f"the command printed its token in the {listed(exposing)} run")
    some(traffic.calls, "nothing was asked of the endpoint")


def _facts(facts: frozenset[str]) -> str:
    """Return some facts about a directory: users before groups, and memberships last, which miss what is missing."""
    return listed(sorted(facts, key=lambda fact: (_ORDER.index(fact.partition(" ")[0]), fact)))
