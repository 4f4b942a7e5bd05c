"""Roles in a cycle: from app role assignments to `roles` in POST and PATCH, by each of the four functions.

https://learn.microsoft.com/en-us/entra/identity/app-provisioning/customize-application-attributes
"""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.azure_ad.applications.enterprise_applications import DEFAULT_ACCESS
from harness.azure_ad.mappings import roles
from harness.azure_ad.mappings.definitions import definition
from harness.azure_ad.mappings.schema import object_mappings
from harness.azure_ad.mappings.templates import attribute_mapping
from tests.azure_ad.scim_server import BASE, reply

TYPE = "WindowsAzureActiveDirectoryRole"
SINGLE = 'roles[primary eq "True"].value'
FLAG = "?aadOptscim062020"
ROLES = {"25": "Role1234", "Admin": "Administrator", "Reader": "Reader"}
COMPLEX, ASSERTIVE = "AppRoleAssignmentsComplex", "AssertiveAppRoleAssignmentsComplex"


def role_id(value):
    return f"06b07648-ecfe-589f-9d2f-{value:>012}".replace("Admin", "00ad1").replace("Reader", "00eade")


def assignment(value):
    """Return a role as a PATCH carries it: JSON inside of text."""
    return json.dumps(
        {"id": role_id(value), "value": value, "displayName": ROLES[value]}, separators=(",", ":")
    )


def element(value, display):
    return {"primary": False, "type": TYPE, display: ROLES[value], "value": value}


@pytest.fixture
def staffed(company):
    """Return a company whose application has three roles beside its own, and a function that maps them."""
    app = company.apps.find(company.app)
    own = [
        {**app["appRoles"][0], "id": role_id(value), "value": value, "displayName": name}
        for value, name in ROLES.items()
    ]
    company.store.put("servicePrincipal", company.app, {**app, "appRoles": [*app["appRoles"], *own]})
    return company


def map_roles(company, function, target="roles", *, flagged=False):
    schema = company.engine.schema(company.job)
    attributes = schema["directories"][1]["objects"][0]["attributes"]
    if target not in [each["name"] for each in attributes]:
        attributes.append(definition(target, multivalued=True))
    object_mappings(schema)[0]["attributeMappings"].append(
        attribute_mapping(target, f"{function}([appRoleAssignments])")
    )
    company.engine.save_schema(company.job, schema)
    if flagged:
        company.engine.save_secrets(company.app, {"BaseAddress": BASE + FLAG})


def hire(company, *values, name="ana"):
    key = company.person(name, assigned=False)
    for value in values:
        company.apps.assign(company.app, key, role_id(value))
    return key


def operations(server):
    return [operation for body in server.bodies("PATCH") for operation in body["Operations"]]


@pytest.mark.parametrize("flagged", [False, True])
@pytest.mark.parametrize(("function", "display"), [(COMPLEX, "displayName"), (ASSERTIVE, "display")])
def test_a_post_has_role_objects(staffed, server, function, display, flagged):
    """None of them primary; the two functions call the role's name otherwise."""
    map_roles(staffed, function, flagged=flagged)
    hire(staffed, "25", "Admin")
    staffed.turn_on()
    (body,) = server.bodies("POST")
    assert body["roles"] == [element("25", display), element("Admin", display)]


def test_a_post_without_the_mapping_has_an_empty_list(staffed, server):
    """Nothing is mapped to roles by default, and nothing looks assignments up."""
    hire(staffed, "25")
    staffed.turn_on()
    (body,) = server.bodies("POST")
    assert body["roles"] == []
    assert "appRoleAssignments" not in staffed.log()[0]["provisioningSteps"][0]["details"]


@pytest.mark.parametrize("function", ["SingleAppRoleAssignment", "AppRoleAssignments"])
def test_a_single_role_is_primary(staffed, server, function):
    """https://github.com/MicrosoftDocs/entra-docs/issues/391: the filter's text becomes a boolean, the type comes by itself."""
    map_roles(staffed, function, SINGLE)
    key = hire(staffed, "Admin")
    staffed.turn_on()
    (body,) = server.bodies("POST")
    assert body["roles"] == [{"primary": True, "type": TYPE, "value": "Admin"}]
    staffed.unassign(key)
    staffed.apps.assign(staffed.app, key, role_id("Reader"))
    staffed.cycle()
    assert operations(server) == [{"op": "Replace", "path": SINGLE, "value": "Reader"}]


@pytest.mark.parametrize("function", ["AppRoleAssignments"])
def test_values_alone_are_elements_too(staffed, server, function):
    """The older function in a list: each element has a value and nothing else (inferred)."""
    map_roles(staffed, function)
    key = hire(staffed, "25")
    staffed.turn_on()
    (body,) = server.bodies("POST")
    assert body["roles"] == [{"value": "25"}]
    staffed.apps.assign(staffed.app, key, role_id("Admin"))
    staffed.cycle()
    assert operations(server) == [{"op": "Add", "path": "roles", "value": [{"value": "Admin"}]}]


def test_a_default_patch_adds_json_inside_of_text(staffed, server):
    """As the documented sample, letter by letter; https://github.com/MicrosoftDocs/azure-docs/issues/50772."""
    map_roles(staffed, COMPLEX)
    key = hire(staffed, "Admin")
    staffed.turn_on()
    server.requests.clear()
    staffed.apps.assign(staffed.app, key, role_id("25"))
    staffed.cycle()
    assert operations(server) == [
        {
            "op": "Add",
            "path": "roles",
            "value": [
                {
                    "value": '{"id":"06b07648-ecfe-589f-9d2f-000000000025","value":"25","displayName":"Role1234"}'
                }
            ],
        }
    ]


def test_a_flagged_patch_adds_objects(staffed, server):
    """With the flag POST and PATCH have one form."""
    map_roles(staffed, COMPLEX, flagged=True)
    key = hire(staffed, "Admin")
    staffed.turn_on()
    staffed.apps.assign(staffed.app, key, role_id("25"))
    staffed.change(key, displayName="Ana Neu", givenName="Neu")
    staffed.cycle()
    assert operations(server) == [
        {"op": "add", "path": "roles", "value": [element("25", "displayName")]},
        {
            "op": "replace",
            "value": {"displayName": "Ana Neu", "name.givenName": "Neu", "name.formatted": "Neu Ruiz"},
        },
    ]


@pytest.mark.parametrize("flagged", [False, True])
def test_complex_roles_are_never_removed(staffed, server, flagged):
    """Who loses a role keeps it in the target: nothing is sent, and the log says that nothing differs."""
    map_roles(staffed, COMPLEX, flagged=flagged)
    key = hire(staffed, "25", "Admin")
    staffed.turn_on()
    staffed.told()
    lost = next(
        entry
        for entry in staffed.apps.assignments_of(staffed.app, key)
        if entry["appRoleId"] == role_id("25")
    )
    staffed.apps.unassign(staffed.app, lost["id"])
    staffed.cycle()
    assert operations(server) == []
    assert staffed.told() == [("Ana", "other", "RedundantExport")]


@pytest.mark.parametrize("flagged", [False, True])
def test_assertive_roles_replace_the_whole_list(staffed, server, flagged):
    """Who loses a role loses it in the target, and who gets one has all sent again."""
    map_roles(staffed, ASSERTIVE, flagged=flagged)
    key = hire(staffed, "25", "Admin")
    staffed.turn_on()
    staffed.apps.assign(staffed.app, key, role_id("Reader"))
    lost = next(
        entry
        for entry in staffed.apps.assignments_of(staffed.app, key)
        if entry["appRoleId"] == role_id("25")
    )
    staffed.apps.unassign(staffed.app, lost["id"])
    staffed.cycle()
    assert operations(server) == [
        {
            "op": "replace",
            "path": "roles",
            "value": [element("Admin", "display"), element("Reader", "display")],
        }
    ]
    staffed.change(key, usageLocation="DE")
    staffed.cycle()
    assert operations(server) == []


def test_what_was_added_as_text_counts_as_held(staffed, server):
    """A server that gives the text back gets it once."""
    map_roles(staffed, COMPLEX)
    key = hire(staffed)
    staffed.assign(key)
    staffed.turn_on()
    server.user("ana@contoso.com")["roles"] = [{"value": assignment("Admin")}]
    staffed.apps.assign(staffed.app, key, role_id("Admin"))
    staffed.apps.assign(staffed.app, key, role_id("25"))
    staffed.cycle()
    (operation,) = operations(server)
    assert [json.loads(role["value"])["value"] for role in operation["value"]] == [None, "25"]


def test_roles_come_through_assigned_groups_too(staffed, server):
    """Each once; joining and leaving such a group reaches the next incremental cycle."""
    map_roles(staffed, ASSERTIVE)
    key = hire(staffed, "Admin")
    group = staffed.group("Readers", assigned=False)
    for value in ("Admin", "Reader"):
        staffed.apps.assign(staffed.app, group, role_id(value))
    staffed.turn_on()
    server.requests.clear()
    staffed.directory.add_member(group, key)
    staffed.cycle()
    assert operations(server)[0]["value"] == [element("Admin", "display"), element("Reader", "display")]
    staffed.directory.remove_member(group, key)
    staffed.cycle()
    assert operations(server)[0]["value"] == [element("Admin", "display")]


def test_a_role_given_to_a_group_reaches_its_members(staffed, server):
    """The assignment is the group's; the users that it changes are looked at all the same."""
    map_roles(staffed, COMPLEX)
    key = hire(staffed, "Admin")
    group = staffed.group("Readers", (key,), assigned=False)
    staffed.turn_on()
    server.requests.clear()
    staffed.apps.assign(staffed.app, group, role_id("Reader"))
    staffed.cycle()
    assert operations(server)[0]["value"] == [{"value": assignment("Reader")}]


def test_roles_of_other_applications_do_not_count(staffed, server):
    """An assignment belongs to one application."""
    map_roles(staffed, COMPLEX)
    other = staffed.apps.instantiate("Other")["id"]
    key = hire(staffed, "Admin")
    staffed.apps.assign(other, key)
    staffed.turn_on()
    (body,) = server.bodies("POST")
    assert body["roles"] == [element("Admin", "displayName")]


def test_default_access_goes_by_its_name(staffed, server):
    """Default access is no role of the application."""
    map_roles(staffed, "SingleAppRoleAssignment", SINGLE)
    key = hire(staffed)
    staffed.apps.assign(staffed.app, key, DEFAULT_ACCESS)
    staffed.turn_on()
    (body,) = server.bodies("POST")
    assert body["roles"][0]["value"] == "Default Access"


def test_a_list_needs_a_target_of_several_values(staffed, server):
    """https://github.com/MicrosoftDocs/azure-docs/issues/50772: roles must be multi-valued; else one value flows."""
    schema = staffed.engine.schema(staffed.job)
    attributes = schema["directories"][1]["objects"][0]["attributes"]
    attributes.append(definition("roles"))
    staffed.engine.save_schema(staffed.job, schema)
    map_roles(staffed, "AppRoleAssignments")
    hire(staffed, "25", "Admin")
    staffed.turn_on()
    (body,) = server.bodies("POST")
    assert body["roles"] == "25"


def test_the_log_shows_roles_as_json(staffed, server):
    """Both modifiedProperties and the export's details hold what was sent."""
    map_roles(staffed, COMPLEX)
    key = hire(staffed, "Admin")
    staffed.turn_on()
    staffed.log()
    staffed.apps.assign(staffed.app, key, role_id("25"))
    staffed.cycle()
    (entry,) = staffed.log()
    (change,) = entry["modifiedProperties"]
    assert (change["displayName"], json.loads(change["newValue"])) == ("roles", [assignment("25")])
    assert json.loads(change["oldValue"]) == [element("Admin", "displayName")]


def test_a_server_that_cannot_keep_roles_is_asked_again_and_again(staffed, server):
    """Azure AD compares with what the target holds: roles that are not there are sent whenever the user is looked at."""
    map_roles(staffed, COMPLEX)
    key = hire(staffed, "Admin")
    staffed.turn_on()
    server.user("ana@contoso.com").pop("roles")
    server.refuse("PATCH", "/Users", reply(204))
    for name in ("DE", "FR"):
        staffed.change(key, usageLocation=name)
        staffed.cycle()
        assert operations(server) == [
            {"op": "Add", "path": "roles", "value": [{"value": assignment("Admin")}]}
        ]


@given(
    st.sampled_from(roles.SEVERAL),
    st.lists(st.text(max_size=5), max_size=4, unique_by=str.casefold),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["value", "x"]), inner),
    ),
)
def test_whatever_a_target_calls_roles_is_compared(function, wanted, held):
    """And what was sent is not sent again."""
    missing = roles.missing(function, wanted, held)
    assert set(missing) <= set(wanted)
    assert roles.missing(function, wanted, roles.resources(function, wanted)) == []
    assert roles.missing(function, wanted, [{"value": role} for role in wanted]) == []
