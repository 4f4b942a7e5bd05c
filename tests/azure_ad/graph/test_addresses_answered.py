"""Addresses lead where Werkzeug, whose rules the route table is written in, would lead them."""

import re
from collections.abc import Iterator

import pytest
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import Map, Rule

from harness.azure_ad.graph.routes import ROUTES
from harness.wire.routes import Routes

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE")
OURS = Routes(ROUTES)
THEIRS = Map(
    [Rule(rule, methods=[method, "OPTIONS"], endpoint=view) for method, rule, view in ROUTES],
    strict_slashes=False,
).bind("graph.example")


def addresses(rule: str) -> Iterator[str]:
    """Yield addresses that a rule has: of each choice the first and the last word."""
    choice = re.search(r"<any\(([^)]*)\):\w+>", rule)
    if choice is None:
        yield re.sub(r"<path:\w+>", "some/where", re.sub(r"<(?!path:)\w+>", "X", rule))
        return
    words = [word.strip() for word in choice[1].split(",")]
    for word in {words[0], words[-1]}:
        yield from addresses(rule[: choice.start()] + word + rule[choice.end() :])


PATHS = sorted({path for _, rule, _ in ROUTES for path in addresses(rule)})


def theirs(method: str, path: str) -> tuple[object, object, object]:
    """Return the view, its arguments and, where there is none, the other methods that an address takes."""
    try:
        return (*THEIRS.match(path, method), set())
    except MethodNotAllowed as refusal:
        return None, {}, set(refusal.valid_methods or ())
    except NotFound:
        return None, {}, set()


@pytest.mark.parametrize("more", ["", "x", "/x", "/$count"])
def test_every_rule_means_what_it_means_to_werkzeug(more):
    """The same view with the same arguments, and the same methods where it is another's that is asked for."""
    for path in (path + more if path != "/" else f"/{more.removeprefix('/')}" for path in PATHS):
        for method in METHODS:
            match = OURS.match(method, path)
            assert (match.view, match.arguments, match.methods) == theirs(method, path), (method, path)


def test_a_word_comes_before_a_key_and_a_key_where_the_word_takes_no_such_method():
    """`/users/delta` is read as the function, and deleted as the user of that name."""
    assert OURS.match("GET", "/users/delta").arguments == {"which": "users"}
    assert OURS.match("DELETE", "/users/delta").arguments["name"] == "delta"
