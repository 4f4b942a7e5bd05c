"""Values that scenarios take from outside: `--var NAME=VALUE` gives `${NAME}`, the environment `${env:NAME}`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from harness.base.errors import HarnessError

ENVIRONMENT = "env:"


@dataclass(frozen=True, slots=True)
class Variables:
    """`given` by name, and the process's `environment`."""

    given: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)

    def names(self) -> dict[str, str]:
        """Return every name that `${…}` may hold."""
        return {**{f"{ENVIRONMENT}{name}": value for name, value in self.environment.items()}, **self.given}


NONE = Variables()


def parse_variables(texts: Iterable[str]) -> dict[str, str]:
    """Read `NAME=VALUE` texts. Raises HarnessError for what has no name or no value."""
    given: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise HarnessError(f"--var '{text}' is not NAME=VALUE, as in --var tenant=contoso")
        given[name.strip()] = value
    return given
