"""The functions, by the examples of Microsoft's reference page."""

import pytest

from harness.azure_ad.provisioning.expression import evaluate, parse
from harness.azure_ad.provisioning.functions import FUNCTIONS

PERSON = {
    "givenName": "John",
    "surname": "Doe",
    "jobTitle": "SALES",
    "userPrincipalName": "John.Doe@contoso.com",
    "state": "QLD",
    "IsSoftDeleted": "False",
    "otherMails": ["j@example.com", "jd@example.com"],
}
STATES = '"NSW", "Australia/Sydney", "QLD", "Australia/Brisbane", "SA", "Australia/Adelaide"'


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ('Append([givenName], ":prod")', "John:prod"),
        ('Append([mail], "none")', "none"),
        ("Coalesce([mail], [userPrincipalName])", "John.Doe@contoso.com"),
        ('Coalesce([mail], [mobile], "nothing")', "nothing"),
        ("Coalesce([mail], [mobile])", None),
        ('Coalesce("", [givenName])', ""),
        ('Join(", ", "", [surname], [givenName])', "Doe, John"),
        ('Join(" ", [givenName], [surname])', "John Doe"),
        ('Join(" ", [middleName], [surname])', "Doe"),
        ('Join(" ", [middleName], [mail])', None),
        ('Join("; ", [otherMails], [surname])', "j@example.com; jd@example.com; Doe"),
        ("Not([IsSoftDeleted])", "True"),
        ('Not("True")', "False"),
        ('Not("true")', "True"),
        ("Not([mail])", "True"),
        (f'Switch([state], "Australia/Brisbane", {STATES})', "Australia/Brisbane"),
        (f'Switch("VIC", "Australia/Melbourne", {STATES})', "Australia/Melbourne"),
        (f'Switch("qld", "nowhere", {STATES})', "nowhere"),
        ('Switch([mail], "some", "", "none")', "none"),
        ('Switch([IsSoftDeleted], , "False", "True", "True", "False")', "True"),
        ("ToLower([userPrincipalName])", "john.doe@contoso.com"),
        ('ToLower([jobTitle], "en")', "sales"),
        ("ToUpper([givenName])", "JOHN"),
        ("ToUpper([mail])", None),
    ],
)
def test_a_function_does_what_its_reference_says(expression, value):
    """The documented examples, and what null does in each place."""
    assert evaluate(parse(expression), PERSON) == value


def test_parameter_keys_are_enough_for_every_argument():
    """Graph names every argument; the last key repeats."""
    for function in FUNCTIONS.values():
        assert len(function.parameters) <= function.minimum + 1
        assert function.maximum is None or function.maximum <= len(function.parameters)
