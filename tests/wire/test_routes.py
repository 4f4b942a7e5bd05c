"""Addresses are looked up in a table of rules: which view, with which arguments, or which methods instead."""

import pytest

from harness.wire.routes import Routes


def view(**arguments):
    return arguments


ROUTES = Routes(
    (
        ("GET", "/users", view),
        ("POST", "/users", view),
        ("GET", "/users/<key>", view),
        ("GET", "/users/<key>/photo", view),
        ("DELETE", "/<any(users, groups):kind>/<key>/photo", view),
        ("GET", "/users/delta", view),
        ("GET", "/files/<path:name>", view),
    )
)


@pytest.mark.parametrize(
    ("method", "path", "arguments"),
    [
        ("GET", "/users", {}),
        ("HEAD", "/users", {}),
        ("GET", "/users/x y", {"key": "x y"}),
        ("DELETE", "/groups/x/photo", {"kind": "groups", "key": "x"}),
        ("GET", "/files/a/b", {"name": "a/b"}),
    ],
)
def test_a_view_and_its_arguments(method, path, arguments):
    match = ROUTES.match(method, path)
    assert (match.view, match.arguments) == (view, arguments)


def test_a_word_comes_before_a_name():
    assert ROUTES.match("GET", "/users/delta").arguments == {}


@pytest.mark.parametrize(
    ("method", "path", "methods"),
    [
        ("PATCH", "/users", {"GET", "HEAD", "OPTIONS", "POST"}),
        ("GET", "/groups/x/photo", {"DELETE", "OPTIONS"}),
        ("PUT", "/users/delta", {"GET", "HEAD", "OPTIONS"}),
    ],
)
def test_an_address_that_takes_other_methods_says_which(method, path, methods):
    match = ROUTES.match(method, path)
    assert (match.view, match.methods) == (None, methods)


@pytest.mark.parametrize(
    "path", ["/", "/nobody", "/users/", "/users//photo", "//users", "/Users", "/groups/x"]
)
def test_an_address_that_is_nobodys_takes_no_method(path):
    """A name stands for one segment that is not empty, and words are as they are written."""
    assert ROUTES.match("GET", path).methods == frozenset()
