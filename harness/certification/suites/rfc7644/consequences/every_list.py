"""RFC 7644 on PATCH of every list that a user has, not of emails alone: what is added joins, what a filter removes goes alone.

Source: RFC 7644, 3.5.2.1 and 3.5.2.2, RFC 7643, 4.1.2, https://datatracker.ietf.org/doc/html/rfc7644 (read 2026-11-29).
"""

from __future__ import annotations

from harness.base.json_text import encode_text
from harness.base.store import Document
from harness.certification.answers import address, objects, require, require_resource, written
from harness.certification.bench.bench import Bench
from harness.certification.outcomes import SkippedError
from harness.certification.suite import Check
from harness.certification.suites.people import user
from harness.certification.suites.rfc7644.claims import need
from harness.certification.suites.samples import DOMAIN

# What stays, what a filter removes, what is added by a path, and without one.
_VALUES = {
    "emails": tuple(f"{name}@{DOMAIN}" for name in ("stays", "goes", "joins", "comes")),
    "phoneNumbers": tuple(f"+1 425 555 010{digit}" for digit in "1234"),
    "roles": ("stays", "goes", "joins", "comes"),
    "entitlements": ("stays", "goes", "joins", "comes"),
}
# Of one type there is one at a time, for a server may demand that; who comes has the type of who is gone.
_TYPES = ("work", "home", "other", "home")


def _each_list(bench: Bench) -> None:
    need(bench, "patch")
    word = bench.word()
    elements = {name: _elements(name, word) for name in _VALUES}
    sent = user(bench, **{name: each[:2] for name, each in elements.items()})
    response = bench.endpoint.ask("POST", "/Users", sent)
    if response.status == 400:
        raise SkippedError("a user with two values in each list is refused")
    path = address("/Users", require_resource("POST /Users", response))
    there = bench.endpoint.get(path)
    names = [name for name in elements if _values(there, name) == _sorted(elements[name][:2])]
    if not names:
        raise SkippedError(f"the server keeps no two values in any of {', '.join(_VALUES)}")
    bench.endpoint.patch(
        path,
        *({"op": "add", "path": name, "value": [elements[name][2]]} for name in names),
        *({"op": "remove", "path": _chosen(name, elements[name][1])} for name in names),
        {"op": "add", "value": {name: [elements[name][3]] for name in names}},
    )
    there = bench.endpoint.get(path)
    wrong = [
        f"{name} is {written(_values(there, name))}"
        for name in names
        if _values(there, name) != _sorted([each for each in elements[name] if each is not elements[name][1]])
    ]
    require(
        not wrong,
        f"GET {path} after PATCH that adds a value to each list, removes one by a filter, and adds one without a path: "
        f"{'; '.join(wrong)}; the other values are to stay",
    )


def _elements(name: str, word: str) -> list[Document]:
    """Return four; addresses and roles hold the word, for they may have to be one person's."""
    apart = "" if name == "phoneNumbers" else f"{word}-"
    return [
        {"value": f"{apart}{text}", "type": kind} for text, kind in zip(_VALUES[name], _TYPES, strict=True)
    ]


def _chosen(name: str, element: Document) -> str:
    return f"{name}[value eq {encode_text(element['value'])}]"


def _values(resource: Document, name: str) -> list[str]:
    return _sorted(objects(resource.get(name)))


def _sorted(elements: list[Document]) -> list[str]:
    return sorted(str(each.get("value")) for each in elements)


CHECKS = (
    Check(
        "3.5.2 each list",
        "RFC 7644 3.5.2.1 and 3.5.2.2: in emails, phoneNumbers, roles and entitlements a value that is added joins the others, "
        "with a path and without, and one that a filter removes goes alone",
        _each_list,
    ),
)
