"""Source Object Scope in the portal: scoping filters by fields and buttons, as the page about them has it done.

https://learn.microsoft.com/en-us/entra/identity/app-provisioning/define-conditional-rules-for-provisioning-user-accounts
(read 2026-11-29)
"""

from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.wire.message import Request
from tests.azure_ad.browser import Browser
from tests.azure_ad.provisioning.company import GRAPH

MARKUP = "<b>Ana</b> & \"co\" '{{ 7*7 }}'"
FORM = ("Content-Type", "application/x-www-form-urlencoded")


@pytest.fixture
def browser(company):
    return Browser(company)


def path(company, rest="", which="users"):
    return f"apps/{company.app}/provisioning/mappings/{which}{rest}"


def job_schema(company):
    return f"/servicePrincipals/{company.app}/synchronization/jobs/{company.job}/schema"


def clause(attribute, operator, *values):
    target = {"values": list(values)} if values else None
    return {"operatorName": operator, "sourceOperandName": attribute, "targetOperand": target}


def group(name, *clauses):
    return {"name": name, "clauses": list(clauses)}


def put_scope(company, scope, *, index=0):
    """Save a scope through Graph, as a script does; return Graph's answer."""
    schema = company.engine.schema(company.job)
    schema["synchronizationRules"][0]["objectMappings"][index]["scope"] = scope
    return company.graph("PUT", job_schema(company), schema)


def scope_of(company, *, index=0):
    schema = company.graph("GET", job_schema(company)).json()
    return schema["synchronizationRules"][0]["objectMappings"][index]["scope"]


def groups_of(company, *, index=0):
    return scope_of(company, index=index)["groups"]


def post(company, rest, pairs=(), *headers):
    url = f"{GRAPH}/portal/{path(company, rest)}"
    return company.ask(Request("POST", url, (FORM, *headers), urlencode(pairs).encode()))


def add_filter(browser, title, *clauses):
    """From the list of filters, add one with clauses of attribute, operator and perhaps a value; keep it with OK."""
    browser.follow("Add scoping filter")
    typed = {"Scoping Filter Title": title}
    for number, (attribute, operator, *values) in enumerate(clauses, 1):
        browser.press("Add clause", {**typed, "Attribute Name": attribute})
        typed = {f"Operator of clause {number}": operator}
        typed |= {f"Attribute Value of clause {number}": value for value in values}
    return browser.press("OK", typed)


SALES = group("Sales", clause("department", "EQUALS", "Sales"))
ENABLED = group("Enabled", clause("accountEnabled", "IS TRUE"), clause("city", "IS NOT NULL"))


def test_a_filter_is_made_as_the_page_says(company, browser, server):
    """Source object scope, Add scoping filter, clauses, title, OK, OK again, Save: then only who passes is in scope."""
    for name, department in (("ana", "Sales"), ("bob", "sales"), ("eva", None)):
        company.person(name, department=department)
    company.turn_on()
    browser.open(path(company))
    browser.follow("All records")
    add_filter(browser, "Sales of Madrid", ("accountEnabled", "IS TRUE"), ("department", "EQUALS", "Sales"))
    assert "There are unsaved changes" in browser.page.text
    assert scope_of(company) is None
    browser.follow("OK")
    browser.press("Save")
    assert ("1 scoping filter", f"/portal/{path(company, '/scope')}") in browser.page.links
    assert scope_of(company) == {
        "groups": [
            group(
                "Sales of Madrid",
                clause("accountEnabled", "IS TRUE"),
                clause("department", "EQUALS", "Sales"),
            )
        ],
        "inputFilterGroups": [],
        "categoryFilterGroups": [],
    }
    company.cycle()
    active = {user["userName"]: user["active"] for user in server.resources["Users"].values()}
    assert active == {"ana@contoso.com": True, "bob@contoso.com": False, "eva@contoso.com": False}
    audits = company.graph("GET", "/auditLogs/directoryAudits").json()["value"]
    assert "Update attribute mappings or scope" in [entry["activityDisplayName"] for entry in audits]


def test_groups_have_filters_of_their_own(company, browser, server):
    """Those of groups ask attributes of groups, and leave the users' mapping alone."""
    company.group("Dev")
    company.group("Office")
    browser.open(path(company, "/scope", "groups"))
    add_filter(browser, "Development", ("displayName", "REGEX MATCH", "^Dev"))
    browser.follow("OK")
    assert "Source Object Scope 1 scoping filter" in browser.page.text
    browser.press("Save")
    assert groups_of(company, index=1) == [group("Development", clause("displayName", "REGEX MATCH", "^Dev"))]
    assert scope_of(company) is None
    company.turn_on()
    assert [each["displayName"] for each in server.resources["Groups"].values()] == ["Dev"]


def test_the_page_tells_how_filters_and_clauses_are_joined(company, browser):
    """OR between filters, AND between the clauses of one, each clause with attribute, operator and value."""
    assert "any one of them (OR)" in browser.open(path(company, "/scope")).text
    assert put_scope(company, {"groups": [SALES, ENABLED]}).status == 204
    text = browser.open(path(company, "/scope")).text
    assert "any one of these scoping filters (OR)" in text
    assert "all clauses of the filter hold (AND)" in text
    assert "department EQUALS Sales Edit" in text
    assert text.index("Sales") < text.index(" OR ") < text.index("Enabled")
    assert "accountEnabled IS TRUE AND city IS NOT NULL" in text
    assert "2 scoping filters" in browser.open(path(company)).text


def test_a_filter_is_edited_in_its_place(company, browser):
    """Title, operator and value change; a clause is added and one deleted; the other filter stays as it is."""
    put_scope(company, {"groups": [SALES, ENABLED]})
    browser.open(path(company, "/scope"))
    browser.follow("Edit scoping filter Sales")
    assert browser.value("Scoping Filter Title") == "Sales"
    assert browser.value("Operator of clause 1") == "EQUALS"
    assert browser.value("Attribute Value of clause 1") == "Sales"
    browser.press("Add clause", {"Attribute Name": "city"})
    typed = {
        "Scoping Filter Title": "Spain",
        "Operator of clause 2": "Includes",
        "Attribute Value of clause 2": "Mad",
    }
    browser.press("Delete clause 1", typed)
    assert browser.value("Attribute Value of clause 1") == "Mad"
    browser.press("OK")
    browser.follow("OK")
    browser.press("Save")
    assert groups_of(company) == [group("Spain", clause("city", "Includes", "Mad")), ENABLED]


def test_without_its_last_filter_everything_is_in_scope(company, browser):
    """Delete takes the filter chosen; after the last one the mapping has no scope, as at the beginning."""
    put_scope(company, {"groups": [SALES, ENABLED]})
    browser.open(path(company, "/scope"))
    browser.press("Delete scoping filter Sales")
    assert "department EQUALS" not in browser.page.text
    assert "accountEnabled IS TRUE" in browser.page.text
    browser.press("Delete scoping filter Enabled")
    browser.follow("OK")
    assert "Source Object Scope All records" in browser.page.text
    assert groups_of(company) == [SALES, ENABLED]
    browser.press("Save")
    assert scope_of(company) is None


def test_what_is_discarded_was_never_saved(company, browser):
    """Discard on the Attribute Mapping page forgets filters like any other edit."""
    browser.open(path(company, "/scope"))
    add_filter(browser, "Sales", ("department", "EQUALS", "Sales"))
    browser.follow("OK")
    browser.press("Discard")
    assert "All records" in browser.page.text
    assert scope_of(company) is None


def operators_offered(browser, attribute):
    browser.press("Add clause", {"Attribute Name": attribute})
    (found,) = [each for each in browser.page.forms[-1].fields if each.id == "operator-1"]
    browser.press("Delete clause 1")
    return [words for _, words in found.options]


@pytest.mark.parametrize(
    ("which", "attribute", "kind"),
    [
        ("users", "department", "String"),
        ("users", "accountEnabled", "Boolean"),
        ("groups", "displayName", "String"),
    ],
)
def test_only_operators_that_fit_the_type_are_offered(company, browser, which, attribute, kind):
    """As Graph's list of filter operators has them for the attribute's type."""
    listed = company.graph("GET", f"{job_schema(company)}/filterOperators").json()["value"]
    fitting = [row["name"] for row in listed if kind in row["supportedAttributeTypes"]]
    assert 0 < len(fitting) < len(listed)
    browser.open(path(company, "/scope/add", which))
    assert operators_offered(browser, attribute) == fitting


def test_a_custom_integer_has_the_operators_of_integers(company, browser):
    """The type is the one that the job's schema defines, not one that the portal knows."""
    schema = company.engine.schema(company.job)
    people = schema["directories"][0]["objects"][0]["attributes"]
    people.append({**people[0], "name": "employeeNumber", "type": "Integer", "multivalued": False})
    assert company.graph("PUT", job_schema(company), schema).status == 204
    browser.open(path(company, "/scope/add"))
    offered = operators_offered(browser, "employeeNumber")
    assert "Greater_Than" in offered
    assert "Includes" not in offered


def test_attributes_that_no_filter_may_use_are_not_offered(company, browser):
    """Several values, references, roles and userType: Graph refuses every clause of theirs."""
    browser.open(path(company, "/scope/add"))
    (choice,) = [each for each in browser.page.forms[-1].fields if each.id == "more"]
    offered = {words for _, words in choice.options} - {""}
    unusable = {"manager", "proxyAddresses", "otherMails", "appRoleAssignments", "userType", "IsSoftDeleted"}
    assert not offered & unusable
    names = {
        entry["name"]
        for entry in company.engine.schema(company.job)["directories"][0]["objects"][0]["attributes"]
    }
    assert offered == names - unusable


@pytest.mark.parametrize(
    ("operator", "value"),
    [("REGEX MATCH", "(Sales"), ("Greater_Than", "ten"), ("Greater_Than_OR_EQUALS", " 7")],
)
def test_a_refusal_is_graphs_and_what_was_typed_stays(company, browser, operator, value):
    """One validation: the page says what PUT of the schema says, and nothing reaches the draft."""
    refused = put_scope(company, {"groups": [group("Mine", clause("department", operator, value))]})
    browser.open(path(company, "/scope"))
    page = add_filter(browser, "Mine", ("department", operator, value))
    assert page.status == 400
    assert refused.json()["error"]["message"] in page.text
    assert browser.value("Scoping Filter Title") == "Mine"
    assert browser.value("Operator of clause 1") == operator
    assert browser.value("Attribute Value of clause 1") == value
    assert "unsaved" not in browser.open(path(company)).text


def test_a_filter_without_clauses_is_refused_by_graphs_sentence(company, browser):
    """It would let everybody in."""
    refused = put_scope(company, {"groups": [group("Mine")]})
    browser.open(path(company, "/scope/add"))
    page = browser.press("OK", {"Scoping Filter Title": "Mine"})
    assert page.status == 400
    assert refused.json()["error"]["message"] in page.text
    assert browser.value("Scoping Filter Title") == "Mine"


def test_a_forgotten_value_is_asked_for(company, browser):
    """A clause that compares with nothing would keep everybody out; IS NULL needs no value."""
    browser.open(path(company, "/scope"))
    page = add_filter(browser, "Mine", ("department", "IS NULL"), ("city", "EQUALS"))
    assert page.status == 400
    assert "Clause 2: EQUALS needs its attribute value filled in." in page.text
    browser.press("OK", {"Operator of clause 2": "IS NOT NULL"})
    assert "department IS NULL AND city IS NOT NULL" in browser.page.text


def test_an_attribute_that_was_chosen_is_not_lost(company, browser):
    """Add clause needs one; OK with one chosen adds its clause first, instead of leaving it out."""
    browser.open(path(company, "/scope/add"))
    assert "Choose the attribute" in browser.press("Add clause", {"Scoping Filter Title": "Mine"}).text
    browser.press("OK", {"Attribute Name": "city"})
    assert browser.value("Scoping Filter Title") == "Mine"
    assert browser.value("Operator of clause 1") == "EQUALS"
    assert browser.value("Attribute Name") == ""


def test_enter_in_a_field_is_ok(company, browser):
    """Browsers press the first button then: it must not be one that deletes a clause or adds one."""
    put_scope(company, {"groups": [SALES]})
    browser.open(path(company, "/scope"))
    browser.follow("Edit scoping filter Sales")
    assert browser.page.forms[-1].buttons[0][0] == "OK"
    assert "name" not in browser.page.forms[-1].buttons[0][1]


def test_a_new_clause_has_the_focus(company, browser):
    """Who works with the keyboard goes on where the page grew."""
    browser.open(path(company, "/scope/add"))
    for count in (1, 2):
        html = browser.press("Add clause", {"Attribute Name": "city"}).html
        assert html.count(" autofocus") == 1
        assert f'id="operator-{count}" name="operator" autofocus' in html


def test_what_graph_alone_can_set_is_shown_and_stays(company, browser):
    """Input filters count as filters, are on the page, and outlive an edit; spaces around a value belong to it."""
    spaced = group(None, clause("department", "NOT EQUALS", " Sales "))
    inputs = [group("Pilot", clause("city", "EQUALS", "Madrid"))]
    put_scope(company, {"groups": [spaced], "inputFilterGroups": inputs})
    assert "2 scoping filters" in browser.open(path(company)).text
    browser.follow("2 scoping filters")
    assert "inputFilterGroups: Pilot" in browser.page.text
    browser.follow("Edit scoping filter 1")
    browser.press("OK")
    browser.press("Delete scoping filter 1")
    assert "inputFilterGroups: Pilot" in browser.page.text
    browser.follow("OK")
    assert "1 scoping filter" in browser.page.text
    browser.press("Discard")
    browser.open(path(company, "/scope"))
    browser.follow("Edit scoping filter 1")
    browser.press("OK")
    browser.follow("OK")
    browser.press("Save")
    assert scope_of(company) == {"groups": [spaced], "inputFilterGroups": inputs, "categoryFilterGroups": []}


def test_a_page_that_is_out_of_date_changes_no_other_filter(company, browser):
    """Delete pressed twice deletes once, and an edit of what is gone is refused with what was typed."""
    put_scope(company, {"groups": [SALES, ENABLED]})
    browser.open(path(company, "/scope"))
    browser.follow("Edit scoping filter Sales")
    mark = browser.page.url.rpartition("=")[2]
    assert [post(company, "/scope/delete", [("filter", mark)]).status for _ in range(2)] == [303, 404]
    page = browser.press("OK", {"Scoping Filter Title": "Kept"})
    assert page.status == 400
    assert "changed or deleted meanwhile" in page.text
    assert browser.value("Scoping Filter Title") == "Kept"
    assert browser.open(path(company, f"/scope/edit?filter={mark}")).status == 404
    assert "accountEnabled IS TRUE" in browser.open(path(company, "/scope")).text


def test_a_deletion_that_leaves_nothing_to_run_is_refused(company, browser):
    """The draft as a whole is checked; here Graph took an attribute away that another filter of the draft asks for."""
    put_scope(company, {"groups": [SALES]})
    browser.open(path(company, "/scope"))
    add_filter(browser, "Spain", ("country", "EQUALS", "ES"))
    schema = company.engine.schema(company.job)
    people = schema["directories"][0]["objects"][0]
    people["attributes"] = [entry for entry in people["attributes"] if entry["name"] != "country"]
    mapping = schema["synchronizationRules"][0]["objectMappings"][0]
    mapping["attributeMappings"] = [
        entry for entry in mapping["attributeMappings"] if "country" not in str(entry["source"])
    ]
    assert company.graph("PUT", job_schema(company), schema).status == 204
    browser.open(path(company, "/scope"))
    page = browser.press("Delete scoping filter Sales")
    assert page.status == 400
    assert "unknown source attribute 'country'" in page.text
    browser.follow("Edit scoping filter Spain")
    assert browser.value("Operator of clause 1") == "EQUALS"


def test_names_and_values_with_markup_are_text(company, browser):
    """In the list, in the form, and in a refusal."""
    put_scope(company, {"groups": [group(MARKUP, clause("department", "EQUALS", MARKUP))]})
    pages = [browser.open(path(company, "/scope")), browser.follow(f"Edit scoping filter {MARKUP}")]
    pages.append(browser.press("OK", {"Operator of clause 1": "Greater_Than"}))
    assert pages[-1].status == 400
    for page in pages:
        assert "&lt;b&gt;" in page.html
        assert "<b>" not in page.html
        assert "'49'" not in page.html
    assert browser.value("Attribute Value of clause 1") == MARKUP


@pytest.mark.parametrize("rest", ["/scope/edit", "/scope/delete"])
def test_orders_from_other_sites_are_refused(company, rest):
    """No page elsewhere narrows the scope and has everybody disabled."""
    answer = post(company, rest, [("title", "x")], ("Sec-Fetch-Site", "cross-site"))
    assert answer.status == 403
    assert b"no orders from other sites" in answer.body


@pytest.mark.parametrize("rest", ["/scope", "/scope/add", "/scope/edit?filter=x"])
def test_unknown_objects_are_a_page_in_words(company, browser, rest):
    """404 with the frame: no such mapping, no such application, no such filter."""
    assert browser.open(path(company, rest, "devices")).status == 404
    assert browser.open(f"apps/x/provisioning/mappings/users{rest}").status == 404
    assert browser.open(path(company, "/scope/edit?filter=x")).status == 404


FIELDS = st.sampled_from(
    ["edited", "title", "attribute", "operator", "value", "more", "without", "do", "filter"]
)
WORDS = st.text(max_size=8) | st.sampled_from(
    ["department", "manager", "EQUALS", "IS NULL", "Includes", "clause", "0"]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(FIELDS, WORDS), max_size=8))
@pytest.mark.slow
@pytest.mark.slow
def test_no_form_breaks_a_page(company, pairs):
    """Whatever a form holds, the answer is a page, and what it leaves in the draft can be shown."""
    for rest in ("/scope/edit", "/scope/delete"):
        assert post(company, rest, pairs).status < 500
    assert Browser(company).open(path(company, "/scope")).status == 200
