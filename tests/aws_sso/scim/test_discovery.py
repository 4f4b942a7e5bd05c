"""ServiceProviderConfig, Schemas, ResourceTypes."""

import pytest


def test_the_service_provider_config_is_the_documented_one(any_account):
    """The body of the guide's page, in both eras, its 50 results included."""
    config = any_account.scim("GET", "/ServiceProviderConfig").json()
    assert list(config) == [
        "schemas", "documentationUri", "authenticationSchemes", "patch", "bulk", "filter", "changePassword", "sort",
        "etag",
    ]  # fmt: skip
    assert config["filter"] == {"supported": True, "maxResults": 50}
    assert config["bulk"] == {"supported": False, "maxOperations": 1, "maxPayloadSize": 1048576}


def test_resource_types_say_where_they_are(account):
    """Two types; the enterprise extension claims to be required; locations hold the tenant id."""
    answer = account.scim("GET", "/ResourceTypes").json()
    assert (answer["totalResults"], answer["itemsPerPage"], answer["startIndex"]) == (2, 2, 1)
    user, group = answer["Resources"]
    assert user["schemaExtensions"][0]["required"] is True
    assert "schemaExtensions" not in group
    assert group["meta"]["location"] == f"{account.base}/ResourceTypes/Group"


def test_schemas_depart_from_the_standard_as_documented(account):
    """Three schemas without a `schemas` key, relative locations, no password or photos, displayName not required."""
    answer = account.scim("GET", "/Schemas").json()
    assert [schema["name"] for schema in answer["Resources"]] == ["User", "Group", "EnterpriseUser"]
    user, group, enterprise = answer["Resources"]
    assert list(user) == ["id", "name", "description", "attributes", "meta"]
    assert user["meta"]["location"] == f"/v2/Schemas/{user['id']}"
    attributes = {attribute["name"]: attribute for attribute in user["attributes"]}
    assert not {"password", "ims", "photos", "entitlements", "x509Certificates"} & set(attributes)
    assert attributes["displayName"]["required"] is False
    assert [part["name"] for part in attributes["addresses"]["subAttributes"]][-1] == "type"
    assert group["attributes"][0]["uniqueness"] == "none"
    one = account.scim("GET", f"/Schemas/{enterprise['id']}").json()
    assert list(one) == ["id", "name", "description", "attributes"]


def test_schemas_are_written_as_the_guide_prints_them(account):
    """The order of members, which complex attributes speak of uniqueness, and GetSchema's words for users."""
    answer = account.scim("GET", "/Schemas").json()
    members = ["schemas", "totalResults", "itemsPerPage", "startIndex", "Resources"]
    assert list(answer) == list(account.scim("GET", "/ResourceTypes").json()) == members
    attributes = {each["name"]: each for schema in answer["Resources"] for each in schema["attributes"]}
    assert list(attributes["profileUrl"])[:4] == ["name", "type", "referenceTypes", "multiValued"]
    assert list(attributes["name"])[-4:] == ["subAttributes", "mutability", "returned", "uniqueness"]
    groups = [name for name, each in attributes.items() if each["type"] == "complex"]
    assert {name for name in groups if "uniqueness" in attributes[name]} == {"name", "emails", "addresses"}
    user = account.scim("GET", f"/Schemas/{answer['Resources'][0]['id']}").json()
    assert (user["description"], answer["Resources"][0]["description"]) == ("User Account", "User Schema")


@pytest.mark.parametrize(
    "path", ["/Schemas", "/ResourceTypes", "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User"]
)
def test_schemas_came_later(old_account, path):
    """In 2020 there was no schema discovery."""
    assert old_account.scim("GET", path).status == 404
