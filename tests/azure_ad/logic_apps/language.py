"""The expressions of Azure Logic Apps: `@name(…)?['member']`, alone or between texts as `@{…}`.

A text is read once into a tree of nodes; a node computes its value in a scope. `if`, `and`, `or` and `coalesce` compute no
more of their arguments than they need.

Source: https://learn.microsoft.com/en-us/azure/logic-apps/workflow-definition-language-functions-reference and
…/logic-apps-workflow-definition-language (as remembered; the engine's source is not public).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from tests.azure_ad.logic_apps.functions import FUNCTIONS, ExpressionError, as_text

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[A-Za-z_]\w*)|(?P<sign>\?\.|[?()\[\],.]))"
)
_WORDS = {"true": True, "false": False, "null": None}


class Scope(Protocol):
    """What an expression may ask about the run that it is in."""

    def call(self, name: str, arguments: list[Any]) -> Any: ...


@dataclass(frozen=True)
class Literal:
    value: Any

    def compute(self, _: Scope) -> Any:
        return self.value


@dataclass(frozen=True)
class Call:
    name: str
    arguments: tuple[Node, ...]

    def compute(self, scope: Scope) -> Any:
        lazy = _LAZY.get(self.name)
        if lazy is not None:
            return lazy(self.arguments, scope)
        arguments = [node.compute(scope) for node in self.arguments]
        function = FUNCTIONS.get(self.name)
        return function(*arguments) if function else scope.call(self.name, arguments)


@dataclass(frozen=True)
class Member:
    """`owner['key']`, and `owner?['key']`, which is null where there is none."""

    owner: Node
    key: Node
    optional: bool

    def compute(self, scope: Scope) -> Any:
        owner, key = self.owner.compute(scope), self.key.compute(scope)
        if owner is None and self.optional:
            return None
        if isinstance(owner, Mapping) and isinstance(key, str):
            if key in owner:
                return owner[key]
        elif isinstance(owner, list) and isinstance(key, int):
            if 0 <= key < len(owner):
                return owner[key]
        else:
            raise ExpressionError(f"{key!r} cannot be taken of {type(owner).__name__}")
        if self.optional:
            return None
        raise ExpressionError(f"there is no {key!r}")


Node = Literal | Call | Member


def _if(arguments: tuple[Node, ...], scope: Scope) -> Any:
    condition, then, otherwise = arguments
    return (then if _boolean(condition.compute(scope)) else otherwise).compute(scope)


def _and(arguments: tuple[Node, ...], scope: Scope) -> bool:
    return all(_boolean(node.compute(scope)) for node in arguments)


def _or(arguments: tuple[Node, ...], scope: Scope) -> bool:
    return any(_boolean(node.compute(scope)) for node in arguments)


def _coalesce(arguments: tuple[Node, ...], scope: Scope) -> Any:
    values = (node.compute(scope) for node in arguments)
    return next((value for value in values if value is not None), None)


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ExpressionError(f"a Boolean is needed, not {value!r}")
    return value


_LAZY: dict[str, Callable[[tuple[Node, ...], Scope], Any]] = {
    "if": _if,
    "and": _and,
    "or": _or,
    "coalesce": _coalesce,
}


@dataclass
class _Reader:
    text: str
    at: int = 0

    def _peek(self) -> re.Match[str] | None:
        return _TOKEN.match(self.text, self.at)

    def _take(self, sign: str) -> bool:
        token = self._peek()
        if token is None or token.group("sign") != sign:
            return False
        self.at = token.end()
        return True

    def _demand(self, sign: str) -> None:
        if not self._take(sign):
            raise ExpressionError(f"{sign} is missing in {self.text!r} at {self.at}")

    def node(self) -> Node:
        node = self._atom()
        while True:
            optional = self._take("?")
            if self._take("["):
                node = Member(node, self.node(), optional)
                self._demand("]")
            elif self._take("?.") or self._take("."):
                node = Member(node, Literal(self._word()), optional)
            else:
                return node

    def _word(self) -> str:
        token = self._peek()
        if token is None or token.group("name") is None:
            raise ExpressionError(f"a name is missing in {self.text!r} at {self.at}")
        self.at = token.end()
        return token.group("name")

    def _atom(self) -> Node:
        token = self._peek()
        if token is None:
            raise ExpressionError(f"{self.text!r} cannot be read at {self.at}")
        if token.group("text") is not None:
            self.at = token.end()
            return Literal(token.group("text")[1:-1].replace("''", "'"))
        if token.group("number") is not None:
            self.at = token.end()
            number = token.group("number")
            return Literal(float(number) if "." in number else int(number))
        name = self._word()
        if not self._take("("):
            if name not in _WORDS:
                raise ExpressionError(f"{name} is no function call in {self.text!r}")
            return Literal(_WORDS[name])
        arguments: list[Node] = []
        while not self._take(")"):
            arguments.append(self.node())
            self._take(",")
        return Call(name, tuple(arguments))


@lru_cache(maxsize=8192)
def _parts(text: str) -> tuple[str | Node, ...]:
    """Read a text: one node where all of it is an expression, else texts and nodes in turn."""
    if text.startswith("@") and text[1:2] not in ("@", "{"):
        reader = _Reader(text, 1)
        node = reader.node()
        if text[reader.at :].strip():
            raise ExpressionError(f"{text!r} goes on behind its end")
        return (node,)
    parts: list[str | Node] = []
    rest = text[1:] if text.startswith("@@") else text
    while "@{" in rest:
        before, _, behind = rest.partition("@{")
        reader = _Reader(behind)
        parts += [before, reader.node()]
        closing = behind[reader.at :].lstrip()
        if not closing.startswith("}"):
            raise ExpressionError(f"}} is missing in {text!r}")
        rest = closing[1:]
    return (*parts, rest)


def evaluate(template: Any, scope: Scope) -> Any:
    """Return a definition's value with every expression in it computed. Raises ExpressionError."""
    if isinstance(template, Mapping):
        return {evaluate(key, scope): evaluate(value, scope) for key, value in template.items()}
    if isinstance(template, list):
        return [evaluate(value, scope) for value in template]
    if not isinstance(template, str) or "@" not in template:
        return template
    parts = _parts(template)
    if len(parts) == 1 and not isinstance(parts[0], str):
        return parts[0].compute(scope)
    return "".join(part if isinstance(part, str) else as_text(part.compute(scope)) for part in parts)
