"""Other people's data taken out of the evidence: what a server shows of people that the checks did not make.

A list of everybody is part of many checks, and a certificate goes to strangers. Ids stay, for evidence must be followed;
so do texts that a check sent itself. Long bodies are cut, behind all else.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from harness.base.json_text import decode, encode
from harness.wire.message import Response
from harness.wire.recording.exchanges import Exchange

MASK = "(masked)"
LONGEST_BODY = 65_536  # bytes of one body that the evidence keeps
_PLAIN = frozenset({"schemas", "id", "meta", "type", "primary", "$ref", "active"})
_SHORTEST = 3  # characters; what is shorter says nothing of anybody


class Masking:
    """Knows from all exchanges whom the check made; `texts` are what it hides of the others, longest first."""

    def __init__(self, exchanges: Iterable[Exchange]) -> None:
        self._answered = [(each, _json(each.response)) for each in exchanges]
        self._sent = b"\n".join(each.request.body for each, _ in self._answered).decode("utf-8", "replace")
        self._own = {
            str(document.get("id")) for exchange, document in self._answered if _is_made(exchange, document)
        }
        self._texts = {text for _, document in self._answered for text in self._strange_texts(document)}
        self.texts = sorted(self._texts, key=lambda text: (-len(text), text))

    def exchanges(self) -> Iterator[Exchange]:
        """Yield the exchanges without strangers."""
        for exchange, document in self._answered:
            if exchange.response is not None and any(True for _ in self._strange_texts(document)):
                response = replace(exchange.response, body=encode(self._masked(document)))
                yield replace(exchange, response=response)
            else:
                yield exchange

    def text(self, text: str) -> str:
        """Return a reason without the names of strangers."""
        for each in self.texts:
            text = text.replace(each, MASK)
        return text

    def _strange_texts(self, document: Any) -> Iterator[str]:
        for resource in self._strangers(document):
            yield from self._leaves(resource)

    def _strangers(self, document: Any) -> Iterator[Any]:
        if not isinstance(document, dict):
            return
        listed = document.get("Resources")
        for each in listed if isinstance(listed, list) else [document]:
            if self._is_strange(each):
                yield each

    def _is_strange(self, resource: Any) -> bool:
        """Tell whether this is a user or group that somebody else made; schemas and the like belong to nobody."""
        if not isinstance(resource, dict) or str(resource.get("id")) in self._own:
            return False
        return "id" in resource and ("userName" in resource or "members" in resource or _is_group(resource))

    def _leaves(self, value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            for name, each in value.items():
                if name not in _PLAIN:
                    yield from self._leaves(each)
        elif isinstance(value, list):
            for each in value:
                yield from self._leaves(each)
        elif isinstance(value, str) and len(value) >= _SHORTEST and value not in self._sent:
            yield value

    def _masked(self, document: Any) -> Any:
        if self._is_strange(document):
            return self._hidden(document)
        return {
            **document,
            "Resources": [
                self._hidden(each) if self._is_strange(each) else each for each in document["Resources"]
            ],
        }

    def _hidden(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: each if name in _PLAIN else self._hidden(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self._hidden(each) for each in value]
        return MASK if isinstance(value, str) and value in self._texts else value


def shortened(exchange: Exchange) -> Exchange:
    """Return an exchange with short bodies. Secrets are to be hidden before, for half of one is not recognised."""
    request = replace(exchange.request, body=_cut(exchange.request.body))
    response = exchange.response and replace(exchange.response, body=_cut(exchange.response.body))
    return replace(exchange, request=request, response=response)


def without_halves(text: str, private: Sequence[str]) -> str:
    """Return a text without what stands of a private one where an answer was cut short with `…`; `private` is sorted."""
    *cut, end = text.split("…")
    return "…".join([*(_without_half(each, private) for each in cut), end])


def _without_half(text: str, private: Sequence[str]) -> str:
    for place in range(len(text) - _SHORTEST + 1):
        half = text[place:]
        at = bisect_left(private, half)
        if at < len(private) and private[at].startswith(half):
            return text[:place] + MASK
    return text


def _is_group(resource: Any) -> bool:
    schemas = resource.get("schemas")
    return isinstance(schemas, list) and any(str(each).endswith(":Group") for each in schemas)


def _is_made(exchange: Exchange, document: Any) -> bool:
    """Tell whether an answer is to a request that made what it shows."""
    response = exchange.response
    if response is None or exchange.request.method not in ("POST", "PUT"):
        return False
    return response.status in (200, 201) and isinstance(document, dict)


def _json(response: Response | None) -> Any:
    try:
        return decode(response.body) if response is not None and response.body else None
    except ValueError:
        return None


def _cut(body: bytes) -> bytes:
    if len(body) <= LONGEST_BODY:
        return body
    return body[:LONGEST_BODY] + f"… ({len(body)} bytes in all)".encode()
