"""What is judged of whole runs: how each ended, what it wrote and left, and how it took being throttled.

Sources, read 2026-11: https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html (rates) and rotate-token.html
beside it; https://github.com/awslabs/ssosync/issues/13 (a create that was answered 429 had happened, 409 followed).
"""

from __future__ import annotations

from collections import Counter

from harness.certification.client.objections import ObjectionError, listed, object_to, some
from harness.certification.client.throttling import THROTTLED_FOR
from harness.certification.client.traffic import (
    CREATES,
    DISCOVERY,
    FIRST,
    ROTATED,
    SECOND,
    THROTTLED,
    WRITES,
    Asked,
    Traffic,
)
from harness.certification.suite import FailedError, SkippedError

_ORDER = ("user", "group", "member")


def first_run(traffic: Traffic) -> None:
    run = traffic.runs[FIRST]
    refused = [asked for asked in run.asked if asked.status >= 400]
    last = f"; the last refusal was of {refused[-1]}, {refused[-1].refusal()}" if refused else ""
    if not run.asked:
        last = "; nothing was asked of the endpoint"
    if run.trouble:
        raise FailedError(f"the command {run.trouble}{last}")
    if not run.after:
        raise FailedError(f"the command ended with 0, but there is no user and no group{last}")


def second_run(traffic: Traffic) -> None:
    run = traffic.runs[SECOND]
    if run.trouble:
        raise FailedError(f"run again, the command {run.trouble}")
    writes = [asked for asked in run.asked if asked.operation in WRITES]
    object_to(writes, lambda _: "writes though nothing had changed")


def backs_off(traffic: Traffic) -> None:
    refused = some(_throttled(traffic), "nothing was written while AWS SSO throttled")
    rate = traffic.quirks["writes-per-second"]
    times = Counter(_sent(asked) for asked in refused)
    most, count = times.most_common(1)[0]
    seconds = THROTTLED_FOR.total_seconds()
    if count - 1 > rate * seconds:
        hammered = [asked for asked in refused if _sent(asked) == most]
        raise ObjectionError(
            f"{hammered[0]} was repeated {count - 1} times in {seconds:g} s of being answered 429; AWS SSO takes "
            f"{rate} a second of the whole operation",
            *(asked.exchange for asked in hammered),
        )


def _sent(asked: Asked) -> tuple[str, str, bytes]:
    request = asked.exchange.request
    return request.method, request.url, request.body


def no_duplicates(traffic: Traffic) -> None:
    creates = [asked for asked in _throttled(traffic) if asked.operation in CREATES]
    some(creates, "nothing was created while AWS SSO throttled")
    conflicts = [
        asked for asked in traffic.runs[THROTTLED].asked if asked.operation in CREATES and asked.status == 409
    ]
    times = Counter(asked.exchange.request.body for asked in conflicts)
    again = [asked for asked in conflicts if times[asked.exchange.request.body] > 1]
    object_to(again, lambda _: "is sent again after a 409, which cannot go away")
    before, after = (traffic.runs[run].after.facts() for run in (FIRST, THROTTLED))
    if after - before:
        raise FailedError(f"there is, unlike without throttling: {_facts(after - before)}")


def completes(traffic: Traffic) -> None:
    run = traffic.runs[THROTTLED]
    if run.trouble:
        raise FailedError(f"throttled, the command {run.trouble}")
    missing = traffic.runs[FIRST].after.facts() - run.after.facts()
    if missing:
        raise FailedError(f"the command ended with 0, but there is no {_facts(missing)}")


def _throttled(traffic: Traffic) -> list[Asked]:
    return [asked for asked in traffic.runs[THROTTLED].asked if asked.status == 429]


def token_rotation(traffic: Traffic) -> None:
    run = traffic.runs[ROTATED]
    object_to([asked for asked in run.asked if asked.status == 401], lambda _: "came with another token")
    if run.trouble:
        raise FailedError(f"with the new token, the command {run.trouble}")
    some(run.asked, "nothing was asked with the new token")


def calls_per_object(traffic: Traffic) -> None:
    run = traffic.runs[FIRST]
    calls = [asked for asked in run.asked if asked.operation and asked.operation not in DISCOVERY]
    if len(calls) > traffic.calls_per_object * len(run.after):
        raise FailedError(
            f"{len(calls)} calls for {len(run.after)} users and groups; the budget is "
            f"{traffic.calls_per_object:g} for each"
        )


def source_error(traffic: Traffic) -> None:
    del traffic
    raise SkippedError("the harness does not see where the client reads people from, and cannot break it")


def _facts(found: frozenset[str]) -> str:
    """Return some facts about a directory: users before groups, and memberships last, which miss what is missing."""
    return listed(sorted(found, key=lambda fact: (_ORDER.index(fact.partition(" ")[0]), fact)))
