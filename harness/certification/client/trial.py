"""The trial: a client's command runs seven times against an AWS SSO on loopback, and its requests are judged.

First into an empty directory, again without a change, into another empty one while AWS SSO throttles, twice into a third whose
first answers are slow and cut off, again into the second while reads are throttled and cut off, and with a new token after the
old one was deleted. Where the client reads people from a
source of the harness's, four runs follow: the source has changed, gives half, is not to be had, is empty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from harness.base.clock import Clock, VirtualClock
from harness.base.errors import HarnessError
from harness.base.store import Document
from harness.certification.client.listener import ORIGIN, Listener
from harness.certification.client.objections import ObjectionError
from harness.certification.client.process import Command
from harness.certification.client.rules import AWS_CLIENT, CALLS_PER_OBJECT, Rule
from harness.certification.client.sources.people import NOBODY, Source
from harness.certification.client.throttling import RETRY_AFTER, THROTTLED_FOR, Cutting, Throttle, short_pages
from harness.certification.client.traffic import (
    BROKEN,
    CHANGED,
    CUT,
    EMPTIED,
    FIRST,
    HINDERED,
    RECOVERED,
    ROTATED,
    SECOND,
    THROTTLED,
    UNAVAILABLE,
    Details,
    Directory,
    Run,
    Traffic,
    call_of,
)
from harness.certification.outcomes import FailedError, Outcome, SkippedError
from harness.certification.running import Result
from harness.wire.message import Request, Response, Send, json_request
from harness.wire.sockets.server import Server
from harness.world import DEFAULT_PROFILE, World, create


class Trial:
    """`clock` times what is recorded and how long AWS SSO throttles, `throttled_for`; ids and tokens follow from the seed.

    `retry_after` is what one answer 429 of the throttled run says, in whole seconds; nothing for no such header.
    """

    def __init__(
        self,
        command: Command,
        clock: Clock,
        seed: str,
        profile: str = DEFAULT_PROFILE,
        calls_per_object: float = CALLS_PER_OBJECT,
        *,
        throttled_for: timedelta = THROTTLED_FOR,
        retry_after: timedelta = RETRY_AFTER,
        source: Source | None = None,
    ) -> None:
        self._command, self._clock = command, clock
        self._calls_per_object, self._throttled_for = calls_per_object, throttled_for
        self._source, self._retry_after = source, retry_after
        self._account, self._fresh, self._third = (
            _Account(
                create(profile, seed=f"{seed}/{AWS_CLIENT.name}/{name}", clock=VirtualClock(clock.now()))
            )
            for name in (FIRST, THROTTLED, CUT)
        )
        self.address = f"{ORIGIN}{self._account.path}"  # without the port, which is another one each time

    def results(self, announce: Callable[[str], None] = lambda _: None) -> Iterator[Result]:
        """Run the command and yield what each rule comes to; `announce` is given each run's name as it begins.

        Raises HarnessError for a command that cannot be run.
        """
        listener = Listener(self._clock)
        server = Server(listener, "127.0.0.1", 0)
        server.start()
        runs: dict[str, Run] = {}
        try:
            for name, account, send in self._plan():
                announce(name)
                runs[name] = self._run(name, account, send, listener, server.url)
                if _trouble(runs):
                    break
        finally:
            server.stop()
        quirks = self._account.world.aws.quirks
        traffic = Traffic(runs, quirks, self._calls_per_object, self._throttled_for, self._source)
        for rule in AWS_CLIENT.checks:
            yield _judged(rule, traffic)

    def _plan(self) -> Iterator[tuple[str, _Account, Send]]:
        if self._source is not None:
            self._source.write(self._source.before)
        yield FIRST, self._account, self._account.send
        yield SECOND, self._account, self._account.send
        fresh = self._fresh
        throttle = Throttle(fresh.send, fresh.world.aws, self._clock, self._throttled_for, self._retry_after)
        yield THROTTLED, fresh, throttle
        yield CUT, self._third, Cutting(self._third.send)
        yield RECOVERED, self._third, self._third.send
        again = Throttle(fresh.send, fresh.world.aws, self._clock, self._throttled_for)
        yield HINDERED, fresh, Cutting(again)
        self._account.rotate()
        yield ROTATED, self._account, self._account.send
        if self._source is not None:
            self._source.write(self._source.after)
            yield CHANGED, self._account, self._account.send
            self._source.cut_off()
            yield BROKEN, self._account, self._account.send
            self._source.fail()
            yield UNAVAILABLE, self._account, self._account.send
            self._source.write(NOBODY)
            yield EMPTIED, self._account, self._account.send

    def _run(self, name: str, account: _Account, send: Send, listener: Listener, url: str) -> Run:
        if account.world.aws.quirks["cursor-paging"]:
            send = short_pages(send)
        listener.listen(send, account.token)
        ending = self._command.run(f"{url}{account.path}", account.token, name)
        calls = tuple(call_of(name, exchange) for exchange in listener.take())
        return Run(calls, ending.trouble, account.directory(), ending.exposed)


class _Account:
    """An AWS account with automatic provisioning, as its administrator has it."""

    def __init__(self, world: World) -> None:
        self.world = world
        enabled = self._console("POST", "automatic-provisioning", {})
        self.token, self._token_id = enabled["accessToken"], enabled["tokenId"]
        self.path = str(enabled["scimEndpoint"]).removeprefix(world.origins["scim"])

    def send(self, request: Request) -> Response:
        """Answer what came in over the socket."""
        url = self.world.origins["scim"] + request.url.removeprefix(ORIGIN)
        return self.world.unrecorded(replace(request, url=url))

    def rotate(self) -> None:
        """Make another token and delete the one before."""
        made = self._console("POST", "tokens", {})
        self._console("DELETE", f"tokens/{self._token_id}", {"confirm": "DELETE"})
        self.token, self._token_id = made["accessToken"], made["tokenId"]

    def directory(self) -> Directory:
        users, groups = self._console("GET", "users")["users"], self._console("GET", "groups")["groups"]
        return Directory(
            {each["id"]: each["userName"] for each in users},
            {each["id"]: (each["displayName"], frozenset(each["members"])) for each in groups},
            frozenset(each["userName"] for each in users if not each.get("active", True)),
            {each["userName"]: _details(each) for each in users},
        )

    def _console(self, method: str, path: str, body: Any = None) -> Any:
        url = f"{self.world.origins['console']}/console/api/{path}"
        answer = self.world.unrecorded(json_request(method, url, body))
        if answer.status >= 300:
            raise HarnessError(f"the console answered {answer.status} to {method} {path}")
        return answer.json() if answer.body else {}


def _details(user: Document) -> Details:
    name, emails = user.get("name") or {}, user.get("emails") or [{}]
    texts = (user.get("displayName"), name.get("givenName"), name.get("familyName"), emails[0].get("value"))
    return Details(*(text or "" for text in texts))


def _trouble(runs: dict[str, Run]) -> bool:
    """Tell whether the first run failed or created nobody, so that further runs make no sense."""
    return list(runs) == [FIRST] and (bool(runs[FIRST].trouble) or not runs[FIRST].after)


def _judged(rule: Rule, traffic: Traffic) -> Result:
    outcome, reason, wrong = Outcome.PASSED, "", frozenset[int]()
    exchanges = (
        tuple(each.exchange for each in traffic.runs[rule.run].calls) if rule.run in traffic.runs else ()
    )
    try:
        if len(traffic.runs) == 1 and rule.run != FIRST and (rule.run or not traffic.calls):
            raise SkippedError("the first run failed")  # noqa: TRY301 - one way of being skipped among others
        rule.judge(traffic)
    except FailedError as failed:
        outcome, reason = Outcome.FAILED if rule.mandatory else Outcome.WARNING, str(failed)
        if isinstance(failed, ObjectionError):
            wrong = frozenset(each.order for each in failed.exchanges)
            exchanges = exchanges if rule.run else failed.exchanges
    except SkippedError as skipped:
        outcome, reason = Outcome.SKIPPED, str(skipped)
    return Result(AWS_CLIENT.name, rule, outcome, reason, exchanges, wrong=wrong)
