"""The default mapping of a non-gallery application, and values on their way from source to target."""

import pytest

from harness.azure_ad.properties import source_attributes
from harness.azure_ad.provisioning.mapping import compile_mappings
from harness.azure_ad.provisioning.schema import attribute_mapping, build, object_mappings
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


def compiled(schema, *rows):
    """Compile the user mapping with rows replaced or added."""
    mapping = object_mappings(schema)[0]
    targets = {row["targetAttributeName"] for row in rows}
    kept = [row for row in mapping["attributeMappings"] if row["targetAttributeName"] not in targets]
    mapping["attributeMappings"] = [*kept, *rows]
    return compile_mappings(schema)["User"]


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


def test_a_multi_valued_source_gives_its_first_value(schema):
    """Target attributes of this mapping hold one value each."""
    mapping = compiled(schema, attribute_mapping("nickName", "[otherMails]"))
    assert mapping.values({"otherMails": ["a@x", "b@x"]}, creating=True)["nickName"] == "a@x"
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
