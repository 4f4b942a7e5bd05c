"""Microsoft's app-gallery validation makes its bodies of the job's schema; what it makes is taken, sent to the target and read back.

The rule is that of its Initialization: a mapped source attribute gets the value of the parameters, else a made-up text, under the
name that Graph has for it; lists where the source is a list; nothing for `manager`, `id` and the like.

Source: https://github.com/AzureAD/SCIMReferenceCode, Microsoft.SCIM.LogicAppValidationTemplate/StandardLogicApp,
Initialization_Workflow.json, Process_Template_Mappings, and Orchestrator_Parameters.json (read 2026-11-29 at d61dbe5).
"""

import pytest

from harness.scim.path import parse_path, read
from tests.azure_ad.provisioning.company import Company
from tests.azure_ad.scim_server import ScimServer
from tests.azure_ad.workflow import Workflow

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
# Orchestrator_Parameters.json: attributeTransforms, and what the default users have that a mapping may ask for.
GRAPH_NAMES = {
    "IsSoftDeleted": "accountEnabled",
    "facsimileTelephoneNumber": "faxNumber",
    "mobile": "mobilePhone",
    "objectId": "id",
    "physicalDeliveryOfficeName": "officeLocation",
    "telephoneNumber": "businessPhones",
}
FIRST = {
    "city": "Seattle",
    "department": "Research",
    "displayName": "User1",
    "state": "WA",
    "surname": "User",
}
SECOND = {"city": "Sanjose", "department": "Legal", "displayName": "User2", "state": "CA", "surname": "User"}
LISTS = {"businessPhones", "otherMails", "proxyAddresses", "imAddresses"}
EXCLUDED = {
    "IsSoftDeleted",
    "accountEnabled",
    "passwordProfile",
    "manager",
    "mail",
    "userPrincipalName",
    "id",
}
NAME = "laupdate1a2b3c4d@contoso.com"
PASSWORD = {"forceChangePasswordNextSignIn": True, "password": "Tmp!1a2b3c4d@5e6f7a8b"}


def lookup(mapping):
    """Return target attributes by the Graph name of their source, the first mapping of each source alone."""
    found = {}
    for entry in mapping["attributeMappings"]:
        source = entry["source"]
        arguments = [pair["value"] for pair in source["parameters"] if pair["key"] == "source"]
        name = (
            source["name"]
            if source["type"] == "Attribute"
            else next((each["name"] for each in arguments), "")
        )
        found.setdefault(GRAPH_NAMES.get(name, name), entry["targetAttributeName"])
    return found


def body(sources, primitive, values, made_up):
    made = {}
    for name in sources:
        if name in primitive and name not in EXCLUDED:
            text = f"{made_up}1a2b3c"
            made[name] = values.get(name, [text] if name in LISTS else text)
    return made


@pytest.fixture(params=["scim", "customappsso"])
def workflow(request):
    company = Company(ScimServer())
    if request.param != "scim":
        company.engine.delete_job(company.job)
        company.job = company.engine.create_job(company.app, request.param).id
    company.turn_on()
    return Workflow(company)


def test_bodies_made_of_the_schema_arrive(workflow):
    """Create and update with every mapped attribute: 201 and 204, and the target has each value."""
    schema = workflow.get("/servicePrincipals/{app}/synchronization/jobs/{job}/schema")
    (directory,) = [each for each in schema["directories"] if each["name"] == "Microsoft Entra ID"]
    (people,) = [each for each in directory["objects"] if each["name"] == "User"]
    primitive = {GRAPH_NAMES.get(each["name"], each["name"]) for each in people["attributes"]}
    mappings = schema["synchronizationRules"][0]["objectMappings"]
    (mapping,) = [each for each in mappings if each["targetObjectName"] == ENTERPRISE]
    assert "delete" in mapping["flowTypes"].lower()
    targets = lookup(mapping)
    given = body(targets, primitive, FIRST, "Test") | {"userPrincipalName": NAME, "mail": NAME}
    new = {"accountEnabled": True, "passwordProfile": PASSWORD, "mailNickname": "laupdate1a2b3c4d", **given}
    key = workflow.do("POST", "/users", new, 201)["id"]
    workflow.assign("users", key)
    workflow.wait()
    assert_arrived(workflow, targets, new)
    changed = {
        "userPrincipalName": f"updated-{NAME}",
        "mail": f"updated-{NAME}",
        "mailNickname": "updatedlaupdate",
    }
    changes = body(targets, primitive, SECOND, "Updated") | changed
    workflow.do("PATCH", f"/users/{key}", changes)
    workflow.wait()
    workflow.logged(key, "Update")
    assert_arrived(workflow, targets, changes)


def assert_arrived(workflow, targets, properties):
    (person,) = workflow.company.send.resources["Users"].values()
    for name, value in properties.items():
        if name in targets and name not in ("accountEnabled", "proxyAddresses"):
            text = value[0] if isinstance(value, list) else value
            assert read(person, parse_path(targets[name])) == text, name


def test_the_groups_of_the_parameters_are_made(workflow):
    """defaultGroupProperties: what Graph documents for a group is taken, settings of mailboxes included."""
    settings = (
        "allowExternalSenders",
        "autoSubscribeNewMembers",
        "hideFromAddressLists",
        "hideFromOutlookClients",
    )
    group = {
        **dict.fromkeys((*settings, "isSubscribedByMail", "isAssignableToRole", "mailEnabled"), False),
        "classification": "",
        "description": "Default test group for provisioning validation",
        "groupTypes": [],
        "preferredDataLocation": "US",
        "preferredLanguage": "en-US",
        "theme": "Blue",
        "visibility": "Private",
        "displayName": "LACreateGroup-(1a2b3c4d)",
        "mailNickname": "LACreateGroup1a2b3c4d",
        "securityEnabled": True,
    }
    key = workflow.do("POST", "/groups", group, 201)["id"]
    workflow.assign("groups", key)
    workflow.wait()
    workflow.logged(key, "Create")
