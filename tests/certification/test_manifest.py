"""The manifest: whoever changes a paper, or the manifest itself, is found out; the key is somebody's, or this run's alone."""

import json
import stat

import pytest
from click.testing import CliRunner

from harness.base.errors import HarnessError
from harness.certification.manifest import check_manifest, fingerprint, read_key, write_manifest
from harness.cli import main


@pytest.fixture
def papers(tmp_path):
    """Return two papers, and the manifest of them, signed with a key that was made for it."""
    files = [tmp_path / "certificate.json", tmp_path / "pages" / "certificate.html"]
    files[1].parent.mkdir()
    for each in files:
        each.write_text(each.name, encoding="utf-8")
    manifest = tmp_path / "manifest.json"
    write_manifest(manifest, files, {"verdict": "Succeeded"}, read_key(tmp_path / "key.pem"))
    return files, manifest


def test_papers_as_they_were_signed_are_in_order(papers, tmp_path):
    """Names are told as seen from the manifest, so the folder can be sent."""
    _, manifest = papers
    document = json.loads(manifest.read_text(encoding="utf-8"))
    assert [each["name"] for each in document["files"]] == ["certificate.json", "pages/certificate.html"]
    checked = check_manifest(manifest, fingerprint(read_key(tmp_path / "key.pem").public_key()))
    assert (checked.files, checked.wrong) == (2, ())
    assert document["signer"] == checked.signer


def test_a_paper_that_was_changed_is_named(papers):
    files, manifest = papers
    files[1].write_text("Succeeded, of course", encoding="utf-8")
    files[0].unlink()
    assert check_manifest(manifest).wrong == (
        "certificate.json cannot be read: No such file or directory",
        "pages/certificate.html was changed",
    )


@pytest.mark.parametrize("fact", ["verdict", "files"])
def test_a_manifest_that_was_changed_is_noticed(papers, fact):
    _, manifest = papers
    document = json.loads(manifest.read_text(encoding="utf-8"))
    document[fact] = [] if fact == "files" else "Failed"
    manifest.write_text(json.dumps(document), encoding="utf-8")
    assert check_manifest(manifest).wrong == ("the signature is not that of the manifest",)


def test_another_signer_is_noticed(papers):
    """Whoever changes the papers can sign them anew, but not with the key that is expected."""
    files, manifest = papers
    expected = check_manifest(manifest).signer
    write_manifest(manifest, files, {"verdict": "Succeeded"}, read_key(None))
    (wrong,) = check_manifest(manifest, expected).wrong
    assert wrong.endswith(f", not by {expected}")


def test_a_key_is_made_once_and_is_its_owners(tmp_path):
    path = tmp_path / "key.pem"
    first = fingerprint(read_key(path).public_key())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert fingerprint(read_key(path).public_key()) == first


def test_a_key_that_cannot_be_made_is_told_before_anything_is_asked(tmp_path):
    """A run against a slow server takes minutes."""
    (tmp_path / "file").touch()
    papers = ["--manifest", str(tmp_path / "manifest.json"), "--key", str(tmp_path / "file" / "key.pem")]
    result = CliRunner().invoke(main, ["certify", "server", "http://127.0.0.1:9", "--token", "x", *papers])
    assert (result.exit_code, result.stdout) == (2, "")


def test_what_is_no_key_is_refused(tmp_path):
    path = tmp_path / "key.pem"
    path.write_text("hello", encoding="utf-8")
    with pytest.raises(HarnessError, match="holds no private key without a password"):
        read_key(path)


@pytest.mark.parametrize(
    ("text", "reason"), [("{", "is not JSON"), ("[]", "is no manifest"), ("{}", "is no manifest")]
)
def test_what_is_no_manifest_is_refused(tmp_path, text, reason):
    path = tmp_path / "manifest.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(HarnessError, match=reason):
        check_manifest(path)
