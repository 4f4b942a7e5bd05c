"""An example step for each verb, for `harness explain` and the author's guide."""

from __future__ import annotations

import yaml

from harness.scenario.language.schema import schema


def step_example(verb: str) -> str:
    """Return the step on one line, without the dash: `assign: {users: [ana@contoso.com]}`."""
    (arguments,) = schema()["$defs"]["steps"][verb]["examples"]
    text = yaml.safe_dump(
        {verb: arguments}, default_flow_style=True, sort_keys=False, allow_unicode=True, width=10_000
    )
    return text.strip().removeprefix("{").removesuffix("}")
