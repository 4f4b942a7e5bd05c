"""The table of quirks and the code that asks it: no row without a use, no use without a row, no row without effect."""

from datetime import timedelta
from pathlib import Path

import pytest

import harness.aws_sso
from harness.base.quirks import load_table
from tests.quirk_questions import questions

TABLE = load_table("harness.aws_sso")
PACKAGE = Path(harness.aws_sso.__file__).parent
WORK = {"value": "a@x.y", "type": "work", "primary": True}
NOBODY = "00000000-0000-7000-0000-000000000000"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def test_every_row_is_asked_for_and_every_question_has_a_row():
    """The table and the code name the same quirks."""
    names, rows = set(questions(PACKAGE)), set(TABLE.rows)
    assert not names - rows, f"the code asks for {names - rows}: add a row to harness/aws_sso/quirks.yaml"
    assert not rows - names, (
        f"nobody asks for {rows - names} of harness/aws_sso/quirks.yaml: ask, or remove it"
    )


def test_every_row_names_its_proof_and_its_source():
    """Proofs are scenario files, sources are public pages."""
    for row in TABLE.rows.values():
        assert row.proof.startswith("scenarios/")
        assert row.url.startswith("https://")
        assert row.sentence.endswith(".")


def post(**more):
    return lambda a: status(a.scim("POST", "/Users", a.person("ana", **more)))


def status(answer):
    return answer.status


def named_member(account):
    member = {"value": account.user()["id"], "display": "Ana"}
    return account.scim("POST", "/Groups", {"displayName": "Group", "members": [member]}).status


def patch_user(*operations):
    def probe(account):
        user = account.user(emails=[WORK])
        return account.patch(f"/Users/{user['id']}", *operations).status

    return probe


def patch_group(*operations):
    def probe(account):
        user = account.user()["id"]
        group = account.group(members=[{"value": user}])["id"]
        filled = [
            {key: item.format(user) if isinstance(item, str) else item for key, item in each.items()}
            for each in operations
        ]
        account.patch(f"/Groups/{group}", *filled)
        return account.events()[0].get("errorCode"), account.console("GET", "groups").json()["groups"]

    return probe


def get(path):
    return lambda a: (a.scim("GET", path).status, a.scim("GET", path).json().get("totalResults"))


def first_event(account):
    account.user()
    return account.events()[0]


def phones(account):
    answer = account.scim("POST", "/Users", account.person("ana", phoneNumbers=[{"value": "1"}] * 2))
    return answer.json()["detail"], account.events()[0]["errorMessage"]


def twice(first, second):
    def probe(account):
        account.user("ana", **first)
        return account.scim("POST", "/Users", account.person("bo", **second)).status

    return probe


def wrong_tenant(account):
    account.base = account.base.replace("a1B", "zzz")
    answer = account.scim("GET", "/Users")
    return answer.status, answer.json()["detail"]


def console_events(account):
    account.console("POST", "tokens")
    return account.events()[0]["eventSource"], account.events()[0]["eventName"]


def put_spaced(account):
    return account.scim("PUT", f"/Users/{account.user()['id']}", account.person("a b")).status


def put_user(account):
    return account.scim("PUT", f"/Users/{account.user()['id']}", account.person("a")).status


def updated(account):
    account.patch(f"/Users/{account.user()['id']}", {"op": "replace", "path": "title", "value": "x"})
    return account.events()[0]["eventName"]


def renamed_group(account):
    account.group("Dev")
    other = account.group("Ops")["id"]
    return account.patch(f"/Groups/{other}", {"op": "replace", "path": "displayName", "value": "dev"}).status


def shown_group(account):
    made = account.group(externalId="g")
    return list(made), list(account.scim("GET", f"/Groups/{made['id']}").json())


def counted(account):
    for name in ("ana", "bo"):
        account.user(name)
    return [
        account.scim("GET", f"/Users?count=1{cursor}").json()["itemsPerPage"] for cursor in ("", "&cursor")
    ]


def expiry(account):
    return account.console("GET", "automatic-provisioning").json()["tokens"][0]["expiresAt"]


def unauthorized(account):
    account.scim("GET", "/Users", token="x")
    return len(account.events())


def listed(account):
    for number in range(3):
        account.user(f"user{number}")
    return account.scim("GET", "/Users?count=1").json()["totalResults"]


def many_listed(account):
    for number in range(5):
        account.user(f"user{number}")
    return account.scim("GET", "/Users").json()["itemsPerPage"]


def discovered(account):
    return account.scim("GET", "/ServiceProviderConfig").json()["filter"]


def endpoint(account):
    return account.console("GET", "automatic-provisioning").json()["scimEndpoint"]


def hurried(account):
    """Create users in one instant until one is refused, or three groups of one; tell how far it went and what was said."""
    answers = [account.scim("POST", "/Users", account.person(f"user{number}")) for number in range(3)]
    member = {"value": answers[0].json()["id"]}
    answers += [
        account.scim("POST", "/Groups", {"displayName": f"{n}", "members": [member]}) for n in range(3)
    ]
    answers += [account.scim("GET", "/Users") for _ in range(3)]
    users = len(account.console("GET", "users").json()["users"])
    return [(answer.status, answer.header("Retry-After")) for answer in answers], users, len(account.events())


# Budgets so small that `hurried` meets each of them.
NARROW = {
    "throttling": True,
    "writes-per-second": 2,
    "reads-per-second": 2,
    "membership-changes-per-second": 1,
}


def members_twice(op):
    def probe(account):
        member = {"value": account.user()["id"]}
        group = account.group(members=[member] if op == "add" else [])["id"]
        return account.patch(f"/Groups/{group}", {"op": op, "path": "members", "value": [member]}).status

    return probe


def new_group(account):
    return account.scim("GET", f"/Groups/{account.group()['id']}").status


def near_expiry(member):
    def probe(account):
        account.tenant.clock.advance(timedelta(days=300))
        return account.console("GET", "automatic-provisioning").json()[member]

    return probe


def added_email(account):
    user = account.user()
    path = 'emails[type eq "work"].value'
    return account.patch(f"/Users/{user['id']}", {"op": "add", "path": path, "value": "x"}).status


def created_group(*members):
    def probe(account):
        body = {"displayName": "g", "members": [{"value": each} for each in members]}
        return account.scim("POST", "/Groups", body).status

    return probe


# For each quirk: another value than today's, a probe whose outcome must differ, and what else must be set for that.
FLIPS = {
    "error-members": (["detail"], lambda a: list(a.scim("GET", "/Users/x").json())),
    "specific-details": ([], phones),
    "list-limit-message": ("other", phones),
    "wrong-tenant": ("ResourceNotFoundException", wrong_tenant),
    "unknown-endpoint": ("ValidationException", get("/Me")),
    "unsupported-method": ("ResourceNotFoundException", lambda a: a.scim("DELETE", "/Users").status),
    "put-group": ("ResourceNotFoundException", lambda a: a.scim("PUT", "/Groups/x").status),
    "double-slash": ("UnauthorizedException", lambda a: a.scim("GET", "//Users").status),
    "error-sentences": (
        {"ResourceNotFoundException": "x"},
        lambda a: a.scim("GET", "/Me").json()["detail"],
    ),
    "unknown-resource-named": (False, lambda a: a.scim("GET", "/Groups/x").json()["detail"]),
    "www-authenticate": ("Bearer", lambda a: a.scim("GET", "/Users", token="x").header("WWW-Authenticate")),
    "throttling": (False, hurried, NARROW),
    "writes-per-second": (3, hurried, NARROW),
    "reads-per-second": (3, hurried, NARROW),
    "membership-changes-per-second": (2, hurried, NARROW),
    "throttling-burst-seconds": (2, hurried, NARROW),
    "throttled-writes-happen": (True, hurried, NARROW),
    "retry-after-seconds": (1, hurried, NARROW),
    "trail-throttled-calls": (False, hurried, NARROW),
    "new-group-hidden-milliseconds": (100, new_group),
    "id-form": ("prefixed", lambda a: len(a.user()["id"])),
    "names-ignore-case": (False, twice({}, {"userName": "ANA"})),
    "unique-primary-email": (False, twice({"emails": [WORK]}, {"emails": [WORK]})),
    "email-must-be-primary": (False, post(emails=[{"value": "x"}])),
    "email-required": (True, post()),
    "missing-active": (True, lambda a: a.user()["active"]),
    "reserved-names": ([], post(userName="Administrator")),
    "forbidden-characters": ("<>;:%", post(displayName="a:b")),
    "space-in-user-name-on-put": (True, put_spaced),
    "refused-attributes": ([], post(photos=[])),
    "password-dropped": (False, post(password="x")),
    "empty-groups-dropped": (False, post(groups=[])),
    "member-display-dropped": (False, named_member),
    "roles-accepted": (False, post(roles=[{"value": "x"}])),
    "unknown-attributes": ("dropped", post(unheardOf=1)),
    "boolean-strings": (False, post(active="true")),
    "manager-as-string": (False, post(**{ENTERPRISE: {"manager": "x"}})),
    "profile-url-returned": (True, lambda a: "profileUrl" in a.user(profileUrl="https://x.y")),
    "put-user-status": (200, put_user),
    "put-unknown-user": (
        "ValidationException",
        lambda a: a.scim("PUT", f"/Users/{NOBODY}", a.person("a")).status,
    ),
    "patch-op-in-any-case": (False, patch_user({"op": "Replace", "path": "title", "value": "x"})),
    "pathless-patch-single-attribute": (
        False,
        patch_user({"op": "add", "value": {"title": "x", "nickName": "y"}}),
    ),
    "patch-null-clears": (False, patch_user({"op": "replace", "path": "title", "value": None})),
    "patch-roles": (True, patch_user({"op": "add", "path": "roles", "value": [{"value": "x"}]})),
    "patched-email-becomes-primary": (False, added_email),
    "group-patched-into-a-taken-name": ("ValidationException", renamed_group),
    "membership-changes-per-request": (
        1,
        patch_group({"op": "remove", "path": "members", "value": [{"value": "x"}, {"value": "y"}]}),
    ),
    "replace-members": (True, patch_group({"op": "replace", "path": "members", "value": []})),
    "filtered-member-removal": (False, patch_group({"op": "remove", "path": 'members[value eq "{}"]'})),
    "unknown-member-on-create": ("ResourceNotFoundException", created_group(NOBODY)),
    "unknown-member-on-patch": (
        "ValidationException",
        patch_group({"op": "add", "path": "members", "value": [{"value": NOBODY}]}),
    ),
    "present-member-added": ("ConflictException", members_twice("add")),
    "absent-member-removed": ("ResourceNotFoundException", members_twice("remove")),
    "members-in-single-group": ("empty", lambda a: list(a.group())),
    "external-id-in-single-group": (False, shown_group),
    "user-filters": ([], get('/Users?filter=userName+eq+"x"')),
    "group-filters": ([], get('/Groups?filter=displayName+eq+"x"')),
    "page-size": (4, many_listed),
    "cursor-paging": (False, lambda a: list(a.scim("GET", "/Users?cursor").json())),
    "total-results": ("existing", listed),
    "count-out-of-range": ("clamped", get("/Users?count=101")),
    "count-without-cursor": (False, counted),
    "ignored-query-parameters": ([], get("/Users?attributes=id")),
    "schema-discovery": (False, get("/Schemas")),
    "announced-max-results": (100, discovered),
    "announced-pagination": ({"cursor": True}, lambda a: a.scim("GET", "/ServiceProviderConfig").json()),
    "endpoint-trailing-slash": (True, endpoint),
    "most-tokens": (1, lambda a: a.console("POST", "tokens").status),
    "token-life-days": (1, expiry),
    "expiry-banner-days": (30, near_expiry("expiryBanner")),
    "expiry-notices": ([[90, 7]], near_expiry("healthEvents")),
    "cloudtrail-delivery-minutes": (5, lambda a: (a.user(), len(a.events()))[1]),
    "trail-event-source": ("x", lambda a: first_event(a)["eventSource"]),
    "trail-event-version": ("x", lambda a: first_event(a)["eventVersion"]),
    "trail-event-names": ({"PatchUser": "UpdateUser"}, updated),
    "trail-caller-type": ("Unknown", lambda a: first_event(a)["userIdentity"]["type"]),
    "trail-hides-schemas": (True, lambda a: first_event(a)["responseElements"]["schemas"]),
    "trail-reads": (False, lambda a: (a.scim("GET", "/Users"), len(a.events()))[1]),
    "trail-unauthorized-calls": (True, unauthorized),
    "console-event-source": ("x", console_events),
    "console-event-names": (
        {"enable": "a", "disable": "b", "generate token": "c", "delete token": "d"},
        console_events,
    ),
}


def test_every_row_has_a_probe():
    """No row about the endpoint, the console or the event history is left out; the AWS APIs and sign-in have own tests."""
    elsewhere = (
        "scenarios/refusals/identity-store.yaml",
        "scenarios/refusals/identity-store-2020.yaml",
        "scenarios/refusals/portal-api.yaml",
        "scenarios/refusals/sso-admin.yaml",
        "scenarios/refusals/sso-admin-2020.yaml",
        "scenarios/setup/account-access.yaml",
        "scenarios/setup/account-assignments.yaml",
        "scenarios/setup/attributes-for-access-control.yaml",
        "scenarios/setup/disabled-while-signed-in.yaml",
        "scenarios/setup/sign-in.yaml",
    )
    here = {row.id for row in TABLE.rows.values() if row.proof not in elsewhere}
    assert not here - set(FLIPS), (
        f"add a probe of {here - set(FLIPS)} to FLIPS in tests/aws_sso/test_quirks.py"
    )
    assert not set(FLIPS) - here, f"harness/aws_sso/quirks.yaml has no row {set(FLIPS) - here} to probe"


@pytest.mark.parametrize("quirk", FLIPS)
def test_a_quirk_set_otherwise_behaves_otherwise(open_account, quirk):
    """Flipping one row changes what a caller sees."""
    value, probe, *more = FLIPS[quirk]
    besides = more[0] if more else {}
    usual = probe(open_account(**besides))
    assert probe(open_account(**{**besides, quirk: value})) != usual
