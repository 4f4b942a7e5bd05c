"""Reads HTTP calls from other tools' files: HAR, Postman, Runscope and BlazeMeter tests, mitmproxy flows.

Postman, format v2.1.0: https://github.com/api-evangelist/postman, json-structure/postman-collection-structure.json; Runscope:
https://github.com/okta/okta-developer-docs, Okta-SCIM-20-SPEC-Test.json (both read 2026-11-30).
"""

from __future__ import annotations

import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson

from harness.base.errors import HarnessError
from harness.exports.sources import FLOWS, unpacked
from harness.traffic.mitmproxy import NotFlowsError, read_flows
from harness.wire.message import Request, Response
from harness.wire.recording.har import read_entry

_VARIABLE = re.compile(r"\{\{([^{}]+)\}\}")
_STATUS = re.compile(r"response\.to\.have\.status\((\d{3})\)")
_WITH_BODY = ("POST", "PUT", "PATCH")
_URL_SAFE = "%/:?#[]@!$&'()*+,;=~"
_OFFER = "known are HAR 1.2, Postman collections v2.1, tests exported from Runscope or BlazeMeter, flow files of mitmproxy"


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `status` is the expected one, 0 where the file has none; `note` is the call's name in the file."""

    request: Request
    status: int
    response: Response | None = None
    note: str = ""


def read_calls(path: Path) -> list[Call]:
    """Read a file of calls. Raises HarnessError for another file, with a hint what to do."""
    content = _content(path)
    if FLOWS.match(content):
        return _of_flows(path, content)
    try:
        document = orjson.loads(content.decode(json.detect_encoding(content)))
    except ValueError:
        raise HarnessError(f"{path}: not JSON, or cut off; {_OFFER}") from None
    try:
        calls = list(_calls(document))
    except HarnessError as error:
        raise HarnessError(f"{path}: {error}") from error
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        raise HarnessError(f"{path}: an entry in it is not as {_form(document)} has it: {error!r}") from error
    if not calls:
        raise HarnessError(f"{path}: there are no calls in it; {_OFFER}")
    return calls


def _content(path: Path) -> bytes:
    """Return a file's content, unpacked. Raises HarnessError for one that cannot be read."""
    try:
        with unpacked(path) as stream:
            return stream.read()
    except OSError as error:
        raise HarnessError(f"{path}: cannot be read: {error.strerror or error}") from error
    except (EOFError, zlib.error, zipfile.BadZipFile) as error:
        raise HarnessError(f"{path}: cannot be unpacked ({error})") from error


def _of_flows(path: Path, content: bytes) -> list[Call]:
    try:
        pairs = list(read_flows(content))
    except NotFlowsError as error:
        hint = f"write it again: mitmdump -nr {path.name} --set hardump=out.har"
        raise HarnessError(f"{path}: flows of mitmproxy: {error}; {hint}") from error
    if not pairs:
        raise HarnessError(f"{path}: flows of mitmproxy, but none of HTTP")
    return [Call(request, response.status if response else 0, response) for request, response in pairs]


def _form(document: Any) -> str:
    if isinstance(document, dict):
        if "log" in document:
            return "HAR"
        if "item" in document:
            return "Postman"
        if "steps" in document:
            return "Runscope"
    return ""


def _calls(document: Any) -> Iterator[Call]:
    form = _form(document)
    if form == "HAR":
        # A browser sends OPTIONS before a call to another site; the SCIM endpoint has no such method.
        entries = [each for each in document["log"]["entries"] if each["request"]["method"] != "OPTIONS"]
        if lost := sum(map(_lacks_body, entries)):
            raise HarnessError(
                f"the bodies of {lost} of {len(entries)} requests were not recorded; record them with: harness record URL -o out.har"
            )
        for entry in entries:
            request, response = read_entry(entry)
            yield Call(request, response.status if response else 0, response)
    elif form == "Postman":
        values = {each["key"]: str(each.get("value", "")) for each in document.get("variable") or ()}
        yield from _postman(document["item"], values)
    elif form == "Runscope":
        yield from map(_runscope, (step for step in document["steps"] if step.get("step_type") == "request"))


def _lacks_body(entry: Mapping[str, Any]) -> bool:
    """Return whether the recorder left out a request's body: HAR has its size all the same, or the answer shows it.

    https://w3c.github.io/web-performance/specs/HAR/Overview.html, "request", bodySize (read 2026-11-30).
    """
    request = entry["request"]
    if request["method"] not in _WITH_BODY or (request.get("postData") or {}).get("text"):
        return False
    return request.get("bodySize", 0) > 0 or entry["response"].get("status") in (200, 201)


def _postman(items: Any, values: Mapping[str, str]) -> Iterator[Call]:
    for item in items:
        if "item" in item:
            yield from _postman(item["item"], values)
            continue
        request_shown = item["request"]
        url = request_shown["url"]["raw"] if isinstance(request_shown["url"], dict) else request_shown["url"]
        headers = tuple(
            (each["key"], _filled(each["value"], values)) for each in request_shown.get("header") or ()
        )
        body = (request_shown.get("body") or {}).get("raw") or ""
        request = Request(
            request_shown["method"], _address(url, values), headers, _filled(body, values).encode()
        )
        scripts = "\n".join(
            line for event in item.get("event") or () for line in event.get("script", {}).get("exec") or ()
        )
        stated = _STATUS.search(scripts)
        example = next(iter(item.get("response") or ()), None)
        if stated is not None:
            yield Call(request, int(stated[1]), note=item.get("name", ""))
        else:
            yield Call(request, int(example["code"]) if example else 0, note=item.get("name", ""))


def _runscope(step: Mapping[str, Any]) -> Call:
    headers = tuple((name, value) for name, values in (step.get("headers") or {}).items() for value in values)
    stated = next(
        (
            int(each["value"])
            for each in step.get("assertions") or ()
            if each.get("source") == "response_status" and str(each.get("comparison", "")).startswith("equal")
        ),
        0,
    )
    request = Request(step["method"], _address(step["url"], {}), headers, (step.get("body") or "").encode())
    return Call(request, stated, note=step.get("note") or "")


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda match: values.get(match[1], match[0]), text)


def _address(url: str, values: Mapping[str, str]) -> str:
    """Return an address with its variables filled in; a variable for the base without a value is the SCIM endpoint."""
    filled = _filled(url, values)
    if (base := _VARIABLE.match(filled)) is not None:
        filled = "https://scim.example.com/scim/v2" + filled[base.end() :]
    return quote(filled, safe=_URL_SAFE)
