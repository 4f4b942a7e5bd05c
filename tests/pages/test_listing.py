"""Long lists in pages: every row is on exactly one page, forwards and back, searched or not."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from harness.pages.listing import behind, containing, page_of, ways

APP = Flask(__name__)


def rows(count):
    return [{"id": f"r{number:03}", "name": f"Row {number}"} for number in range(count)]


def visit(address, items, test=None, size=10, **limits):
    """Return the rows and ways of the page at an address."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    with APP.test_request_context(address):
        page = page_of(behind(items, query.get("after")), test, rows=size, **limits)
        return [row["id"] for row in page.rows], ways(page)


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 30, 31])
def test_forwards_and_back(count):
    """Going on shows each row once and in order, and the way back leads over the same pages."""
    items, address, seen, pages = rows(count), "/list?search=row&after=", [], []
    while address:
        present, around = visit(address, items)
        pages.append(present)
        seen += present
        last, address = around, around.following
    assert seen == [row["id"] for row in items]
    back = [pages[-1]]
    while last.previous:
        present, last = visit(last.previous, items)
        back.append(present)
    assert back[::-1] == pages
    assert last.previous is None


def test_filters_go_along():
    """The ways keep what the list was filtered by, and nothing of a sentence that was shown once."""
    _, around = visit("/list?search=a%26b&notice=saved", rows(11))
    assert parse_qs(urlsplit(around.following).query) == {"search": ["a&b"], "after": ["r009"]}


def test_a_search_ends_and_can_go_on():
    """A search through a great many rows stops after so many and says so; what it left is on the pages behind."""
    items, test = rows(250), containing("ROW 24", ("name",))
    first, around = visit("/list", items, test, looked_at=100)
    assert (first, around.unfinished) == (["r024"], True)
    second, around = visit(around.following, items, test, looked_at=100)
    assert (second, around.unfinished) == ([], True)
    third, around = visit(around.following, items, test, looked_at=100)
    assert (third, around.unfinished) == ([f"r{number}" for number in range(240, 250)], False)
    assert around.following is None


def test_the_way_back_stays_short():
    """An address does not grow without end; what is forgotten is reached from the first page."""
    items, address = rows(600), "/list"
    while address:
        length, address = len(address), visit(address, items)[1].following
    assert length < 300
    assert re.search(r"trail=r\d", visit("/list?after=r599&trail=r589", items)[1].previous or "") is None


@pytest.mark.parametrize("text", ["", "  "])
def test_no_text_is_no_test(text):
    """An empty search shows everything."""
    assert containing(text, ("name",)) is None
