"""ListUsers and ListGroups: filters per era, the cap, cursors."""

from urllib.parse import quote

import pytest

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def ids_of(account, path, text):
    answer = account.scim("GET", f"{path}?filter={quote(text)}")
    assert answer.status == 200, answer.body
    return [resource["id"] for resource in answer.json()["Resources"]]


def refused(account, path, text):
    return account.scim("GET", f"{path}?filter={quote(text)}").status


@pytest.fixture
def peopled(any_account):
    any_account.ana = any_account.user("ana@x.y", externalId="1", **{ENTERPRISE: {"manager": "m1"}})["id"]
    any_account.bo = any_account.user("bo@x.y", externalId="2")["id"]
    any_account.dev = any_account.group("Dev Ops", externalId="g", members=[{"value": any_account.ana}])["id"]
    any_account.ops = any_account.group("Ops")["id"]
    return any_account


def test_the_filters_of_both_eras(peopled):
    """Every filter that both eras have finds exactly its match, in any case of name, term order and spacing."""
    account = peopled
    assert ids_of(account, "/Users", 'userName eq "ANA@x.y"') == [account.ana]
    assert ids_of(account, "/Users", 'username EQ "bo@x.y"') == [account.bo]
    assert ids_of(account, "/Users", 'externalId eq "2"') == [account.bo]
    assert ids_of(account, "/Users", f'id eq "{account.ana}" and manager eq "m1"') == [account.ana]
    assert ids_of(account, "/Users", f'manager eq "m2" and id eq "{account.ana}"') == []
    assert ids_of(account, "/Users", f'id eq "{account.bo}"') == [account.bo]
    assert ids_of(account, "/Groups", 'displayName eq "dev ops"') == [account.dev]
    assert ids_of(account, "/Groups", 'externalId eq "g"') == [account.dev]
    assert ids_of(account, "/Groups", f'id eq "{account.dev}" and members eq "{account.ana}"') == [
        account.dev
    ]
    assert ids_of(account, "/Groups", f'member eq "{account.ana}" and id eq "{account.ops}"') == []


def test_no_match_is_an_empty_list(peopled):
    """What matches nothing answers 200 with zero results."""
    answer = peopled.scim("GET", "/Users?filter=userName+eq+%22nobody%22")
    assert answer.json() == {
        "totalResults": 0,
        "itemsPerPage": 0,
        "startIndex": 1,
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "Resources": [],
    }


def test_membership_filters_came_later(peopled):
    """groups.value and members.value answer today and were no filters in 2020."""
    account = peopled
    texts = ("/Users", f'groups.value eq "{account.dev}"'), ("/Groups", f'members.value eq "{account.ana}"')
    if account.tenant.quirks.profile == "aws-sso-2020":
        assert [refused(account, *text) for text in texts] == [400, 400]
    else:
        assert [ids_of(account, *text) for text in texts] == [[account.ana], [account.dev]]


def test_an_unknown_member_is_404(peopled):
    """Filtering groups by a member that does not exist answers 404, not an empty list."""
    assert refused(peopled, "/Groups", f'id eq "{peopled.dev}" and members eq "nobody"') == 404


@pytest.mark.parametrize(
    "text",
    [
        "",
        "userName",
        'userName eq ""',
        "userName eq true",
        'userName co "a"',
        'userName ne "a"',
        'displayName eq "a"',
        'emails eq "a"',
        'emails[type eq "work"].value eq "a"',
        'userName eq "a" or userName eq "b"',
        'userName eq "a" and externalId eq "b"',
        'userName eq "a" and userName eq "a"',
        'not (userName eq "a")',
        'userName eq "unclosed',
        "members eq",
    ],
)
def test_every_other_filter_is_refused(account, text):
    """Outside the table there is 400 and `Invalid Filter format`."""
    answer = account.scim("GET", f"/Users?filter={quote(text)}")
    assert (answer.status, answer.json()["detail"]) == (400, "Invalid Filter format")


def test_parameters_that_azure_ad_sends_are_ignored(account):
    """excludedAttributes, attributes and startIndex change nothing."""
    account.group()
    plain = account.scim("GET", "/Groups").json()
    assert (
        account.scim("GET", "/Groups?excludedAttributes=members&attributes=id&startIndex=7").json() == plain
    )


@pytest.mark.parametrize(("profile", "cap"), [("aws-sso-2020", 50), ("identity-center", 100)])
def test_a_plain_list_stops_at_the_cap(open_account, profile, cap):
    """Beyond the cap there is no more, and the totals count what was returned."""
    account = open_account(profile)
    names = [account.user(f"user{number}")["userName"] for number in range(cap + 3)]
    answer = account.scim("GET", "/Users").json()
    assert [user["userName"] for user in answer["Resources"]] == names[:cap]
    assert (answer["totalResults"], answer["itemsPerPage"], answer["startIndex"]) == (cap, cap, 1)
    assert len(account.scim("GET", "/Users?count=7").json()["Resources"]) == 7


def pages(account, path, between=lambda: None):
    """Return the ids of each page of a walk by cursor."""
    separator = "&" if "?" in path else "?"
    cursor, walked = "", []
    while cursor is not None:
        answer = account.scim("GET", f"{path}{separator}cursor={cursor}&count=4").json()
        assert "totalResults" not in answer
        assert "startIndex" not in answer
        walked.append([resource["id"] for resource in answer["Resources"]])
        cursor = answer.get("nextCursor")
        between()
    return walked


def test_cursors_walk_everything_once(account):
    """A walk by cursor meets every user once, filtered or not, and ends without a nextCursor."""
    ids = [account.user(f"user{number}")["id"] for number in range(10)]
    group = account.group(members=[{"value": each} for each in ids])["id"]
    assert pages(account, "/Users") == [ids[:4], ids[4:8], ids[8:]]
    assert pages(account, f"/Users?filter=groups.value+eq+%22{group}%22") == [ids[:4], ids[4:8], ids[8:]]
    assert account.scim("GET", "/Users?cursor").json()["itemsPerPage"] == 10
    assert "nextCursor" not in account.scim("GET", "/Users?cursor&count=10").json()


def test_deleting_between_pages_loses_nobody(account):
    """When users are deleted while a walk goes on, the others still come once each."""
    ids = [account.user(f"user{number}")["id"] for number in range(10)]
    doomed = iter([ids[3], ids[7]])
    walked = pages(account, "/Users", lambda: account.scim("DELETE", f"/Users/{next(doomed, 'nobody')}"))
    assert [each for page in walked for each in page] == ids


def test_a_cursor_holds_for_its_list_only(account):
    """Another filter, another collection or an altered cursor is refused."""
    for number in range(3):
        account.user(f"user{number}")
    cursor = account.scim("GET", "/Users?cursor&count=1").json()["nextCursor"]
    assert account.scim("GET", f"/Users?cursor={cursor}&filter=userName+eq+%22a%22").status == 400
    assert account.scim("GET", f"/Groups?cursor={cursor}").status == 400
    group = account.group(
        members=[{"value": user["id"]} for user in account.scim("GET", "/Users").json()["Resources"]]
    )
    assert (
        account.scim("GET", f"/Users?cursor={cursor}&filter=groups.value+eq+%22{group['id']}%22").status
        == 400
    )
    assert account.scim("GET", f"/Users?cursor={cursor[:8]}!!!!{cursor[8:]}").status == 400
    for place in range(len(cursor)):
        changed = cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]
        assert account.scim("GET", f"/Users?cursor={changed}").status == 400


def test_in_2020_there_were_no_cursors(old_account):
    """The cursor parameter meant nothing, and a count was cut to the cap."""
    old_account.user()
    assert old_account.scim("GET", "/Users?cursor=&count=1000").json()["totalResults"] == 1


@pytest.mark.parametrize("count", ["0", "101", "-1", "x", "", "1e3", "9" * 400])
def test_a_count_out_of_range_is_refused_today(account, count):
    """Count is a number from 1 to 100."""
    assert account.scim("GET", f"/Users?count={count}").status == 400
