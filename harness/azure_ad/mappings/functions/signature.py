"""The parts of every function of the expression language: values, parameters, errors.

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
# An argument of a lazy function, which is evaluated when called.
Lazy: TypeAlias = Callable[[], Value]

# The most characters of a value: expressions can double a text again and again.
MAX_VALUE = 100_000

_WHOLE = re.compile(r"\s*([+-]?\d{1,18})\s*")
_HEXADECIMAL = re.compile(r"\s*&H([0-9A-Fa-f]{1,16})\s*")
_DECIMAL = re.compile(r"\s*[+-]?\d{1,18}(?:\.\d{1,18})?\s*")


class ArgumentError(Exception):
    """A function cannot take an argument; the sentence names the parameter."""


class Parameter(Struct, frozen=True):
    """`name` is the reference page's name, `key` that of Graph's JSON where it differs.

    `words` may be written without quotes. A `condition` takes a comparison; a `guarded` one is null if one of its attributes is null
    or empty.
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


# The parameter of an argument too many; the parser raises after reading all.
_NONE = Parameter("")


class Context(Struct, frozen=True):
    """What an expression reads besides the object: time, chance, the tenant's domain, the quirks in force.

    `is_taken` returns whether an object of the target has a value already; SelectUniqueValue needs it.
    """

    clock: Clock
    ids: Ids
    default_domain: str
    is_taken: Callable[[str], bool] | None = None
    quirks: Quirks | None = None


class Function(Struct, frozen=True):
    """One function: its parameters and its implementation.

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
        """The least number of arguments."""
        needed = [number for number, each in enumerate(self.parameters, 1) if each.required]
        return needed[-1] if needed else 0

    @property
    def maximum(self) -> int | None:
        repeats = bool(self.parameters) and self.parameters[-1].repeats
        return None if repeats else len(self.parameters)

    def parameter(self, index: int) -> Parameter:
        """Return the parameter of an argument, by index; the last one repeats."""
        return self.parameters[min(index, len(self.parameters) - 1)] if self.parameters else _NONE

    def signature(self, name: str) -> str:
        """Return the signature in the form `Join(separator, source1, …)`."""
        shown = [
            ", ".join(f"{part}1" for part in each.name.split(" ")) + ", …" if each.repeats else each.name
            for each in self.parameters
        ]
        return f"{name}({', '.join(shown)})"


def text(value: Value) -> str:
    """Return a value as one text: null is empty, several values are joined without a separator."""
    if value is None:
        return ""
    return value if isinstance(value, str) else ",".join(value)


def joined(separator: str, parts: Sequence[str]) -> str:
    """Return texts joined. Raises ArgumentError for a result that would be too long."""
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
    """Return a value as a number, None if it is not one."""
    written = text(value)
    if match := _HEXADECIMAL.fullmatch(written):
        return int(match[1], 16)
    return float(written) if _DECIMAL.fullmatch(written) else None


def boolean(value: object) -> str:
    return "True" if value else "False"


def shown(value: Value) -> str:
    """Return a value quoted for a message, shortened if it is long."""
    if value is None:
        return "null"
    written = text(value)
    return f"'{written[:57]}…'" if len(written) > 60 else f"'{written}'"
