"""The kinds of actions of Azure Logic Apps, each a function of the run, of what it comes to, and of its definition.

Source: https://learn.microsoft.com/en-us/azure/logic-apps/logic-apps-workflow-actions-triggers (as remembered).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from harness.wire.message import Request, Response
from tests.azure_ad.logic_apps.functions import FUNCTIONS, ExpressionError, as_text
from tests.azure_ad.logic_apps.outcome import FAILED, Outcome, TerminatedError

if TYPE_CHECKING:
    from tests.azure_ad.logic_apps.runtime import Run

_UNITS = {"Second": "seconds", "Minute": "minutes", "Hour": "hours", "Day": "days"}
_DURATION = re.compile(r"PT(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?\Z")
_COMPARED = {
    "greater",
    "greaterOrEquals",
    "less",
    "lessOrEquals",
    "equals",
    "contains",
    "startsWith",
    "endsWith",
}


def _compose(run: Run, outcome: Outcome, action: dict[str, Any]) -> None:
    outcome.outputs = run.value(action["inputs"])


def _parse_json(run: Run, outcome: Outcome, action: dict[str, Any]) -> None:
    content = run.value(action["inputs"]["content"])
    outcome.outputs = {"body": json.loads(content) if isinstance(content, str) else content}


def _initialize_variable(run: Run, _: Outcome, action: dict[str, Any]) -> None:
    for variable in action["inputs"]["variables"]:
        run.variables[variable["name"]] = run.value(variable.get("value"))


def _set_variable(run: Run, _: Outcome, action: dict[str, Any]) -> None:
    inputs = action["inputs"]
    run.variables[inputs["name"]] = run.value(inputs["value"])


def _append_to_array_variable(run: Run, _: Outcome, action: dict[str, Any]) -> None:
    inputs = action["inputs"]
    run.variables[inputs["name"]] = [*run.variables[inputs["name"]], run.value(inputs["value"])]


def _increment_variable(run: Run, _: Outcome, action: dict[str, Any]) -> None:
    inputs = action["inputs"]
    run.variables[inputs["name"]] += run.value(inputs.get("value", 1))


def _query(run: Run, outcome: Outcome, action: dict[str, Any]) -> None:
    inputs = action["inputs"]
    outcome.outputs = {
        "body": [item for item in _list(run, inputs["from"]) if _for_item(run, "", item, inputs["where"])]
    }


def _select(run: Run, outcome: Outcome, action: dict[str, Any]) -> None:
    inputs = action["inputs"]
    outcome.outputs = {
        "body": [_for_item(run, "", item, inputs["select"]) for item in _list(run, inputs["from"])]
    }


def _list(run: Run, template: Any) -> list[Any]:
    value = run.value(template)
    if not isinstance(value, list):
        raise ExpressionError(f"a list is needed, not {value!r}")
    return value


def _for_item(run: Run, loop: str, item: Any, template: Any) -> Any:
    run.items.append((loop, item))
    try:
        return run.value(template)
    finally:
        run.items.pop()


def _scope(run: Run, outcome: Outcome, action: dict[str, Any]) -> None:
    run.scopes[outcome.name] = list(action["actions"])
    outcome.status = run.all(action["actions"])
    if outcome.status == FAILED:
        outcome.error = "An action failed. No dependent actions succeeded."


def _if(run: Run, outcome: Outcome, action: dict[str, Any]) -> None:
    holds = _condition(run, action["expression"])
    otherwise = (action.get("else") or {}).get("actions") or {}
    taken, left = (action["actions"], otherwise) if holds else (otherwise, action["actions"])
    for name, inside in left.items():
        run.skip(name, inside)
    run.scopes[outcome.name] = [*taken, *left]
    outcome.outputs = {"expressionResult": holds}
    outcome.status = run.all(taken)


def _condition(run: Run, expression: Any) -> bool:
    if isinstance(expression, str):
        return bool(run.value(expression))
    ((operator, operands),) = expression.items()
    if operator == "and":
        return all(_condition(run, each) for each in operands)
    if operator == "or":
        return any(_condition(run, each) for each in operands)
    if operator == "not":
        return not _condition(run, operands)
    if operator not in _COMPARED:
        raise ValueError(f"{operator} is no operator of a condition")
    left, right = (run.value(operand) for operand in operands)
    return bool(FUNCTIONS[operator](left, right))


def _foreach(run: Run, outcome: Outcome, action: dict[str, Any]) -> None:
    for item in _list(run, action["foreach"]):
        run.items.append((outcome.name, item))
        try:
            if run.all(action["actions"]) == FAILED:
                outcome.status = FAILED
        finally:
            run.items.pop()


def _until(run: Run, outcome: Outcome, action: dict[str, Any]) -> None:
    """Repeat until the condition holds, so many times or for so long at most; no matter which, the loop succeeds."""
    limit = action["limit"]
    end = run.app.world.clock.now() + _duration(limit["timeout"])
    for _ in range(limit["count"]):
        outcome.status = run.all(action["actions"])
        if run.value(action["expression"]) is True or run.app.world.clock.now() >= end:
            return


def _wait(run: Run, _: Outcome, action: dict[str, Any]) -> None:
    interval = action["inputs"]["interval"]
    run.app.world.wait(timedelta(**{_UNITS[interval["unit"]]: interval["count"]}))


def _http(run: Run, outcome: Outcome, action: dict[str, Any]) -> None:
    inputs = run.value(action["inputs"])
    outcome.inputs = inputs
    headers = dict(inputs.get("headers") or {})
    if "authentication" in inputs:
        headers["Authorization"] = f"Bearer {run.app.world.token}"
    body = inputs.get("body")
    if body is not None and not isinstance(body, str):
        headers.setdefault("Content-Type", "application/json")
    raw = b"" if body is None else as_text(body).encode()
    answer = run.app.send(
        Request(inputs["method"], inputs["uri"].replace(" ", "%20"), tuple(headers.items()), raw)
    )
    outcome.outputs = {
        "statusCode": answer.status,
        "headers": dict(answer.headers),
        "body": _body(answer),
    }
    if answer.status >= 400:
        outcome.status, outcome.error = FAILED, f"{answer.status}"


def _workflow(run: Run, outcome: Outcome, action: dict[str, Any]) -> None:
    inputs = run.value(action["inputs"])
    child = run.app.start(inputs["host"]["workflow"]["id"], inputs["body"])
    if child.answer is None:
        raise ValueError(f"{child.workflow} ended as {child.status} without a response: {child.failures()}")
    outcome.outputs = child.answer
    if child.answer["statusCode"] >= 400:
        outcome.status = FAILED


def _response(run: Run, _: Outcome, action: dict[str, Any]) -> None:
    run.answer = run.value(action["inputs"])


def _terminate(run: Run, _: Outcome, action: dict[str, Any]) -> None:
    raise TerminatedError(str(run.value(action["inputs"]["runStatus"])))


def _body(answer: Response) -> Any:
    if not answer.body:
        return None
    text = answer.body.decode()
    return json.loads(text) if "json" in (answer.header("Content-Type") or "") else text


def _duration(text: str) -> timedelta:
    parts = _DURATION.match(text)
    if parts is None:
        raise ValueError(f"{text} is no duration")
    return timedelta(**{unit: int(count) for unit, count in parts.groupdict().items() if count})


ACTIONS: dict[str, Callable[[Run, Outcome, dict[str, Any]], None]] = {
    "Compose": _compose,
    "ParseJson": _parse_json,
    "InitializeVariable": _initialize_variable,
    "SetVariable": _set_variable,
    "AppendToArrayVariable": _append_to_array_variable,
    "IncrementVariable": _increment_variable,
    "Query": _query,
    "Select": _select,
    "Scope": _scope,
    "If": _if,
    "Foreach": _foreach,
    "Until": _until,
    "Wait": _wait,
    "Http": _http,
    "Workflow": _workflow,
    "Response": _response,
    "Terminate": _terminate,
}
