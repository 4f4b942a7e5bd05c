"""Dates with slashes in a log that a table program has written anew: in Britain the day stands first, in America the month."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.base.errors import HarnessError
from harness.cli import main
from harness.exports.intake import take_in

HEAD = "Date (UTC),Change ID,Cycle ID,Job ID,Action,Status,Error code,Status reason,Source system,Source ID,Source name"


def log(folder: Path, *moments: str) -> Path:
    """Write a log of one user whose entries have their places as error codes."""
    path = folder / "ProvisioningLogs.csv"
    lines = [
        f'"{moment}",{number},c,j,Create,Failure,code {number},,Microsoft Entra ID,1,Ana Ruiz'
        for number, moment in enumerate(moments)
    ]
    path.write_text("\n".join((HEAD, *lines)) + "\n", encoding="utf-8")
    return path


def newest(path: Path, *, day_first: bool | None = None) -> str:
    evidence, _ = take_in([path], renamed={}, members={}, day_first=day_first)
    return next(iter(evidence.log.values())).code


@pytest.mark.parametrize(
    ("moments", "code"),
    [
        (("29/11/2026 14:05", "03/12/2026 09:00"), "code 1"),
        (("29/11/2026, 14:05:10", "03/12/2026, 09:00:00"), "code 1"),
        (("29/11/2026, 14:05:10.250", "03/12/2026, 09:00:00.125"), "code 1"),
        (("29/11/2026, 2:05:10 pm", "03/12/2026, 9:00:00 am"), "code 1"),
        (("11/29/2026 14:05", "03/12/2026 09:00"), "code 0"),
        (("3/2/2026, 9:41:03.118 AM", "1/4/2026, 9:41:03.118 AM"), "code 0"),  # the portal's own form
        (("03/04/2026 14:05", "03/04/2026 15:05"), "code 1"),  # one day, whichever it is
    ],
)
def test_a_day_above_12_anywhere_tells_how_the_whole_file_is_read(tmp_path, moments, code) -> None:
    assert newest(log(tmp_path, *moments)) == code


def test_where_nothing_tells_it_is_refused_and_an_option_says_it(tmp_path) -> None:
    path = log(tmp_path, "01/12/2026 14:05", "02/03/2026 09:00")
    with pytest.raises(
        HarnessError, match=r"such as 01/12/2026: .* --dates day-first or --dates month-first"
    ):
        newest(path)
    assert newest(path, day_first=True) == "code 0"
    assert newest(path, day_first=False) == "code 1"


def test_days_in_both_places_are_refused(tmp_path) -> None:
    with pytest.raises(HarnessError, match="some of its dates have the day first and others the month"):
        newest(log(tmp_path, "29/11/2026 14:05", "11/29/2026 14:05"), day_first=True)


@pytest.mark.parametrize(("options", "code"), [((), 2), (("--dates", "day-first"), 1)])
def test_diagnose_takes_the_option(tmp_path, options, code) -> None:
    people = tmp_path / "users.csv"
    people.write_text(
        "userPrincipalName,id,displayName,surname\nana@contoso.com,1,Ana Ruiz,Ruiz\n", encoding="utf-8"
    )
    path = log(tmp_path, "01/12/2026 14:05", "02/03/2026 09:00")
    result = CliRunner().invoke(main, ["diagnose", str(path), str(people), *options])
    assert result.exit_code == code, result.output
    assert ("--dates day-first" in result.stderr) is (code == 2)
