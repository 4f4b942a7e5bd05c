"""The RFC's suite: a right server passes each check, one that is wrong in a point fails the check of that point."""

import json
import re
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from harness.certification.outcomes import Outcome
from harness.certification.suites.rfc7644.suite import RFC7644
from harness.wire.message import Response
from tests.certification.wrong import (
    SCIM_JSON,
    answering,
    dropping,
    editing,
    editing_request,
    meeting,
    rewriting,
    setting,
    status,
    swallowing,
    without_header,
)

pytestmark = pytest.mark.slow

MANDATORY = {check.name: check.mandatory for check in RFC7644.checks}
USER, FILTER = r"GET /Users/[^?]*$", r"GET /Users\?filter="
PATCH_USER = "PATCH /Users/"
BULK_DONE = {
    "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkResponse"],
    "Operations": [{"method": "DELETE", "status": "204"}],
}


def merging(request, send):
    """PUT as PATCH would do it: what is left out stays."""
    there = send(replace(request, method="GET", body=b"")).json()
    return send(replace(request, body=json.dumps({**there, **json.loads(request.body)}).encode()))


def halfway(request, send):
    """Do the first operation, whatever becomes of the second."""
    response = send(request)
    body = json.loads(request.body)
    send(replace(request, body=json.dumps({**body, "Operations": body["Operations"][:1]}).encode()))
    return response


def case_sensitive(user):
    if user["userName"].isupper():
        user["userName"] += ".other"


def in_plain_json(response):
    return replace(response, headers=(("Content-Type", "application/json"),))


def all_emails(body):
    for operation in body["Operations"]:
        if operation["op"] == "remove":
            operation["path"] = "emails"


def keeping_members(body):
    for operation in body["Operations"]:
        if operation["op"] == "remove":
            operation.update(op="replace", path="displayName", value="kept")


def located(place):
    """Say of a new user, in header and body, that it is in another place."""

    def change(response):
        user = json.loads(response.body)
        user["meta"]["location"] = place(user["meta"]["location"])
        kept = tuple(each for each in response.headers if each[0].lower() != "location")
        headers = (*kept, ("Location", user["meta"]["location"]))
        return replace(response, headers=headers, body=json.dumps(user).encode())

    return answering("POST /Users", change, when=201)


# What is wrong with the server, and what the reason says; some checks are tried with several wrongs.
WRONGS = [
    ("3.3 created", status("POST /Users", 200), "answered 200 instead of 201"),
    (
        "3.3 created",
        editing(USER, setting(displayName="Other")),
        'displayName is "Other" instead of "harness-',
    ),
    ("3.3 location", without_header("POST /Users", "Location"), "no Location header"),
    ("3.3 location", editing("POST /Users", dropping("meta")), "meta.location is null instead of"),
    ("3.3 location", located(lambda _: "https://scim.example.com/v2/Users/x"), "does not lead to /Users/"),
    ("3.3 read-only", status("POST /Users", 400), "answered 400 instead of 200 or 201"),
    (
        "3.3 read-only",
        editing(USER, setting(meta={"resourceType": "User", "created": "2001-01-01T00:00:00Z"})),
        "the client's meta.created was taken over",
    ),
    (
        "7643 3.1 meta",
        editing(USER, lambda user: user["meta"].update(lastModified="2026-11-02T08:00:00Z")),
        "meta.lastModified is",
    ),
    (
        "7643 3.1 meta",
        editing(USER, lambda user: user["meta"].update(created=1793606400)),
        "meta.created is 1793606400 instead of a dateTime",
    ),
    ("3.3 uniqueness", editing("POST /Users", dropping("scimType"), when=409), "scimType is null"),
    ("3.3 uniqueness", status("POST /Users", 400, when=409), "answered 400 instead of 409"),
    ("7643 4.1.1 userName", editing_request("POST /Users", case_sensitive), "answered 201 instead of 409"),
    ("7643 4.1.1 password", editing(USER, setting(password="x")), "the answer holds the password"),
    ("7643 4.2 group", editing("GET /Groups/", dropping("members")), "members[value eq"),
    ("3.8 media type", answering(USER, in_plain_json), "Content-Type is application/json"),
    ("3.12 not found", editing("DELETE /Users/", setting(status=404), when=404), "status is 404 instead of"),
    (
        "3.12 not found",
        meeting("PUT /Users/", lambda *_: Response(201, (), b"{}")),
        "answered 201 instead of 404",
    ),
    ("3.12 unauthorized", editing("GET /Users", setting(schemas=[]), when=401), "schemas is [] instead of"),
    ("3.12 unauthorized", status("GET /Users", 200, when=401), "answered 200 instead of 401"),
    ("2 challenge", without_header("GET /Users", "WWW-Authenticate"), "no WWW-Authenticate header"),
    ("3.12 bad body", status("POST /Users", 500, when=400), "answered 500 instead of 400"),
    ("3.12 bad body", editing("POST /Users", setting(scimType="tooMany"), when=400), 'scimType is "tooMany"'),
    ("3.6 deleted", status("DELETE /Users/", 200, when=204), "answered 200 instead of 204"),
    ("3.6 deleted", swallowing("DELETE /Users/"), "answered 200 instead of 404"),
    (
        "3.6 deleted in queries",
        editing(FILTER, setting(totalResults=1, Resources=[{"id": "x"}])),
        "still finds",
    ),
    ("3.6 name free again", swallowing("DELETE /Users/"), "answered 409 instead of 201"),
    ("3.4.2 list", editing(r"GET /Users$", setting(totalResults="1")), 'totalResults is "1"'),
    ("3.4.2 list", editing(r"GET /Users$", setting(schemas=["x"])), "schemas is"),
    ("3.4.2 no match", status(FILTER, 404), "answered 404 instead of 200"),
    ("3.4.2.2 eq", rewriting(FILTER, r"filter=.*", ""), "finds 2 users, 1 of them right, where 1 fits"),
    (
        "3.4.2.2 case of values",
        rewriting(FILTER + '.*"[^"a-z]+"', '"[^"]+"', '"other"'),
        "finds no users, where 1 fits",
    ),
    (
        "3.4.2.2 case of names",
        rewriting(FILTER + "USERNAME", "USERNAME EQ", "userName unknown"),
        "answered 400 instead of 200",
    ),
    (
        "3.4.2.2 and, or, not",
        rewriting(FILTER + ".* or .* and", "(.*?)=(.*) and (.*)", r"\1=(\2) and \3"),
        "finds no users, where 1 fits",
    ),
    ("3.4.2.2 sw, co, ew, pr, ne", rewriting(FILTER + ".* ew", " ew ", " eq "), "finds no users"),
    (
        "3.4.2.2 value filter",
        rewriting(FILTER, 'type eq "home"', 'type eq "work"'),
        "finds no users, where 1 fits",
    ),
    ("3.4.2.2 invalidFilter", editing(FILTER, dropping("scimType")), "scimType is null"),
    ("3.4.2.2 invalidFilter", status(FILTER + ".*regex", 200), "answered 200 instead of 400"),
    ("3.4.2.4 pages", rewriting("GET /Users.startIndex", "startIndex=2", "startIndex=1"), "startIndex is 1"),
    ("3.4.2.4 pages", rewriting("GET /Users.startIndex", "count=1", "count=2"), "2 resources instead of 1"),
    ("3.4.2.4 count 0", rewriting("GET /Users", "count=0", "count=1"), "there are resources"),
    ("3.4.2.4 startIndex 0", editing("GET /Users", setting(startIndex=0)), "startIndex is 0 instead of 1"),
    ("3.4.2.4 beyond the end", rewriting("GET /Users", "startIndex=1000000000", "startIndex=1"), "there are"),
    (
        "3.9 attributes",
        rewriting("GET /Users/", r"\?.*", ""),
        'name.givenName is "Given" instead of null',
    ),
    ("3.9 excludedAttributes", rewriting("GET /Users/", r"\?.*", ""), "displayName is"),
    ("3.9 excludedAttributes", editing("GET /Users/", dropping("id")), "id is null instead of"),
    ("3.5.1 put", status("PUT /Users/", 405), "answered 405 instead of 200"),
    ("3.5.1 put", editing_request("PUT /Users/", setting(active=True)), "active is true instead of false"),
    ("3.5.1 put clears", meeting("PUT /Users/", merging), 'title is "Pilot" instead of null'),
    ("3.5.2 without a path", swallowing(PATCH_USER), 'instead of "add"'),
    ("3.5.2 atomic", meeting(PATCH_USER, halfway), 'displayName is "Changed" instead of'),
    ("3.5.2 atomic", swallowing(PATCH_USER), "answered 204 instead of a failure"),
    ("3.5.2 primary", editing(USER, lambda user: user["emails"][0].update(primary=True)), "emails is"),
    ("3.5.2 malformed path", swallowing(PATCH_USER), "answered 204 instead of 400"),
    ("3.5.2 unknown path", swallowing(PATCH_USER), "answered 204 instead of 400"),
    ("3.5.2 unknown path", editing(PATCH_USER, setting(scimType="tooMany")), 'scimType is "tooMany"'),
    ("3.5.2.1 add", swallowing(PATCH_USER), 'instead of "Added"'),
    (
        "3.5.2.1 add",
        editing(USER, lambda user: user.update(emails=user["emails"][-1:])),
        'emails[type eq "work"].value is null',
    ),
    ("3.5.2.1 add again", editing(USER, lambda user: user.update(emails=user["emails"] * 2)), "emails is"),
    ("3.5.2.2 remove", swallowing(PATCH_USER), 'title is "Pilot" instead of null'),
    ("3.5.2.2 remove by a filter", editing_request(PATCH_USER, all_emails), "is null"),
    ("3.5.2.2 remove without a path", editing(PATCH_USER, dropping("scimType")), "instead of noTarget"),
    (
        "3.5.2.2 remove required",
        editing(PATCH_USER, setting(scimType="invalidValue")),
        "instead of mutability",
    ),
    ("3.5.2.2 remove required", swallowing(PATCH_USER), "answered 204 instead of 400"),
    ("3.5.2.3 replace", swallowing(PATCH_USER, 200, {"id": "x"}), 'id is "x" instead of'),
    ("3.5.2.3 replace", swallowing(PATCH_USER), 'instead of "Changed"'),
    ("3.5.2.3 replace sets", swallowing(PATCH_USER), 'title is null instead of "Pilot"'),
    ("3.5.2.3 no record", swallowing(PATCH_USER), "answered 204 instead of 400"),
    ("3.5.2 members", swallowing("PATCH /Groups/"), "after add: members are []"),
    (
        "3.5.2 members",
        editing_request("PATCH /Groups/", keeping_members),
        "after remove by a filter",
    ),
    ("4 ServiceProviderConfig", editing("GET /Serv", dropping("sort")), "sort.supported is null"),
    ("4 ServiceProviderConfig", editing("GET /Serv", dropping("filter")), "filter.supported is null"),
    ("4 ServiceProviderConfig", status("GET /Serv", 404), "answered 404 instead of 200"),
    (
        "4 ResourceTypes",
        editing("GET /ResourceTypes", setting(Resources=[])),
        "no resource type has the schema",
    ),
    ("4 Schemas", status("GET /Schemas/", 404), "answered 404 instead of 200"),
    ("4 Schemas", editing("GET /Schemas$", setting(Resources=[])), "there is no urn"),
    ("3.4.2.3 sort", rewriting("GET /Users", "sortOrder=descending", "sortOrder=ascending"), "the order is"),
    ("3.14 etag", without_header(USER, "ETag"), "no ETag header"),
    (
        "3.14 etag",
        editing(USER, lambda user: user["meta"].update(version="x")),
        'meta.version is "x" instead of',
    ),
    ("3.14 etag", status(USER, 200, when=304), "answered 200 instead of 304"),
    ("3.7 bulk", swallowing("POST /Bulk", 200, BULK_DONE), "answered 200 instead of 404"),
]


def only(*names):
    return replace(RFC7644, checks=tuple(check for check in RFC7644.checks if check.name in names))


def test_a_right_server_passes(certify, scim2_server):
    """scim2-server claims every optional feature and passes all that is mandatory; it has no /Me, and little of groups in users."""
    results = certify(RFC7644, scim2_server)
    outcomes = {name: result.outcome for name, result in results.items()}
    assert {name: outcome for name, outcome in outcomes.items() if outcome is not Outcome.PASSED} == {
        "3.11 me": Outcome.SKIPPED,
        "3.9 attributes when written": Outcome.WARNING,
        "7643 2.3.7 deleted member": Outcome.WARNING,
        "7643 2.4 member with a type": Outcome.WARNING,
        "7643 4.1.1 no name": Outcome.WARNING,  # an empty userName is taken
        "7643 4.1.2 groups are shown": Outcome.WARNING,
    }
    assert RFC7644.verdict(outcomes) == ""


@pytest.mark.parametrize(("name", "spoil", "reason"), WRONGS, ids=[name for name, *_ in WRONGS])
def test_a_wrong_server_fails(certify, scim2_server, name, spoil, reason):
    """The reason says what there was; a check that is not mandatory warns."""
    (result,) = certify(only(name), spoil(scim2_server)).values()
    assert (result.outcome, reason in result.reason) == (
        Outcome.FAILED if MANDATORY[name] else Outcome.WARNING,
        True,
    ), result.reason


# What the RFC leaves to a server.
OPEN = [
    ("3.3 location", located(lambda absolute: urlsplit(absolute).path)),
    ("3.12 bad body", editing("POST /Users", setting(scimType="invalidSyntax"), when=400)),
    ("3.12 bad body", editing("POST /Users", dropping("scimType"), when=400)),
    ("3.4.2.2 invalidFilter", editing(FILTER + "userName eq$", dropping("scimType"))),
    ("3.14 etag", editing(USER, lambda user: user["meta"].pop("version") and None)),
    ("3.7 bulk", editing("POST /Bulk", lambda bulk: bulk["Operations"][0].update(status=204))),
]


@pytest.mark.parametrize(("name", "different"), OPEN, ids=[name for name, _ in OPEN])
def test_what_the_rfc_leaves_open_is_held_against_nobody(certify, scim2_server, name, different):
    """Relative addresses, errors without a scimType, versions in the header alone, statuses that are numbers."""
    (result,) = certify(only(name), different(scim2_server)).values()
    assert (result.outcome, result.reason) == (Outcome.PASSED, "")


def test_one_page_of_all_needs_no_start(certify, scim2_server):
    """RFC 7644 3.4.2: startIndex is required of partial results; the check makes enough users for them."""

    def without_start(listed):
        if listed["totalResults"] == len(listed["Resources"]):
            del listed["startIndex"]

    send = editing("GET /Users", without_start)(scim2_server)
    (result,) = certify(only("3.4.2.4 startIndex 0"), send).values()
    assert (result.outcome, result.reason) == (Outcome.PASSED, "")


def test_what_is_only_recommended_is_optional():
    """SHOULD, MAY, and what follows without being said."""
    assert {name for name, mandatory in MANDATORY.items() if not mandatory} == {
        "3.5.2 former name",
        "7643 3.1 externalId of two",
        "7643 4.2 group and user of one name",
        "3.4.2.4 count is met",
        "3.8 plain JSON",
        "3.8 plain JSON sent",
        "4 no filter",
        "7643 2.3.7 deleted member",
        "7643 2.4 member with a type",
        "7643 4.2 disabled member",
        "3.6 name free again",
        "3.4.2.4 beyond the end",
        "3.5.1 put clears",
        "3.5.2 unknown path",
        "3.5.2.1 add again",
        "7643 3.1 externalId",
        "3.9 attributes when written",
        "3.9 full names",
        "3.5.1 put required",
        "3.5.2.3 all that is chosen",
        "3.5.2.3 null",
        "3.5.2.1 members at one moment",
        "7643 4.1.2 groups are shown",
        "3.7.3 failOnErrors",
        "4 one ResourceType",
        "7643 7 characteristics",
        "7643 8.7.1 characteristics",
        "7643 4.1 whole user",
        "7643 4.3 whole extension",
        "4 types fit",
        "4 patch is claimed",
        "3.5.2 full names",
        "2 scheme in any case",
        "3.14 any version",
        "3.3 answer",
        "3.4.2.2 typed address",
        "3.9 parts of an extension",
        "7643 2.1 case of names",
        "7643 3.1 lastModified with members",
        "7643 4.1.1 mixed case",
        "7643 4.1.1 no name",
        "7643 2.3.1 texts",
        "3.5.1 put defaults",
        "3.4.2.2 id",
        "3.5.2 dotted keys",
        "3.5.2 read-only is refused",
        "3.4.2.3 sort without a value",
        "3.4.2.3 sort by the primary",
        "7643 4.1.1 case of letters",
        "3.12 error of no endpoint",
        "7643 7 address of two",
        "4 each schema",
        "7643 2.3.1 long texts",
        "7643 2.4 two of a type",
        "7643 4.2 many members",
    }


def test_names_and_sections():
    """A name is unique and begins with a section; the condition names the RFC."""
    assert len(MANDATORY) == len(RFC7644.checks)
    assert all(check.passes_when.startswith("RFC 764") for check in RFC7644.checks)


def unclaimed(feature):
    return editing("GET /ServiceProviderConfig", lambda config: config[feature].update(supported=False))


PATCHES = [name for name in MANDATORY if name.startswith("3.5.2")]
FILTERS = [name for name in MANDATORY if name.startswith(("3.4.2.2", "3.4.2 no"))] + [
    "3.6 deleted in queries"
]


@pytest.mark.parametrize(
    ("feature", "names"),
    [
        ("patch", PATCHES),
        ("filter", [name for name in FILTERS if name != "3.4.2.2 invalidFilter"]),
        ("sort", ["3.4.2.3 sort"]),
        ("etag", ["3.14 etag"]),
        ("bulk", ["3.7 bulk"]),
    ],
)
def test_what_is_not_claimed_is_skipped(certify, scim2_server, feature, names):
    """The reason quotes what the server says of itself."""
    for result in certify(only(*names), unclaimed(feature)(scim2_server)).values():
        assert result.outcome is Outcome.SKIPPED
        assert re.match(f'ServiceProviderConfig says {feature}: {{.*"supported":false', result.reason)


def test_without_groups_their_checks_are_skipped(certify, scim2_server):
    """ResourceTypes says which resources there are."""

    def users_alone(listed):
        listed["Resources"] = [each for each in listed["Resources"] if each["name"] == "User"]

    send = editing("GET /ResourceTypes", users_alone)(scim2_server)
    for result in certify(only("7643 4.2 group", "3.5.2 members"), send).values():
        assert (result.outcome, result.reason) == (
            Outcome.SKIPPED,
            'ResourceTypes lists no /Groups: ["/Users"]',
        )


@pytest.mark.parametrize(
    "name", ["3.4.2.2 and, or, not", "3.4.2.2 sw, co, ew, pr, ne", "3.4.2.2 value filter"]
)
def test_a_filter_that_is_declined_is_skipped(certify, scim2_server, name):
    """RFC 7644 3.4.2.2: a server may decline what it does not support, by invalidFilter."""
    declined = {"scimType": "invalidFilter"}
    send = swallowing(FILTER, 400, declined)(scim2_server)
    (result,) = certify(only(name), send).values()
    assert (result.outcome, "is declined with invalidFilter" in result.reason) == (Outcome.SKIPPED, True)


def test_a_password_that_is_refused_is_skipped(certify, scim2_server):
    """RFC 7643 does not make a server take passwords."""
    send = meeting("POST /Users", lambda *_: Response(400, SCIM_JSON, b"{}"))(scim2_server)
    (result,) = certify(only("7643 4.1.1 password"), send).values()
    assert (result.outcome, result.reason) == (
        Outcome.SKIPPED,
        "POST /Users with a password answered 400: {}",
    )


def test_attributes_that_nobody_keeps_are_skipped(certify, scim2_server):
    """What is optional in the schema cannot be removed where the server leaves it out."""

    def plain(user):
        for name in ("title", "nickName", "preferredLanguage"):
            user.pop(name, None)

    send = editing_request("POST /Users", plain)(scim2_server)
    for result in certify(only("3.5.1 put clears", "3.5.2.2 remove", "3.5.2.3 replace sets"), send).values():
        assert (result.outcome, result.reason) == (
            Outcome.SKIPPED,
            "the server keeps none of title, nickName, preferredLanguage",
        )


# AWS SSO on purpose falls short of the RFC; its developer guide says most of it.
AWS = {
    "3.4.2.2 address": "Invalid Filter format",
    "3.4.2.2 after PATCH": "Invalid Filter format",
    "3.4.2.2 eq is whole": "Invalid Filter format",
    "3.4.2.2 recent moments": "Invalid Filter format",
    "3.4.2.2 sw, co in any case, pr of lists": "Invalid Filter format",
    "3.4.2.4 count 0 of a query": "answered 400",
    "3.4.2.4 large count": "answered 400",
    "3.5.1 put unchanged": "PUT /Groups/",  # which is not supported
    "3.5.2.3 no members": "Replacing group memberships is not supported",
    "7643 3.1 location": "meta.location is None",
    "7643 4.2 two groups": "members are []",
    "7643 4.2 renamed member": "members are []",
    "3.4.2.4 pages of groups": "answered 400 instead of 200",
    "3.3 location": "no Location header",
    "3.3 uniqueness": "scimType is null",
    "7643 4.2 group": "members[value eq",  # members are never shown
    "3.8 media type": "Content-Type is application/json",
    "2 challenge": "no WWW-Authenticate header",
    "3.4.2.2 and, or, not": "answered 400 instead of 200",  # and without invalidFilter
    "3.4.2.2 sw, co, ew, pr, ne": "answered 400 instead of 200",
    "3.4.2.2 invalidFilter": "scimType is null",
    "3.4.2.4 pages": "totalResults is 1",  # totalResults counts the page
    "3.4.2.4 count 0": "answered 400 instead of 200",
    "3.9 attributes": "name.givenName is",
    "3.9 excludedAttributes": "displayName is",
    "3.5.1 put": "answered 201 instead of 200",
    "3.5.2 without a path": 'allows omitting "path"',
    "3.5.2.2 remove without a path": "scimType is null",
    "3.5.2.2 remove required": "scimType is null",
    "3.5.2.3 no record": "scimType is null",
    "3.5.2 members": "members are []",
    "3.5.2.1 members one by one": "members are []",
    "3.5.2 members at once": "members are []",
    "3.5.2.3 members stay": "members are []",
    "3.5.1 put members": "answered 400 instead of 200",  # groups have no PUT
    "3.5.1 put uniqueness": "scimType is null",
    "3.5.2 uniqueness": "scimType is null",
    "3.4.2.2 scripts": "answered 400 instead of 200",  # displayName is no filter of users
    "3.4.2.2 each attribute": "answered 400 instead of 200",
    "3.4.2.4 all pages": "answered 400 instead of 200",
    "7643 3.1 lastModified": "meta.lastModified is still",  # its clock stands still in this test
    "7643 3.1 lastModified of others": "meta.lastModified is still",
    "3.4.2.2 gt, ge, lt, le": "answered 400 instead of 200",
    "3.4.2.2 moments": "answered 400 instead of 200",
    "3.4.2.2 brackets": "answered 400 instead of 200",
    "3.4.2.2 signs": "answered 400 instead of 200",
    "3.9 attributes in lists": "displayName is",
    "3.5.2.3 whole list": "answered 400 instead of 200",
    "3.5.2.1 many members": "members are []",
    "3.3 location of groups": "has no Location header",
    "3.4.2.2 three terms": "answered 400 instead of 200",
    "3.4.2.2 AND, OR, NOT": "answered 400 instead of 200",
    "3.4.2.2 extension": "answered 400 instead of 200",
    "3.4.2.2 active": "answered 400 instead of 200",
    "3.4.2.2 sw, co of groups": "answered 400 instead of 200",
    "3.4.2 list of groups is whole": "members are []",
    "3.5.1 put lists": "answered 201 instead of 200",
    "7643 4.1.2 groups": "answered 400 instead of 200",
}
AWS_WARNS = {
    "7643 3.1 externalId of two",
    "7643 2.4 member with a type",
    "7643 4.2 disabled member",
    "3.4.2.2 typed address",
    "3.9 parts of an extension",
    "7643 3.1 lastModified with members",
    "7643 4.1 whole user",  # one value in each list, and not of all kinds
    "3.4.2.4 beyond the end",
    "7643 2.3.7 deleted member",
    "4 no filter",
    "3.9 attributes when written",
    "3.9 full names",
    "3.5.2.1 members at one moment",
    "7643 4.1.2 groups are shown",
    "4 one ResourceType",
    "3.5.1 put defaults",
    "3.5.2 dotted keys",
    "7643 7 address of two",
}
AWS_SKIPS = {
    "3.4.2.2 value filter",  # one address in each list
    "3.5.2 primary",
    "3.5.2.1 add",
    "3.5.2.2 remove by a filter",
    "3.14 etag of a group",
    "3.14 any version",
    "3.5.2.2 either member",
    "3.4.2.3 sort texts",
    "3.4.3 search as asked",
    "3.5.2.2 part of an element",
    "3.7 bulk PATCH",
    "3.7.4 maxOperations",
    "3.7.4 as many as declared",
    "3.7.4 maxPayloadSize",
    "7643 2.4 two of a type",
    "7643 4.2 many members",  # they are never shown
    "7643 4.2 nested group",
    "3.4.2.3 sort",
    "3.4.2.3 sort by meta",
    "3.4.3 search",
    "3.11 me",
    "3.14 etag",
    "3.14 etag moves",
    "3.14 if-match",
    "3.7 bulk",
    "3.7.2 bulkId",
    "3.7.3 failOnErrors",
    "3.7 bulk location",
    "3.4.3 search pages",
    "3.14 if-match of others",
    "3.14 every change",
    "3.4.2.3 sorted pages",
    "3.4.2.3 sort without a value",
    "3.4.2.3 sort by the primary",
    "3.5.1 put and memberships",
    "3.5.2 each list",
    "3.5.2.3 all that is chosen",
}


def test_aws_sso(certify, aws_sso):
    """Exactly these checks are not passed, each for what AWS SSO does."""
    results = certify(RFC7644, *aws_sso)
    by_outcome = {
        outcome: {name for name, result in results.items() if result.outcome is outcome}
        for outcome in Outcome
    }
    assert by_outcome[Outcome.FAILED] == set(AWS)
    assert by_outcome[Outcome.WARNING] == AWS_WARNS
    assert by_outcome[Outcome.SKIPPED] == AWS_SKIPS
    for name, reason in AWS.items():
        assert reason in results[name].reason.replace("\\", ""), results[name].reason


def test_nothing_is_left_behind(certify, scim2_server):
    """What the checks create is deleted again."""
    assert {result.left for result in certify(RFC7644, scim2_server).values()} == {()}
    authorized = certify(only("3.4.2 list"), scim2_server)["3.4.2 list"].exchanges[-1].response
    assert json.loads(authorized.body)["totalResults"] == 1
