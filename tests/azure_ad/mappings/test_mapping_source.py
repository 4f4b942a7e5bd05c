"""Expressions as Graph's trees: attributeMappingSource written, read back, and refused."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from harness.azure_ad.mappings.expression import ExpressionError, parse
from harness.azure_ad.mappings.sources import from_source, to_source
from tests.azure_ad.mappings.test_expression import NODES

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["expression", "name", "type", "parameters", "key", "value"]), inner
        )
    ),
    max_leaves=8,
)


def bare(source):
    """Return a tree without its expressions, as a client that builds trees sends it."""
    return {
        "name": source["name"],
        "type": source["type"],
        "parameters": [{"key": each["key"], "value": bare(each["value"])} for each in source["parameters"]],
    }


def keys(text):
    return [parameter["key"] for parameter in to_source(parse(text))["parameters"]]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("Mid([a], 1, 2)", ["source", "start", "length"]),
        ('Replace([a], "-", , , "_", , )', ["source", "Find", "Replacement"]),
        (
            'Replace([a], , "(?<g>b)", "g", , [c], )',
            ["source", "RegularExpression", "RegularExpressionGroupName", "ReplacementPropertyName"],
        ),
        ('Replace([a], "b", , , , , "c")', ["source", "Find", "Template"]),
        ('Switch([a], "d", "k", "v")', ["source", "defaultValue", "switchValue", "switchValue"]),
        ('Join(" ", [a], [b], [c])', ["separator", "source", "source", "source"]),
        ('Append([a], "b")', ["source", "suffix"]),
        ('FormatDateTime([a], , "b", "c")', ["source", "inputFormat", "outputFormat"]),
        ('IIF([a] = "b", "c", "d")', ["condition", "valueIfTrue", "valueIfFalse"]),
        ("IsNothing([a])", ["source"]),
        ("DefaultDomain()", []),
    ],
)
def test_parameters_have_graphs_keys(expression, expected):
    """The keys of the documented functions list and samples; what is left out has none."""
    assert keys(expression) == expected


@given(NODES)
def test_an_expression_reads_back_as_itself(node):
    """GET and PUT change nothing."""
    assert from_source(to_source(node)) == node


@given(NODES)
def test_a_tree_without_expressions_reads_back_as_itself(node):
    """Its functions, keys and constants say all that the expression did."""
    tree = bare(to_source(node))
    try:
        again = from_source(tree)
    except ExpressionError:
        assume(condition=False)  # a value left out among the repeated ones is in the expression alone
    assert bare(to_source(again)) == tree


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("[mail]", "a source is"),
        ({}, "a source is"),
        ({"type": "Attribute", "name": ""}, "a source is"),
        ({"type": "Attribute", "name": "a]b"}, "expected"),
        ({"type": "Attribut", "name": "mail"}, "a source is"),
        (
            {"type": "Function", "name": "Tolower", "parameters": []},
            "unknown function 'Tolower'; did you mean 'ToLower'?",
        ),
        (
            {"type": "Function", "name": "ToLower", "parameters": []},
            "ToLower at column 1: parameter 'source' is missing",
        ),
        ({"type": "Function", "name": "ToLower", "parameters": ["a"]}, "a parameter is"),
        (
            {
                "type": "Function",
                "name": "ToLower",
                "parameters": [{"key": "sources", "value": {"expression": "[a]"}}],
            },
            "ToLower has no parameter 'sources' to give here; did you mean 'source'?",
        ),
        (
            {
                "type": "Function",
                "name": "=",
                "parameters": [{"key": "left", "value": {"expression": "[a]"}}],
            },
            "unknown function '='",
        ),
        ({"expression": "Not([a]", "type": "Attribute", "name": "mail"}, "expected , or ) at column 8"),
    ],
)
def test_what_is_no_source_is_refused(source, message):
    """Whoever builds trees is told what is wrong with them."""
    with pytest.raises(ExpressionError) as error:
        from_source(source)
    assert message in str(error.value)


@given(JSON)
def test_any_json_is_a_source_or_an_expression_error(document):
    """Whatever is PUT, nothing but a sentence comes out."""
    try:
        from_source(document)
    except ExpressionError:
        return


def test_a_deep_tree_is_refused():
    """A tower of functions without expressions ends as one with them does."""
    tree = {"type": "Attribute", "name": "a"}
    for _ in range(60):
        tree = {"type": "Function", "name": "Not", "parameters": [{"key": "source", "value": tree}]}
    with pytest.raises(ExpressionError):
        from_source(tree)
