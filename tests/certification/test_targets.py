"""Other people's servers come to what is stored of them; `make certify-targets` installs those that are not here."""

import pytest

from tests.targets.targets import TARGETS, certified, differences, is_installed

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_comes_to_what_is_stored(name):
    """Each check and verdict; a newer version, or a check that is another, is told by its name."""
    if not is_installed(name):
        pytest.skip(f"{name} is not installed; make certify-targets does that")
    assert differences(name, certified(name)) == []


def test_a_check_that_comes_to_something_else_is_told():
    """So is a verdict."""
    stored = {"okta": {"verdict": "Failed"}}
    lines = differences("scim2-server", stored)
    assert "okta verdict: Succeeded → Failed" in lines
    assert "entra-gallery SCIM_Update_Manager_Test: FAILED → PASSED" in lines
