"""What is wrong with an expectation as written, before anything has run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.base.errors import HarnessError
from harness.scenario.matching import MATCHERS, matcher_of, wrong_argument
from harness.scenario.values import Trail


def mistakes(expected: Any, path: Trail = ()) -> Iterator[tuple[Trail, str]]:
    """Yield what is wrong with an expectation as written, before anything has run.

    An argument that is a whole `${name}` is taken on trust: its value comes later.
    """
    if isinstance(expected, list):
        for index, item in enumerate(expected):
            yield from mistakes(item, (*path, index))
    if not isinstance(expected, Mapping):
        return
    try:
        matcher = matcher_of(expected)
    except HarnessError as error:
        yield path, str(error)
        return
    for key, value in expected.items():
        yield from mistakes(value, (*path, key))
    if matcher is not None:
        name, argument = matcher
        later = isinstance(argument, str) and argument.startswith("${")
        if not later and not MATCHERS[name].accepts(argument):
            yield (*path, name), wrong_argument(name, argument)
