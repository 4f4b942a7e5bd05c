"""Filters: what AWS SSO and Azure AD say to each other is read, and what is wrong is shown by its column."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.scim.filter import OPERATORS, Comparison, FilterError, parse_filter


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('userName eq "a@b.c"', [("userName", "eq", "a@b.c")]),
        ('displayName eq "Siobhán O\'Connor"', [("displayName", "eq", "Siobhán O'Connor")]),
        ('displayName eq "山田 太郎"', [("displayName", "eq", "山田 太郎")]),
        (r'displayName eq "say \"hi\" \\ \u00e9"', [("displayName", "eq", 'say "hi" \\ é')]),
        ('displayName eq "a and b or (c) [d]"', [("displayName", "eq", "a and b or (c) [d]")]),
        ('displayName eq ""', [("displayName", "eq", "")]),
        ('id eq "g" and members eq "u"', [("id", "eq", "g"), ("members", "eq", "u")]),
        ('a eq "1" AND b EQ "2" and c eq "3"', [("a", "eq", "1"), ("b", "eq", "2"), ("c", "eq", "3")]),
        ("active eq true", [("active", "eq", True)]),
        ("active eq false", [("active", "eq", False)]),
        ("manager eq null", [("manager", "eq", None)]),
        ("size gt 10", [("size", "gt", 10)]),
        ("size le -1.5", [("size", "le", -1.5)]),
        ('  userName   eq\t"x"  ', [("userName", "eq", "x")]),
        ('name.givenName sw "A"', [("name.givenName", "sw", "A")]),
        ('emails[type eq "work"].value eq "a@b.c"', [('emails[type eq "work"].value', "eq", "a@b.c")]),
        (
            'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "x"',
            [("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "eq", "x")],
        ),
    ],
)
def test_a_filter_is_read(text, expected):
    """Comparisons joined by `and`, in order; operators in any case; values typed as JSON has them."""
    terms = parse_filter(text)
    assert [(term.attribute, term.operator, term.value) for term in terms] == expected
    assert [type(term.value) for term in terms] == [type(value) for *_, value in expected]


@pytest.mark.parametrize("operator", sorted(OPERATORS))
def test_every_comparison_of_the_standard_parses(operator):
    """A server that refuses an operator can name it."""
    assert parse_filter(f'userName {operator} "x"')[0].operator == operator


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("", 1, "expected an attribute, found the end"),
        ("   ", 4, "expected an attribute, found the end"),
        ('"x" eq userName', 1, "expected an attribute, found '\"'"),
        ("userName", 9, "expected an operator, found the end"),
        ('userName = "x"', 10, "expected an operator such as eq, found '='"),
        ('userName equals "x"', 10, "expected an operator such as eq, found 'equals'"),
        ("userName pr", 10, "expected an operator such as eq, found 'pr'"),
        ("userName eq", 12, "expected a value, found the end"),
        ('userName eq "x', 13, "expected a closing quote, found '\"'"),
        ("userName eq x", 13, "expected a quoted value, found 'x'"),
        ("userName eq 'x'", 13, "expected a quoted value, found ''x''"),
        ("userName eq True", 13, "expected a quoted value, found 'True'"),
        ("size gt NaN", 9, "expected a quoted value, found 'NaN'"),
        ("size gt -Infinity", 9, "expected a quoted value, found '-Infinity'"),
        ("size gt 1e999", 9, "expected a quoted value, found '1e999'"),
        ("name eq {}", 9, "expected a quoted value, found '{}'"),
        (r'userName eq "\x"', 13, "expected a quoted value, found '\"\\x\"'"),
        ('a eq "x" or b eq "y"', 10, "expected 'and', found 'or'"),
        ('a eq "x" b eq "y"', 10, "expected 'and', found 'b'"),
        ('a eq "x" and', 13, "expected an attribute, found the end"),
        ('not (a eq "x")', 5, "expected an operator, found '('"),
        ('(a eq "x")', 1, "expected an attribute, found '('"),
        ('a eq "x")', 9, "expected 'and', found ')'"),
    ],
)
def test_what_is_wrong_is_shown_by_its_column(text, column, message):
    """The message says what was expected, what stands there instead, and where, counted from one."""
    with pytest.raises(FilterError) as caught:
        parse_filter(text)
    assert str(caught.value) == f"{message} at column {column}"
    assert caught.value.column == column


ATTRIBUTES = st.from_regex(r"\A[A-Za-z$][A-Za-z0-9_$.:-]{0,20}\Z")
VALUES = st.one_of(
    st.text(),
    st.booleans(),
    st.none(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
)
COMPARISONS = st.builds(Comparison, ATTRIBUTES, st.sampled_from(sorted(OPERATORS)), VALUES)


@given(st.lists(COMPARISONS, min_size=1, max_size=4))
def test_what_is_written_is_read(comparisons):
    """`str` of comparisons, joined by `and`, parses back to the same, whatever text the values hold."""
    assert parse_filter(" and ".join(map(str, comparisons))) == tuple(comparisons)


@given(st.lists(st.sampled_from([*'ae "[]().\\:1-{}é', " eq ", " and "]), max_size=12).map("".join))
def test_any_text_is_a_filter_or_an_error_within_it(text):
    """Nothing else is raised, and the column points into the text or just behind it."""
    try:
        column = len(parse_filter(text))
    except FilterError as error:
        column = error.column
    assert 1 <= column <= len(text) + 1
