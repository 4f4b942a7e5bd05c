"""The expression language's grammar, and what it says about text that is none."""

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from harness.azure_ad.mappings.evaluation import evaluate
from harness.azure_ad.mappings.expression import (
    MAX_LENGTH,
    Attribute,
    Call,
    Comparison,
    Constant,
    EvaluationError,
    ExpressionError,
    attributes_of,
    parse,
    to_text,
)
from harness.azure_ad.mappings.functions import FUNCTIONS

LEAVES = st.one_of(
    st.builds(Attribute, st.from_regex(r"[^\[\]\s][^\[\]]*[^\[\]\s]|[^\[\]\s]", fullmatch=True)),
    st.builds(Constant, st.text(max_size=12)),
)


@st.composite
def calls(draw, arguments):
    """Draw a call that its function accepts, arguments left out here and there, comparisons where they may stand."""
    name = draw(st.sampled_from(sorted(FUNCTIONS)))
    function = FUNCTIONS[name]
    count = draw(st.integers(function.minimum, function.maximum or function.minimum + 4))
    given = []
    for index in range(count):
        parameter = function.parameter(index)
        choice = arguments if parameter.required else st.none() | arguments
        if parameter.condition:
            choice |= st.builds(
                Comparison, arguments, st.sampled_from(["=", "<>", ">", ">=", "<", "<="]), arguments
            )
        given.append(draw(choice))
    call = Call(name, tuple([Constant("")] if given == [None] else given))
    try:
        return parse(to_text(call))
    except ExpressionError:  # what only some arguments may be, such as a pattern
        assume(condition=False)


NODES = st.recursive(LEAVES, calls, max_leaves=8)


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("[mail]", Attribute("mail")),
        (" [ mail ] ", Attribute("mail")),
        ('"a constant"', Constant("a constant")),
        (r'"say \"hi\" \\ and \n"', Constant(r'say "hi" \ and \n')),
        ("-12.5", Constant("-12.5")),
        ("&HF7", Constant("&HF7")),
        ("Not([IsSoftDeleted])", Call("Not", (Attribute("IsSoftDeleted"),))),
        ("Now()", Call("Now", ())),
        (
            "CBool([attribute1] = [attribute2])",
            Call("CBool", (Comparison(Attribute("attribute1"), "=", Attribute("attribute2")),)),
        ),
        (
            'IIF([country]<>"USA" , 1, 2)',
            Call(
                "IIF",
                (Comparison(Attribute("country"), "<>", Constant("USA")), Constant("1"), Constant("2")),
            ),
        ),
        (
            'InStr([a], "b", 1, vbTextCompare)',
            Call("InStr", (Attribute("a"), Constant("b"), Constant("1"), Constant("vbTextCompare"))),
        ),
        (
            'Join( " " ,[givenName],  [surname] )',
            Call("Join", (Constant(" "), Attribute("givenName"), Attribute("surname"))),
        ),
        (
            'Append(ToLower([mailNickname]), "@contoso.com")',
            Call("Append", (Call("ToLower", (Attribute("mailNickname"),)), Constant("@contoso.com"))),
        ),
    ],
)
def test_an_expression_is_attributes_constants_and_functions(text, node):
    """Every form of the documented grammar is read as what it says."""
    assert parse(text) == node


def test_arguments_may_be_left_out_between_commas():
    """`Switch([IsSoftDeleted], , …)` has an empty default, which is null."""
    node = parse('Switch([IsSoftDeleted], , "False", "True", "True", "False")')
    assert node.arguments[1] is None
    assert evaluate(node, {"IsSoftDeleted": "neither"}) is None
    assert evaluate(node, {"IsSoftDeleted": "True"}) == "False"


def test_trailing_empty_arguments_count():
    """A comma before the bracket promises one more argument, as in Microsoft's samples."""
    assert parse("ToLower([mail], )") == Call("ToLower", (Attribute("mail"), None))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", 'expected [attribute], "constant" or a function at column 1, found the end'),
        ("   ", 'expected [attribute], "constant" or a function at column 4, found the end'),
        ("[mail", "at column 1, found '['"),
        ("[]", "at column 1, found '['"),
        ("[ ]", "at column 1, found '['"),
        ('"open', "at column 1, found '\"'"),
        ("[mail] [mail]", "expected the end at column 8, found '['"),
        ("mail", "unknown function 'mail' at column 1"),
        ("tolower([mail])", "unknown function 'tolower' at column 1; did you mean 'ToLower'?"),
        ('Join(" ", Tolower([a]))', "unknown function 'Tolower' at column 11; did you mean 'ToLower'?"),
        ("Not", "expected ( behind Not at column 4"),
        ("Not([a]", "expected , or ) at column 8, found the end"),
        ("Not([a] [b])", "expected , or ) at column 9, found '['"),
        ("Not()", "Not(source) at column 1 cannot take 0 arguments"),
        ("Not([a], [b])", "Not(source) at column 1 cannot take 2 arguments"),
        (
            "Switch()",
            "Switch(source, defaultValue, key1, value1, …) at column 1 cannot take 0 arguments",
        ),
        ('Switch([a], "b")', "Switch at column 1: a key needs its value"),
        ('Not(Switch([a], , "b", "c", "d"))', "Switch at column 5: a key needs its value"),
        ("Append([a], )", "Append at column 1: parameter 'suffix' is missing"),
        ("Now([a])", "Now() at column 1 cannot take 1 arguments"),
        ('Append([a] = "b", "c")', "expected , or ) at column 12, found '='"),
        ('IIF([a] == "b", 1, 2)', "at column 10, found '='"),
        ('IIF([a]="b" AND [c]="d", 1, 2)', "conditions know no AND (column 13); put one IIF inside another"),
        ('IIF([a]="b" or [c]="d", 1, 2)', "conditions know no or"),
        ("ToLower(vbTextCompare)", "unknown function 'vbTextCompare' at column 9"),
        ('Replace([a], "b")', "Replace at column 1: give oldValue with replacementValue or template"),
        ('Replace([a], , "b", "c")', "Replace at column 1: give oldValue with"),
        (
            'Not(Replace([a], , "(b", , "c", , ))',
            "Replace at column 5: parameter 'regexPattern': the pattern has",
        ),
        ('Replace([a], , "(b)", "c", "d", , )', "parameter 'regexGroupName': the pattern has no group 'c'"),
        (
            "Append(SelectUniqueValue([a], [b]), [c])",
            "SelectUniqueValue at column 8 cannot stand inside another",
        ),
        ("SelectUniqueValue([a])", "SelectUniqueValue at column 1: two rules are needed at least"),
    ],
)
def test_a_mistake_is_named_with_its_column(text, message):
    """Whoever typed the expression is told where it stops making sense, and what was meant."""
    with pytest.raises(ExpressionError) as error:
        parse(text)
    assert message in str(error.value)


def test_ten_thousand_characters_are_the_limit():
    """Known issues: an expression has at most 10,000 characters."""
    assert parse('"' + "x" * (MAX_LENGTH - 2) + '"')
    with pytest.raises(ExpressionError, match="has 10001 characters; at most 10000"):
        parse('"' + "x" * (MAX_LENGTH - 1) + '"')


def test_nesting_has_an_end():
    """A tower of functions is refused in words, not by a full stack."""
    assert parse("Not(" * 50 + "[a]" + ")" * 50)
    with pytest.raises(ExpressionError, match="nested deeper than 50 functions"):
        parse("Not(" * 51 + "[a]" + ")" * 51)
    with pytest.raises(ExpressionError, match="nested deeper than 50 functions"):
        parse("Not(" * 2_400 + "[a]")


def test_an_attribute_that_is_missing_is_null():
    """Attributes that the object lacks are null, not errors."""
    assert evaluate(parse("[mail]"), {}) is None


def test_all_attributes_read_are_found():
    """A mapping's sources are known however deep they stand."""
    node = parse('Coalesce([mail], Join("@", ToLower([mailNickname]), "x"), "none")')
    assert attributes_of(node) == {"mail", "mailNickname"}


@given(NODES)
@pytest.mark.slow
def test_what_is_echoed_reads_back_as_the_same(node):
    """Graph echoes expressions; putting the echo back changes nothing."""
    assert parse(to_text(node)) == node


@given(st.text(max_size=40) | st.text('[]"\\,()NotJin -&H0 ', max_size=40))
@example("[\x1f]")
@example('"\\')
def test_any_text_is_an_expression_or_an_expression_error(text):
    """Nothing that can be typed gets anything else out of the parser, and its echo is an expression again."""
    try:
        node = parse(text)
    except ExpressionError:
        return
    assert parse(to_text(node)) == node


@given(NODES, st.dictionaries(st.text(max_size=3), st.none() | st.text() | st.lists(st.text())))
def test_a_sound_expression_has_a_value_or_says_why_not(node, source):
    """Evaluation gives text, a list of texts, null or an EvaluationError, whatever the object holds."""
    try:
        value = evaluate(node, source)
    except EvaluationError:
        return
    assert value is None or isinstance(value, str | list)
