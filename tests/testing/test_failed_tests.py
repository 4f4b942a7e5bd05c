"""What a test that failed leaves: the timeline of both sides, as text in its report and, where asked for, as a page."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from harness import World
from harness.base.errors import HarnessError
from harness.testing import FailedTest

pytest_plugins = ["pytester"]

ANA = {
    "userPrincipalName": "ana@contoso.com",
    "displayName": "Ana Ruiz",
    "givenName": "Ana",
    "surname": "Ruiz",
}
FAILING = """
    import pytest

    @pytest.mark.parametrize("path", ["a/b", "c"])
    def test_wrong(aws_sso, path):
        aws_sso.enable_automatic_provisioning()
        assert aws_sso.users() == ["somebody"]

    @pytest.fixture
    def broken(scim_world):
        scim_world.azure_ad.create_group("Office")
        raise ValueError("no setup")

    def test_setup(broken):
        pass

    def test_right(aws_sso):
        assert aws_sso.users() == []
"""


@pytest.fixture
def world():
    with World(populate={"azure_ad": {"users": [ANA]}}) as world:
        world.azure_ad.configure_provisioning(scope="all users and groups")
        yield world


def test_the_timeline_has_faults_and_jumps_of_the_clock_at_their_places(world):
    world.fault("POST /Users", answer={"status": 503}, times=1)
    world.fault("POST /Groups", answer={"status": 503})
    world.azure_ad.turn_provisioning_on()
    world.run_cycle()
    lines = [each.summary for each in world.timeline() if each.kind in ("fault", "clock")]
    assert lines[:2] == [
        "from now on 'POST /Users' misbehaves, 1 time",
        "from now on 'POST /Groups' misbehaves",
    ]
    assert lines[2].endswith("/Users meets the fault on 'POST /Users'")
    assert lines[3:] == ["40 minutes later", "the fault on 'POST /Groups' has met nothing"]
    summaries = [each.summary for each in world.timeline()]
    assert summaries.index("POST /Users → 503") - summaries.index(lines[2]) in (-1, 1)


def test_a_fault_that_ends_says_how_many_it_met(world):
    world.fault("POST /Users", answer={"status": 503})
    world.azure_ad.turn_provisioning_on()
    world.clock.advance(timedelta(hours=4))
    world.end_faults()
    assert "the fault on 'POST /Users' ends; it met " in world.timeline_text()
    assert "ends; it met nothing" not in world.timeline_text()


def test_requests_are_written_as_people_read_them(world):
    world.aws_sso.scim_request("GET", '/Users?filter=userName eq "ana@contoso.com"')
    assert 'GET /Users?filter=userName eq "ana@contoso.com" → 200' in world.timeline_text()


def test_a_page_is_written_without_pytest_too(world, tmp_path):
    world.azure_ad.turn_provisioning_on()
    world.write_timeline(
        tmp_path / "of a test.html",
        FailedTest("my test", __file__, 3, "it is wrong", f"token = {world.aws_sso.token!r}"),
    )
    world.write_timeline(tmp_path / "alone.html")
    page = (tmp_path / "of a test.html").read_text(encoding="utf-8")
    assert "<h1>What happened on both sides</h1>" in page
    assert "error: it is wrong" in page
    assert world.aws_sso.token not in page
    assert (tmp_path / "alone.html").exists()
    with pytest.raises(HarnessError, match="is a folder"):
        world.write_timeline(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_each_failed_test_has_a_page_where_asked_for(pytester, monkeypatch, workers):
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    pytester.makepyfile(test_it=FAILING)
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "--harness-timeline=pages", *workers)
    result.assert_outcomes(failed=2, errors=1, passed=1)
    result.stdout.fnmatch_lines(["*what happened on both sides*", "as a page: pages*.html"])
    assert {file.stem for file in (pytester.path / "pages").iterdir()} == {
        "test_it.py-test_wrong[a-b]",
        "test_it.py-test_wrong[c]",
        "test_it.py-test_setup",
    }
    for name, line in (("test_wrong[c]", 6), ("test_setup", 11)):  # where it failed
        page = (pytester.path / "pages" / f"test_it.py-{name}.html").read_text(encoding="utf-8")
        assert f"--&gt; test_it.py:{line}:" in page


@pytest.mark.slow
def test_a_page_that_cannot_be_written_leaves_the_failure_as_it_is(pytester, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    pytester.makepyfile(test_it=FAILING)
    (pytester.path / "pages").write_text("a file", encoding="utf-8")
    result = pytester.runpytest_subprocess(
        "-p", "no:cacheprovider", "--harness-timeline=pages", "-k", "test_wrong"
    )
    result.assert_outcomes(failed=2, deselected=2)
    result.stdout.fnmatch_lines(["no page: *pages*"])
