"""The synchronization schema in Graph's JSON: what the template gives, what an edit may do."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.azure_ad.mappings.compiled import compile_mappings
from harness.azure_ad.mappings.definitions import completed, definition, source_names
from harness.azure_ad.mappings.expression import SeveralValuesError
from harness.azure_ad.mappings.schema import SchemaError, check, object_mappings
from harness.azure_ad.mappings.templates import attribute_mapping, build
from harness.azure_ad.provisioning.target.dialect import create_body, differences, patch_body
from harness.base.quirks import load_table
from harness.scim.names import CORE_GROUP, ENTERPRISE_USER
from tests.azure_ad.samples import ACTIVE, LANGUAGE, SALES_ONLY

QUIRKS = load_table("harness.azure_ad").choose("identity-center")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@pytest.fixture
def schema():
    return build("scim", "scim.tenant.app", "rule", "Microsoft Entra ID")


def users(schema):
    return object_mappings(schema)[0]


def entry(schema, target):
    return next(row for row in users(schema)["attributeMappings"] if row["targetAttributeName"] == target)


def test_a_direct_mapping_looks_as_in_graph():
    """The matching sample of objectMapping."""
    assert attribute_mapping("Username", "[userPrincipalName]", match=1) == {
        "defaultValue": None,
        "exportMissingReferences": False,
        "flowBehavior": "FlowWhenChanged",
        "flowType": "Always",
        "matchingPriority": 1,
        "source": {
            "expression": "[userPrincipalName]",
            "name": "userPrincipalName",
            "parameters": [],
            "type": "Attribute",
        },
        "targetAttributeName": "Username",
    }


def test_a_function_mapping_looks_as_in_graph():
    """The function sample of objectMapping, default value included."""
    assert attribute_mapping("IsActive", "Not([IsSoftDeleted])", default="True") == ACTIVE


def test_a_constant_mapping_has_no_source():
    """The constant sample of objectMapping: the value stands as the default."""
    assert attribute_mapping("LanguageLocaleKey", None, default="en_US") == LANGUAGE


def test_a_constant_inside_a_function_is_a_parameter_like_any_other():
    """`"8"` is written with its quotes in the expression and without them as its name."""
    (_, suffix) = attribute_mapping("x", 'Append([mail], "8")')["source"]["parameters"]
    assert suffix == {
        "key": "suffix",
        "value": {"expression": '"8"', "name": "8", "parameters": [], "type": "Constant"},
    }


def test_switch_repeats_its_last_key_and_leaves_out_what_is_left_out(schema):
    """The default mapping of active, argument by argument."""
    source = entry(schema, "active")["source"]
    assert source["expression"] == 'Switch([IsSoftDeleted], , "False", "True", "True", "False")'
    assert [parameter["key"] for parameter in source["parameters"]] == ["source", *["switchValue"] * 4]


def test_the_rule_joins_the_two_directories(schema):
    """One rule, users and groups, from the directory of the year to customappsso."""
    (rule,) = schema["synchronizationRules"]
    assert (rule["sourceDirectoryName"], rule["targetDirectoryName"]) == (
        "Microsoft Entra ID",
        "customappsso",
    )
    assert [directory["name"] for directory in schema["directories"]] == [
        "Microsoft Entra ID",
        "customappsso",
    ]
    assert [
        (mapping["name"], mapping["sourceObjectName"], mapping["targetObjectName"], mapping["flowTypes"])
        for mapping in rule["objectMappings"]
    ] == [
        ("Provision Microsoft Entra ID Users", "User", ENTERPRISE_USER, "Add,Update,Delete"),
        ("Provision Microsoft Entra ID Groups", "Group", CORE_GROUP, "Add,Update,Delete"),
    ]


def test_an_attribute_definition_has_graphs_members(schema):
    """Clients deserialize definitions; every member of the documented resource is there."""
    (user, _) = schema["directories"][0]["objects"]
    anchor = next(attribute for attribute in user["attributes"] if attribute["anchor"])
    assert anchor == {
        "anchor": True,
        "caseExact": False,
        "defaultValue": None,
        "flowNullValues": False,
        "multivalued": False,
        "mutability": "ReadWrite",
        "name": "objectId",
        "required": False,
        "type": "String",
        "apiExpressions": [],
        "metadata": [],
        "referencedObjects": [],
    }


def test_types_references_and_several_values_are_defined(schema):
    """objectDefinition: booleans are required, references name the objects that they lead to, in their directory."""
    (source, target) = schema["directories"]

    def shown(directory, kind, name):
        (found,) = (entry for entry in directory["objects"] if entry["name"] == kind)
        (attribute,) = (entry for entry in found["attributes"] if entry["name"] == name)
        others = [entry["referencedObjectName"] for entry in attribute["referencedObjects"]]
        return attribute["type"], attribute["multivalued"], attribute["required"], others

    assert shown(source, "User", "accountEnabled") == ("Boolean", False, True, [])
    assert shown(source, "User", "IsSoftDeleted") == ("Boolean", False, True, [])
    assert shown(source, "User", "proxyAddresses") == ("String", True, False, [])
    assert shown(source, "User", "manager") == ("Reference", False, False, ["User"])
    assert shown(source, "Group", "members") == ("Reference", True, False, ["User", "Group"])
    assert shown(target, ENTERPRISE_USER, "userName") == ("String", False, True, [])
    assert shown(target, ENTERPRISE_USER, "active") == ("Boolean", False, False, [])
    assert shown(target, ENTERPRISE_USER, f"{ENTERPRISE_USER}:manager")[3] == [ENTERPRISE_USER]
    assert shown(target, CORE_GROUP, "members") == ("Reference", True, False, [ENTERPRISE_USER, CORE_GROUP])


def test_objects_say_what_can_be_done_with_them(schema):
    """The metadata of the sample objectDefinition: users can be softly deleted, and by which properties that shows."""
    metadata = {
        entry["name"]: {row["key"]: row["value"] for row in entry["metadata"]}
        for entry in schema["directories"][0]["objects"]
    }
    assert metadata["User"] == {
        "IsSoftDeletionSupported": "true",
        "ConnectorDataStorageRequired": "true",
        "IsSynchronizeAllSupported": "true",
        "PropertyNameAccountEnabled": "accountEnabled",
        "PropertyNameSoftDeleted": "IsSoftDeleted",
    }
    assert metadata["Group"]["IsSoftDeletionSupported"] == "false"


def test_every_mapped_source_is_an_attribute_of_the_source_directory(schema):
    """The template reads nothing that the directory does not have."""
    for mapping in object_mappings(schema):
        names = source_names(mapping["sourceObjectName"])
        for row in mapping["attributeMappings"]:
            check({**schema})
            assert row["source"]["type"] == "Function" or row["source"]["name"] in names


def test_the_template_is_sound(schema):
    """What GET returns may be PUT back."""
    check(schema)


def unmatched(schema):
    entry(schema, "userName")["matchingPriority"] = 0


def broken_expression(schema):
    entry(schema, "title")["source"]["expression"] = 'Join(" ", [jobTitle]'


def unknown_attribute(schema):
    entry(schema, "title")["source"]["expression"] = "[jobTitel]"


def unknown_target(schema):
    entry(schema, "title")["targetAttributeName"] = "nickname"


def undefined_target(schema):
    entry(schema, "title")["targetAttributeName"] = "shoeSize"


def unknown_target_object(schema):
    users(schema)["targetObjectName"] = "User"


def unknown_directory(schema):
    schema["synchronizationRules"][0]["targetDirectoryName"] = "custmappsso"


def into_itself(schema):
    rule = schema["synchronizationRules"][0]
    rule["targetDirectoryName"] = rule["sourceDirectoryName"]


def reference_to_nothing(schema):
    schema["directories"][0]["objects"][0]["attributes"][0]["referencedObjects"] = [
        {"referencedObjectName": "Usr"}
    ]


def attribute_type(schema):
    schema["directories"][1]["objects"][0]["attributes"][2]["type"] = "Text"


def attribute_twice(schema):
    attributes = schema["directories"][1]["objects"][0]["attributes"]
    attributes.append(attributes[3])


def without_definitions(schema):
    del schema["directories"]


def two_rules(schema):
    schema["synchronizationRules"] *= 2


def two_for_users(schema):
    object_mappings(schema)[1] = users(schema)


def users_disabled(schema):
    users(schema)["enabled"] = False


def flow_types(schema):
    users(schema)["flowTypes"] = "Add, Updates"


def flow_behavior(schema):
    entry(schema, "title")["flowBehavior"] = "FlowAlways"


def target_id(schema):
    entry(schema, "title")["targetAttributeName"] = "id"


def target_schema(schema):
    entry(schema, "title")["targetAttributeName"] = ENTERPRISE_USER


def target_element(schema):
    entry(schema, "title")["targetAttributeName"] = 'emails[type eq "work"]'


def target_nonsense(schema):
    entry(schema, "title")["targetAttributeName"] = "emails[type"


def flow_type(schema):
    entry(schema, "title")["flowType"] = "Sometimes"


def no_users(schema):
    del object_mappings(schema)[0]


def foreign_object(schema):
    users(schema)["sourceObjectName"] = "Device"


def no_mappings(schema):
    del users(schema)["attributeMappings"]


def no_rules(schema):
    schema["synchronizationRules"] = []


def no_flow_types(schema):
    del users(schema)["flowTypes"]


def no_directory_name(schema):
    del schema["synchronizationRules"][0]["targetDirectoryName"]


def default_number(schema):
    entry(schema, "title")["defaultValue"] = 5


def match_by_reference(schema):
    entry(schema, "userName")["matchingPriority"] = 0
    entry(schema, f"{ENTERPRISE_USER}:manager")["matchingPriority"] = 1


MAPPINGS = "synchronizationRules[0].objectMappings"
TITLE = f"{MAPPINGS}[0].attributeMappings[3]"


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (
            unmatched,
            (
                f"{MAPPINGS}[0].attributeMappings: 'Provision Microsoft Entra ID Users' has no matching attribute; "
                "give one a matchingPriority of 1"
            ),
        ),
        (match_by_reference, "has no matching attribute; give one a matchingPriority of 1"),
        (broken_expression, f"{TITLE}.source: of 'title': expected , or ) at column 21, found the end"),
        (unknown_attribute, f"{TITLE}.source: unknown source attribute 'jobTitel'; did you mean 'jobTitle'?"),
        (
            unknown_target,
            f"{TITLE}.targetAttributeName: unknown target attribute 'nickname'; did you mean 'nickName'?",
        ),
        (undefined_target, "'shoeSize'; define it in the directory's definition in this schema first"),
        (unknown_target_object, f"{MAPPINGS}[0].targetObjectName: unknown object 'User'"),
        (unknown_directory, "unknown directory 'custmappsso'; did you mean 'customappsso'?"),
        (into_itself, "targetDirectoryName: 'Microsoft Entra ID' cannot be provisioned into itself"),
        (
            reference_to_nothing,
            (
                "directories[0].objects['User'].attributes['IsSoftDeleted'].referencedObjects: unknown object 'Usr'; "
                "did you mean 'User'?"
            ),
        ),
        (attribute_type, "directories[1].objects[0].attributes[2].type: must be one of String, Integer, "),
        (attribute_twice, ".name: 'displayName' is defined above already"),
        (without_definitions, "directories: is missing; the schema must have the shape that GET returns"),
        (target_id, f"{TITLE}.targetAttributeName: 'id' cannot be the target of a mapping"),
        (target_schema, "name an attribute of it"),
        (target_element, "name an attribute of it"),
        (target_nonsense, "'emails[type' is not an attribute path"),
        (flow_type, f"{TITLE}.flowType: must be one of Always, ObjectAddOnly"),
        (flow_behavior, f"{TITLE}.flowBehavior: must be one of FlowWhenChanged, not 'FlowAlways'"),
        (flow_types, f"{MAPPINGS}[0].flowTypes: unknown action 'Updates'; did you mean 'Update'?"),
        (users_disabled, f"{MAPPINGS}[0].enabled: provisioning of users cannot be disabled"),
        (two_rules, "synchronizationRules: there must be one rule, not 2"),
        (two_for_users, f"{MAPPINGS}[1].sourceObjectName: another mapping above provisions User already"),
        (no_users, "synchronizationRules[0].objectMappings: the schema has no objectMapping for User"),
        (foreign_object, f"{MAPPINGS}[0].sourceObjectName: must be User or Group, not 'Device'"),
        (no_mappings, f"{MAPPINGS}[0].attributeMappings: is missing; the schema must have the shape"),
        (no_rules, "synchronizationRules: there must be one rule, not 0"),
        (no_flow_types, f"{MAPPINGS}[0].flowTypes: is missing"),
        (no_directory_name, "synchronizationRules[0].targetDirectoryName: is missing"),
        (default_number, f"{TITLE}.defaultValue: must be text or null, not a number"),
    ],
)
def test_a_schema_that_no_job_can_run_with_is_refused(schema, spoil, message):
    """The administrator is told where it is wrong, why, and how to mend it, before any cycle meets it."""
    spoil(schema)
    with pytest.raises(SchemaError) as error:
        check(schema)
    assert message in str(error.value)


@given(JSON)
def test_any_json_is_a_schema_or_a_schema_error(document):
    """Whatever is PUT, nothing but a sentence comes out."""
    with pytest.raises(SchemaError):
        check(completed(document))


def test_a_new_attribute_may_say_its_name_and_type_alone(schema):
    """As the documented addition of an extension does; what the template gave is not touched."""
    before = copy.deepcopy(schema)
    assert completed(schema) == before
    schema["directories"][1]["objects"][0]["attributes"].append({"name": "custom", "type": "Boolean"})
    with pytest.raises(SchemaError):
        check(schema)
    check(completed(schema))
    assert completed(schema)["directories"][1]["objects"][0]["attributes"][-1] == {
        **definition("custom"),
        "type": "Boolean",
    }


def test_an_extension_of_the_directory_needs_no_definition(schema):
    """It is discovered; a name that only looks like one is unknown."""
    users(schema)["attributeMappings"].append(attribute_mapping("nickName", f"[extension_{'a1' * 16}_site]"))
    check(schema)
    users(schema)["attributeMappings"].append(attribute_mapping("timezone", "[extension_a1_site]"))
    with pytest.raises(SchemaError, match="unknown source attribute 'extension_a1_site'"):
        check(schema)


def test_several_values_do_not_flow_where_one_is_taken(schema):
    """OtherMails as it is; a function that makes one text of them is the way out, one value flows."""
    mails = {"userPrincipalName": "ana@contoso.com", "otherMails": ["a@x.com", "b@x.com"]}
    users(schema)["attributeMappings"].append(attribute_mapping("nickName", "[otherMails]"))
    mapping = compile_mappings(schema)["User"]
    for creating in (True, False):
        with pytest.raises(SeveralValuesError, match="mapping of 'nickName': the property can only accept a"):
            mapping.mapped(mails, creating=creating)
    assert mapping.values({**mails, "otherMails": ["a@x.com"]}, creating=True)["nickName"] == "a@x.com"
    users(schema)["attributeMappings"][-1] = attribute_mapping("nickName", 'Join("; ", [otherMails])')
    assert compile_mappings(schema)["User"].values(mails, creating=True)["nickName"] == "a@x.com; b@x.com"


@pytest.mark.parametrize(("expression", "expected"), [("[jobTitle]", None), (None, None)])
def test_an_empty_default_value_is_none(schema, expression, expected):
    """Most mappings of an exported schema have one; as a constant it sends nothing either."""
    users(schema)["attributeMappings"].append(attribute_mapping("nickName", expression, default=""))
    values = compile_mappings(schema)["User"].values({"userPrincipalName": "ana@contoso.com"}, creating=True)
    assert values.get("nickName") == expected


def places(value, path=()):
    """Yield the path of every value inside a JSON document."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from places(inner, (*path, key))


TEMPLATE = build("scim", "scim.tenant.app", "rule", "Microsoft Entra ID")
TEMPLATE["synchronizationRules"][0]["objectMappings"][0]["scope"] = SALES_ONLY
RULE = [path for path in places(TEMPLATE) if path[:1] == ("synchronizationRules",)]
# The definitions hold most of the places; some of them are as good as all.
PLACES = RULE + [path for path in places(TEMPLATE) if path[:1] == ("directories",)][::7]
TARGETS = [
    "emails",
    "name",
    'emails[type eq "work"]',
    "x.y",
    "urn:a:b",
    "members",
    "meta",
    "active",
    "schemas",
]


@pytest.mark.slow
@given(st.sampled_from(PLACES), JSON | st.sampled_from(TARGETS), st.booleans())
@settings(max_examples=400)
def test_a_schema_that_passes_can_be_run(path, value, whole):
    """With anything put in any place, a cycle over the accepted schema has nothing to stumble over."""
    schema = copy.deepcopy(TEMPLATE)
    holder = schema
    for key in path[:-1]:
        holder = holder[key]
    if whole:
        holder[path[-1]] = value
    elif isinstance(holder, dict):
        del holder[path[-1]]
    try:
        check(schema)
    except SchemaError:
        return
    person = dict.fromkeys(source_names("User"), "x") | {"otherMails": ["a", "b"]}
    rule = schema["synchronizationRules"][0]
    assert isinstance(rule["sourceDirectoryName"], str)
    assert isinstance(rule["targetDirectoryName"], str)
    assert isinstance(rule["id"], str)
    for mapping in compile_mappings(schema).values():
        assert mapping.matching
        values = mapping.values(person, creating=True)
        if mapping.scope is not None:
            assert isinstance(mapping.scope.evaluate(person, QUIRKS).as_text(), str)
        body = create_body(mapping, values, QUIRKS)
        patch_body(differences(mapping, values, {}), flagged=False)
        patch_body(differences(mapping, values, body), flagged=True)
