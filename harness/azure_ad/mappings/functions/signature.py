"""What every function of the expression language is made of: values, parameters, and how it complains.

A value is a text, a list of texts, or None for null; booleans are the texts `True` and `False`, numbers and dates are
texts too. Dates are written `M/d/yyyy h:mm:ss tt`, in UTC.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/functions-for-customizing-application-data,
"CDate", Remarks, and https://learn.microsoft.com/en-us/graph/api/synchronization-synchronizationschema-functions, "Example"
(both read 2026-11-30).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeAlias

from msgspec import Struct

from harness.base.clock import Clock
from harness.base.ids import Ids
from harness.base.quirks import Quirks

Value: TypeAlias = str | list[str] | None
# How a lazy function gets an argument: evaluated only when called.
Lazy: TypeAlias = Callable[[], Value]

# No value grows longer than this: expressions can double what they are given.
MAX_VALUE = 100_000

_WHOLE = re.compile(r"\s*([+-]?\d{1,18})\s*")
_HEXADECIMAL = re.compile(r"\s*&H([0-9A-Fa-f]{1,16})\s*")
_DECIMAL = re.compile(r"\s*[+-]?\d{1,18}(?:\.\d{1,18})?\s*")


class ArgumentError(Exception):
    """A function got what it cannot take; the sentence names the parameter."""


class Parameter(Struct, frozen=True):
    """`name` is what the reference page says, `key` what Graph's JSON says where that differs.

    `words` may stand there without quotes. `condition` takes a comparison; `guarded` makes it null as soon as one of
    the attributes it reads is null or empty.
    """

    name: str
    type: str = "String"
    required: bool = True
    repeats: bool = False
    key: str = ""
    words: tuple[str, ...] = ()
    condition: bool = False
    guarded: bool = False

    @property
    def graph_key(self) -> str:
        return self.key or self.name


# What an argument is for where a function takes none; the parser refuses it once all are read.
_NONE = Parameter("")


class Context(Struct, frozen=True):
    """What is neither in the expression nor on the object: time, chance, the tenant's domain, the quirks in force.

    `is_taken` tells whether a value is somebody's already in the target; SelectUniqueValue needs it.
    """

    clock: Clock
    ids: Ids
    default_domain: str
    is_taken: Callable[[str], bool] | None = None
    quirks: Quirks | None = None


class Function(Struct, frozen=True):
    """One function: what it takes and what it does.

    `call` takes the values of the arguments, null where one was left out, and the Context by name if `contextual`, or
    None without one if `advised`; if `lazy`, it takes the arguments as functions to call. `check` looks at the constants
    among the arguments (None for all others) and at which arguments are there, before anything is evaluated. An `outermost`
    one stands in no other.
    """

    parameters: tuple[Parameter, ...]
    call: Callable[..., Value]
    contextual: bool = False
    advised: bool = False
    lazy: bool = False
    outermost: bool = False
    check: Callable[[Sequence[Value], Sequence[bool]], None] | None = None

    @property
    def minimum(self) -> int:
        """How many arguments the call must have, at least."""
        needed = [number for number, each in enumerate(self.parameters, 1) if each.required]
        return needed[-1] if needed else 0

    @property
    def maximum(self) -> int | None:
        repeats = bool(self.parameters) and self.parameters[-1].repeats
        return None if repeats else len(self.parameters)

    def parameter(self, index: int) -> Parameter:
        """Return the parameter that an argument is for; the last one repeats."""
        return self.parameters[min(index, len(self.parameters) - 1)] if self.parameters else _NONE

    def signature(self, name: str) -> str:
        """Write `Join(separator, source1, …)`."""
        shown = [
            ", ".join(f"{part}1" for part in each.name.split(" ")) + ", …" if each.repeats else each.name
            for each in self.parameters
        ]
        return f"{name}({', '.join(shown)})"


def text(value: Value) -> str:
    """Return a value as one text: null is empty, several values stand behind each other."""
    if value is None:
        return ""
    return value if isinstance(value, str) else ",".join(value)


def joined(separator: str, parts: Sequence[str]) -> str:
    """Join texts. Raises ArgumentError before the result would grow too long."""
    if sum(map(len, parts)) + len(separator) * len(parts) > MAX_VALUE:
        raise ArgumentError(f"the value would be longer than {MAX_VALUE} characters")
    return separator.join(parts)


def items(value: Value) -> list[str]:
    """Return a value as a list: null is empty, a text is one item."""
    if value is None:
        return []
    return [value] if isinstance(value, str) else value


def whole(parameter: str, value: Value) -> int:
    """Return a whole number, decimal or in VBA's hexadecimal `&HF7`. Raises ArgumentError for anything else."""
    written = text(value)
    if match := _HEXADECIMAL.fullmatch(written):
        return int(match[1], 16)
    if match := _WHOLE.fullmatch(written):
        return int(match[1])
    raise ArgumentError(f"parameter '{parameter}' must be a whole number, not {shown(value)}")


def number(value: Value) -> float | None:
    """Return the number that a value is, None if it is none."""
    written = text(value)
    if match := _HEXADECIMAL.fullmatch(written):
        return int(match[1], 16)
    return float(written) if _DECIMAL.fullmatch(written) else None


def boolean(value: object) -> str:
    return "True" if value else "False"


def shown(value: Value) -> str:
    """Quote a value in a message, cut where it is long."""
    if value is None:
        return "null"
    written = text(value)
    return f"'{written[:57]}…'" if len(written) > 60 else f"'{written}'"
