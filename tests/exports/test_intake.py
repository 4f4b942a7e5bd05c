"""Exports as Entra ID and AWS write them: each is recognised by content, and three states of a value are kept apart.

The files in `samples/` are structurally exact copies of public ones with made-up people: Adaeze is fine, Prerana has no
surname, Jörg has an account in AWS that was made by hand, Mats has an invisible character behind his surname. Those called
`guessed-` are guesses of a form that nobody published.
"""

from __future__ import annotations

import gzip
import json
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from harness.base.errors import HarnessError
from harness.exports import logbook, provisioning_log
from harness.exports.carriers import Row, Rows
from harness.exports.everybody import People
from harness.exports.evidence import Evidence, Person
from harness.exports.intake import take_in

EXPORTS = Path(__file__).parent / "samples"
PRERANA, JOERG = "7e31f8a6-9b02-4d57-8c1e-f64d0b29a7c3", "91c5d0e7-48f3-42ab-a6b9-27e8310fd54c"


def read(*paths: Path, **columns: str) -> tuple[Evidence, People]:
    return take_in(paths, renamed=columns, members={})


def people_of(path: Path) -> dict[str, Person]:
    return {person.user_principal_name.partition("@")[0]: person for person in read(path)[1]}


@pytest.mark.parametrize(
    ("name", "form", "rows"),
    [
        ("users-portal.csv", "users of Entra ID, CSV", 4),
        ("users-graph.json", "users of Entra ID, JSON", 4),
        ("users-az.json", "users of Entra ID, JSON", 2),
        ("users-mg.json", "users of Entra ID, JSON", 2),
        ("users-mg-default.csv", "users of Entra ID, CSV", 2),
        ("users-azuread-semicolon-utf8bom.csv", "users of Entra ID, CSV", 2),
        ("group-members-graph.json", "users of Entra ID, JSON", 1),
        ("group-members-mg.csv", "users of Entra ID, CSV", 2),
        ("app-role-assigned-to.json", "app role assignments, JSON", 2),
        ("prov-graph-v1.json", "provisioning log, JSON", 1),
        ("prov-graph-beta-2021.json", "provisioning log, JSON", 1),
        ("prov-portal.json", "provisioning log, JSON", 1),
        ("prov-eventhub.json", "provisioning log (Azure Monitor's stream), JSON", 1),
        ("prov-stream.ndjson", "provisioning log (Azure Monitor's stream), JSON", 1),
        ("prov-loganalytics-api.json", "provisioning log (Log Analytics), JSON", 1),
        ("prov-loganalytics-az.json", "provisioning log (Log Analytics), JSON", 1),
        ("prov-loganalytics-portal.csv", "provisioning log (Log Analytics), CSV", 1),
        ("guessed-ProvisioningLogs.csv", "provisioning log (CSV of the portal), CSV", 1),
        ("schema-job-aws.json", "synchronization schema, JSON", 1),
        ("cloudtrail-s3.json", "CloudTrail events, JSON", 2),
        ("cloudtrail-lookup-events.json", "CloudTrail events, JSON", 1),
        ("cloudtrail-eventbridge.json", "CloudTrail event (EventBridge), JSON", 1),
        ("cloudtrail-event-history.csv", "CloudTrail events, CSV", 2),
        ("cloudtrail-athena.csv", "CloudTrail events, CSV", 2),
        ("aws-list-users.json", "users of AWS (identitystore), JSON", 2),
        ("aws-list-memberships.json", "group memberships of AWS, JSON", 1),
        ("scim-users.json", "users of AWS (SCIM), JSON", 1),
    ],
)
def test_each_export_is_known_by_its_content(name: str, form: str, rows: int, tmp_path: Path) -> None:
    disguised = tmp_path / "export.txt"
    disguised.write_bytes((EXPORTS / name).read_bytes())
    (line,) = read(disguised)[0].inputs
    assert (line.format, line.rows) == (form, rows)


def test_what_no_verdict_needs_is_said_to_be_left_out() -> None:
    (line,) = read(EXPORTS / "aws-list-groups.json")[0].inputs
    assert line.skipped == {"not needed for a verdict": 1}


def test_a_file_that_is_none_of_these_is_refused_with_what_to_export(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text('{"reportFormat": "CTRF", "results": {"tests": []}}', encoding="utf-8")
    with pytest.raises(HarnessError, match=r"not an export that is known .*list-users"):
        read(path)


def test_among_others_such_a_file_is_left_out_and_said_to_be(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text('{"reportFormat": "CTRF", "results": {"tests": []}}', encoding="utf-8")
    evidence, people = read(path, EXPORTS / "users-portal.csv")
    assert evidence.inputs[-1].format == "not an export that is known (it has reportFormat, results)"
    assert len(list(people)) == 4


def test_the_portals_three_files_are_one_log_by_their_change_id() -> None:
    """The first file names no userPrincipalName; the two that are downloaded with it do."""
    log, steps, changes = (
        EXPORTS / f"guessed-ProvisioningLogs{part}.csv"
        for part in ("", "_ProvisioningSteps", "_ModifiedProperties")
    )
    assert not read(log)[0].log[JOERG].user_principal_name
    for paths in ((log, steps), (changes, log)):
        evidence = read(*paths)[0]
        assert evidence.log[JOERG].user_principal_name == "joerg.tamm@corvid.example"
        assert evidence.unjoined == 0
    assert read(steps)[0].unjoined == 1


def test_parts_of_a_users_older_change_are_not_said_to_lack_their_log(tmp_path: Path) -> None:
    """Of each user the newest entry counts; the other files have the steps of all."""
    log, steps = tmp_path / "log.csv", tmp_path / "steps.csv"
    log.write_text(
        "Date (UTC),Change ID,Action,Status,Source ID\n"
        f"2026-03-02T09:00:00Z,older,Create,Failure,{JOERG}\n2026-03-02T10:00:00Z,newer,Update,Success,{JOERG}\n",
        encoding="utf-8",
    )
    steps.write_text(
        "Change ID,Name,Details\n"
        + "".join(
            f'{change},EntryExportAdd,"{{""ReportableIdentifier"":""joerg@corvid.example""}}"\n'
            for change in ("older", "newer", "elsewhere")
        ),
        encoding="utf-8",
    )
    evidence = read(log, steps)[0]
    assert evidence.log[JOERG].change_id == "newer"
    assert evidence.unjoined == 1


def test_a_cell_without_text_is_empty_and_a_column_that_is_not_there_is_not_known() -> None:
    prerana = people_of(EXPORTS / "users-portal.csv")["prerana"]
    assert "surname" in prerana.exported
    assert "surname" not in prerana.values
    assert "mailNickname" not in prerana.exported


def test_powershell_writes_columns_that_were_not_asked_for_and_type_names_for_lists() -> None:
    prerana = people_of(EXPORTS / "users-mg-default.csv")["prerana"]
    assert prerana.exported.isdisjoint({"accountEnabled", "department", "mailNickname", "telephoneNumber"})
    assert {"surname", "mail"} <= prerana.exported
    assert "name of a type" in prerana.damaged["telephoneNumber"]


def test_old_and_new_names_of_a_property_are_one() -> None:
    old = people_of(EXPORTS / "users-azuread-semicolon-utf8bom.csv")["joerg.tamm"]
    new = people_of(EXPORTS / "users-graph.json")["joerg.tamm"]
    assert old.object_id == new.object_id == JOERG
    assert old.values["mailNickname"] == new.values["mailNickname"] == "joerg.tamm"


def test_the_log_tells_status_answer_and_request_in_all_its_carriers() -> None:
    for name in ("prov-graph-v1.json", "prov-graph-beta-2021.json", "prov-loganalytics-az.json"):
        entry = read(EXPORTS / name)[0].log[JOERG]
        assert (entry.status, entry.http) == ("failure", "Conflict"), name
        assert entry.detail == "Refused to create a new, duplicate resource.", name
        assert entry.request_id == "a94c3e17-2f60-4bd8-8e15-6c0d9b7f3a21", name


def test_a_skip_names_the_property_that_it_is_for() -> None:
    for name in ("prov-eventhub.json", "prov-stream.ndjson"):
        entry = read(EXPORTS / name)[0].log[PRERANA]
        assert (entry.status, entry.property) == ("skipped", "name.familyName"), name


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_encodings_of_windows_powershell(encoding: str, tmp_path: Path) -> None:
    for name in ("users-portal.csv", "users-graph.json"):
        path = tmp_path / name
        path.write_bytes((EXPORTS / name).read_text(encoding="utf-8").encode(encoding))
        assert people_of(path)["joerg.tamm"].values["displayName"] == "Jörg Tamm"


def test_a_text_of_another_encoding_is_read_with_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "users.csv"
    path.write_bytes("userPrincipalName,displayName\njoerg.tamm@corvid.example,Jörg\n".encode("cp1252"))
    assert people_of(path)["joerg.tamm"].values["displayName"] == "Jörg"
    assert "Windows-1252" in read(path)[0].inputs[0].notes[0]


def test_packed_files_are_unpacked(tmp_path: Path) -> None:
    content = (EXPORTS / "users-graph.json").read_bytes()
    packed, archive = tmp_path / "users.json.gz", tmp_path / "exports.zip"
    packed.write_bytes(gzip.compress(content))
    with zipfile.ZipFile(archive, "w") as members:
        members.write(EXPORTS / "users-graph.json", "a.json")
        members.write(EXPORTS / "cloudtrail-s3.json", "b.json")
    assert len(people_of(packed)) == 4
    assert [line.rows for line in read(archive)[0].inputs] == [4, 2]


@pytest.mark.parametrize(
    ("cell", "how"),
    [
        ("HIDDEN_DUE_TO_SECURITY_REASONS", "masked"),
        ("[Redacted]", "masked"),
        ("System.Object[]", "name of a type"),
        ("4.6E+10", "Excel"),
        ("4,61701E+10", "Excel"),
        ("#NAME?", "Excel"),
        ("########", "Excel"),
        ("y" * 32_767, "longest cell"),
    ],
)
def test_masks_and_damage_are_not_values(cell: str, how: str, tmp_path: Path) -> None:
    path = tmp_path / "users.csv"
    path.write_text(
        f'userPrincipalName,surname,telephoneNumber\nä@corvid.example,Ä,"{cell}"\n', encoding="utf-8"
    )
    (person,) = read(path)[1]
    assert how in person.damaged["telephoneNumber"]
    assert "telephoneNumber" not in person.exported


def test_a_question_mark_in_an_ascii_file_is_a_lost_letter_and_in_another_one_itself(tmp_path: Path) -> None:
    path = tmp_path / "users.csv"
    path.write_text("userPrincipalName,displayName\njoerg@corvid.example,J?rg\n", encoding="ascii")
    assert "displayName" in people_of(path)["joerg"].damaged
    path.write_text("userPrincipalName,displayName\njoerg@corvid.example,J?rg Ä\n", encoding="utf-8")
    assert people_of(path)["joerg"].values["displayName"] == "J?rg Ä"


def test_dialects_of_csv_and_booleans_of_other_languages(tmp_path: Path) -> None:
    path = tmp_path / "users.csv"
    path.write_text(
        '#TYPE Selected.User\nsep=;\n"UserPrincipalName";"AccountEnabled"\n"a@corvid.example";"WAHR"\n"b@corvid.example";"FAUX"\n',
        encoding="utf-8",
    )
    assert [person.values["accountEnabled"] for person in read(path)[1]] == ["True", "False"]


def test_a_template_of_the_portal_is_read_without_its_example(tmp_path: Path) -> None:
    path = tmp_path / "users.csv"
    path.write_text(
        "version:v1.0\nName [displayName] Required,User name [userPrincipalName] Required\nExample: Chris,chris@contoso.com\n"
        "Ä,a@corvid.example\n",
        encoding="utf-8",
    )
    assert list(people_of(path)) == ["a"]


def test_json_that_ends_early_is_read_as_far_as_it_goes_and_said_to_end(tmp_path: Path) -> None:
    path = tmp_path / "users.json"
    path.write_bytes((EXPORTS / "users-graph.json").read_bytes()[:-400])
    (line,) = read(path)[0].inputs
    assert line.rows < 4
    assert any("ends early" in note for note in line.notes)


def test_more_pages_are_told() -> None:
    (line,) = read(EXPORTS / "users-graph.json")[0].inputs
    assert any("more pages" in note for note in line.notes)


def test_a_renamed_column_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "users.csv"
    path.write_text("userPrincipalName,Last name\na@corvid.example,Ä\n", encoding="utf-8")
    assert read(path)[0].inputs[0].not_understood == ("Last name",)
    (person,) = read(path, **{"Last name": "surname"})[1]
    assert person.values["surname"] == "Ä"


def test_two_exports_of_one_person_are_joined(tmp_path: Path) -> None:
    more = tmp_path / "more.json"
    more.write_text(
        json.dumps([{"id": JOERG, "userPrincipalName": "joerg.tamm@corvid.example", "employeeId": "7"}]),
        encoding="utf-8",
    )
    everybody = {person.object_id: person for person in read(EXPORTS / "users-portal.csv", more)[1]}
    assert len(everybody) == 4
    assert everybody[JOERG].values["employeeId"] == "7"
    assert everybody[JOERG].values["surname"] == "Tamm"


@pytest.mark.parametrize(
    "content", [b"", b"   \n", b"plain words\nand more\n", b"{}", b"[]", b"\x00\x01\x02\x03"]
)
def test_no_export_at_all_is_one_clear_line(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(HarnessError, match="export"):
        read(path)


def test_a_folder_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match="not a regular file"):
        read(tmp_path)
    with pytest.raises(HarnessError, match="no such file"):
        read(tmp_path / "missing")


def refusal(event_id: str) -> dict[str, str]:
    """Return a refused SCIM call as CloudTrail has it."""
    call = {
        "eventSource": "identitystore-scim.amazonaws.com",
        "eventName": "CreateUser",
        "errorCode": "ValidationException",
    }
    return {
        **call,
        "eventID": event_id,
        "requestID": f"request-{event_id}",
        "eventTime": "2026-11-01T00:00:00Z",
    }


def trail_file(path: Path, ids: list[str]) -> Path:
    path.write_text(json.dumps({"Records": [refusal(each) for each in ids]}))
    return path


def test_an_event_that_overlapping_files_repeat_counts_once_however_far_apart(tmp_path: Path) -> None:
    ids = [f"event-{number}" for number in range(200)]
    evidence, _ = read(
        trail_file(tmp_path / "october.json", ids), trail_file(tmp_path / "again.json", ids[:150])
    )
    assert [event.event_id for event in evidence.trail] == ids
    assert evidence.inputs[1].skipped == {"the same event again": 150}


def test_of_an_event_in_two_files_the_sentence_stays_whichever_comes_first(tmp_path: Path) -> None:
    """The console's CSV has no errorMessage."""
    for first, second in (("a", "b"), ("b", "a")):
        history, whole = tmp_path / f"{first}.csv", tmp_path / f"{second}.json"
        history.write_bytes((EXPORTS / "cloudtrail-event-history.csv").read_bytes())
        whole.write_bytes((EXPORTS / "cloudtrail-s3.json").read_bytes())
        messages = [event.message for event in read(history, whole)[0].trail]
        assert len(messages) == 2
        assert all(messages)


def test_events_whose_ids_an_export_left_out_are_each_an_event(tmp_path: Path) -> None:
    evidence, _ = read(trail_file(tmp_path / "trail.json", ["", ""]))
    assert len(evidence.trail) == 2


@pytest.mark.parametrize("name", ["users-mg.json", "group-members-graph.json"])
def test_a_file_of_people_is_walked_once_to_take_it_in(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look at the first rows recognises it, one walk counts it, whoever asks for members included."""
    walks, walk = [], Rows.__iter__

    def counted(self: Rows) -> Iterator[Row]:
        walks.append(self.source.name)
        return walk(self)

    monkeypatch.setattr(Rows, "__iter__", counted)
    path = EXPORTS / name
    evidence, _ = take_in([path], renamed={}, members={path: "Office"})
    assert len(walks) == 2
    assert evidence.assignments.members["office"].ids


def test_a_column_that_only_a_late_row_has_is_told_when_nobody_understands_it(tmp_path: Path) -> None:
    users = [{"id": str(number), "userPrincipalName": f"u{number}@contoso.com"} for number in range(80)]
    path = tmp_path / "users.json"
    path.write_text(json.dumps([*users, {**users[0], "shoeSize": "42"}]))
    assert read(path)[0].inputs[0].not_understood == ("shoeSize",)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"-----\n|  LIST USERS |\n", "neither JSON nor CSV"),
        (bytes(range(256)) * 4, "not a text"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\x80\x81", "not a text"),
    ],
)
def test_what_is_no_text_or_has_no_rows_is_refused_alone_and_left_out_among_others(
    content: bytes, why: str, tmp_path: Path
) -> None:
    path = tmp_path / "users.bin"
    path.write_bytes(content)
    with pytest.raises(HarnessError, match=why):
        read(path)
    evidence, people = read(path, EXPORTS / "users-portal.csv")
    assert why in evidence.inputs[-1].format
    assert len(list(people)) == 4


def test_a_letter_that_no_encoding_has_spoils_its_value_alone(tmp_path: Path) -> None:
    """UTF-16 that was cut between the two bytes of a letter."""
    path = tmp_path / "users.csv"
    rows = "userPrincipalName,displayName,surname\nana@contoso.com,Ana,Ru"
    path.write_bytes(rows.encode("utf-16")[:-1])
    (ana,) = people_of(path).values()
    assert "letter was lost" in ana.damaged["surname"]
    assert ana.values["displayName"] == "Ana"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_table_has_the_delimiter_of_its_heading(delimiter: str, tmp_path: Path) -> None:
    lines = [["userPrincipalName", "id", "surname"], ["ana@corvid.example", "1", "Ruiz"]]
    path = tmp_path / "users.csv"
    path.write_text("\n".join(map(delimiter.join, lines)), encoding="utf-8")
    assert people_of(path)["ana"].values["surname"] == "Ruiz"


def test_a_list_of_directory_objects_may_be_of_members_and_asks_of_which_group() -> None:
    """https://learn.microsoft.com/en-us/graph/api/group-list-members, "Response" (read 2026-11-30)."""
    path = EXPORTS / "group-members-graph.json"
    assert "--group" in " ".join(read(path)[0].inputs[0].notes)
    named, _ = take_in([path], renamed={}, members={path: "Office"})
    assert "--group" not in " ".join(named.inputs[0].notes)
    assert "--group" not in " ".join(read(EXPORTS / "users-graph.json")[0].inputs[0].notes)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        # https://github.com/elastic/integrations/tree/main/packages/azure/data_stream/provisioning, pipeline tests "time-formats
        # -corner-cases" (read 2026-11-29).
        ("1/9/2007 10:41:00 AM +01:00", "2007-01-09T09:41:00+00:00"),
        ("01/09/2007 09:41:00", "2007-01-09T09:41:00+00:00"),
        ("2007-01-09T09:41:00.535404056Z", "2007-01-09T09:41:00.535404+00:00"),
        ("2007-01-09T11:41:00+02:00", "2007-01-09T09:41:00+00:00"),
        # As a German Excel shows it.
        ("09.01.2007 09:41:00", "2007-01-09T09:41:00+00:00"),
    ],
)
def test_moments_of_logs_are_read_in_all_their_forms(text: str, moment: str) -> None:
    assert logbook.moment(text) == datetime.fromisoformat(moment)


def test_a_group_of_the_stream_is_no_user_whatever_its_identity_type_says() -> None:
    """As in a record of https://github.com/elastic/integrations/tree/main/packages/azure/data_stream/provisioning (read 2026-11-29)."""
    details = {"odatatype": "Group", "UserPrincipalName": "office@corvid.example"}
    record = {"properties": {"sourceIdentity": {"Id": "1", "identityType": "User", "details": details}}}
    assert provisioning_log.entry(record) is None


def test_a_conflict_of_another_connector_is_one_too() -> None:
    """https://learn.microsoft.com/en-us/entra/identity/monitoring-health/howto-analyze-provisioning-logs (read 2026-11-29)."""
    information = {
        "errorCode": "ContosoEntryConflict",
        "reason": "Message: Contoso returned an error response",
    }
    record = {
        "sourceIdentity": {"id": "1"},
        "TimeGenerated [Local Time]": "2/25/2025, 9:19:25.391 AM",
        "provisioningStatusInfo": {"status": "failure", "errorInformation": information},
    }
    entry = provisioning_log.entry(record)
    assert entry is not None
    assert (entry.http, entry.moment) == ("Conflict", "2/25/2025, 9:19:25.391 AM")
