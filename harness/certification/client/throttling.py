"""The difficulties of the trial, all of which AWS SSO may make at any time: throttling, short pages, slow answers and cut ones.

Sources, all read 2026-11-29: https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html, "IAM Identity Center throttle
limits" (rates, by operation); https://github.com/awslabs/ssosync/issues/13, opening post (a create that was answered 429 had
happened); https://docs.aws.amazon.com/singlesignon/latest/developerguide/listusers.html, "Constraints" (a page may hold less than
`count`).
That a read may be answered 503 once is inferred: so may any request of HTTP. So is that a 429 says Retry-After, once: AWS
documents none, RFC 6585, 4, lets any server (https://datatracker.ietf.org/doc/html/rfc6585, read 2026-11-30).
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

from harness.aws_sso.refusals import THROTTLED, Refused
from harness.aws_sso.scim import service
from harness.aws_sso.tenant import Tenant
from harness.base.clock import Clock, pause
from harness.certification.client.traffic import CREATES, DISCOVERY, WRITES, operation_of
from harness.wire.message import Request, Response, Send

THROTTLED_FOR = timedelta(seconds=0.5)
RETRY_AFTER = timedelta(seconds=1)  # the header has whole seconds
PAGE = 2  # few enough that a handful of users makes a second page
_UNAVAILABLE = Response(503, (("Content-Type", "application/json"),), b'{"message": "Service Unavailable"}')
_SLOWNESS = timedelta(seconds=0.2)


class Throttle:
    """Refuses each operation for a while: what writes from its first call on, what reads from its second, as in the midst of pages.

    A first create is carried out all the same. The first refusal of all says Retry-After, unless `retry_after` is nothing.
    """

    def __init__(
        self,
        send: Send,
        tenant: Tenant,
        clock: Clock,
        span: timedelta,
        retry_after: timedelta = timedelta(),
    ) -> None:
        self._send, self._tenant, self._clock, self._span = send, tenant, clock, span
        self._retry_after = int(retry_after.total_seconds())
        self._began: dict[str, datetime] = {}
        self._read: set[str] = set()
        self._turn = threading.Lock()

    def __call__(self, request: Request) -> Response:
        operation, _ = operation_of(request)
        if not operation or operation in DISCOVERY:
            return self._send(request)
        with self._turn:
            if operation not in WRITES and operation not in self._read:
                self._read.add(operation)
                return self._send(request)
            now = self._clock.now()
            first = operation not in self._began
            if now - self._began.setdefault(operation, now) >= self._span:
                return self._send(request)
        if first and operation in CREATES:
            self._send(request)
        return self._refusal()

    def _refusal(self) -> Response:
        tenant = self._tenant
        status, headers, body = service.written_refusal(tenant, Refused(THROTTLED), tenant.ids.uuid())
        seconds, self._retry_after = self._retry_after, 0
        more = [("Retry-After", str(seconds))] if seconds else []
        return Response(status, (*headers, *more), body)


class Cutting:
    """Carries out the first call of each operation, and answers it late and by half; the connection ends there.

    The first change of a group is not carried out: 503, cut off as well, is what its client gets to see. So is, but whole,
    what the second call of each operation that reads is answered.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._calls: Counter[str] = Counter()
        self._turn = threading.Lock()

    def __call__(self, request: Request) -> Response:
        operation, _ = operation_of(request)
        with self._turn:
            self._calls[operation] += 1
            count = self._calls[operation]
        if count == 2 and operation and operation not in {*WRITES, *DISCOVERY}:
            return _UNAVAILABLE
        first = count == 1
        answer = _UNAVAILABLE if first and operation == "PatchGroup" else self._send(request)
        if not (first and answer.body):
            return answer
        pause(_SLOWNESS)
        others = tuple(each for each in answer.headers if each[0].lower() != "content-length")
        headers = (*others, ("Content-Length", str(len(answer.body))))
        return Response(answer.status, headers, answer.body[: len(answer.body) // 2])


def short_pages(send: Send) -> Send:
    """Let a page that is asked for with a cursor hold no more than PAGE resources."""

    def shortened(request: Request) -> Response:
        query = urlsplit(request.url).query
        parameters = dict(
            reversed(parse_qsl(query, keep_blank_values=True))
        )  # of two, AWS SSO takes the first
        count = parameters.get("count", str(PAGE + 1))
        if (
            request.method == "GET"
            and "cursor" in parameters
            and count.isdecimal()
            and PAGE < int(count) <= 100
        ):
            request = replace(request, url=request.url.replace(f"?{query}", f"?count={PAGE}&{query}"))
        return send(request)

    return shortened
