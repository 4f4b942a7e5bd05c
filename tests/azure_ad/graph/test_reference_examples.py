"""The request examples that the Graph reference prints, each asked of a company that has what the example speaks of.

What is answered is answered with the documented status and the documented members; what is not is listed with its reason.
"""

import json
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
import yaml

from harness.azure_ad.graph.logs.sign_in_log import write_sign_in
from harness.wire.message import Request
from tests.azure_ad.caller import BEARER, EVENTUAL, Caller
from tests.azure_ad.keys import Key
from tests.azure_ad.provisioning.company import GRAPH, Company
from tests.azure_ad.scim_server import BASE, TOKEN, ScimServer

TABLE = Path(__file__).with_name("reference") / "examples.yaml"
ROWS = yaml.load(TABLE.read_text(encoding="utf-8"), yaml.CSafeLoader)["requests"]
ANSWERED = [row for row in ROWS if "unanswered" not in row]
WHOLE = [row for row in ANSWERED if "lacks" not in row]
SAFE = "/?&=$()%@:,;*+'"
SKUS = ("skuId-value-1", "skuId-value-2")
GROUP = {"description": "All of us", "mailNickname": "us", "classification": "low", "mail": "us@contoso.com"}
PERSON = {
    "jobTitle": "Pilot",
    "mobilePhone": "+1 425 555 0109",
    "officeLocation": "18/2111",
    "preferredLanguage": "en-US",
    "businessPhones": ["+1 425 555 0100"],
}
OWN_SKU = "bea13e0c-3828-4daa-a392-28af7ff61a0f"


def prepared():
    """Return a company and the names that the table has in braces."""
    company = Company(ScimServer())
    graph = Caller(company)
    user = company.person("ana", mail="ana@contoso.com", **PERSON)
    manager, loner, gone = company.person("ben"), company.person("cid", assigned=False), company.person("dan")
    group, other = company.group("Office", ("ana@contoso.com",)), company.group("Everybody", assigned=False)
    company.directory.update("Group", group, GROUP)
    company.directory.add_member(other, group)
    unified = company.directory.create("Group", {"displayName": "Gone", "groupTypes": ["Unified"], **GROUP})
    for kind, key in (("User", gone), ("Group", unified["id"])):
        company.directory.delete(kind, key)
    company.turn_on()
    graph.do("PUT", f"/users/{user}/manager/$ref", {"@odata.id": f"{GRAPH}/v1.0/users/{manager}"})
    lead = {"@odata.id": f"{GRAPH}/v1.0/users/{company.person('eve')}"}
    graph.do("PUT", f"/users/{manager}/manager/$ref", lead)
    application = graph.do("POST", "/applications", {"displayName": "A client"}, 201)
    second = graph.do("POST", "/servicePrincipals", {"appId": application["appId"]}, 201)["id"]
    unused = graph.do("POST", "/applications", {"displayName": "A second client"}, 201)
    key, app = application["id"], company.app
    own_secret = graph.do("POST", f"/servicePrincipals/{app}/addPassword", {}, 200)["keyId"]
    secret = graph.do("POST", f"/applications/{key}/addPassword", {}, 200)["keyId"]
    for owned in (f"applications/{key}", f"groups/{group}", f"servicePrincipals/{app}"):
        graph.do("POST", f"/{owned}/owners/$ref", {"@odata.id": f"{GRAPH}/v1.0/users/{user}"})
    graph.do("POST", f"/groups/{group}/owners/$ref", {"@odata.id": f"{GRAPH}/v1.0/users/{manager}"})
    extension = {"name": "skypeId", "dataType": "String", "targetObjects": ["User"]}
    consent = {"clientId": app, "consentType": "Principal", "principalId": user, "resourceId": second}
    graph.do("POST", "/domains", {"id": "fabrikam.com"}, 201)
    for holder, skus in ((f"groups/{group}", SKUS), (f"users/{user}", (OWN_SKU,))):
        licences = {"addLicenses": [{"skuId": sku} for sku in skus], "removeLicenses": []}
        assert graph("POST", f"/{holder}/assignLicense", licences).status in (200, 202)
    write_sign_in(company.tenant, company.directory.find("User", user), company.apps.find(app))
    graph.do("POST", f"/servicePrincipals/{second}/appRoleAssignments", given(second, app), 201)
    low = {"permissionId": user, "permissionName": "User.Read", "classification": "low"}
    low_key = graph.do("POST", f"/servicePrincipals/{app}/delegatedPermissionClassifications", low, 201)["id"]
    trust = {"name": "ci", "issuer": "https://ci.example.com", "subject": "main", "audiences": ["api://x"]}
    graph.do("POST", f"/applications/{key}/federatedIdentityCredentials", trust, 201)
    names = (
        policies(graph, key, app)
        | registered_keys(graph, key, app)
        | {
            "user": user,
            "manager": manager,
            "loner": loner,
            "deleted": unified["id"],
            "group": group,
            "other": other,
            "application": key,
            "principal": app,
            "second": second,
            "job": company.job,
            "classification": low_key,
            "secret": secret,
            "own_secret": own_secret,
            "application_behind": company.tenant.registrations.behind(company.apps.find(app))["id"],
            "unused_client": unused["appId"],
            "extension": graph.do("POST", f"/applications/{key}/extensionProperties", extension, 201)["id"],
            "grant": graph.do("POST", "/oauth2PermissionGrants", {**consent, "scope": "User.Read"}, 201)[
                "id"
            ],
            "rule": company.engine.schema(company.job)["synchronizationRules"][0]["id"],
            "role": company.apps.find(app)["appRoles"][1]["id"],
            "template": graph.get("/applicationTemplates")["value"][0]["id"],
            "audit": graph.get("/auditLogs/directoryAudits")["value"][0]["id"],
            "sign_in": graph.get("/auditLogs/signIns")["value"][0]["id"],
            "organization": company.tenant.settings.tenant_id,
            "domain": "contoso.com",
            "new_domain": "fabrikam.com",
            "root": f"{GRAPH}/v1.0",
            "base": BASE,
            "token": TOKEN,
        }
    )
    return company, graph, names


def policies(graph, application, principal):
    """Return policies by name: one of each kind that is assigned where it can be, and one that is free."""
    names = {}
    for name, kind, holder in (
        ("claims", "claimsMappingPolicies", f"servicePrincipals/{principal}"),
        ("home", "homeRealmDiscoveryPolicies", f"servicePrincipals/{principal}"),
        ("issuance", "tokenIssuancePolicies", f"applications/{application}"),
        ("lifetime", "tokenLifetimePolicies", f"applications/{application}"),
        ("timeout", "activityBasedTimeoutPolicies", ""),
    ):
        body = {"definition": ["{}"], "displayName": name}
        keys = [graph.do("POST", f"/policies/{kind}", body, 201)["id"] for _ in range(2)]
        names |= {f"{name}_policy": keys[0], f"free_{name}_policy": keys[1]}
        if holder:
            graph.do(
                "POST", f"/{holder}/{kind}/$ref", {"@odata.id": f"{GRAPH}/v1.0/policies/{kind}/{keys[0]}"}
            )
    return names


def registered_keys(graph, application, principal):
    """Return a certificate; and of what has it, the key's id and a proof of it."""
    signer = Key(graph.company, "reference")
    names = {"certificate": signer.key.certificate}
    for name, path, key in (
        ("application", "applications", application),
        ("principal", "servicePrincipals", principal),
    ):
        graph.do("PATCH", f"/{path}/{key}", {"keyCredentials": [signer.credential]})
        (there,) = graph.get(f"/{path}/{key}")["keyCredentials"]
        names |= {f"{name}_key": there["keyId"], f"{name}_proof": signer.proof(key)}
    return names


def given(client, app):
    return {"principalId": client, "resourceId": app, "appRoleId": "00000000-0000-0000-0000-000000000000"}


def of_path(graph, path, names):
    """Return the assignment that an address goes on to: one of the object before it."""
    if "{assignment}" not in path:
        return {}
    holder = path.partition("/{assignment}")[0]
    for name, entry in names.items():
        holder = holder.replace("{" + name + "}", entry)
    return {"assignment": graph.get(holder)["value"][0]["id"]}


def filled(text, names):
    for name, entry in names.items():
        text = text.replace("{" + name + "}", entry)
    return text


def bearer_of(company, path):
    """Return who asks: a person who signed in where the address is `/me`, else the administrator's program."""
    if not path.startswith("/me"):
        return BEARER
    client = company.tenant.registrations.registration()["appId"]
    form = {
        "grant_type": "password",
        "client_id": client,
        "scope": "user.read",
        "username": "ana@contoso.com",
    }
    url = f"{GRAPH}/{company.tenant.settings.tenant_id}/oauth2/v2.0/token"
    head = ("Content-Type", "application/x-www-form-urlencoded")
    answer = company.ask(Request("POST", url, (head,), urlencode({**form, "password": "any"}).encode()))
    return ("Authorization", f"Bearer {answer.json()['access_token']}")


def asked(row, world):
    """Ask what a row asks; what writes meets a twin of the one company."""
    company, graph, names = world
    method, _, path = row["do"].partition(" ")
    if method != "GET":
        company = company.twin()
        graph = Caller(company)
    names = {**names, **of_path(graph, path, names)}
    body = row.get("body", "")
    if "_proof}" in str(body):
        names |= registered_keys(graph, names["application"], names["principal"])
    if body == "{schema}":
        body = json.dumps(company.engine.schema(company.job))
    elif not isinstance(body, str):
        body = json.dumps(body)
    headers = (("Prefer", row["prefer"]),) if "prefer" in row else ()
    headers += EVENTUAL if row.get("eventual") else ()
    url = f"{GRAPH}/{row.get('version', 'v1.0')}{quote(filled(path, names), safe=SAFE)}"
    bearer = bearer_of(company, path)
    content = ("Content-Type", "application/json")
    return graph.ask(Request(method, url, (bearer, content, *headers), filled(body, names).encode()))


def has(document, path):
    for step in path.split("."):
        if step.isdigit():
            if not document:
                return True  # an empty list, from a company that has nothing of the kind
            document = document[int(step)]
        elif step not in document:
            return False
        else:
            document = document[step]
    return True


@pytest.fixture(scope="module")
def world():
    """Return the company of all examples, which are to leave it as it is."""
    return prepared()


@pytest.mark.parametrize("row", ANSWERED, ids=lambda row: f"{row['page']} {row['do'].partition('?')[0]}")
def test_an_example_is_answered_as_printed(row, world):
    """Status and members are the page's."""
    answer = asked(row, world)
    assert answer.status == row["expect"], answer.body
    document = answer.json() if answer.body else {}
    assert [path for path in row.get("has", ()) if not has(document, path)] == []
    assert [path for path in row.get("lacks", ()) if has(document, path)] == []


@pytest.mark.parametrize("row", [row for row in ROWS if "unanswered" in row], ids=lambda row: row["do"])
def test_what_is_not_answered_is_refused(row, world):
    """Nobody takes a missing operation for one that worked."""
    assert 400 <= asked(row, world).status < 500


def test_most_examples_are_answered():
    """So many of the reference's examples that a script made of them runs here: in all, answered, answered whole."""
    assert (len(ROWS), len(ANSWERED), len(WHOLE)) == (245, 242, 226)
