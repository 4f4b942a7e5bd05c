"""The server under test, asked directly over SCIM.

Source: RFC 7644, https://datatracker.ietf.org/doc/html/rfc7644 (read 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

from harness.base.json_text import encode
from harness.base.store import Document
from harness.certification.answers import (
    address,
    query,
    require_document,
    require_resource,
    require_resources,
    require_status,
)
from harness.certification.bench.rereading import Rereading
from harness.certification.outcomes import FailedError
from harness.scim.names import PATCH_OP
from harness.wire.message import Headers, Request, Response, Send, TransportError

_MEDIA_TYPE = "application/scim+json"
_MOST_PAGES = 50
_GONE = (200, 202, 204, 404, 410)  # what a DELETE may answer


class Endpoint:
    """Every method raises FailedError when no answer comes. What was created is remembered, to be taken away again."""

    def __init__(
        self,
        send: Send,
        base: str,
        token: str,
        several: Rereading,
        record: Callable[[Sequence[Request], Sequence[Response | TransportError]], None],
    ) -> None:
        self._send, self._base, self._token = send, base, token
        self._several, self._record = several, record
        self._created: dict[str, None] = {}

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        content: bytes = b"",
        token: str | None = None,
        headers: Headers = (),
    ) -> Response:
        """Send one request; `path` begins with a slash and is percent-encoded.

        `content` stands in for the JSON of `body`, byte for byte; `token` for the right one, an empty one for no
        Authorization at all; `headers` go with the usual ones, or in their stead.
        """
        content = content or (b"" if body is None else encode(body))
        try:
            response = self._send(self._request(method, path, content, token, headers))
        except TransportError as error:
            raise FailedError(f"{method} {path} got no answer: {error}") from error
        if method == "POST" and response.status in (200, 201):
            self._remember(path, response)
        return response

    def _request(
        self, method: str, path: str, content: bytes, token: str | None = None, headers: Headers = ()
    ) -> Request:
        token = self._token if token is None else token
        usual = [
            *((("Authorization", f"Bearer {token}"),) if token else ()),
            ("Accept", _MEDIA_TYPE),
            *((("Content-Type", f"{_MEDIA_TYPE}; charset=utf-8"),) if content else ()),
        ]
        replaced = {name.lower() for name, _ in headers}
        sent = (*(each for each in usual if each[0].lower() not in replaced), *headers)
        return Request(method, self._base + path, sent, content)

    def post(self, path: str, body: Document) -> Document:
        """Create a resource. Raises FailedError unless it is there, with an id."""
        response = self.ask("POST", path, body)
        require_status(f"POST {path}", response, 200, 201)
        return require_resource(f"POST {path}", response)

    def post_all(self, path: str, bodies: Sequence[Document]) -> list[Document]:
        """Create resources that do not depend on each other; return them in order. Raises FailedError unless all are created."""
        requests = [self._request("POST", path, encode(body)) for body in bodies]
        outcomes = self._several.several(requests)
        self._record(requests, outcomes)
        for outcome in outcomes:
            if not isinstance(outcome, TransportError) and outcome.status in (200, 201):
                self._remember(path, outcome)
        answers = [_answer(f"POST {path}", outcome) for outcome in outcomes]
        for answer in answers:
            require_status(f"POST {path}", answer, 200, 201)
        return [require_resource(f"POST {path}", answer) for answer in answers]

    def change(self, path: str, *operations: Document) -> Response:
        """Send a PATCH and return its answer, whatever it is."""
        return self.ask("PATCH", path, {"schemas": [PATCH_OP], "Operations": list(operations)})

    def change_at_once(self, path: str, operations: Sequence[Document]) -> list[Response]:
        """Send a PATCH for each operation, all at one moment; return the answers in their order."""
        bodies = (encode({"schemas": [PATCH_OP], "Operations": [each]}) for each in operations)
        requests = [self._request("PATCH", path, body) for body in bodies]
        outcomes = self._several.together(requests)
        self._record(requests, outcomes)
        return [_answer(f"PATCH {path}", outcome) for outcome in outcomes]

    def patch(self, path: str, *operations: Document) -> Response:
        """Change a resource. Raises FailedError unless the answer is 200 or 204."""
        response = self.change(path, *operations)
        require_status(f"PATCH {path}", response, 200, 204)
        return response

    def get(self, path: str) -> Document:
        """Return a resource or a list. Raises FailedError unless the answer is 200 and a JSON object."""
        response = self.ask("GET", path)
        require_status(f"GET {path}", response, 200)
        return require_document(f"GET {path}", response)

    def get_all(self, path: str) -> list[Document]:
        """Return all resources of a list, from as many pages as the server makes of it (RFC 7644, 3.4.2.4: a page may be short).

        At most 50 pages are read. Raises FailedError.
        """
        page = self.get(path)
        return [*require_resources(f"GET {path}", page), *self.rest(path, page)]

    def rest(self, path: str, page: Document) -> list[Document]:
        """Return the resources of a list's further pages; `page` is the first. Raises FailedError."""
        there = len(require_resources(f"GET {path}", page))
        resources: list[Document] = []
        for _ in range(_MOST_PAGES if there else 0):
            start = there + len(resources) + 1
            total = page.get("totalResults")
            if not isinstance(total, int) or start > total:
                break
            next_path = f"{path}{'&' if '?' in path else '?'}startIndex={start}"
            page = self.get(next_path)
            further = require_resources(f"GET {next_path}", page)
            if not further:
                break
            resources += further
        return resources

    def find(self, kind: str, condition: str) -> list[Document]:
        """Return the resources of a kind (`Users`) that a filter chooses. Raises FailedError."""
        path = query(kind, condition)
        return require_resources(f"GET {path}", self.get(path))

    def remember(self, path: str) -> None:
        """Note a resource that was created in another way than by POST, so that `clear` deletes it too."""
        self._created[path] = None

    def forget(self, path: str) -> None:
        """Note that the check itself has deleted a resource, so that `clear` leaves it alone."""
        self._created.pop(path, None)

    def clear(self) -> list[str]:
        """Delete what was created, groups and newest first; return the paths of what is still there."""
        newest_first = list(reversed(self._created))
        groups = [path for path in newest_first if path.startswith("/Groups")]
        users = [path for path in newest_first if not path.startswith("/Groups")]
        self._created.clear()
        return [path for paths in (groups, users) for path in self._undeleted(paths)]

    def _undeleted(self, paths: Sequence[str]) -> list[str]:
        outcomes = self._several.several([self._request("DELETE", path, b"") for path in paths])
        return [
            path
            for path, outcome in zip(paths, outcomes, strict=True)
            if isinstance(outcome, TransportError) or outcome.status not in _GONE
        ]

    def _remember(self, path: str, response: Response) -> None:
        try:
            made = require_resource(path, response)
        except FailedError:
            return
        self._created[address(urlsplit(path).path, made)] = None


def _answer(label: str, outcome: Response | TransportError) -> Response:
    if isinstance(outcome, TransportError):
        raise FailedError(f"{label} got no answer: {outcome}") from outcome
    return outcome
