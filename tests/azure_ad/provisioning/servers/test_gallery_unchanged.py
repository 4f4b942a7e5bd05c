"""Microsoft's app-gallery validation, its published files unchanged: 24 of 24 at a right server, their own faults at others.

The files are Microsoft's and not part of this repository: `HARNESS_GALLERY_WORKFLOW` is the folder that has them, of the
edition of 18 June 2026 (VERSION 6.0, 24 tests). Without it nothing here runs; `test_gallery_workflow.py` replays the calls
always.
"""

import os
from pathlib import Path
from typing import Any

import pytest

from harness.wire.inprocess import inprocess
from tests.azure_ad.logic_apps.gallery import Validation
from tests.azure_ad.scim_server import BASE
from tests.certification.right.patching import Patching
from tests.certification.right.server import RightServer
from tests.certification.wrong import URL

FOLDER = os.environ.get("HARNESS_GALLERY_WORKFLOW", "")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not FOLDER, reason="HARNESS_GALLERY_WORKFLOW names no folder with Microsoft's files"),
]
FLAG = "?aadOptscim062020"
# Neither takes "Test-profileUrl-1a2b3c" for an address, and neither lists externalId and profileUrl among its schemas.
STRICT = {"Schema_Discoverability_Test", "SCIM_User_Create_Test", "SCIM_User_Update_Test"}


class LenientPatching(Patching):
    """`[primary eq "True"]` means the element that is primary, as Azure AD writes it."""

    def operate(self, operation: Any) -> None:
        path = str(operation.get("path", "")).replace('primary eq "True"', "primary eq true")
        super().operate({**operation, "path": path} if path else operation)


class LenientServer(RightServer):
    patching = LenientPatching


def failures(send, base, flag=""):
    """Return the tests that did not come to success, out of 24."""
    results = Validation(Path(FOLDER), send, base, flag).results()
    assert len(results) == 24
    return {name for name, (result, _) in results.items() if not result.startswith("success")}


@pytest.mark.parametrize("flag", ["", FLAG])
def test_a_right_and_lenient_server_passes_all(flag):
    """With a token endpoint and a federated identity configured: nothing is skipped."""
    assert failures(LenientServer(), URL, flag) == set()


@pytest.mark.parametrize(
    ("flag", "own"),
    [
        ("", {"User_Update_Manager_Test", "Group_Update_Remove_Member_Test"}),
        (FLAG, {"User_Update_Manager_Test"}),
    ],
)
def test_scim2_server_fails_by_its_own_faults(foreign_app, flag, own):
    """It takes no bare manager, and without the flag no list of values to remove."""
    assert failures(inprocess(foreign_app), BASE, flag) == STRICT | own


@pytest.mark.parametrize(
    ("flag", "own"),
    [
        ("", {"User_Update_Manager_Test", "Disable_User_Test", "Restore_User_Test"}),
        (FLAG, {"User_Update_Manager_Test"}),
    ],
)
def test_scimmy_fails_by_its_own_faults(scimmy, flag, own):
    """It takes no bare manager, without the flag no text for a Boolean; it leaves `count` and null in a PATCH unheard."""
    pages = {"SCIM_User_Pagination_Test", "SCIM_Group_Pagination_Test", "SCIM_Null_Update_Test"}
    assert failures(*scimmy(), flag) == STRICT | own | pages
