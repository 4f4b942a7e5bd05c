"""What a server says of itself, which decides whether a check of RFC 7644 applies, and the resources that checks make.

Source: RFC 7644, 4, and RFC 7643, 5 and 6, https://datatracker.ietf.org/doc/html/rfc7644 (read 2026-11).
"""

from __future__ import annotations

from typing import Any

from harness.base.json_text import encode_text
from harness.base.store import Document
from harness.certification.bench import Bench
from harness.certification.endpoint import resources
from harness.certification.suite import FailedError, SkippedError
from harness.certification.suites.answers import address
from harness.certification.suites.people import group, user

# Attributes that nobody has to have (RFC 7643, 4.1.1), with a value to set.
_OPTIONAL = {"title": "Pilot", "nickName": "Ace", "preferredLanguage": "de-DE"}


def need(bench: Bench, feature: str) -> None:
    """Raise SkippedError when ServiceProviderConfig says that a feature (`patch`) is not supported."""
    config = _config(bench).get(feature)
    if isinstance(config, dict) and config.get("supported") is False:
        raise SkippedError(f"ServiceProviderConfig says {feature}: {encode_text(config)}")


def need_claim(bench: Bench, feature: str) -> None:
    """Raise SkippedError unless ServiceProviderConfig claims a feature that is optional."""
    config = _config(bench).get(feature)
    if not isinstance(config, dict) or config.get("supported") is not True:
        raise SkippedError(f"ServiceProviderConfig says {feature}: {encode_text(config)}")


def need_groups(bench: Bench) -> None:
    """Raise SkippedError when the resource types can be read and have no groups."""
    try:
        listed = resources(bench.endpoint.get("/ResourceTypes"), "GET /ResourceTypes")
    except FailedError:
        return
    endpoints = [each.get("endpoint") for each in listed]
    if listed and not any(isinstance(each, str) and each.endswith("/Groups") for each in endpoints):
        raise SkippedError(f"ResourceTypes lists no /Groups: {encode_text(endpoints)}")


def somebody(bench: Bench, **more: Any) -> tuple[str, Document]:
    """Create a user; return the path, and what was sent with the id that it got."""
    sent = user(f"rfc-{bench.word()}", **more)
    made = {**sent, "id": bench.endpoint.post("/Users", sent)["id"]}
    return address("/Users", made), made


def some_group(bench: Bench, *members: Document) -> tuple[str, Document]:
    """Create a group of users; return the path, and what was sent with the id that it got."""
    sent = group(f"rfc-{bench.word()}", members=[{"value": each["id"]} for each in members])
    made = {**sent, "id": bench.endpoint.post("/Groups", sent)["id"]}
    return address("/Groups", made), made


def somebody_with_an_option(bench: Bench) -> tuple[str, str, str]:
    """Create a user; return the path, and name and value of an attribute beyond the usual that the server keeps."""
    path, _ = somebody(bench, **_OPTIONAL)
    there = bench.endpoint.get(path)
    for name, set_value in _OPTIONAL.items():
        if there.get(name) == set_value:
            return path, name, set_value
    raise SkippedError(f"the server keeps none of {', '.join(_OPTIONAL)}")


def _config(bench: Bench) -> Document:
    try:
        return bench.endpoint.get("/ServiceProviderConfig")
    except FailedError:
        return {}
