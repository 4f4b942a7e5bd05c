"""Snapshots of a served world: over the control API, from the command line, in the folder, across restarts and deaths."""

from __future__ import annotations

import json
import stat
from datetime import timedelta

import pytest
from click.testing import CliRunner

from harness.cli import main
from harness.serving.options import Options
from harness.serving.served import Served
from harness.wire.message import json_request

ANA = {
    "azure_ad": {
        "users": [
            {
                "userPrincipalName": "ana@contoso.com",
                "displayName": "Ana",
                "givenName": "Ana",
                "surname": "Ruiz",
            }
        ]
    }
}
BEN = {
    "azure_ad": {
        "users": [
            {
                "userPrincipalName": "ben@contoso.com",
                "displayName": "Ben",
                "givenName": "Ben",
                "surname": "Ode",
            }
        ]
    }
}


@pytest.fixture(params=["memory", "folder"])
def place(request, tmp_path):
    return tmp_path / "data" if request.param == "folder" else None


@pytest.fixture
def start(place):
    """Serve a world in this process, as often as asked."""
    opened = []

    def serve(**options):
        opened.append(Served(Options(data=place, **options)))
        return opened[-1]

    yield serve
    for each in opened:
        each.stop()


def control(served, method, name, body=None):
    answer = served.world.unrecorded(json_request(method, f"{served.urls[1]}/_harness/{name}", body))
    return answer.status, answer.json()


def run_job(served):
    """Put everybody in scope, turn the schedule on, and let the first cycle run."""
    engine, app = served.world.azure.engine, served.world.app_id
    engine.save_secrets(app, {**served.world.azure.applications.secrets(app), "SyncAll": "true"})
    engine.start(engine.jobs(app)[0].id)
    served.advance(timedelta())


def people(served):
    return [user["userPrincipalName"] for user in served.world.azure.directory.scan("User")]


def test_a_snapshot_is_taken_restored_and_deleted_over_the_control_api(start):
    served = start()
    served.populate(ANA)
    status, note = control(served, "POST", "snapshots", {"name": "before"})
    assert (status, note["name"], note["beforeCycle"]) == (200, "before", False)
    served.populate(BEN)
    control(served, "POST", "clock", {"advance": "10d"})
    status, differences = control(served, "GET", "snapshots/compare?from=before")
    assert {
        "side": "azure_ad",
        "kind": "user",
        "whose": "ben@contoso.com",
        "act": "added",
        "attribute": None,
        "before": None,
        "after": None,
    } in differences["changes"]
    status, restored = control(served, "POST", "snapshots/restore", {"name": "before"})
    assert status == 200
    assert abs(restored["offsetSeconds"]) < 60
    assert people(served) == ["ana@contoso.com"]
    assert [each["name"] for each in control(served, "GET", "snapshots")[1]["value"]] == ["before"]
    assert control(served, "GET", "snapshots/compare?from=before")[1]["equal"]
    assert control(served, "POST", "snapshots/delete", {"name": "before"})[0] == 200
    assert control(served, "GET", "snapshots")[1]["value"] == []


@pytest.mark.parametrize(
    ("method", "name", "body", "words"),
    [
        ("POST", "snapshots", {}, 'the body must be {"name": "before"}'),
        ("POST", "snapshots", {"name": "no/name"}, "'no/name' is no name of a snapshot"),
        ("POST", "snapshots/restore", {"name": "x"}, "there is no snapshot 'x'; none has been taken"),
        ("POST", "snapshots/delete", {"name": "x"}, "there is no snapshot 'x'"),
        ("GET", "snapshots/compare", None, "name one or two"),
        ("GET", "snapshots/compare?from=x", None, "there is no snapshot 'x'"),
    ],
)
def test_what_cannot_be_done_gets_a_sentence(start, method, name, body, words):
    status, answer = control(start(), method, name, body)
    assert status == 400
    assert words in answer["message"]


@pytest.mark.slow
def test_a_cycle_that_has_something_to_do_can_be_rewound(start):
    """A snapshot is taken before it by itself; of these five stay, and a cycle that comes to nobody takes none."""
    served = start()
    served.populate(ANA)
    run_job(served)
    (before,) = control(served, "GET", "snapshots")[1]["value"]
    assert (before["name"], before["beforeCycle"]) == ("before-cycle-1", True)
    assert served.world.aws.store.count("user") == 1
    control(served, "POST", "snapshots/restore", {"name": "before-cycle-1"})
    served.advance(timedelta(hours=1))
    assert served.world.aws.store.count("user") == 0, "nothing runs before the job is started again"
    run_job(served)
    assert served.world.aws.store.count("user") == 1
    for number in range(8):
        served.world.azure.directory.update("User", "ana@contoso.com", {"displayName": f"Ana {number}"})
        control(served, "POST", "clock", {"advance": "81m"})
    names = [each["name"] for each in control(served, "GET", "snapshots")[1]["value"]]
    assert len(names) == 5
    assert names[-1] == f"before-cycle-{int(names[0].rpartition('-')[2]) + 4}"


def test_a_seeded_world_goes_on_with_the_same_ids(start):
    served = start(seed="7")
    control(served, "POST", "snapshots", {"name": "before"})
    served.populate(ANA)
    first = next(served.world.azure.directory.scan("User"))["id"]
    control(served, "POST", "snapshots/restore", {"name": "before"})
    served.populate(ANA)
    assert next(served.world.azure.directory.scan("User"))["id"] == first


def test_a_world_with_another_seed_is_refused(start, place):
    if place is None:
        return
    served = start()
    control(served, "POST", "snapshots", {"name": "before"})
    served.stop()
    served = start(seed="7")
    status, answer = control(served, "POST", "snapshots/restore", {"name": "before"})
    assert (status, answer["message"]) == (
        400,
        "the snapshot 'before' was taken with no seed and this world has one; take it anew",
    )


class TestInAFolder:
    """Files for their owner alone, which outlive the process."""

    @pytest.fixture
    def place(self, tmp_path):
        return tmp_path / "data"

    def test_a_later_start_restores_what_an_earlier_one_took(self, start):
        served = start()
        served.populate(ANA)
        control(served, "POST", "snapshots", {"name": "before"})
        served.populate(BEN)
        served.stop()
        served = start()
        control(served, "POST", "snapshots/restore", {"name": "before"})
        assert people(served) == ["ana@contoso.com"]
        run_job(served)  # the job leads to the port of this start
        assert served.world.aws.store.count("user") == 1

    def test_only_the_owner_can_read_them(self, start, place):
        control(start(), "POST", "snapshots", {"name": "before"})
        paths = [place / "snapshots", *(place / "snapshots").rglob("*")]
        assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in paths} == {0}

    def test_a_process_that_dies_while_it_restores_is_made_up_for(self, start, place, monkeypatch):
        """One side is what it was and the other is not yet: the next start finishes it."""

        class Died(BaseException):
            pass

        served = start()
        served.populate(ANA)
        control(served, "POST", "snapshots", {"name": "before"})
        served.populate(BEN)

        def half(copies, databases, then):
            copies["azure_ad"].put_back(databases["azure_ad"])
            raise Died

        monkeypatch.setattr("harness.snapshots.in_folder.put_back", half)
        monkeypatch.setattr("pathlib.Path.unlink", lambda _: None)
        with pytest.raises(Died):
            served.snapshots.restore("before")
        monkeypatch.undo()
        assert served.snapshots.keeper.unfinished() == "before"
        served.stop()
        served = start()
        assert people(served) == ["ana@contoso.com"]
        assert served.snapshots.keeper.unfinished() is None

    def test_a_disk_that_takes_no_more_leaves_both_sides_as_they_are(self, start, monkeypatch):
        served = start()
        served.populate(ANA)
        control(served, "POST", "snapshots", {"name": "before"})
        served.populate(BEN)
        now = served.clock.now()

        def fail():
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(served, "_claim", fail)
        status, answer = control(served, "POST", "snapshots/restore", {"name": "before"})
        assert (status, answer["message"].partition(":")[0]) == (400, "cannot restore the snapshot 'before'")
        assert people(served) == ["ana@contoso.com", "ben@contoso.com"]
        assert served.clock.now() >= now
        assert served.snapshots.keeper.unfinished() is None

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"format": 2, "harness": "9.9"}, "was taken by the harness 9.9 (format 2, this one reads 1)"),
            ({"salt": "00"}, "was taken with another key for secrets"),
        ],
    )
    def test_another_versions_or_keys_snapshot_is_refused(self, start, place, change, words):
        served = start()
        control(served, "POST", "snapshots", {"name": "before"})
        path = place / "snapshots" / "before" / "snapshot.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
        status, answer = control(served, "POST", "snapshots/restore", {"name": "before"})
        assert status == 400
        assert words in answer["message"]
        assert control(served, "POST", "snapshots/delete", {"name": "before"})[0] == 200

    def test_another_versions_snapshot_hides_no_others(self, start, place):
        """The list names it with the reason, beside those that can be restored; the page has a button that deletes it."""
        served = start()
        for name in ("old", "new"):
            control(served, "POST", "snapshots", {"name": name})
        path = place / "snapshots" / "old" / "snapshot.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), "format": 2, "harness": "9.9"}))
        _, answer = control(served, "GET", "snapshots")
        assert [each["name"] for each in answer["value"]] == ["new"]
        assert "was taken by the harness 9.9" in answer["unreadable"]["old"]
        page = served.world.unrecorded(
            json_request("GET", f"{served.urls[1]}/pages/snapshots", None)
        ).body.decode()
        assert "Snapshots that cannot be restored" in page
        assert 'Delete<span class="unseen"> old</span>' in page


def test_the_command_line_takes_lists_compares_restores_and_deletes(start, tmp_path):
    served = start()
    served.populate(ANA)
    ready = tmp_path / "ready.json"
    ready.write_text(json.dumps(served.ready))

    def harness(*arguments):
        result = CliRunner().invoke(main, ["snapshot", *arguments, "--ready-file", str(ready)])
        return result.exit_code, result.output

    assert harness("list") == (0, "no snapshots; 'harness snapshot take NAME' takes one\n")
    assert harness("take", "before")[0] == 0
    served.populate(BEN)
    code, output = harness("compare", "before")
    assert code == 1
    assert "azure_ad  user  ben@contoso.com  added" in output
    assert "before" in harness("list")[1]
    assert harness("restore", "before")[0] == 0
    assert people(served) == ["ana@contoso.com"]
    assert harness("compare", "before") == (0, "no difference\n")
    assert harness("delete", "before")[0] == 0
    code, output = harness("restore", "before")
    assert code == 2
    assert "there is no snapshot 'before'" in output
