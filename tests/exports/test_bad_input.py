"""Files as they should not be: each is one clear line with what to do instead, none a traceback or a death."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.base.errors import HarnessError
from harness.cli import main
from harness.exports.intake import take_in

USER = '{"id": "1", "userPrincipalName": "ana@corvid.example", "displayName": "Ana"'


def diagnosed(*arguments: Path | str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["diagnose", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result.exit_code, result.output


@pytest.mark.parametrize(
    "content",
    [
        "[" * 200_000,
        "[" * 5000 + "]" * 5000,
        f'{{"value": [{USER}, "x": {"[" * 5000}{"]" * 5000}}}]}}',
        f'{{"value": [{USER}, "x": ' + '{"a":' * 3000 + "1" + "}" * 3000 + "}]}",
        "[" + f"{USER}}}, " * 2000 + "[" * 200_000,
    ],
    ids=["open", "closed", "in a user", "objects", "behind users"],
)
def test_json_without_end_in_its_depth(content: str, tmp_path: Path) -> None:
    path = tmp_path / "users.json"
    path.write_text(content)
    code, shown = diagnosed(path)
    assert code == 2
    assert "nested deeper than any export" in shown


@pytest.mark.parametrize("option", ["--populate", "--schema"])
def test_depth_without_end_is_a_line_to_serve_too(option: str, tmp_path: Path) -> None:
    path = tmp_path / "users.json"
    path.write_text("[" * 200_000)
    result = CliRunner().invoke(main, ["serve", option, str(path), "--aws-port", "0", "--azure-port", "0"])
    assert result.exit_code == 2
    assert "nested deeper than any" in result.output


# Bytes of each sample that end within its first row, behind the names by which it is known.
PART = {
    "schema-job-aws.json": 900,
    "users-graph.json": 620,
    "app-role-assigned-to.json": 480,
    "aws-list-users.json": 300,
}


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("schema-job-aws.json", "synchronization schema"),
        ("users-graph.json", "users of Entra ID"),
        ("app-role-assigned-to.json", "app role assignments"),
        ("aws-list-users.json", "users of AWS"),
    ],
)
def test_a_file_that_ends_before_its_first_row_does_not_count_as_none(
    name: str, label: str, tmp_path: Path
) -> None:
    """Judged without it, everybody would be by a default mapping, or as assigned."""
    samples = Path(__file__).parent / "samples"
    path = tmp_path / name
    path.write_bytes((samples / name).read_bytes()[: PART[name]])
    code, shown = diagnosed(path, samples / "users-portal.csv")
    assert code == 2, shown
    assert label in shown
    assert "ends early" in shown


def test_a_list_that_is_empty_says_that_nobody_is_on_it(tmp_path: Path) -> None:
    users = Path(__file__).parent / "samples" / "users-portal.csv"
    nobody = tmp_path / "assigned.json"
    nobody.write_text('{"@odata.context": "…/appRoleAssignedTo", "value": []}')
    assert "4 skipped by Azure AD" in diagnosed(users, nobody)[1]
    accounts = tmp_path / "aws.json"
    accounts.write_text('{"Users": []}')
    assert "what AWS holds was not exported" not in diagnosed(users, accounts)[1]


def test_brackets_in_names_are_no_depth(tmp_path: Path) -> None:
    path = tmp_path / "users.json"
    users = [
        {"id": str(n), "userPrincipalName": f"u{n}@x.example", "displayName": "[" * 9} for n in range(2000)
    ]
    path.write_text(json.dumps(users))
    assert take_in([path], renamed={}, members={})[0].inputs[0].rows == 2000


def test_ten_thousand_columns_are_one_short_line(tmp_path: Path) -> None:
    path = tmp_path / "users.csv"
    columns = [f"column-{number}" for number in range(10_000)]
    path.write_text(f"userPrincipalName,{','.join(columns)}\nana@corvid.example,{','.join('1' * 10_000)}\n")
    code, shown = diagnosed(path)
    assert code == 1
    assert "and 9988 more (--column" in shown
    assert max(map(len, shown.splitlines())) < 1000


def test_a_workbook_is_not_read_as_a_zip_of_texts(tmp_path: Path) -> None:
    path = tmp_path / "users.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
    assert (
        "a workbook of Excel; give the file that was downloaded, or save it as CSV UTF-8"
        in diagnosed(path)[1]
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"1234:7:version;2:20#4:type;4:http;", "harness reproduce calls -o case.yaml"),
        (b'{"log": {"version": "1.2", "entries": []}}', "harness reproduce calls -o case.yaml"),
        (
            b'{"info": {"schema": "https://x/v2.1.0/collection.json"}, "item": []}',
            "harness reproduce calls -o case.yaml",
        ),
        (b'{"version": "1.0", "trigger_url": "x", "steps": []}', "harness reproduce calls -o case.yaml"),
    ],
)
def test_recorded_calls_are_for_reproduce(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "calls"
    path.write_bytes(content)
    assert words in diagnosed(path)[1]


def test_any_column_can_be_said_to_be_the_name(tmp_path: Path) -> None:
    path = tmp_path / "users.csv"
    path.write_text("Login,Last name\nana@corvid.example,Ruiz\n")
    _, people = take_in([path], renamed={"Login": "userPrincipalName", "Last name": "surname"}, members={})
    (ana,) = people
    assert (ana.user_principal_name, ana.values["surname"]) == ("ana@corvid.example", "Ruiz")


def test_two_gigabytes_of_nothing_are_one_line(tmp_path: Path) -> None:
    path = tmp_path / "users.csv"
    with path.open("wb") as stream:
        stream.truncate(2 << 30)
    assert "neither JSON nor CSV" in diagnosed(path)[1]


def test_the_log_of_aws_alone_names_nobody_and_says_what_to_add() -> None:
    code, shown = diagnosed(Path(__file__).parent / "samples" / "cloudtrail-s3.json")
    assert code == 2
    assert shown.splitlines()[-1].startswith(
        "Nobody was judged: none of the files lists users; export them too"
    )
    assert "Usage:" not in shown


LIST = json.dumps({"value": [json.loads(USER + "}")]})


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(LIST),
        json.dumps("\n" + json.dumps([json.loads(USER + "}")], indent=1)),
        json.dumps([json.dumps([json.loads(USER + "}")])]),
        json.dumps(
            {"SequenceNumber": 7, "Offset": "0", "Body": json.dumps({"records": [json.loads(USER + "}")]})}
        ),
    ],
    ids=["wrapped", "array", "cells", "Event Hubs"],
)
def test_json_held_in_a_json_string_is_unpacked(content: str, tmp_path: Path) -> None:
    path = tmp_path / "users.json"
    path.write_text(content, encoding="utf-8")
    _, people = take_in([path], renamed={}, members={})
    assert [person.user_principal_name for person in people] == ["ana@corvid.example"]


def test_a_json_string_that_ends_early_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "users.json"
    path.write_text(json.dumps(LIST)[:-20], encoding="utf-8")
    code, shown = diagnosed(path)
    assert code == 2
    assert "held in a JSON string that ends early" in shown


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            "bbbbbbbb-0000-4000-8000-00000000000b\tana@corvid.example\tAna Ruiz\n",
            "names of columns are meant",
        ),
        (
            '{"error": {"code": "Authorization_RequestDenied", "message": "Insufficient privileges"}}',
            "Authorization_RequestDenied",
        ),
    ],
    ids=["az -o tsv", "an error of Graph"],
)
def test_what_no_export_is_shows_nothing_of_anybody(content: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "users.txt"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(HarnessError, match=words) as error:
        take_in([path], renamed={}, members={})
    assert "ana" not in str(error.value)


def test_pages_put_together_into_one_list_are_read(tmp_path: Path) -> None:
    """As `jq -s` and scripts that collect answers write them."""
    users = [{"id": str(number), "userPrincipalName": f"u{number}@corvid.example"} for number in range(4)]
    path = tmp_path / "users.json"
    path.write_text(
        json.dumps([{"value": users[:3], "@odata.context": "x"}, {"value": users[3:]}]), encoding="utf-8"
    )
    assert len(list(take_in([path], renamed={}, members={})[1])) == 4
    accounts = [{"Users": [{"UserId": user["id"], "UserName": "x"}], "NextToken": None} for user in users]
    path.write_text(json.dumps(accounts), encoding="utf-8")
    assert len(take_in([path], renamed={}, members={})[0].accounts.by_id) == 4
