"""A fault as scenarios, Python, the control API and `harness fault` write it: `{"request": "POST /Users", "answer": {"status": 503}}`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from harness.base.clock import parse_duration
from harness.base.errors import HarnessError, nearest
from harness.wire import faults
from harness.wire.message import Response

_HOW = ("answer", "no answer", "cut the answer", "delay")
_TYPES: Mapping[str, type] = {
    "request": str,
    "body contains": str,
    "times": int,
    "answer": dict,
    "no answer": str,
    "cut the answer": int,
    "carried out": bool,
    "delay": str,
}
_ANSWER: Mapping[str, type] = {"status": int, "body": object, "raw body": str, "headers": dict}
_NAMES = {str: "a text", int: "a number", bool: "true or false", dict: "an object"}


def put(on: faults.Faults, written: Mapping[str, Any], patience: timedelta) -> faults.Meetings:
    """Put a fault on as it is written; `patience` is how long the provisioning service waits for an answer.

    Returns how many requests it has met, which goes on. Raises HarnessError for a pattern that names no requests.
    """
    selection = faults.Selection.of(written["request"], written.get("body contains", ""))
    return on.put(selection, _misbehaviour(written, patience), written.get("times"))


def check(written: Mapping[str, Any]) -> None:
    """Raise HarnessError, with the right word, for what is no fault."""
    _check_types(written, _TYPES, "a fault")
    if "request" not in written or sum(how in written for how in _HOW) != 1:
        raise HarnessError(
            f"a fault has a request, such as 'POST /Users', and one of {', '.join(_HOW)}: "
            '{"request": "POST /Users", "times": 1, "answer": {"status": 503}}'
        )
    answer = written.get("answer", {})
    _check_types(answer, _ANSWER, "its answer")
    if not 100 <= answer.get("status", 200) <= 599:
        raise HarnessError(f"{answer['status']} is no status; they go from 100 to 599")
    if not all(isinstance(value, str) for value in answer.get("headers", {}).values()):
        raise HarnessError("the headers of a fault's answer are texts by their names")
    if "body" in answer and "raw body" in answer:
        raise HarnessError("a fault's answer has a body or a raw body, not both")
    if written.get("times", 1) < 1 or written.get("cut the answer", 0) < 0:
        raise HarnessError("times is at least 1, and what comes through of an answer at least 0 bytes")
    if (kind := written.get("no answer")) is not None and kind not in faults.FAILURES:
        raise HarnessError(f"'{kind}' is no way to fail; there are: {', '.join(faults.FAILURES)}")
    parse_duration(written.get("delay", "0s"))
    faults.Selection.of(written["request"])


def _check_types(written: Mapping[str, Any], types: Mapping[str, type], whole: str) -> None:
    for name, value in written.items():
        if name not in types:
            raise HarnessError(f"{whole} has no '{name}'{nearest(name, list(types))}")
        type_ = types[name]
        if not isinstance(value, type_) or (type_ is int and isinstance(value, bool)):
            raise HarnessError(f"'{name}' of {whole} is {_NAMES[type_]}, not {json.dumps(value)}")


def _misbehaviour(written: Mapping[str, Any], patience: timedelta) -> faults.Misbehaviour:
    """Return what is written as a function."""
    if "delay" in written:
        return faults.delaying(parse_duration(written["delay"]))
    if "cut the answer" in written:
        return faults.cutting(written["cut the answer"])
    if "answer" in written:
        misbehave = faults.answering(_response(written["answer"]))
    else:
        kind = written["no answer"]
        misbehave = faults.failing(kind, patience if kind == "timeout" else timedelta())
    return faults.carrying_out(misbehave) if written.get("carried out") else misbehave


def _response(answer: Mapping[str, Any]) -> Response:
    """Return an answer as it is written; a JSON body is declared as SCIM unless the headers say otherwise."""
    body = answer.get("raw body", "").encode()
    headers = dict(answer.get("headers", {}))
    if "body" in answer:
        body = json.dumps(answer["body"], ensure_ascii=False).encode()
        if not any(name.lower() == "content-type" for name in headers):
            headers["Content-Type"] = "application/scim+json"
    return Response(answer.get("status", 200), tuple(headers.items()), body)
