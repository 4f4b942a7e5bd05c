"""Functions whose result is not in the expression, in a cycle: time, chance and the tenant are the job's own."""

import re

import pytest

from harness.azure_ad.mappings.templates import attribute_mapping
from tests.azure_ad.provisioning.company import Company
from tests.azure_ad.scim_server import ScimServer


def titled(expression, *, names=("ana",), **options):
    """Return what a first cycle makes of an expression for each person."""
    server = ScimServer()
    company = Company(server, **options)
    company.edit("title", source=attribute_mapping("title", expression)["source"])
    for name in names:
        company.person(name)
    company.turn_on()
    return [server.user(f"{name}@contoso.com").get("title") for name in names]


@pytest.mark.parametrize(
    ("expression", "pattern"),
    [
        ("Now()", "3/2/2026 8:00:00 AM"),
        ("Append([mailNickname], DefaultDomain())", r"anacontoso\.com"),
        ("Guid()", "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        (
            "RandomString(9, 2, 0, 3, 4)",
            "(?=(?:.*[0-9]){2})(?=(?:.*[A-Z]){3})(?=(?:.*[a-z]){4})[0-9A-Za-z]{9}",
        ),
    ],
)
def test_the_job_knows_its_surroundings(expression, pattern):
    """The same seed gives the same value in every run."""
    (title,) = titled(expression)
    assert re.fullmatch(pattern, title)
    assert titled(expression) == [title]


@pytest.mark.parametrize("expression", ["Guid()", "RandomString(20, 0, 0, 0, 0)"])
def test_chance_is_new_each_time_and_hangs_on_the_seed(expression):
    """Two people draw two values, another seed gives others, a saved mapping does not begin again."""
    first, second = titled(expression, names=("ana", "ben"))
    assert first != second
    assert titled(expression, seed="2") != [first]


def test_an_edited_mapping_goes_on_drawing(company, server):
    """The stream is the job's, not the schema's: nobody gets a value that somebody had before the edit."""
    for name in ("ana", "ben"):
        company.edit("title", source=attribute_mapping("title", "Guid()")["source"], flowType="ObjectAddOnly")
        company.person(name)
        company.turn_on()
    assert server.user("ana@contoso.com")["title"] != server.user("ben@contoso.com")["title"]


@pytest.mark.parametrize(
    ("outcome", "titles"), [("nothing flows", [None]), ("false branch", ["Other"]), ("error", None)]
)
def test_a_condition_on_nothing_is_a_quirk(outcome, titles):
    """iif-on-null reaches the job's expressions."""
    expression = 'IIF([country]="USA","Home","Other")'
    if titles is None:
        with pytest.raises(StopIteration):  # nobody was created
            titled(expression, iif_on_null=outcome)
    else:
        assert titled(expression, iif_on_null=outcome) == titles
