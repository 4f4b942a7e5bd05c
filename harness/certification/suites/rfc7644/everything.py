"""RFC 7643 on a user who has every attribute: what the schemas of a server have reads back as it was sent.

Source: RFC 7643, 4.1, 4.3 and 8.3, https://datatracker.ietf.org/doc/html/rfc7643 (read 2026-11-29).
"""

from __future__ import annotations

import re
from typing import Any

from harness.base.store import Document
from harness.certification.answers import address, require_resource, require_status, require_values
from harness.certification.bench.bench import Bench
from harness.certification.outcomes import SkippedError
from harness.certification.suite import Check
from harness.certification.suites.people import new_user, user
from harness.certification.suites.rfc7644.claims import described_names, described_parts
from harness.scim.names import CORE_USER, ENTERPRISE_USER

# A telephone number, and what RFC 3966, 3, lets stand between its digits; blanks are written, too.
_CALL, _PUNCTUATION = re.compile(r"\+[\d .()-]+\Z"), re.compile(r"[-.() ]")
_PLAIN: dict[str, Any] = {
    "nickName": "Babs",
    "profileUrl": "https://contoso.com/babs",
    "title": "Tour Guide",
    "userType": "Employee",
    "preferredLanguage": "en-US",
    "locale": "en-US",
    "timezone": "America/Los_Angeles",
}
_NAME = {
    "formatted": "Ms. Barbara Jane Jensen, III",
    "familyName": "Jensen",
    "givenName": "Barbara",
    "middleName": "Jane",
    "honorificPrefix": "Ms.",
    "honorificSuffix": "III",
}
_ADDRESS = {
    "type": "work",
    "streetAddress": "100 Universal City Plaza",
    "locality": "Hollywood",
    "region": "CA",
    "postalCode": "91608",
    "country": "US",
}
_LISTS: dict[str, Document] = {
    "addresses": _ADDRESS,
    "phoneNumbers": {"type": "work", "value": "+1 425 555 0100"},
    "ims": {"type": "skype", "value": "babs"},
    "photos": {"type": "photo", "value": "https://contoso.com/babs.jpg"},
    "entitlements": {"value": "tours"},
    "roles": {"value": "guide"},
}
_WORK = {
    "employeeNumber": "701984",
    "costCenter": "4130",
    "organization": "Universal Studios",
    "division": "Theme Park",
    "department": "Tour Operations",
}


def _core(bench: Bench) -> None:
    names = described_names(bench, CORE_USER)
    plain = {name: each for name, each in _PLAIN.items() if name in names}
    lists = {name: [_described(bench, name, each)] for name, each in _LISTS.items() if name in names}
    full_name = _described(bench, "name", _NAME)
    sent = user(bench, **plain, **lists, name=full_name)
    response = bench.endpoint.ask("POST", "/Users", sent)
    if response.status == 400:  # a server may have roles and entitlements of its own
        lists = {name: each for name, each in lists.items() if name not in ("roles", "entitlements")}
        response = bench.endpoint.ask("POST", "/Users", user(bench, **plain, **lists, name=full_name))
    require_status("POST /Users of a user with every attribute", response, 200, 201)
    path = address("/Users", require_resource("POST /Users", response))
    there = bench.endpoint.get(path)
    values = {**plain, **{f"name.{name}": each for name, each in full_name.items()}}
    require_values(f"GET {path}", there, values)
    for name, (element,) in lists.items():
        first_element = _first(there.get(name))
        require_values(f"GET {path}, {name}", first_element, _as_written(first_element, element))


def _described(bench: Bench, name: str, parts: Document) -> Document:
    """Return the parts that the schemas have, all where they describe none."""
    names = described_parts(bench, CORE_USER, name)
    return {part: each for part, each in parts.items() if part in names or not names}


def _as_written(shown_element: Document, element: Document) -> Document:
    """Return the element, with the number in the server's form where it is the same (RFC 7643, 4.1.2: SHOULD canonicalize)."""
    shown_number, number = str(shown_element.get("value")), str(element.get("value"))
    return (
        {**element, "value": shown_number}
        if _CALL.match(number) and _dialled(shown_number) == _dialled(number)
        else element
    )


def _dialled(number: str) -> str:
    return _PUNCTUATION.sub("", number.removeprefix("tel:"))


def _first(elements: Any) -> Document:
    return elements[0] if isinstance(elements, list) and elements and isinstance(elements[0], dict) else {}


def _extension(bench: Bench) -> None:
    names = described_names(bench, ENTERPRISE_USER)
    if not names:
        raise SkippedError(f"/Schemas has no {ENTERPRISE_USER}")
    _, boss = new_user(bench)
    work: Document = {name: each for name, each in _WORK.items() if name in names}
    if "manager" in names:
        work["manager"] = {"value": boss["id"]}
    path, _ = new_user(bench, schemas=[CORE_USER, ENTERPRISE_USER], **{ENTERPRISE_USER: work})
    there = bench.endpoint.get(path).get(ENTERPRISE_USER)
    label = f"GET {path}, {ENTERPRISE_USER}"
    values = {f"{name}.value" if name == "manager" else name: each for name, each in work.items()}
    values |= {"manager.value": boss["id"]} if "manager" in names else {}
    require_values(label, there if isinstance(there, dict) else {}, values)


CHECKS = (
    Check(
        "7643 4.1 whole user",
        "RFC 7643 4.1 and 7: a user with every attribute that the schemas have reads back so (it follows; not said)",
        _core,
        mandatory=False,
    ),
    Check(
        "7643 4.3 whole extension",
        "RFC 7643 4.3 and 7: every attribute of the enterprise extension reads back so, the manager included (it follows; not said)",
        _extension,
        mandatory=False,
    ),
)
