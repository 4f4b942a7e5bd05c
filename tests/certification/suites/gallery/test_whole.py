"""Microsoft's app-gallery validation as one run, with an OAuth token endpoint and a workload identity: who reaches all 25.

A lenient right server passes every test; other people's servers fail by their own faults alone, each told by its reason.

Source: https://github.com/AzureAD/SCIMReferenceCode, Microsoft.SCIM.LogicAppValidationTemplate/StandardLogicApp,
SCIM-Validation-Test-Overview.md (read 2026-11-29).
"""

import json
from datetime import timedelta

import pytest

from harness.base.clock import VirtualClock
from harness.certification.bench.patience import Patience
from harness.certification.outcomes import Outcome
from harness.certification.running import run
from harness.certification.subject import Federation, OAuth, Subject
from harness.certification.suites.gallery.suite import GALLERY
from harness.wire.message import Response
from harness.wire.sockets.network import Network
from tests.azure_ad.scimmy.running import serving
from tests.certification.conftest import START, TOKEN, URL
from tests.certification.right.server import RightServer

pytestmark = pytest.mark.slow

FLAG = "?aadOptscim062020"
ENTRA = "https://login.example.com/tenant/oauth2/v2.0/token"
VENDOR = "https://scim.example.com/oauth/token"
# What is sent to a target that takes a manager as the standard writes it, and what it says of the plain id that comes.
BARE_MANAGER = {"User_Update_Manager_Test": "ServiceIncompatible", "SCIM_Update_Manager_Test": "answered 400"}
NO_EXTERNAL_ID = {"Schema_Discoverability_Test": "User externalId, Group externalId"}
NO_ADDRESS = dict.fromkeys(("SCIM_User_Create_Test", "SCIM_User_Update_Test"), "profileUrl")


class Issuers:
    """Both token endpoints in front of a server; every token is the server's own."""

    def __init__(self, send):
        self.send = send

    def __call__(self, request):
        if request.url not in (ENTRA, VENDOR):
            return self.send(request)
        body = {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 3600}
        return Response(200, (("Content-Type", "application/json"),), json.dumps(body).encode())


def not_passed(send, url=URL):
    """Return the reasons of the tests that are not PASSED, after making sure that there were 25."""
    identity = Federation(ENTRA, "app", "an-entra-secret", VENDOR, client_id="client")
    subject = Subject(url, TOKEN, oauth=OAuth(VENDOR, "client", "a-vendor-secret"), federation=identity)
    at_once = Patience(settle=timedelta())
    results = list(run(subject, [GALLERY], Issuers(send), VirtualClock(START), "1", patience=at_once))
    assert len(results) == 25
    return {result.check.name: result.reason for result in results if result.outcome is not Outcome.PASSED}


def demand(reasons, expected):
    assert set(reasons) == set(expected)
    assert [name for name, part in expected.items() if part not in reasons[name]] == []


def test_a_right_server_passes_all():
    """24 of 24 when federation is not counted, 25 with it; nothing is skipped."""
    assert not_passed(RightServer()) == {}


def test_scim2_server_has_its_own_faults(scim2_server):
    """It refuses a bare manager, a list of members to remove and a profileUrl that is no address, and has no externalId."""
    removal = {"Group_Update_Remove_Member_Test": "ServiceIncompatible"}
    demand(not_passed(scim2_server), BARE_MANAGER | NO_EXTERNAL_ID | NO_ADDRESS | removal)


def test_scimmy_has_its_own_faults():
    """With the flag that its users are told to set: it does not page, and refuses null."""
    pages = {f"SCIM_{kind}_Pagination_Test": "more than the count of 5" for kind in ("User", "Group")}
    faults = BARE_MANAGER | NO_EXTERNAL_ID | NO_ADDRESS | pages
    faults |= {"SCIM_Null_Update_Test": "displayName with null"}
    network = Network(timeout=10)
    with serving(TOKEN) as origin:
        demand(not_passed(network, f"{origin}/one/scim{FLAG}"), faults)
    network.close()
