"""A target that lies at random: the engine never breaks, loses nobody, and makes nobody twice whom it knows.

Hypothesis chooses a malady for each request of some cycles. Then the server is sound, and within days both sides agree.
Left out are the two lies that no client can see through: a change or deletion that the server says is done and is not.
"""

from __future__ import annotations

import json
import re
from datetime import timedelta
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from harness.scim.names import ENTERPRISE_USER
from harness.wire.faults import FAILURES, answering, carrying_out, cutting, delaying, failing
from tests.azure_ad.provisioning.company import Company
from tests.azure_ad.scim_server import ScimServer, is_probe, refusal, reply, shown

pytestmark = pytest.mark.slow

STATUSES = (302, 400, 401, 403, 404, 405, 409, 412, 422, 429, 500, 501, 503)
PAGE = reply(200, b"<!DOCTYPE html>", "text/html")
BODIES = {
    "nothing": reply(200),
    "created, and nothing": reply(201),
    "a page": PAGE,
    "an array": reply(200, []),
    "no id": reply(200, {"userName": "x"}),
    "a number for an id": reply(200, {"id": 7}),
    "a list without its resources": reply(200, {"totalResults": 1}),
    "the same resource twice": reply(200, {"totalResults": 2, "Resources": [{"id": "u1"}] * 2}),
    "an error with 200": reply(200, {"status": "500"}),
    "a manager of text": reply(200, {"id": "u1", ENTERPRISE_USER: {"manager": "x"}}),
}
LIES = ("GET", "POST")  # what a PATCH or DELETE claims with 200 has to be believed
SKIPPED = ("RedundantExport", "NotEffectivelyEntitled")
DAYS = 4  # attempts come at once, after 6, 12 and 24 hours, a quarantine is looked at once a day


class Liar:
    """A `Send` in front of a sound server: one malady a request, as the script says; sound once the script ends.

    `hurt` is what went wrong since it was last looked at; `known` holds who was created with an answer that says so.
    """

    def __init__(self, server, script):
        self.server, self.script = server, iter(script)
        self.wait = lambda _: None
        self.hurt = []
        self.known = set()

    def __call__(self, request):
        fault = self.fault(next(self.script, None), request)
        if request.method == "POST":
            name = json.loads(request.body)["displayName"]
            assert name not in self.known, f"{name} is known, and created again"
        response = self.server(request) if fault is None else self.hurting(fault, request)
        if request.method == "POST" and fault is None and response.status == 201:
            self.known.add(name)
        return response

    def hurting(self, fault, request):
        self.hurt.append(request)
        return fault(request, self.server, self.wait)

    def fault(self, malady, request):
        """Return the fault; None for none, and for what does no harm to this request."""
        kind, detail, carried_out = malady or (None, None, False)
        if kind == "status" and (request.method, detail) != ("DELETE", 404):
            fault = answering(refusal(detail))
        elif kind == "failure":
            fault = failing(detail, timedelta(seconds=100 if detail == "timeout" else 0))
        elif kind == "body" and request.method in LIES:
            fault = answering(BODIES[detail])
        elif kind == "cut" and request.method in LIES:
            return cutting(detail)
        elif kind == "slow":
            return delaying(timedelta(seconds=detail))
        else:
            return None
        return carrying_out(fault) if carried_out else fault


def about(request, server):
    """Tell whom a request is about, by display name; None for a probe."""
    if is_probe(request):
        return None
    if request.method == "POST":
        return json.loads(request.body)["displayName"]
    match = re.search(r'eq "([^"]+)"', shown(request))
    if match:
        return match[1].partition("@")[0].title() if "@" in match[1] else match[1]
    return server.names[unquote(request.url.rpartition("/")[2].partition("?")[0])]


class Named(ScimServer):
    """A server that still knows the names of those who were deleted, and takes back what it was told twice."""

    def __init__(self):
        super().__init__()
        self.names = {}

    def add(self, kind, resource):
        key = super().add(kind, resource)
        self.names[key] = resource["displayName"]
        return key


STATUS = st.tuples(st.just("status"), st.sampled_from(STATUSES), st.booleans())
FAILURE = st.tuples(st.just("failure"), st.sampled_from(sorted(FAILURES)), st.booleans())
BODY = st.tuples(st.just("body"), st.sampled_from(sorted(BODIES)), st.booleans())
CUT = st.tuples(st.just("cut"), st.integers(0, 20), st.just(True))  # every answer is longer
SLOW = st.tuples(st.just("slow"), st.sampled_from([101, 600]), st.just(True))  # more than is waited for
SCRIPT = st.lists(st.none() | STATUS | FAILURE | BODY | CUT | SLOW, max_size=60)


def founded(script):
    """Return a company of four people, two groups and a manager, in front of a liar."""
    server = Named()
    liar = Liar(server, script)
    company = Company(liar)
    liar.wait = company.wait
    ana, ben, cara = (company.person(name, jobTitle="Pilot") for name in ("ana", "ben", "cara"))
    company.directory.set_manager(ana, ben)
    office = company.group("Office", (ana, ben))
    old = company.group("Old", (cara,))
    return company, liar, (ana, ben, cara, office, old)


def lived(company, people):
    """Let some cycles pass in which everything changes; yield after each.

    Only what the engine knows of is taken away: what a server did and did not tell nobody can undo.
    """
    ana, ben, cara, office, old = people
    company.turn_on()
    yield
    company.change(ana, jobTitle="Captain")
    company.directory.add_member(office, cara)
    if ben in company.store.rights("exported-member", f"{company.job}/{office}"):
        company.directory.remove_member(office, ben)
    company.cycle()
    yield
    company.person("dora")
    company.directory.set_manager(ana, cara)
    if company.store.get(f"connection:{company.job}", ben):
        company.unassign(ben)
    if company.store.get(f"connection:{company.job}", old):
        company.directory.delete("Group", old)
    company.cycle()
    yield
    company.cycle(2)
    yield


def told(company, liar):
    """Hold that each object whose request went wrong is in the log as a failure; for a probe the audit log has it."""
    failed = {name for name, _, outcome in company.told() if outcome not in ("success", *SKIPPED)}
    hurt, liar.hurt = {about(request, liar.server) for request in liar.hurt}, []
    assert hurt - {None} <= failed
    if None in hurt:
        assert "Quarantine" in {entry.body["activityDisplayName"] for entry in company.store.read("audit")}


def agree(company, server, people):
    """Hold that the target has what the directory says should be there, and nobody else who is active."""
    ana, ben, cara, office, old = people
    names = {key: company.directory.get("User", key)["displayName"] for key in (ana, ben, cara)}
    members = {names[key] for key in company.directory.members(office)}
    assigned = {name for key, name in names.items() if company.apps.assignments_of(company.app, key)}
    users = {user["displayName"]: user for user in server.resources["Users"].values()}
    assert {name for name, user in users.items() if user["active"]} == assigned | members | {"Dora"}
    assert (users["Ana"]["title"], users["Cara"]["title"]) == ("Captain", "Pilot")
    assert users["Ana"][ENTERPRISE_USER]["manager"] == {"value": users["Cara"]["id"]}
    groups = {group["displayName"]: group for group in server.resources["Groups"].values()}
    assert set(groups) == {"Office", *(["Old"] if company.directory.get("Group", old) else [])}
    assert {server.names[key] for key in groups["Office"]["members"]} == members


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(SCRIPT)
@example([None] * 27 + [("body", "the same resource twice", False)])
@example([("status", 401, True), *[None] * 30])
@example([None] * 27 + [("status", 409, False), ("failure", "timeout", True)])
@example([None, None, ("status", 500, True)])
@example([None, None, None, ("failure", "reset", True), None, ("cut", 10, True)])
@example([("status", 503, False)] * 40)
@example([None] * 2 + [("body", "nothing", True)] * 30)
def test_nothing_is_lost_and_nobody_made_twice(script):
    """Every failure is told of where an administrator looks, and days later both sides agree."""
    company, liar, people = founded(script)
    for _ in lived(company, people):
        told(company, liar)
    liar.script = iter(())
    company.wait(timedelta(days=DAYS))
    assert (company.status["code"], company.state) == ("Active", "Active")
    agree(company, liar.server, people)
    assert len(set(liar.server.created)) == len(liar.server.created)


def test_a_sound_server_has_everything_done_at_once():
    """What is only taken away where the engine knows of it is taken away here."""
    company, liar, people = founded(())
    for _ in lived(company, people):
        told(company, liar)
    agree(company, liar.server, people)
    assert [group["displayName"] for group in liar.server.resources["Groups"].values()] == ["Office"]
    assert [
        user["displayName"] for user in liar.server.resources["Users"].values() if not user["active"]
    ] == ["Ben"]
