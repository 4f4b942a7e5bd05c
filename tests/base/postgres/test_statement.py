"""What goes into one statement, and what has to wait for the next."""

from __future__ import annotations

import pytest

pytest.importorskip("psycopg_pool", reason="the extra postgres is not installed")
from harness.base.postgres.statement import Kind, Part, statements

PUT, CLAIM = (Kind.INSERT, "document"), (Kind.INSERT, "unique_key")
RELEASE, DEMAND = (Kind.DELETE, "unique_key"), (Kind.DEMAND, "document")
LINE, TAGS = (Kind.LINE, "log"), (Kind.INSERT, "log_tag")


def together(parts, due):
    """Return what each statement locks and does, in words; parts are written with their tenant."""
    made = [Part(kind, tenant, table, f"{kind.value} {table}", ()) for tenant, (kind, table) in parts]
    return [[each.tenant, *(part.query for part in each.parts)] for each in statements(made, due)]


@pytest.mark.parametrize(
    ("parts", "due", "expected"),
    [
        pytest.param(
            [(1, DEMAND), (1, CLAIM), (1, PUT), (1, LINE), (1, TAGS)],
            [1],
            [
                [
                    1,
                    "demand document",
                    "insert unique_key",
                    "insert document",
                    "line log",
                    "insert log_tag",
                ]
            ],
            id="a create is one",
        ),
        pytest.param([], [1], [[1]], id="a question needs the row"),
        pytest.param([], [], [], id="and has it the second time"),
        pytest.param(
            [(1, PUT), (1, PUT)],
            [1],
            [[1, "insert document"], [1, "insert document"]],
            id="a table is written to once",
        ),
        pytest.param(
            [(1, PUT), (1, DEMAND)],
            [],
            [[1, "insert document"], [1, "demand document"]],
            id="a demand sees what was written before it",
        ),
        pytest.param(
            [(1, PUT), (1, RELEASE)],
            [1],
            [[1, "insert document"], [1, "delete unique_key"]],
            id="the row is held before anything is deleted",
        ),
        pytest.param([(1, RELEASE)], [1], [[1], [1, "delete unique_key"]], id="even if nothing comes before"),
        pytest.param(
            [(2, PUT), (1, RELEASE)],
            [1],
            [[2, "insert document"], [1], [1, "delete unique_key"]],
            id="or what comes before is another tenant's",
        ),
        pytest.param(
            [(1, PUT), (1, RELEASE)], [], [[1, "insert document", "delete unique_key"]], id="once it is"
        ),
        pytest.param(
            [(1, PUT), (2, PUT)],
            [2, 1],
            [[2], [1], [1, "insert document"], [2, "insert document"]],
            id="two rows are locked in the order in which they were entered",
        ),
    ],
)
def test_what_goes_together(parts, due, expected):
    """As much as can be, in an order that nobody could tell from one after another."""
    assert together(parts, due) == expected


def test_a_line_draws_its_number():
    """Whatever else a statement does, the row counts on for a line alone."""
    put = Part(Kind.INSERT, 1, "document", "PUT", ())
    line = Part(Kind.LINE, 1, "log", "LINE", ())
    (without,), (drawing,) = statements([put], [1]), statements([put, line], [1])
    assert "last_line + 1" not in without.text()
    assert "FOR UPDATE" in without.text()
    assert "last_line + 1" in drawing.text()
