"""Every step of scenarios is a method of the same name with the same arguments, refused as a scenario's would be."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest

from harness import World
from harness.base.errors import HarnessError
from harness.scenario.language.schema import schema
from harness.scenario.steps import STEPS
from harness.testing.aws_side import AwsSso
from harness.testing.azure_side import AzureAd

DEFINITIONS = schema()["$defs"]["steps"]
METHODS = {
    name.replace("_", " "): method
    for side in (AwsSso, AzureAd, World)
    for name, method in inspect.getmembers(side, inspect.isfunction)
    if not name.startswith("_")
}
ANA = "ana@contoso.com"


@pytest.fixture
def world():
    people = {
        "users": [{"userPrincipalName": ANA, "displayName": "Ana Ruiz"}],
        "groups": [{"displayName": "Office"}],
    }
    with World(populate={"azure_ad": people}) as world:
        yield world


def parameters(method):
    """Return a method's parameters by their names in scenarios, and whether it takes any others."""
    those = dict(inspect.signature(method).parameters)
    del those["self"]
    named = {name.replace("_", " "): each for name, each in those.items() if each.kind != each.VAR_KEYWORD}
    return named, len(named) < len(those)


@pytest.mark.parametrize("verb", STEPS)
def test_a_verb_is_a_method_with_the_same_arguments(verb):
    definition, (named, takes_others) = DEFINITIONS[verb], parameters(METHODS[verb])
    if definition["type"] == "string":
        assert len(named) == 1
        return
    properties, open_ended = definition["properties"], definition.get("additionalProperties") is not False
    assert takes_others == open_ended
    assert named.keys() <= properties.keys() if open_ended else named.keys() == properties.keys()
    required = {name for name, each in named.items() if each.default is each.empty}
    assert required == set(definition.get("required", []))


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda world: world.azure_ad.create_group("Pilots", members="ana"), "'members' takes a list"),
        (lambda world: world.azure_ad.assign(), "'assign' must not be empty"),
        (lambda world: world.azure_ad.update_user(ANA, {}), "'set' must not be empty"),
        (lambda world: world.azure_ad.configure_provisioning(scope="everybody"), "'scope' does not know"),
        (lambda world: world.fault("POST /Users"), "'fault' needs exactly one of: answer, no answer"),
        (lambda world: world.fault("POST /Users", answer={"stauts": 1}), "did you mean 'status'"),
        (lambda world: world.wait("soon"), "'soon'"),
    ],
)
def test_arguments_that_no_scenario_could_have_get_its_sentence(world, ask, words):
    with pytest.raises(HarnessError, match=words):
        ask(world)


def test_members_are_given_as_a_list_or_a_tuple(world):
    world.azure_ad.add_member("Office", [ANA])
    world.azure_ad.remove_member("Office", (ANA,))
    assert world.azure_ad.graph_request("GET", "/groups?$expand=members").body["value"][0]["members"] == []


def test_none_empties_a_property_and_is_no_token(world):
    world.azure_ad.update_user(ANA, {"displayName": "Ana", "jobTitle": None})
    world.azure_ad.create_user(userPrincipalName="eva@contoso.com", displayName="Eva Lind", mail=None)
    with pytest.raises(HarnessError, match="scim request: "):
        world.aws_sso.scim_request("GET", "/Users", token=None)


def test_the_world_is_imported_from_the_package_and_only_when_asked_for():
    code = (
        "import sys, harness; before = 'harness.testing' in sys.modules; from harness import World\n"
        "print(before, World.__module__, hasattr(harness, 'Wrold'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "harness.testing.worlds", "False"]


def test_people_may_have_the_names_that_mappings_use(world):
    """`mobile` is Graph's mobilePhone, and one `telephoneNumber` its list of business phones."""
    ben = "ben@contoso.com"
    world.azure_ad.create_user(
        userPrincipalName=ben, displayName="Ben", mobile="+1 1", telephoneNumber="+1 2"
    )
    assert phones(world, ben) == ("+1 1", ["+1 2"])
    world.azure_ad.update_user(ben, {"mobile": None, "telephoneNumber": "+1 3"})
    assert phones(world, ben) == (None, ["+1 3"])


def phones(world, name):
    user = world.azure_ad.user(name).properties
    return user["mobilePhone"], user["businessPhones"]
