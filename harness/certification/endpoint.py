"""The server under test, asked directly: requests over SCIM, and answers read so that no server can break a check.

Source: RFC 7644, https://datatracker.ietf.org/doc/html/rfc7644 (read 2026-11).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit

from harness.base.json_text import encode
from harness.base.store import Document
from harness.certification.suite import FailedError
from harness.scim.names import PATCH_OP
from harness.wire.message import Headers, Request, Response, Send, TransportError

_MEDIA_TYPE = "application/scim+json"
_MOST_TOLD = 300  # characters of an answer that a reason repeats


class Endpoint:
    """Every method raises FailedError when no answer comes. What was created is remembered, to be taken away again."""

    def __init__(self, send: Send, base: str, token: str) -> None:
        self._send, self._base, self._token = send, base, token
        self._created: dict[str, None] = {}

    def ask(
        self, method: str, path: str, body: Any = None, *, token: str | None = None, headers: Headers = ()
    ) -> Response:
        """Send one request; `path` begins with a slash and is percent-encoded.

        `token` stands in for the right one, an empty one for no Authorization at all; `headers` go with the usual ones.
        """
        token = self._token if token is None else token
        sent = [
            *((("Authorization", f"Bearer {token}"),) if token else ()),
            ("Accept", _MEDIA_TYPE),
            *headers,
        ]
        content = b"" if body is None else encode(body)
        if content:
            sent.append(("Content-Type", f"{_MEDIA_TYPE}; charset=utf-8"))
        try:
            response = self._send(Request(method, self._base + path, tuple(sent), content))
        except TransportError as error:
            raise FailedError(f"{method} {path} got no answer: {error}") from error
        if method == "POST" and response.status in (200, 201):
            self._remember(path, response)
        return response

    def post(self, path: str, body: Document) -> Document:
        """Create a resource. Raises FailedError unless it is there, with an id."""
        response = self.ask("POST", path, body)
        require(response, 200, 201, told=f"POST {path}")
        resource = document(response, f"POST {path}")
        if not isinstance(resource.get("id"), str) or not resource["id"]:
            raise FailedError(f"POST {path} answered a resource without an id: {shown(response)}")
        return resource

    def patch(self, path: str, *operations: Document) -> Response:
        """Change a resource. Raises FailedError unless the answer is 200 or 204."""
        response = self.ask("PATCH", path, {"schemas": [PATCH_OP], "Operations": list(operations)})
        require(response, 200, 204, told=f"PATCH {path}")
        return response

    def get(self, path: str) -> Document:
        """Return a resource or a list. Raises FailedError unless the answer is 200 and a JSON object."""
        response = self.ask("GET", path)
        require(response, 200, told=f"GET {path}")
        return document(response, f"GET {path}")

    def find(self, kind: str, condition: str, further: str = "") -> list[Document]:
        """Return the resources of a kind (`Users`) that a filter chooses. Raises FailedError."""
        path = f"/{kind}?filter={quote(condition)}{further}"
        return resources(self.get(path), f"GET {path}")

    def forget(self, path: str) -> None:
        """Say that a resource is gone, for the check itself deleted it."""
        self._created.pop(path, None)

    def clear(self) -> list[str]:
        """Delete what was created, groups and newest first; return the paths of what is still there."""
        left: list[str] = []
        newest_first = list(reversed(self._created))
        for path in sorted(newest_first, key=lambda path: not path.startswith("/Groups")):
            try:
                status = self.ask("DELETE", path).status
            except FailedError:
                status = 0
            if status not in (200, 202, 204, 404, 410):
                left.append(path)
        self._created.clear()
        return left

    def _remember(self, path: str, response: Response) -> None:
        try:
            made = document(response, path)
        except FailedError:
            return
        if isinstance(made.get("id"), str):
            self._created[f"{urlsplit(path).path}/{quote(made['id'], safe='')}"] = None


def require(response: Response, *statuses: int, told: str) -> None:
    """Raise FailedError, naming what was asked (`told`), unless the status is one of these."""
    if response.status not in statuses:
        wanted = " or ".join(map(str, statuses))
        raise FailedError(f"{told} answered {response.status} instead of {wanted}: {shown(response)}")


def document(response: Response, told: str) -> Document:
    """Return the body's JSON object. Raises FailedError for anything else."""
    try:
        value = response.json()
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise FailedError(f"{told} answered no JSON object: {shown(response)}")
    return value


def resources(listed: Document, told: str) -> list[Document]:
    """Return a list response's resources. Raises FailedError when they are no list of objects.

    RFC 7644 3.4.2: `Resources` may be left out when there are none.
    """
    found = listed.get("Resources", [] if listed.get("totalResults") == 0 else None)
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise FailedError(f"{told} answered no list of resources")
    return found


def shown(response: Response) -> str:
    """Return what a reason repeats of an answer: the beginning of its body."""
    text = response.body.decode("utf-8", "replace")
    return text if len(text) <= _MOST_TOLD else f"{text[:_MOST_TOLD]}…"
