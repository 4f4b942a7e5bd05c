"""Values that scenarios take from outside: `--var NAME=VALUE` gives `${NAME}`, the environment `${env:NAME}`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct, field

from harness.base.errors import HarnessError

ENVIRONMENT = "env:"
# AWS writes the sources of attributes for access control so, as in `${path:name.givenName}`: they stay as they are.
AWS_SOURCES = ("path:", "user:")
REFERENCE = re.compile(r"\$\{([^{}]*)\}")


class Variables(Struct, frozen=True):
    """`given` by name, and the process's `environment`; `typed` are those given on the command line."""

    given: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    typed: frozenset[str] = frozenset()

    def names(self) -> dict[str, str]:
        """Return every name that `${…}` may hold."""
        return {**{f"{ENVIRONMENT}{name}": value for name, value in self.environment.items()}, **self.given}


NONE = Variables()


def parse_variables(texts: Iterable[str], option: str = "--var") -> dict[str, str]:
    """Read an option's `NAME=VALUE` texts. Raises HarnessError for what has no name or no value."""
    values: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise HarnessError(f"{option} '{text}' is not NAME=VALUE, as in {option} tenant=contoso")
        values[name.strip()] = value
    return values


def substitute(value: Any, names: Mapping[str, Any]) -> Any:
    """Replace `${name}` by its value, everywhere in `value`; text that is nothing else takes the value's type.

    A name that is not in `names` stays as it is written.
    """
    if isinstance(value, str):
        whole = REFERENCE.fullmatch(value)
        if whole and whole[1] in names:
            return names[whole[1]]
        return REFERENCE.sub(lambda match: _as_text(names.get(match[1], match[0])), value)
    if isinstance(value, list):
        return [substitute(item, names) for item in value]
    if isinstance(value, dict):
        return {str(substitute(key, names)): substitute(item, names) for key, item in value.items()}
    return value


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
