"""Options that belong together reach their command as one frozen record, not as so many arguments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from msgspec import Struct

Command = Callable[..., None]
Option = Callable[[Command], Command]


def together(command: Command, name: str, record: type[Struct], options: Sequence[Option]) -> Command:
    """Add `options`, in this order; the command is given what they hold as `name`, a `record` with a field for each."""

    @wraps(command)
    def gathered(**values: Any) -> None:
        held = {field: values.pop(field) for field in record.__struct_fields__}
        command(**{name: record(**held)}, **values)

    wrapped: Command = gathered
    for option in reversed(options):
        wrapped = option(wrapped)
    return wrapped
