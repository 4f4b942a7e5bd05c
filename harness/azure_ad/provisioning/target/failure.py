"""A request that failed, and an answer that was not expected, in the words of the portal and its logs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus

from harness.wire.message import Request, Response

_PHRASES = {status.value for status in HTTPStatus}


@dataclass(slots=True)
class TargetError(Exception):
    """A failed request. `response` is None when no answer came.

    `body` is the answer's body, for the log. A `fatal` failure is of the connection, not of one object: the job goes into
    quarantine at once. `category` is the log's errorCategory.
    """

    code: str
    message: str
    request: Request
    response: Response | None = None
    fatal: bool = False
    category: str = "nonServiceFailure"

    def __str__(self) -> str:
        return f"{self.code}: {self.guilty}"

    @property
    def guilty(self) -> str:
        """Return the request and its failure: `PATCH https://…/Users/1 answered 500`."""
        outcome = "got no answer" if self.response is None else f"answered {self.response.status}"
        return f"{self.request.method} {self.request.url} {outcome}"

    @property
    def body(self) -> str:
        return "" if self.response is None else self.response.body.decode("utf-8", "replace")

    @property
    def status_name(self) -> str:
        """Return the status as .NET spells it: 400 is `BadRequest`."""
        return "" if self.response is None else status_name(self.response.status)


@lru_cache(maxsize=64)
def status_name(status: int) -> str:
    try:
        return HTTPStatus(status).phrase.title().replace(" ", "").replace("-", "").replace("'", "")
    except ValueError:
        return str(status)


def status_line(response: Response) -> str:
    """Return a status with its phrase, where it has one: `404 Not Found`."""
    is_listed = response.status in _PHRASES
    return f"{response.status} {HTTPStatus(response.status).phrase}" if is_listed else str(response.status)


def describe(request: Request, response: Response) -> str:
    """Return an unexpected answer in the portal's words (https://knowledge.broadcom.com/external/article/430118)."""
    headers = " ".join(f"{name}: {value}" for name, value in response.headers if name.lower() != "set-cookie")
    return (
        f"Received response from Web resource. Resource: {request.url} Operation: {request.method} Response Status Code: "
        f"{status_name(response.status)} Response Headers: {headers} Response Content: {response.body.decode('utf-8', 'replace')}"
    )


def explain(error: TargetError) -> str:
    """Return in the portal's words why the connection is bad."""
    if error.message:
        return error.message
    return describe(error.request, error.response) if error.response else error.code
