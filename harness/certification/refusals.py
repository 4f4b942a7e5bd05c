"""Recognising an address that is wrong or closed: all answers to a check are of one kind, such as 404, and none is SCIM.

Some say so at any time. Others, as 404 to every query, do so only while nothing else was answered before: a server without groups
answers the checks of groups like that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from harness.certification.answers import no_answer
from harness.wire.message import Response
from harness.wire.recording.exchanges import Exchange

_ALIKE = {
    401: "is the token right?",
    403: "may this token read and write users?",
    404: "does the address name the right path, as in https://scim.example.com/v2?",
    405: "does the address name the right path, as in https://scim.example.com/v2?",
    500: "does the server work at all?",
    501: "does the address name the right path, as in https://scim.example.com/v2?",
}
_NO_ANSWER = {  # by the kind of a TransportError
    "dns": "is the host's name right?",
    "refused": "does the server run, at this host and port?",
    "reset": "does it speak https at this port, or http?",
    "timeout": "does the server run, or does it need more than --timeout?",
    "tls": "does it speak https at this port? SSL_CERT_FILE names an authority of its own",
}
_REDIRECTIONS = (301, 302, 303, 307, 308)
_COLLECTIONS = ("/Users", "/Groups", "/Schemas", "/ResourceTypes", "/ServiceProviderConfig")


@dataclass(frozen=True, slots=True)
class Refusal:
    """`text` says what came instead of SCIM; `at_first` tells that it counts only before anything else came."""

    text: str
    at_first: bool = False


def refusal_of(exchanges: Sequence[Exchange]) -> Refusal | None:
    """Return what all answers to a check have in common; None if one of them was SCIM, or nothing was asked."""
    errors = [each.error.partition(":")[0] if each.error else "" for each in exchanges]
    if errors and all(errors):
        advice = _NO_ANSWER.get(errors[-1], "")
        return Refusal("; ".join(filter(None, (no_answer(errors[-1]), advice))))
    answers = [each.response for each in exchanges]
    if not answers or any(each is None for each in answers):
        return None
    return _alike([each for each in answers if each is not None], exchanges)


def _alike(answers: Sequence[Response], exchanges: Sequence[Exchange]) -> Refusal | None:
    statuses = {each.status for each in answers}
    status = next(iter(statuses)) if len(statuses) == 1 else 0
    names_scim = any(b"urn:ietf:params:scim" in each.body for each in answers)
    if status == 401:
        return Refusal(f"nothing but 401; {_ALIKE[401]}")
    if status == 404 and not names_scim:
        return Refusal(f"nothing but 404; {_ALIKE[404]}")
    if elsewhere := _elsewhere(answers):
        return Refusal(elsewhere)
    if status in _ALIKE and any(_is_collection(each) for each in exchanges):
        return Refusal(f"nothing but {status}; {_ALIKE[status]}", at_first=True)
    if 0 < status < 400 and status not in (204, 304) and not names_scim:
        return Refusal(f"nothing of SCIM, but {status}; is this the address of SCIM?", at_first=True)
    return None


def _elsewhere(answers: Sequence[Response]) -> str:
    """Return that all answers lead to another address, the last one named without its query, or are web pages; empty if not."""
    targets = [each.header("Location") or "" for each in answers if each.status in _REDIRECTIONS]
    if len(targets) == len(answers):
        address = targets[-1].partition("?")[0]
        return f"nothing but redirections, as to {address}; give the address that they lead to"
    if all((each.header("Content-Type") or "").lower().startswith("text/html") for each in answers):
        return "nothing but web pages; is this the address of SCIM, or of a login page?"
    return ""


def _is_collection(exchange: Exchange) -> bool:
    return urlsplit(exchange.request.url).path.endswith(_COLLECTIONS)
