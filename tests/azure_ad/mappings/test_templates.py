"""Templates: applications out of the gallery, the jobs they can have, and a job of the AWS gallery application at work.

https://learn.microsoft.com/en-us/graph/application-provisioning-configure-api, the edition of 2021.
"""

import json
from datetime import timedelta
from urllib.parse import quote

import pytest

from harness.azure_ad.applications.gallery import NON_GALLERY_TEMPLATE, application_templates
from harness.azure_ad.mappings.compiled import compile_mappings
from harness.azure_ad.mappings.schema import check, object_mappings
from harness.azure_ad.mappings.templates import (
    TemplateError,
    attribute_mapping,
    build,
    offered_to,
    templates,
)
from harness.azure_ad.provisioning.target.dialect import create_body
from harness.base.quirks import load_table
from harness.scim.names import CORE_GROUP, ENTERPRISE_USER
from harness.wire.message import json_request
from harness.world import create
from tests.azure_ad.graph.test_graph import JOB, Caller
from tests.azure_ad.samples import ACTIVE, LANGUAGE, SALES_ONLY

QUIRKS = load_table("harness.azure_ad").choose("identity-center")

AWS_TEMPLATE = "21ed01d2-ec13-4e9e-86c1-cd546719ebc4"


@pytest.fixture
def graph(company):
    return Caller(company)


def holds(document, wanted):
    return {key: document[key] for key in wanted} == wanted


def metadata(document):
    return {entry["key"]: entry["value"] for entry in document["metadata"]}


class TestGallery:
    def test_the_application_is_found_by_its_name(self, graph):
        """Step 1 of the guide, request and answer."""
        query = quote("displayName eq 'AWS Single Sign-on'")
        (found,) = graph.get(f"/applicationTemplates?$filter={query}")["value"]
        assert holds(graph.get(f"/applicationTemplates/{AWS_TEMPLATE}"), found)
        assert (found["id"], found["publisher"]) == (AWS_TEMPLATE, "Amazon Web Services, Inc.")
        assert found["supportedSingleSignOnModes"] == ["saml", "external"]
        assert found["supportedProvisioningTypes"] == ["sync"]
        assert found["logoUrl"].endswith("/awssinglesignon_215.png")

    @pytest.mark.parametrize(
        ("template", "user", "msiam", "page"),
        [
            (
                AWS_TEMPLATE,
                "8774f594-1d59-4279-b9d9-59ef09a23530",
                "e7f1a7f3-9eda-48e0-9963-bd67bf531afd",
                "https://*.signin.aws.amazon.com/platform/saml/acs/*?metadata=awssinglesignon|ISV9.1|primary|z",
            ),
            (
                NON_GALLERY_TEMPLATE,
                "18d14569-c3bd-439b-9a66-3a2aee01d14f",
                "b9632174-c057-4f7e-951b-be3adc52bfe6",
                (
                    "https://account.activedirectory.windowsazure.com:444/applications/default.aspx"
                    "?metadata=customappsso|ISV9.1|primary|z"
                ),
            ),
        ],
    )
    def test_an_instance_has_the_roles_of_its_template(self, graph, template, user, msiam, page):
        """Step 2: ids of roles are the template's, the same in every tenant."""
        made = graph.do(
            "POST", f"/applicationTemplates/{template}/instantiate", {"displayName": "AWS Contoso"}, 201
        )
        principal = made["servicePrincipal"]
        assert [(role["displayName"], role["id"]) for role in principal["appRoles"]] == [
            ("User", user),
            ("msiam_access", msiam),
        ]
        assert principal["homepage"] == made["application"]["web"]["homePageUrl"] == page
        assert principal["applicationTemplateId"] == made["application"]["applicationTemplateId"] == template
        assert principal["appRoleAssignmentRequired"] is True
        assert holds(graph.get(f"/servicePrincipals/{principal['id']}"), principal)

    def test_an_unknown_template_is_not_found(self, graph):
        """404, and nothing is made."""
        before = graph.company.rows()
        assert graph.fail("GET", "/applicationTemplates/x")[:2] == (404, "Request_ResourceNotFound")
        assert graph.fail("POST", "/applicationTemplates/x/instantiate", {"displayName": "x"})[0] == 404
        assert graph.company.rows() == before

    def test_every_job_template_belongs_to_an_application_of_the_gallery(self):
        """No template is left that nobody can have a job of."""
        known = {template["id"] for template in application_templates()}
        assert {row["application"] for row in templates().values()} == known


class TestJobTemplates:
    @pytest.fixture
    def aws(self, graph):
        made = graph.do(
            "POST", f"/applicationTemplates/{AWS_TEMPLATE}/instantiate", {"displayName": "AWS Contoso"}, 201
        )
        return f"/servicePrincipals/{made['servicePrincipal']['id']}/synchronization"

    def test_the_aws_template_is_as_published(self, found):
        """Step 3: tag, metadata, schema and rule of aWSSingleSignon, in 2020's name of the directory."""
        graph = Caller(found(profile="aws-sso-2020"))
        made = graph.do(
            "POST", f"/applicationTemplates/{AWS_TEMPLATE}/instantiate", {"displayName": "x"}, 201
        )
        (shown,) = graph.get(
            f"/servicePrincipals/{made['servicePrincipal']['id']}/synchronization/templates"
        )["value"]
        assert {
            key: shown[key] for key in ("id", "applicationId", "default", "description", "discoverable")
        } == {
            "id": "aWSSingleSignon",
            "applicationId": AWS_TEMPLATE,
            "default": True,
            "description": None,
            "discoverable": True,
        }
        assert shown["factoryTag"] == "aWSSingleSignon"
        assert metadata(shown) == {
            "AzureIngestionAttributeOptimization": "False",
            "galleryApplicationIdentifier": AWS_TEMPLATE,
            "galleryApplicationKey": "awssinglesignon",
            "isSynchronizationInPreview": "true",
            "configurationFields": '[{"name":"baseaddress"},{"name":"secrettoken","secret":true}]',
        }
        schema = shown["schema"]
        assert (schema["id"], schema["version"]) == (f"aWSSingleSignon.{'0' * 32}", "6.0")
        (rule,) = schema["synchronizationRules"]
        assert (rule["id"], rule["name"], rule["priority"], rule["editable"]) == (
            "03f7d90d-bf71-41b1-bda6-aaf0ddbee5d8",
            "USERGROUP_OUTBOUND_USERGROUP",
            1,
            True,
        )
        assert (rule["sourceDirectoryName"], rule["targetDirectoryName"]) == (
            "Azure Active Directory",
            "AWSSingleSignon",
        )
        defaults = metadata(rule)["defaultSourceObjectMappings"]
        assert defaults.startswith('[{"AttributeMappings":[{"DefaultValue":"False",')
        assert json.loads(defaults)[0]["AttributeMappings"][0]["TargetAttributeName"] == "IsSoftDeleted"
        assert metadata(rule)["supportsProvisionOnDemand"] == "true"

    def test_its_groups_are_mapped_as_published(self):
        """The sample's object mapping: flowTypes, target, and the metadata with what groups are joined on."""
        groups = object_mappings(build("aWSSingleSignon", "", "", "Azure Active Directory"))[1]
        assert {key: groups[key] for key in groups if key not in ("attributeMappings", "metadata")} == {
            "enabled": True,
            "flowTypes": "Add,Update,Delete",
            "name": "Provision Azure Active Directory Groups",
            "scope": None,
            "sourceObjectName": "Group",
            "targetObjectName": CORE_GROUP,
        }
        assert metadata(groups) == {
            "IsCustomerDefined": "false",
            "DisableMonitoringForChanges": "false",
            "Disposition": '"Normal"',
            "ExcludeFromReporting": "false",
            "EscrowBehavior": '"Default"',
            "Unsynchronized": "false",
            "OriginalJoiningProperty": "displayName",
        }
        members = next(row for row in groups["attributeMappings"] if row["targetAttributeName"] == "members")
        assert members == {
            "defaultValue": None,
            "exportMissingReferences": False,
            "flowBehavior": "FlowWhenChanged",
            "flowType": "Always",
            "matchingPriority": 0,
            "targetAttributeName": "members",
            "source": {"expression": "[members]", "name": "members", "type": "Attribute", "parameters": []},
        }
        joined = [
            row["targetAttributeName"] for row in groups["attributeMappings"] if row["matchingPriority"]
        ]
        assert joined == ["displayName"]

    def test_its_attributes_are_those_of_the_tutorial(self):
        """aws-single-sign-on-provisioning-tutorial: one e-mail, one phone number, what is required, nothing else."""
        directory = build("aWSSingleSignon", "", "", "x")["directories"][1]
        users, groups = ({row["name"]: row for row in entry["attributes"]} for entry in directory["objects"])
        work = 'addresses[type eq "work"]'
        assert set(users) - {"id"} == {
            *("userName", "active", "displayName", "title", "preferredLanguage", "locale", "timezone"),
            *("externalId", 'emails[type eq "work"].value', 'phoneNumbers[type eq "work"].value'),
            *("name.givenName", "name.familyName", "name.formatted"),
            *(f"{work}.{name}" for name in ("formatted", "streetAddress", "locality", "region")),
            *(f"{work}.{name}" for name in ("postalCode", "country")),
            *(f"{ENTERPRISE_USER}:{name}" for name in ("employeeNumber", "department", "division")),
            *(f"{ENTERPRISE_USER}:{name}" for name in ("costCenter", "organization", "manager")),
        }
        assert {name for name, row in users.items() if row["required"]} == {
            *("userName", "displayName", "name.givenName", "name.familyName"),
        }
        assert set(groups) - {"id"} == {"displayName", "externalId", "members"}

    @pytest.mark.parametrize("template", ["scim", "customappsso", "aWSSingleSignon"])
    def test_every_template_is_sound(self, template):
        """A job can run with it, and what GET shows may be PUT."""
        schema = build(template, "job", "rule", "Azure Active Directory")
        check(schema)
        for mapping in compile_mappings(schema).values():
            assert mapping.matching
            assert mapping.reference is not None

    def test_an_unknown_template_is_refused_with_the_nearest(self):
        """`SCIM` is not `scim`, and the message says so."""
        with pytest.raises(TemplateError, match="did you mean 'scim'"):
            build("SCIM", "", "", "")

    def test_the_old_job_family_matches_on_the_mail_nickname(self):
        """The table of 2019: externalId joins, extension attributes follow a dot."""
        mappings = compile_mappings(build("customappsso", "", "", "x"))
        assert [flow.target for flow in mappings["User"].matching] == ["externalId"]
        assert [flow.target for flow in mappings["Group"].matching] == ["externalId"]
        person = {"mailNickname": "ana", "userPrincipalName": "ana@contoso.com", "IsSoftDeleted": "False"}
        body = create_body(mappings["User"], mappings["User"].values(person, creating=True), QUIRKS)
        assert (body["externalId"], body["userName"]) == ("ana", "ana@contoso.com")
        names = {
            row["name"]
            for row in build("customappsso", "", "", "x")["directories"][1]["objects"][0]["attributes"]
        }
        assert f"{ENTERPRISE_USER}.department" in names

    def test_an_application_has_the_templates_of_its_kind(self, graph, aws):
        """The default one first; a job of another kind's template is refused with what there is."""
        own = graph.get("/servicePrincipals/{app}/synchronization/templates")["value"]
        assert [(template["id"], template["default"]) for template in own] == [
            ("scim", True),
            ("customappsso", False),
        ]
        assert offered_to(AWS_TEMPLATE) == ["aWSSingleSignon"]
        status, _, message = graph.fail("POST", f"{aws}/jobs", {"templateId": "scim"})
        assert (status, message) == (400, "unknown template 'scim'; this application has aWSSingleSignon")
        assert graph.fail("GET", f"{aws}/templates/scim")[0] == 404

    def test_a_template_and_its_schema_have_addresses_of_their_own(self, graph, aws):
        """`/templates/{id}` and `/templates/{id}/schema` show what the list shows."""
        (listed,) = graph.get(f"{aws}/templates")["value"]
        single = graph.get(f"{aws}/templates/aWSSingleSignon")
        schema = graph.get(f"{aws}/templates/aWSSingleSignon/schema")
        assert holds(single, listed)
        assert holds(schema, listed["schema"])

    @pytest.mark.parametrize("place", ["{jobs}/schema", "{aws}/templates/aWSSingleSignon/schema"])
    def test_the_operators_of_filters_are_listed(self, graph, aws, place):
        """filterOperators: the published eight as published, behind them those of the page on scoping filters."""
        path = place.replace("{aws}", aws).replace("{jobs}", JOB)
        rows = graph.get(f"{path}/filterOperators")["value"]
        everything = ["Integer", "String", "Binary", "Boolean"]
        published = {
            "EQUALS": ("Binary", ["Integer", "String"]),
            "IS FALSE": ("Unary", ["Boolean"]),
            "IS NOT NULL": ("Unary", everything),
            "IS NULL": ("Unary", everything),
            "IS TRUE": ("Unary", ["Boolean"]),
            "NOT EQUALS": ("Binary", ["Integer", "String"]),
            "NOT REGEX MATCH": ("Binary", ["Integer", "String"]),
            "REGEX MATCH": ("Binary", ["Integer", "String"]),
        }
        shown = {row["name"]: (row["arity"], row["supportedAttributeTypes"]) for row in rows}
        assert dict(list(shown.items())[:8]) == published
        assert list(shown)[8:] == [
            "Greater_Than",
            "Greater_Than_OR_EQUALS",
            "Includes",
            "ENDS_WITH",
            "&",
            "!&",
        ]
        assert {row["multivaluedComparisonType"] for row in rows} == {"All"}


# As the resource attributeDefinition and the guide have them.
NEW = {
    "anchor": False,
    "caseExact": False,
    "defaultValue": None,
    "flowNullValues": False,
    "multivalued": False,
    "mutability": "ReadWrite",
    "required": False,
    "type": "String",
    "apiExpressions": [],
    "metadata": [],
    "referencedObjects": [],
}


class TestSchemaOverGraph:
    def test_the_published_samples_can_be_put(self, graph):
        """Function and constant mappings, new attributes, a scope: as sent, so shown."""
        schema = graph.get(JOB + "/schema")
        attributes = schema["directories"][1]["objects"][0]["attributes"]
        attributes += [{**NEW, "name": name} for name in ("IsActive", "LanguageLocaleKey")]
        users = object_mappings(schema)[0]
        users["attributeMappings"] += [ACTIVE, LANGUAGE]
        users["scope"] = SALES_ONLY
        users["flowTypes"] = "Add, Update, Delete"
        graph.do("PUT", JOB + "/schema", schema)
        assert graph.get(JOB + "/schema") == schema

    def test_directories_that_are_not_sent_stay(self, graph):
        """v1.0 has them in a relationship of their own."""
        schema = graph.get(JOB + "/schema")
        graph.do(
            "PUT", JOB + "/schema", {key: value for key, value in schema.items() if key != "directories"}
        )
        assert graph.get(JOB + "/schema") == schema

    def test_delete_brings_the_template_back(self, graph):
        """Restore default mappings: attributes, scope and actions as on the first day."""
        schema = graph.get(JOB + "/schema")
        changed = json.loads(json.dumps(schema))
        object_mappings(changed)[0] |= {"scope": SALES_ONLY, "flowTypes": "Add"}
        object_mappings(changed)[1]["enabled"] = False
        graph.do("PUT", JOB + "/schema", changed)
        graph.do("DELETE", JOB + "/schema")
        assert graph.get(JOB + "/schema") == schema

    def test_a_job_keeps_running_with_what_was_put(self, company, server):
        """A new target attribute arrives under its name; one of a bare name a cycle after the account."""
        schema = company.engine.schema(company.job)
        schema["directories"][1]["objects"][0]["attributes"].append({**NEW, "name": "shoeSize"})
        object_mappings(schema)[0]["attributeMappings"].append(
            attribute_mapping("shoeSize", None, default="42")
        )
        company.engine.save_schema(company.job, schema)
        company.person("ana")
        company.turn_on()
        assert "shoeSize" not in server.user("ana@contoso.com")
        company.cycle()
        assert server.user("ana@contoso.com")["shoeSize"] == "42"


class TestActions:
    """The check boxes of an object mapping: Enabled, and Create, Update, Delete."""

    def allow(self, company, actions, kind="User"):
        schema = company.engine.schema(company.job)
        for mapping in object_mappings(schema):
            if mapping["sourceObjectName"] == kind:
                mapping["flowTypes"] = actions
        company.engine.save_schema(company.job, schema)

    def test_groups_can_be_left_out(self, company, server):
        """A disabled mapping asks nothing and sends nothing, its probe included."""
        schema = company.engine.schema(company.job)
        object_mappings(schema)[1]["enabled"] = False
        company.engine.save_schema(company.job, schema)
        ana = company.person("ana")
        company.group("Office", (ana,))
        company.turn_on()
        assert not [request for request in server.requests if "/Groups" in request.url]
        assert len(server.resources["Users"]) == 1

    def test_without_create_nobody_is_created_and_who_is_there_is_updated(self, company, server):
        """Matched accounts are taken over, the others skipped."""
        server.add("Users", {"userName": "ana@contoso.com", "displayName": "Old"})
        company.person("ana")
        company.person("ben")
        self.allow(company, "Update,Delete")
        company.turn_on()
        assert server.user("ana@contoso.com")["displayName"] == "Ana"
        assert len(server.resources["Users"]) == 1
        assert ("Ben", "create", "ActionNotAllowed") in company.told()

    def test_without_update_nobody_is_disabled_either(self, company, server):
        """Disabling is part of Update, not of Delete (how-provisioning-works)."""
        ana = company.person("ana")
        self.allow(company, "Add, Delete")
        company.turn_on()
        company.unassign(ana)
        company.cycle()
        assert str(server.user("ana@contoso.com")["active"]) == "True"

    def test_without_delete_a_group_stays(self, company, server):
        """What would be deleted is skipped."""
        office = company.group("Office")
        self.allow(company, "Add, Update", "Group")
        company.turn_on()
        company.unassign(office)
        company.cycle()
        assert len(server.resources["Groups"]) == 1


def test_a_job_of_the_aws_template_provisions_to_aws_sso():
    """From the gallery to a user and a group with a member in AWS SSO, over Graph and the SCIM endpoint alone."""
    world = create()
    settings = world.azure.settings

    def graph(method, path, body=None):
        address = f"{settings.graph_origin}/v1.0{path}"
        answer = world.person(json_request(method, address, body, bearer=settings.graph_token))
        assert answer.status < 300, answer.body
        return answer.json() if answer.body else {}

    console = f"{world.origins['console']}/console/api/automatic-provisioning"
    endpoint = world.person(json_request("POST", console, {})).json()
    app = graph("POST", f"/applicationTemplates/{AWS_TEMPLATE}/instantiate", {"displayName": "AWS"})[
        "servicePrincipal"
    ]
    synchronization = f"/servicePrincipals/{app['id']}/synchronization"
    job = graph("POST", f"{synchronization}/jobs", {"templateId": "aWSSingleSignon"})
    assert job["id"] == f"aWSSingleSignon.{settings.tenant_id.replace('-', '')}.{app['appId']}"
    secrets = [
        {"key": "BaseAddress", "value": endpoint["scimEndpoint"]},
        {"key": "SecretToken", "value": endpoint["accessToken"]},
    ]
    graph("PUT", f"{synchronization}/secrets", {"value": secrets})
    people = [
        {
            "userPrincipalName": "ana@contoso.com",
            "displayName": "Ana Ruiz",
            "givenName": "Ana",
            "surname": "Ruiz",
        }
    ]
    world.populate(
        {"azure_ad": {"users": people, "groups": [{"displayName": "Office", "members": ["ana@contoso.com"]}]}}
    )
    group = graph("GET", "/groups")["value"][0]["id"]
    graph(
        "POST",
        f"/servicePrincipals/{app['id']}/appRoleAssignedTo",
        {"principalId": group, "resourceId": app["id"]},
    )
    graph("POST", f"{synchronization}/jobs/{job['id']}/start")
    world.advance(timedelta())
    (entry,) = [
        entry
        for entry in graph("GET", "/auditLogs/provisioning")["value"]
        if entry["provisioningAction"] == "create" and entry["sourceIdentity"]["identityType"] == "User"
    ]
    assert entry["targetSystem"]["displayName"] == "AWSSingleSignon"
    assert entry["provisioningStatusInfo"]["status"] == "success"
    members = [
        row["newValue"]
        for entry in graph("GET", "/auditLogs/provisioning")["value"]
        for row in entry["modifiedProperties"]
        if row["displayName"] == "members"
    ]
    assert len(members) == 1
