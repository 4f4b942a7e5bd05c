"""The default mapping of a non-gallery application, and values on their way from source to target."""

from datetime import UTC, datetime

import pytest

from harness.azure_ad.directory.properties import source_attributes
from harness.azure_ad.mappings.compiled import compile_mappings
from harness.azure_ad.mappings.expression import EvaluationError
from harness.azure_ad.mappings.functions import Context
from harness.azure_ad.mappings.schema import object_mappings
from harness.azure_ad.mappings.templates import attribute_mapping, build
from harness.base.clock import VirtualClock
from harness.base.ids import Ids
from harness.scim.names import ENTERPRISE_USER

# https://learn.microsoft.com/en-us/entra/identity/app-provisioning/use-scim-to-provision-users-and-groups
DOCUMENTED = [
    ("[userPrincipalName]", "userName"),
    ('Switch([IsSoftDeleted], , "False", "True", "True", "False")', "active"),
    ("[displayName]", "displayName"),
    ("[jobTitle]", "title"),
    ("[mail]", 'emails[type eq "work"].value'),
    ("[preferredLanguage]", "preferredLanguage"),
    ("[givenName]", "name.givenName"),
    ("[surname]", "name.familyName"),
    ('Join(" ", [givenName], [surname])', "name.formatted"),
    ("[physicalDeliveryOfficeName]", 'addresses[type eq "work"].formatted'),
    ("[streetAddress]", 'addresses[type eq "work"].streetAddress'),
    ("[city]", 'addresses[type eq "work"].locality'),
    ("[state]", 'addresses[type eq "work"].region'),
    ("[postalCode]", 'addresses[type eq "work"].postalCode'),
    ("[country]", 'addresses[type eq "work"].country'),
    ("[telephoneNumber]", 'phoneNumbers[type eq "work"].value'),
    ("[mobile]", 'phoneNumbers[type eq "mobile"].value'),
    ("[facsimileTelephoneNumber]", 'phoneNumbers[type eq "fax"].value'),
    ("[mailNickname]", "externalId"),
    ("[employeeId]", f"{ENTERPRISE_USER}:employeeNumber"),
    ("[department]", f"{ENTERPRISE_USER}:department"),
    ("[manager]", f"{ENTERPRISE_USER}:manager"),
]


@pytest.fixture
def schema():
    return build("scim", "job", "rule", "Microsoft Entra ID")


def compiled(schema, *rows, context=None):
    """Compile the user mapping with rows replaced or added."""
    mapping = object_mappings(schema)[0]
    targets = {row["targetAttributeName"] for row in rows}
    kept = [row for row in mapping["attributeMappings"] if row["targetAttributeName"] not in targets]
    mapping["attributeMappings"] = [*kept, *rows]
    return compile_mappings(schema, context)["User"]


def test_users_are_mapped_as_documented(schema):
    """Row by row the default mapping of customappsso."""
    rows = object_mappings(schema)[0]["attributeMappings"]
    assert [(row["source"]["expression"], row["targetAttributeName"]) for row in rows] == DOCUMENTED
    assert [row["targetAttributeName"] for row in rows if row["matchingPriority"]] == ["userName"]


def test_groups_are_mapped_as_documented(schema):
    """Their displayName matches, objectId is the external id, members are references."""
    rows = object_mappings(schema)[1]["attributeMappings"]
    assert [
        (row["source"]["expression"], row["targetAttributeName"], row["matchingPriority"]) for row in rows
    ] == [("[displayName]", "displayName", 1), ("[objectId]", "externalId", 0), ("[members]", "members", 0)]


def test_references_travel_apart(schema):
    """Manager and members are no values of the object: they follow in requests of their own."""
    mappings = compile_mappings(schema)
    assert mappings["User"].reference.target == f"{ENTERPRISE_USER}:manager"
    assert mappings["Group"].reference.target == "members"
    assert "manager" not in str(mappings["User"].values({"manager": "x"}, creating=True))


def test_null_has_no_value(schema):
    """What the source lacks is left out, not sent as null or empty."""
    values = compile_mappings(schema)["User"].values({"userPrincipalName": "a@b"}, creating=True)
    assert values == {"userName": "a@b"}


def test_the_default_value_counts_only_on_creation(schema):
    """customize-application-attributes: used when creating a user, not when updating one."""
    mapping = compiled(schema, attribute_mapping("title", "[jobTitle]", default="Employee"))
    assert mapping.values({}, creating=True)["title"] == "Employee"
    assert "title" not in mapping.values({}, creating=False)
    assert mapping.values({"jobTitle": "Pilot"}, creating=True)["title"] == "Pilot"


def test_a_constant_flows_always(schema):
    """Mapping type Constant: the same for everybody, on creation and on update."""
    mapping = compiled(schema, attribute_mapping("userType", None, default="staff"))
    assert mapping.values({}, creating=True)["userType"] == "staff"
    assert mapping.values({}, creating=False)["userType"] == "staff"


def test_only_during_object_creation(schema):
    """`ObjectAddOnly` never updates."""
    mapping = compiled(schema, {**attribute_mapping("title", "[jobTitle]"), "flowType": "ObjectAddOnly"})
    assert "title" in mapping.values({"jobTitle": "x"}, creating=True)
    assert "title" not in mapping.values({"jobTitle": "x"}, creating=False)


def test_matching_attributes_are_tried_in_their_order(schema):
    """Precedence 1 before precedence 2, wherever they stand."""
    mapping = compiled(
        schema,
        attribute_mapping("userName", "[userPrincipalName]", match=2),
        attribute_mapping("externalId", "[objectId]", match=1),
    )
    assert [flow.target for flow in mapping.matching] == ["externalId", "userName"]


def test_a_functions_list_gives_its_first_value(schema):
    """Target attributes of this mapping hold one value each; of no values none flows."""
    mapping = compiled(schema, attribute_mapping("nickName", 'Split([department], ";")'))
    assert mapping.values({"department": "a;b"}, creating=True)["nickName"] == "a"
    mapping = compiled(schema, attribute_mapping("nickName", "[otherMails]"))
    assert "nickName" not in mapping.values({"otherMails": []}, creating=True)


def test_a_disabled_object_mapping_takes_no_part(schema):
    """Provisioning of groups can be switched off."""
    object_mappings(schema)[1]["enabled"] = False
    assert list(compile_mappings(schema)) == ["User"]


def test_graphs_names_become_the_mappings_names():
    """A mobilePhone is mobile, the first businessPhone is telephoneNumber, booleans are words, empty is null."""
    attributes = source_attributes(
        "User",
        {
            "id": "1",
            "userPrincipalName": "ana_example.com#EXT#@contoso.com",
            "accountEnabled": False,
            "mobilePhone": "1",
            "businessPhones": ["2", "3"],
            "faxNumber": "4",
            "officeLocation": "5",
            "jobTitle": "",
            "proxyAddresses": ["SMTP:a@b", "smtp:c@d"],
            "onPremisesExtensionAttributes": {"extensionAttribute1": "x", "extensionAttribute2": None},
        },
    )
    assert attributes == {
        "objectId": "1",
        "userPrincipalName": "ana_example.com",
        "originalUserPrincipalName": "ana_example.com#EXT#@contoso.com",
        "accountEnabled": "False",
        "mobile": "1",
        "telephoneNumber": "2",
        "facsimileTelephoneNumber": "4",
        "physicalDeliveryOfficeName": "5",
        "proxyAddresses": ["SMTP:a@b", "smtp:c@d"],
        "extensionAttribute1": "x",
    }


def test_a_default_value_stands_in_for_what_a_function_gives_as_null(schema):
    """On creation only, as for a plain attribute; an empty text is a value and flows."""
    row = attribute_mapping("title", 'Switch([jobTitle], , "x", "Pilot")', default="Employee")
    mapping = compiled(schema, row)
    assert mapping.values({"jobTitle": "x"}, creating=True)["title"] == "Pilot"
    assert mapping.values({"jobTitle": "y"}, creating=True)["title"] == "Employee"
    assert "title" not in mapping.values({"jobTitle": "y"}, creating=False)
    mapping = compiled(
        schema, attribute_mapping("title", 'Switch([jobTitle], "", "x", "Pilot")', default="z")
    )
    assert mapping.values({"jobTitle": "y"}, creating=True)["title"] == ""


def test_what_is_ignored_flows_in_no_form(schema):
    """IgnoreFlowIfNullOrEmpty drops the attribute: neither the empty text nor the default value is sent."""
    expression = 'IgnoreFlowIfNullOrEmpty(Switch([jobTitle], "", "x", "Pilot"))'
    mapping = compiled(schema, attribute_mapping("title", expression, default="Employee"))
    assert mapping.values({"jobTitle": "x"}, creating=True)["title"] == "Pilot"
    assert "title" not in mapping.values({"jobTitle": "y"}, creating=True)


def test_a_mapping_without_source_and_default_leaves_the_target_alone(schema):
    """Mapping type None."""
    mapping = compiled(schema, attribute_mapping("title", None))
    assert "title" not in mapping.values({"jobTitle": "x"}, creating=True)


def test_multi_value_add_only_flows_a_single_value(schema):
    """The flow type concerns targets of several values; where there is one, it flows on creation and on update."""
    mapping = compiled(schema, {**attribute_mapping("title", "[jobTitle]"), "flowType": "MultiValueAddOnly"})
    assert mapping.values({"jobTitle": "x"}, creating=True)["title"] == "x"
    assert mapping.values({"jobTitle": "x"}, creating=False)["title"] == "x"


def test_what_cannot_be_evaluated_names_the_target(schema):
    """The object's log entry can say which mapping, which function, which parameter."""
    mapping = compiled(schema, attribute_mapping("title", "Left([jobTitle], [city])"))
    assert mapping.values({"jobTitle": "Pilot", "city": "3"}, creating=True)["title"] == "Pil"
    with pytest.raises(EvaluationError) as error:
        mapping.values({"jobTitle": "Pilot", "city": "Bonn"}, creating=True)
    assert str(error.value) == (
        "attribute mapping of 'title': Left at column 1: parameter 'NumChars' must be a whole number, not 'Bonn'"
    )


def test_redacted_values_flow_and_are_not_logged(schema):
    """Redact hides the value from the logs only, wherever it stands in the expression."""
    mapping = compiled(
        schema,
        attribute_mapping("title", "Redact([jobTitle])"),
        attribute_mapping("nickName", 'Append(Redact([jobTitle]), "!")'),
    )
    values = mapping.values({"jobTitle": "x", "displayName": "Ana"}, creating=True)
    assert values == {"displayName": "Ana", "title": "x", "nickName": "x!"}
    assert mapping.logged(values) == {"displayName": "Ana", "title": "[Redact]", "nickName": "[Redact]"}


def test_time_chance_and_tenant_come_with_the_context(schema):
    """What an expression reads of its surroundings is given when the mappings are compiled."""
    context = Context(VirtualClock(datetime(2021, 7, 2, 15, 33, 38, tzinfo=UTC)), Ids("1"), "contoso.com")
    row = attribute_mapping("title", 'Join("@", Now(), DefaultDomain())')
    mapping = compiled(schema, row, context=context)
    assert mapping.values({}, creating=True)["title"] == "7/2/2021 3:33:38 PM@contoso.com"
