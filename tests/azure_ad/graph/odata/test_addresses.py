"""One address in all the ways that SDKs, Terraform and the reference pages write it."""

import pytest

from tests.azure_ad.caller import EVENTUAL, Caller


@pytest.fixture
def graph(company):
    company.ana = company.person("ana")
    company.office = company.group("Office", ("ana@contoso.com",))
    return Caller(company)


def app_id(graph):
    return graph.get("/servicePrincipals/{app}")["appId"]


@pytest.mark.parametrize(
    "path",
    [
        "/users/ana@contoso.com",
        "/users/ana@contoso.com/",
        "/Users/ANA@contoso.com",
        "/USERS('ana@contoso.com')",
        "/users(ana@contoso.com)",
        "/users(id='ana@contoso.com')",
        "//users//ana@contoso.com",
    ],
)
def test_a_key_stands_behind_a_slash_or_in_parentheses(graph, path):
    """OData 4.01, URL conventions 4.3: keys as segments and in parentheses; names of segments in any case."""
    assert graph.get(path)["id"] == graph.company.ana


def test_a_quote_in_a_key_is_doubled(graph):
    """OData 4.01, URL conventions 4.3.1: a single quote inside a text is written twice."""
    quoted = graph.company.person("o'hara")
    assert graph.get("/users('o''hara@contoso.com')")["id"] == quoted


@pytest.mark.parametrize("version", ["v1.0", "V1.0", "beta", "Beta"])
def test_versions_are_written_in_any_case(graph, version):
    assert graph.get("/users/ana@contoso.com", version=version)["id"] == graph.company.ana


@pytest.mark.parametrize(
    "function", ["delta", "delta()", "microsoft.graph.delta()", "graph.delta", "DELTA()"]
)
def test_a_function_is_called_with_parentheses_or_without(graph, function):
    """The SDKs write `delta()`; the pages `delta`; the metadata `microsoft.graph.delta()`."""
    assert "@odata.deltaLink" in graph.get(f"/users/{function}")


@pytest.mark.parametrize("cast", ["microsoft.graph.user", "graph.user", "graph.User", "Microsoft.Graph.user"])
def test_a_cast_has_the_long_namespace_or_the_short_one(graph, cast):
    """The SDKs are generated with `graph.user`, and the pages print `microsoft.graph.user`."""
    (member,) = graph.get(f"/groups/{graph.company.office}/members/{cast}")["value"]
    assert member["id"] == graph.company.ana


def test_schema_functions_are_called(graph):
    """synchronization-synchronizationschema-functions and …-filteroperators, as the SDKs call them."""
    for name in ("functions()", "filterOperators()"):
        path = f"/servicePrincipals('{{app}}')/synchronization/jobs('{{job}}')/schema/{name}"
        assert graph.get(path)["value"]


@pytest.mark.parametrize("written", ["appId='{}'", "appid='{}'", "AppId = '{}'"])
def test_an_application_has_a_second_key(graph, written):
    """serviceprincipal-get and application-get: `(appId='…')` addresses the same object."""
    key = app_id(graph)
    assert graph.get(f"/servicePrincipals({written.format(key)})")["id"] == graph.company.app
    jobs = graph.get(f"/servicePrincipals({written.format(key)})/synchronization/jobs")["value"]
    assert [job["id"] for job in jobs] == [graph.company.job]


def test_a_key_that_nobody_has_is_not_found(graph):
    nobody = "00000000-0000-0000-0000-000000000009"
    for path in (
        f"/servicePrincipals(appId='{nobody}')",
        f"/applications(appId='{nobody}')",
        f"/users('{nobody}')",
    ):
        status, code, message = graph.fail("GET", path)
        assert (status, code) == (404, "Request_ResourceNotFound")
        assert nobody in message


@pytest.mark.parametrize(
    "path",
    [
        "/users(",
        "/users)",
        "/users(()",
        "/users('a'",
        "/users(a'b)",
        "/users(x=1,y=2)",
        "/users/microsoft.graph.nothing()",
        "/users/graph.",
        "/groups/x/members/microsoft.graph.device",
        "/microsoft.graph.users",
        "/(x)",
        "/" + "(" * 500,
        "/" + "users/" * 300,
    ],
)
def test_what_no_address_is_is_not_found(graph, path):
    """Never a 500, whatever stands in the parentheses."""
    assert graph.fail("GET", path)[0] in (400, 404)


class TestOptions:
    """The query options that tools write in their own ways."""

    @pytest.mark.parametrize("query", ["$select=displayName", "select=displayName", "$Select=DISPLAYNAME"])
    def test_the_dollar_sign_and_the_case_do_not_matter(self, graph, query):
        """query-parameters: the `$` prefix is optional, names are read in any case."""
        (user,) = graph.get(f"/users?{query}")["value"]
        assert user == {"displayName": "Ana"}

    def test_a_star_selects_everything(self, graph):
        user = graph.get("/users/ana@contoso.com?$select=*")
        assert {"accountEnabled", "userType", "signInActivity"} <= set(user)

    def test_several_properties_sort(self, graph):
        """`$orderby` takes several properties, the first one most important."""
        for name, title in (("ben", "A"), ("cid", "B"), ("dan", "A")):
            graph.company.person(name, jobTitle=title)
        path = "/users?$orderby=jobTitle desc,displayName desc"
        assert [name[:3] for name in graph.names(path.replace(" ", "%20"))] == ["cid", "dan", "ben", "ana"]

    @pytest.mark.parametrize(
        ("search", "expected"),
        [
            ('"displayName:an"', ["ana"]),
            ('"displayName:RUIZ"', ["ana"]),
            ('"displayName:uiz"', []),
            ('"userPrincipalName:ana"', ["ana"]),
            ('"userPrincipalName:contoso"', []),
            ('"displayName:ana" OR "displayName:ben"', ["ana", "ben"]),
            ('"displayName:ana" AND "mail:x"', []),
            ('("displayName:ana" OR "displayName:ben") AND "displayName:ben"', ["ben"]),
        ],
    )
    def test_a_search_finds_beginnings_of_words(self, graph, search, expected):
        """search-query-parameter: tokens of displayName, the beginning of any other property."""
        graph.do("PATCH", "/users/ana@contoso.com", {"displayName": "Ana Ruiz"})
        graph.company.person("ben")
        path = f"/users?$search={search}".replace(" ", "%20")
        assert [name.partition("@")[0] for name in graph.names(path, headers=EVENTUAL)] == expected

    @pytest.mark.parametrize(
        "search", ["x", '"x"', '"nothing:x"', '"displayName:"', '"displayName:a" "b:c"', "("]
    )
    def test_a_search_that_cannot_be_read_is_refused(self, graph, search):
        path = f"/users?$search={search}".replace(" ", "%20")
        assert graph.fail("GET", path, headers=EVENTUAL)[0] == 400

    @pytest.mark.slow
    def test_at_most_fifteen_alternatives(self, graph):
        """filter-query-parameter: `or` and `in` are limited to fifteen in the directory."""
        for number, status in ((15, 200), (16, 400), (10_000, 400)):
            condition = "%20or%20".join(f"displayName%20eq%20'{each}'" for each in range(number))
            assert graph("GET", f"/users?$filter={condition}").status == status
        values = ",".join(f"'{each}'" for each in range(16))
        assert graph.fail("GET", f"/users?$filter=displayName%20in%20({values})")[:2] == (
            400,
            "Request_UnsupportedQuery",
        )

    def test_a_property_without_operators_is_not_filtered(self, graph):
        """The user page names no operator of $filter for aboutMe."""
        assert graph.fail("GET", "/users?$filter=aboutMe%20eq%20'x'") == (
            400,
            "Request_UnsupportedQuery",
            "Unsupported or invalid query filter clause specified for property 'aboutMe' of resource 'User'.",
        )

    def test_all_is_refused(self, graph):
        """filter-query-parameter, "all operator": not supported in Microsoft Graph."""
        path = "/users?$filter=businessPhones/all(p:startswith(p,'1'))&$count=true"
        status, _, message = graph.fail("GET", path, headers=EVENTUAL)
        assert (status, "'all' is not supported" in message) == (400, True)

    @pytest.mark.parametrize(
        ("condition", "expected"),
        [
            ("businessPhones/$count eq 0", ["ana"]),
            ("businessPhones/$count ge 1", ["ben"]),
            ("businessPhones/any()", ["ben"]),
            ("DISPLAYNAME eq 'ben'", ["ben"]),
        ],
    )
    def test_collections_are_counted_and_quantified(self, graph, condition, expected):
        """filter-query-parameter: /$count and any."""
        graph.company.person("ben", businessPhones=["+1 2"])
        path = f"/users?$filter={condition}&$count=true".replace(" ", "%20").replace("+", "%2B")
        assert [name.partition("@")[0] for name in graph.names(path, headers=EVENTUAL)] == expected
