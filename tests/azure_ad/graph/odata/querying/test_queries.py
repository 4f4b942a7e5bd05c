"""OData over Microsoft Graph: filters, order, pages, and queries that are refused rather than half understood."""

from urllib.parse import quote

import pytest

from tests.azure_ad.caller import EVENTUAL, Caller
from tests.azure_ad.provisioning.company import GRAPH


@pytest.fixture
def crowd(company):
    """Return a caller of a company of five; three are pilots, one of them is disabled."""
    for number, name in enumerate(("dan", "ana", "eve", "ben", "cid")):
        company.person(
            name,
            jobTitle="Pilot" if number % 2 or number == 4 else None,
            accountEnabled=number != 4,
            businessPhones=[f"+1 {number}", "shared"],
            employeeHireDate=f"2026-03-0{number + 1}T00:00:00Z",
        )
    return Caller(company)


def names(crowd, query, **options):
    found = crowd.names(f"/users?{quote(query, safe='$=&')}", **options)
    return " ".join(name.partition("@")[0] for name in found)


class TestFilters:
    @pytest.mark.parametrize(
        ("condition", "expected"),
        [
            ("userPrincipalName eq 'ANA@contoso.com'", "ana"),
            ("jobTitle eq 'pilot'", "ana ben cid"),
            ("jobTitle eq null", "dan eve"),
            ("accountEnabled eq false", "cid"),
            ("startswith(displayName,'e')", "eve"),
            ("startswith(userPrincipalName, 'b') and jobTitle eq 'Pilot'", "ben"),
            ("displayName eq 'O''Hara'", ""),
            ("displayName eq 'Ana' or displayName eq 'Eve'", "ana eve"),
            ("displayName eq 'Ana' or displayName eq 'Eve' and accountEnabled eq false", "ana"),
            ("(displayName eq 'Ana' or displayName eq 'Eve') and accountEnabled eq false", ""),
            ("displayName in ('Ana', 'ben', 'Nobody')", "ana ben"),
            ("businessPhones/any(p:p eq 'shared')", "dan ana eve ben cid"),
            ("businessPhones/any(p:startswith(p, '+1 3'))", "ben"),
            ("businessPhones/any(p:p/x eq 'y')", ""),
            ("displayName/any(p:p/x eq 'y')", ""),
            ("employeeHireDate ge 2026-03-04T00:00:00Z", "ben cid"),
            ("employeeHireDate le 2026-03-02", "dan ana"),
            ("createdDateTime ge 2020-01-01T00:00:00+01:00 and createdDateTime lt 2020-01-02", ""),
            ("onPremisesExtensionAttributes/extensionAttribute1 eq 'x'", ""),
            ("  ", "dan ana eve ben cid"),
        ],
    )
    def test_a_filter_chooses(self, crowd, condition, expected):
        """filter-query-parameter: the operators that any directory query may use."""
        assert names(crowd, f"$filter={condition}") == expected

    @pytest.mark.parametrize(
        ("condition", "expected"),
        [
            ("jobTitle ne 'Pilot'", "dan eve"),
            ("not(displayName eq 'Ana')", "dan eve ben cid"),
            ("not startswith(displayName,'a') and accountEnabled ne false", "dan eve ben"),
            ("endswith(userPrincipalName,'@CONTOSO.com')", "dan ana eve ben cid"),
        ],
    )
    def test_advanced_operators_need_their_header_and_a_count(self, crowd, condition, expected):
        """aad-advanced-queries: ConsistencyLevel: eventual and $count=true, else 400."""
        assert names(crowd, f"$count=true&$filter={condition}", headers=EVENTUAL) == expected
        for query, headers in (("$count=true&", ()), ("", EVENTUAL)):
            path = f"/users?{query}$filter={quote(condition)}"
            assert crowd.fail("GET", path, headers=headers)[:2] == (400, "Request_UnsupportedQuery")

    @pytest.mark.parametrize(
        ("condition", "message"),
        [
            ("nonsense", "Could not find a property named 'nonsense'"),
            ("displayName eq x", "Syntax error at position 15 in"),
            ("displayName eq 'x' and ", "Syntax error"),
            ("displayName eq 'x", "Syntax error"),
            ("displayName like 'x'", "Syntax error"),
            ("(displayName eq 'x'", "Syntax error"),
            ("displayName eq 'x')", "Syntax error"),
            ("displayName eq 2026-13-01", "Syntax error"),
            ("displayName in ()", "Syntax error"),
            ("startswith(displayName, 5)", "startswith needs a text"),
            ("businessPhones/any(p: q eq 'y')", "'q' is not the range variable 'p'"),
            ("businessPhones/any(p: p/x/any(q: q eq 'y'))", "any inside any"),
            ("jobTitel eq 'x'", "Could not find a property named 'jobTitel' on type 'microsoft.graph.user'."),
            (
                "accountEnabled eq 'true'",
                "Found operand types 'Edm.Boolean' and 'Edm.String' for operator kind 'Equal'.",
            ),
            ("displayName ge true", "'Edm.String' and 'Edm.Boolean' for operator kind 'GreaterThanOrEqual'"),
            ("employeeHireDate ge '2026-01-01'", "'Edm.DateTimeOffset' and 'Edm.String'"),
            ("(" * 100 + "displayName eq 'x'" + ")" * 100, "nested too deeply"),
        ],
    )
    def test_what_cannot_be_read_is_told(self, crowd, condition, message):
        """400 with the place, the property or the types."""
        status, code, told = crowd.fail("GET", f"/users?$filter={quote(condition)}")
        assert (status, code) == (400, "BadRequest")
        assert message in told


class TestOptions:
    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("", "dan ana eve ben cid"),
            ("$orderby=userPrincipalName", "ana ben cid dan eve"),
            ("$orderby=userPrincipalName desc", "eve dan cid ben ana"),
            ("$orderby=displayName asc", "ana ben cid dan eve"),
            ("$top=1", "dan"),
        ],
    )
    def test_options_sort_and_cut(self, crowd, query, expected):
        assert names(crowd, query) == expected

    def test_a_filter_and_an_order_are_an_advanced_query(self, crowd):
        """aad-advanced-queries: together they need the header and the count."""
        query = "$filter=jobTitle eq 'Pilot'&$orderby=displayName"
        assert crowd.fail("GET", f"/users?{quote(query, safe='$=&')}") == (
            400,
            "Request_UnsupportedQuery",
            "Sorting not supported for current query.",
        )
        assert names(crowd, f"{query}&$count=true", headers=EVENTUAL) == "ana ben cid"

    @pytest.mark.parametrize("extra", ["", "&$orderby=displayName", "&$top=2", "&$top=2&$orderby=id"])
    def test_a_count_is_of_everything_that_matches(self, crowd, extra):
        """$count does not depend on page or order; without the header it is left out silently, as there."""
        assert crowd.get(f"/users?$count=true{extra}", headers=EVENTUAL)["@odata.count"] == 5
        some = crowd.get(f"/users?$count=true&$filter=jobTitle%20eq%20'Pilot'{extra}", headers=EVENTUAL)
        assert some["@odata.count"] == 3
        assert "@odata.count" not in crowd.get(f"/users?$count=true{extra}")

    def test_a_bare_count_is_a_number(self, crowd):
        """`/$count` answers plain text, and only with the header."""
        answer = crowd("GET", "/users/$count?$filter=jobTitle%20ne%20null", headers=EVENTUAL)
        assert (answer.body, answer.header("Content-Type")) == (b"3", "text/plain; charset=utf-8")
        assert crowd.fail("GET", "/groups/$count")[0] == 400

    @pytest.mark.parametrize(
        ("query", "code", "message"),
        [
            ("$skip=1", "Request_BadRequest", "'$skip' is not supported by the service."),
            ('$search="displayName:a"', "Request_UnsupportedQuery", "'ConsistencyLevel: eventual'"),
            ("$top=1&top=2", "BadRequest", "Query option '$top' was specified more than once"),
            ("$apply=x", "BadRequest", "The query parameter '$apply' is not supported."),
            (
                "$filter=endswith(displayName,'a')&$count=true",
                "Request_UnsupportedQuery",
                "property 'displayName' of resource 'User'",
            ),
            ("$select=jobTitel", "BadRequest", "Could not find a property named 'jobTitel' on type"),
            ("$select=", None, None),
            ("$expand=boss", "BadRequest", "Could not find a property named 'boss' on type"),
            ("$expand=manager($depth=2)", "BadRequest", "Parsing OData Select and Expand failed"),
            ("$expand=manager($levels=2)", "Request_UnsupportedQuery", "needs the request header"),
            ("$expand=members", "BadRequest", "Could not find a property named 'members'"),
            ("$orderby=x", "BadRequest", "Could not find a property named 'x'"),
            ("$orderby=displayName sideways", "BadRequest", "Invalid $orderby"),
            *((f"$top={top}", "BadRequest", "Invalid value") for top in ("0", "1000", "-1", "x", "٣")),
        ],
    )
    def test_an_option_that_is_not_understood_is_refused(self, crowd, query, code, message):
        """400 instead of a list that looks like an answer."""
        path = f"/users?{quote(query, safe='$=&')}"
        if code is None:
            assert crowd("GET", path).status == 200
            return
        status, told, said = crowd.fail("GET", path)
        assert (status, told) == (400, code)
        assert message in said


class TestPages:
    def test_next_links_lead_through_everything(self, crowd):
        """$top is the page size; following the links gives each once and keeps the query."""
        path = "/users?$top=2&$orderby=userPrincipalName&$select=userPrincipalName"
        first = crowd.get(path)
        assert first["@odata.nextLink"].startswith(f"{GRAPH}/v1.0/users?$top=2&$orderby=userPrincipalName&")
        found, last = crowd.pages(path)
        assert [user["userPrincipalName"][:3] for user in found] == ["ana", "ben", "cid", "dan", "eve"]
        assert all(list(user) == ["userPrincipalName"] for user in found)
        assert list(last) == ["@odata.context", "value"]

    def test_a_page_token_is_bound_to_its_query(self, crowd):
        """What was changed, made up or taken elsewhere is refused, as an expired one is."""
        link = crowd.get("/users?$top=2")["@odata.nextLink"]
        token = link.rpartition("$skiptoken=")[2]
        refused = (400, "Directory_ExpiredPageToken")
        for path in (
            "/users?$top=2&$skiptoken=4",
            "/users?$top=2&$skiptoken=",
            "/users?$top=2&$skiptoken=%C3%A4.x",
            f"/users?$top=2&$skiptoken={token[:-1]}",
            f"/users?$top=2&$skiptoken=x{token}",
            f"/users?$top=3&$skiptoken={token}",
            f"/groups?$top=2&$skiptoken={token}",
            f"/users?$top=2&$filter=accountEnabled%20eq%20true&$skiptoken={token}",
        ):
            assert crowd.fail("GET", path)[:2] == refused
        assert crowd.names(link) == ["eve@contoso.com", "ben@contoso.com"]


class TestHeaders:
    def test_each_answer_names_the_request(self, crowd):
        """request-id is the service's, client-request-id the caller's; errors repeat both."""
        mine = "5a9f466f-57ce-40a9-b6ee-2bd9ffc0a31e"
        answers = [
            crowd("GET", path, headers=(("client-request-id", mine),))
            for path in ("/users", "/users/x", "/x")
        ]
        assert [answer.header("client-request-id") for answer in answers] == [mine] * 3
        assert len({answer.header("request-id") for answer in answers}) == 3
        error = answers[1].json()["error"]["innerError"]
        assert (error["request-id"], error["client-request-id"]) == (answers[1].header("request-id"), mine)
        bare = crowd("GET", "/users")
        assert bare.header("client-request-id") == bare.header("request-id")

    @pytest.mark.parametrize(
        ("fault", "expected", "wait"),
        [
            ("429", (429, "TooManyRequests", "Please retry again later."), "10"),
            (
                "403",
                (403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."),
                None,
            ),
            ("503", (503, "serviceNotAvailable", "The service is temporarily unavailable."), "10"),
        ],
    )
    def test_a_refusal_can_be_asked_for(self, crowd, fault, expected, wait):
        """X-Harness-Fault: Graph's form of throttling, of missing permissions, of an outage; nothing is done."""
        before = crowd.company.rows()
        request = ("POST", "/users", {"userPrincipalName": "x@y"})
        headers = (("X-Harness-Fault", fault),)
        assert crowd.fail(*request, headers=headers) == expected
        assert crowd(*request, headers=headers).header("Retry-After") == wait
        assert crowd.company.rows() == before

    def test_an_unknown_fault_is_named(self, crowd):
        assert crowd.fail("GET", "/users", headers=(("X-Harness-Fault", "500"),))[0] == 400
