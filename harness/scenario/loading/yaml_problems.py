"""libyaml's errors in plain words, with the place to look at."""

from __future__ import annotations

import yaml

from harness.scenario.events import Location
from harness.scenario.loading.source import LINE_BREAK, ScenarioError, Source

# libyaml's words, what we say instead, and whether the place to look at is where the construct began.
_PROBLEMS: tuple[tuple[str, str, bool], ...] = (
    ("mapping values are not allowed",
     "a ':' cannot stand here; check the indentation, or put the text in quotes", False),
    ("block sequence entries are not allowed", "a list cannot begin here; put '- …' on its own line", False),
    ("did not find expected ',' or ']'", "this '[' is never closed properly; add ',' or ']'", True),
    ("did not find expected ',' or '}'", "this '{' is never closed properly; add ',' or '}'", True),
    ("found unexpected end of stream", "this quote is opened and never closed; add the closing quote", True),
    ("found unknown escape character",
     "an unknown escape in double quotes; use single quotes, or write '\\\\' for a backslash", False),
    ("did not find expected key",
     "this fits neither the mapping above nor a new one; check the indentation and the quotes", False),
    ("did not find expected '-' indicator",
     "a list item beginning with '- ' is expected here; check the indentation", False),
    ("could not find expected ':'",
     "a key without its ':'; write 'key: value', or put the text in quotes", True),
    ("did not find expected node content",
     "a value is missing here, or a bracket is never closed; complete it or remove it", False),
    ("found a tab character", "a tab cannot indent YAML; use spaces", False),
    ("did not find expected <document start>",
     "nothing can follow the value before it; check the indentation", False),
)  # fmt: skip


def refusal(source: Source, error: yaml.MarkedYAMLError) -> ScenarioError:
    """Return the error for an exception of libyaml."""
    problem = error.problem or "something unexpected"
    mark = error.problem_mark or error.context_mark
    message = f"this is not YAML: {problem}"
    for words, plain, at_start in _PROBLEMS:
        if words in problem:
            message = plain
            mark = (error.context_mark or mark) if at_start else mark
            break
    line, column = (mark.line, mark.column) if mark else (0, 0)
    if "cannot start any token" in problem:
        text = LINE_BREAK.split(source.text)[line]
        if "\t" in text[: column + 1]:
            message = "a tab cannot indent YAML; use spaces"
        else:
            message = f"a value cannot begin with '{text[column : column + 1]}'; put it in quotes"
    return source.refusal(Location(source.name, line + 1, column + 1), message)
