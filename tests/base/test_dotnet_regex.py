"""Regular expressions of .NET: what they find, what they refuse, and that they come to an end."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.base.dotnet_regex import SECONDS, Regex, RegexError


def found(pattern, text):
    match = Regex(pattern).search(text)
    return None if match is None else match[0]


@pytest.mark.parametrize(
    ("pattern", "text", "value"),
    [
        (r"\p{Lu}\p{Ll}+", "1 Ána", "Ána"),
        (r"[\p{L}-]+", "12 Ana-Lú!", "Ana-Lú"),
        (r"[^\p{L}\s]+", "ab 12 c", "12"),
        (r"\P{L}+", "ab12c", "12"),
        (r"(?i)ANA", "x ana", "ana"),
        (r"(?i:A)b", "ab aB", "ab"),
        (r"(?i)a(?-i)B", "ab aB", "aB"),
        (r"(?i)ß", "ss", None),
        (r"(a)(?<n>b)\2\1\k<n>", "abbab", "abbab"),
        (r"(?<n>a)(b)\1\2", "abba", "abba"),  # numbers go to the unnamed first
        (r"a{e}", "a{e}", "a{e}"),
        (r"[a&&b]+[c--d]+[e||f]+", "a&b-cd|f", "a&b-cd|f"),
        (r"x(?i)A|B", "b", "b"),
        (r"(?m)^b$", "a\nb\nc", "b"),
        (r"(?s)a.b", "a\nb", "a\nb"),
        (r"a\z", "a\na", "a"),
        (r"(?<q>['\"]).*?\k<q>", "say 'a\"' now", "'a\"'"),
        (r"(?'q'a)\k'q'", "abaa", "aa"),
        (r"(?<=@)\w+", "ana@contoso.com", "contoso"),
        (r"(?<!a)b", "abb", "b"),
        (r"(?>a+)b", "aab", "aab"),
        (r"(?>a*)a", "aaa", None),
        (r"a{,2}", "a{,2}", "a{,2}"),
        (r"[]a]+", "x]a", "]a"),
        (r"[[a]+", "x[a", "[a"),
        (r"\u0041\x42", "AB", "AB"),
        (r"(a*)*b", "aaab", "aaab"),
    ],
)
def test_dotnets_forms_are_read(pattern, text, value):
    """What differs from Python is understood, what is alike behaves alike."""
    assert found(pattern, text) == value


@pytest.mark.parametrize(
    ("pattern", "text", "replacement", "result"),
    [
        (r"(?<last>\w+), (?<first>\w+)", "Ruiz, Ana", "${first} ${last}", "Ana Ruiz"),
        (r"(\w+), (\w+)", "Ruiz, Ana", "$2 $1", "Ana Ruiz"),
        (r"(?<n>a)(b)", "ab", "$1$2", "ba"),  # numbers go to the unnamed first
        (r"a", "banana", "[$&]", "b[a]n[a]n[a]"),
        (r"a", "a", "$$1 ${x} $9", "$1 ${x} $9"),
        (r"x*", "ab", "-", "-a-b-"),
    ],
)
def test_replacements_name_groups_as_dotnet_does(pattern, text, replacement, result):
    """`${name}`, `$1`, `$&`, `$$`; what names no group stands as it is."""
    assert "".join(Regex(pattern).replace(text, replacement)) == result


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("(", "missing )"),
        ("a)", "an error: "),
        ("[a", "what is not understood here at character 1"),
        ("*a", "nothing to repeat"),
        ("a**", "what is not understood here at character 2"),
        ("a++", "what is not understood here at character 2"),  # possessive in the library, nothing in .NET
        ("a{2}+", "what is not understood here at character 2"),
        ("a{2}{3}", "multiple repeat"),
        ("a{3,1}", "min repeat greater than max repeat"),
        ("a{9999999999}", "what is not understood here at character 2"),
        ("\\", "what is not understood here at character 1"),
        (r"a\y", "what is not understood here at character 2"),
        (r"\L<x>", "what is not understood here at character 1"),
        (r"\k<x>", "no group 'x' to refer to"),
        (r"(a)\2", "no group '2' to refer to"),
        ("(?<a-b>c)", "what is not understood here at character 1"),
        ("(?(a)b|c)", "what is not understood here at character 1"),
        ("(?x)a b", "what is not understood here at character 1"),
        ("(?P<a>b)", "what is not understood here at character 1"),
        ("(?R)", "what is not understood here at character 1"),
        (r"\p{IsGreek}", "what is not understood here at character 1"),
        (r"[\p{IsGreek}]", "a Unicode block"),
        ("[a-z-[aeiou]]", "the subtraction of character classes"),
        ("(" * 4_000 + ")" * 4_000, "nested too deep"),
        ("(?:(?:a{999}){999}){999}", "repeats too much to be tried"),
        ("(?:(?:(?:){999}){999}){999}", "repeats too much to be tried"),
        ("(?:" * 10 + "a" + "){9}" * 10, "repeats too much to be tried"),
        ("(?:a{0,999}){0,999}", "repeats too much to be tried"),
    ],
)
def test_what_is_no_pattern_is_refused(pattern, message):
    """At once, with the place, before any object meets it."""
    with pytest.raises(RegexError, match=re.escape(message)):
        Regex(pattern)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("(a|a)*[cd]", "a" * 60),
        ("(a|aa)+$", "a" * 60 + "b"),
        ("(.*)*[xy]", "a" * 1_000),
        ("(.*)(.*)(.*)(.*)(.*)(.*)[xy]", "a" * 2_000),
        (r"(?<=^(a|a)+)b", "ca" + "a" * 60 + "b"),
        (r"(a+)\1+b", "a" * 100_000),
    ],
)
@pytest.mark.slow
def test_no_pattern_hangs(pattern, text):
    """A catastrophe is cut off by the clock of the processor."""
    with pytest.raises(RegexError, match=f"more than {SECONDS} seconds"):
        Regex(pattern).search(text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("(a+)+$", "a" * 60 + "b"),
        ("(a|a)*c", "a" * 60),
        ("(.*)(.*)(.*)(.*)(.*)(.*)x", "a" * 200),
        (r"(?<=(a+)+)b$", "a" * 60 + "bc"),
        (r"^(([a-z])+.)+[A-Z]([a-z])+$", "a" * 60),
    ],
)
def test_catastrophes_of_the_textbooks_are_none(pattern, text):
    """The library sees that they match nothing."""
    assert found(pattern, text) is None


def test_a_long_value_is_no_catastrophe():
    """An honest pattern gets through a value of many thousand characters."""
    assert "".join(Regex("[a-z]+").replace("ab1" * 5_000, "")) == "1" * 5_000


@given(st.text(max_size=30) | st.text(r"()[]{}\|*+?^$<>=!:ia1k'-,p", max_size=30), st.text(max_size=20))
def test_any_text_is_a_pattern_or_a_regex_error(pattern, text):
    """Nothing that can be typed gets anything else out of it."""
    try:
        Regex(pattern).search(text)
    except RegexError:
        return
