"""Functions of Azure Logic Apps that need nothing of the run: texts, collections, comparisons, numbers.

Source: https://learn.microsoft.com/en-us/azure/logic-apps/workflow-definition-language-functions-reference
(the paragraph of endsWith read 2026-11-29, the others as remembered; that Microsoft's own workflow runs through them is the
check). `startsWith`, `endsWith` and `lastIndexOf` compare without case, `contains`, `equals` and `replace` with it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote


class ExpressionError(Exception):
    """An expression cannot be read or computed: the action that has it fails."""


def as_text(value: Any) -> str:
    """Return what `string()` makes of a value: objects as JSON, true as True."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ExpressionError(f"a text is needed, not {value!r}")
    return value


def _equals(left: Any, right: Any) -> bool:
    return bool(left == right and isinstance(left, bool) == isinstance(right, bool))


def _contains(whole: Any, part: Any) -> bool:
    if isinstance(whole, str):
        return _text(part) in whole
    if isinstance(whole, (list, Mapping)):
        return part in whole
    raise ExpressionError(f"nothing is contained in {whole!r}")


def _length(value: Any) -> int:
    if not isinstance(value, (str, list)):
        raise ExpressionError(f"{value!r} has no length")
    return len(value)


def _first(value: Any) -> Any:
    return value[0] if _length(value) else ("" if isinstance(value, str) else None)


def _last(value: Any) -> Any:
    return value[-1] if _length(value) else ("" if isinstance(value, str) else None)


def _json(value: Any) -> Any:
    try:
        return json.loads(_text(value))
    except ValueError as error:
        raise ExpressionError(f"{value!r} is no JSON") from error


def _split(text: Any, separator: Any) -> list[str]:
    return _text(text).split(_text(separator))


def _substring(text: Any, start: int, length: int | None = None) -> str:
    whole = _text(text)
    end = len(whole) if length is None else start + length
    if not 0 <= start <= end <= len(whole):
        raise ExpressionError(f"{start} to {end} is outside {whole!r}")
    return whole[start:end]


def _union(*collections: Any) -> Any:
    if all(isinstance(each, Mapping) for each in collections):
        return {key: value for each in collections for key, value in each.items()}
    items: list[Any] = []
    for each in collections:
        _length(each)
        for item in each:
            if item not in items:
                items.append(item)
    return items


def _set_property(owner: Mapping[str, Any], name: str, value: Any) -> dict[str, Any]:
    if not isinstance(owner, Mapping):
        raise ExpressionError(f"{owner!r} has no properties")
    return {**owner, name: value}


def _extreme(choose: Callable[[Any], Any]) -> Callable[..., Any]:
    def function(*values: Any) -> Any:
        return choose(values[0] if len(values) == 1 and isinstance(values[0], list) else values)

    return function


def _number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ExpressionError(f"a number is needed, not {value!r}")
    return value


def _object(*pairs: Any) -> dict[str, Any]:
    return dict(zip(pairs[::2], pairs[1::2], strict=True))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "add": lambda left, right: _number(left) + _number(right),
    "concat": lambda *texts: "".join(as_text(text) for text in texts),
    "contains": _contains,
    "createArray": lambda *items: list(items),
    "createObject": _object,
    "empty": lambda value: value is None or len(value) == 0,
    "encodeUriComponent": lambda text: quote(_text(text), safe="!'()*-._~"),
    "endsWith": lambda text, end: _text(text).lower().endswith(_text(end).lower()),
    "equals": _equals,
    "first": _first,
    "greater": lambda left, right: left > right,
    "greaterOrEquals": lambda left, right: left >= right,
    "join": lambda items, separator: separator.join(as_text(item) for item in items),
    "json": _json,
    "last": _last,
    "lastIndexOf": lambda text, part: _text(text).lower().rfind(_text(part).lower()),
    "length": _length,
    "less": lambda left, right: left < right,
    "lessOrEquals": lambda left, right: left <= right,
    "max": _extreme(max),
    "min": _extreme(min),
    "mod": lambda left, right: _number(left) % _number(right),
    "mul": lambda left, right: _number(left) * _number(right),
    "not": lambda value: not value,
    "range": lambda start, count: list(range(start, start + count)),
    "replace": lambda text, old, new: _text(text).replace(_text(old), _text(new)),
    "setProperty": _set_property,
    "skip": lambda items, count: items[count:],
    "split": _split,
    "startsWith": lambda text, start: _text(text).lower().startswith(_text(start).lower()),
    "string": as_text,
    "sub": lambda left, right: _number(left) - _number(right),
    "substring": _substring,
    "take": lambda items, count: items[:count],
    "toLower": lambda text: _text(text).lower(),
    "toUpper": lambda text: _text(text).upper(),
    "union": _union,
}
