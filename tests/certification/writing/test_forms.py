"""The certificate's forms: CTRF, HTTP archive, one page, Microsoft's result file; and all of them from the command line."""

import json

import pytest
from click.testing import CliRunner

from harness.base.clock import VirtualClock
from harness.certification.certificate import Certificate, judge
from harness.certification.running import run
from harness.certification.subject import Subject
from harness.certification.suites.gallery.suite import GALLERY
from harness.certification.writing import ctrf, har, summary, validation_result
from harness.cli import main
from harness.wire.sockets.server import Server
from tests.certification.conftest import AT_ONCE, START
from tests.certification.right.server import RightServer
from tests.certification.wrong import URL, status
from tests.conftest import TOKEN

BEGAN, ENDED = "2026-11-02T08:00:00Z", "2026-11-02T09:01:05Z"


def certificate_of(send, suite):
    results = list(run(Subject(URL, TOKEN), [suite], send, VirtualClock(START), "1", patience=AT_ONCE))
    return Certificate("SCIM", "1", URL, BEGAN, "1", "again", judge([suite], results), ENDED)


@pytest.fixture(scope="module")
def gallery():
    """Return what the right server comes to in the gallery's suite: it has a token alone."""
    return certificate_of(RightServer(), GALLERY)


@pytest.fixture(scope="module")
def broken():
    """Return what a server comes to that refuses to delete users, which is optional, and to change groups."""
    wrong = status("PATCH /Groups", 400)(status("DELETE /Users", 400)(RightServer()))
    return certificate_of(wrong, GALLERY)


@pytest.mark.slow
def test_ctrf_counts_by_its_own_words(broken):
    """What it has no word for is `other`, and stands beside."""
    results = json.loads(ctrf.render(broken))["results"]
    assert results["summary"]["tests"] == 25
    assert results["summary"]["stop"] - results["summary"]["start"] == 3_665_000
    raw = {each["name"]: (each["status"], each["rawStatus"]) for each in results["tests"]}
    assert raw["Delete_User_Test"] == ("other", "WARNING")
    assert raw["Update_Group_Test"] == ("failed", "FAILED")
    assert raw["Create_User_Test"] == ("passed", "PASSED")
    assert raw["Federated_Identity_Test"] == ("skipped", "SKIPPED")


@pytest.mark.slow
def test_the_archive_has_a_page_a_check_and_real_times(gallery):
    log = json.loads(har.render(gallery))["log"]
    assert [each["id"] for each in log["pages"]][:2] == [
        "entra-gallery Create_User_Test",
        "entra-gallery Update_User_Test",
    ]
    asked = [each for each in log["entries"] if each["request"]["url"].startswith(URL)]
    assert len(asked) > 200
    assert all(each["time"] > 0 for each in asked)
    assert TOKEN not in json.dumps(log)


@pytest.mark.slow
def test_the_summary_has_verdicts_and_no_evidence(broken):
    page = summary.render(broken)
    assert "Microsoft Entra app gallery" in page
    assert "What the failures come from" in page
    assert "What could not be deleted again" in page
    assert f"GET {URL}" not in page
    assert len(page) < 40_000


@pytest.mark.slow
def test_microsofts_file_has_their_verdict(gallery, broken):
    """A bearer token alone fails there, whatever passed."""
    right = json.loads(validation_result.render(gallery))
    assert (right["validationResult"], right["overallResultFromTests"]) == ("FAILED", "Failed")
    assert right["testSummary"] == {"total": 25, "success": 23, "skipped": 2, "failed": 0}
    assert right["duration"] == "1h 1m 5s"
    assert set(right["allActionsDetailed"]) == {
        "UserTests_Workflow",
        "GroupTests_Workflow",
        "SCIMTests_Workflow",
    }
    assert TOKEN not in json.dumps(right)
    tests = {each["testName"]: each for each in json.loads(validation_result.render(broken))["testResults"]}
    assert tests["Create_User_Test"]["testResult"] == "success"
    assert tests["Delete_User_Test"]["testResult"].startswith("WARNING - ")
    assert tests["Update_Group_Test"]["testResult"].startswith("FAILED - ")
    assert tests["Update_Group_Test"]["testCategory"] == "mandatory"


@pytest.mark.slow
def test_the_command_writes_them_and_signs_them(tmp_path, foreign_app):
    """`certify check` finds them as they were signed; what was changed exits with 1."""
    server = Server(foreign_app, "127.0.0.1", 0, threads=2)
    server.start()
    try:
        forms = [f"--{name}" for name in ("json", "html", "summary", "junit", "ctrf", "har")]
        files = [word for form in forms for word in (form, str(tmp_path / form.strip("-")))]
        words = ["certify", "server", f"{server.url}/v2", "--suite", "okta", "--seed", "1", "--settle", "0"]
        signed = ["--manifest", str(tmp_path / "manifest"), "--key", str(tmp_path / "key.pem")]
        done = CliRunner().invoke(main, [*words, *files, *signed], env={"SCIM_TOKEN": TOKEN})
    finally:
        server.stop()
    assert done.exit_code == 0, done.output
    checked = CliRunner().invoke(main, ["certify", "check", str(tmp_path / "manifest")])
    assert (checked.exit_code, checked.output[:24]) == (0, "6 files are as SHA256:" + checked.output[22:24])
    (tmp_path / "har").write_text("{}", encoding="utf-8")
    checked = CliRunner().invoke(main, ["certify", "check", str(tmp_path / "manifest")])
    assert (checked.exit_code, checked.output) == (1, "wrong  har was changed\n")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--key", "k.pem"], "--key signs what --manifest FILE lists"),
        (["--suite", "okta", "--validation-result", "x.json"], "is of the suite entra-gallery, which is not"),
    ],
)
@pytest.mark.slow
def test_files_that_make_no_sense_are_refused_before_anything_is_asked(words, reason):
    done = CliRunner().invoke(main, ["certify", "server", "http://127.0.0.1:1", *words])
    assert done.exit_code == 2
    assert reason in done.output
