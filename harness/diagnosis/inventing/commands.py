"""`harness populate`: a made-up directory with known flaws, as files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click


@click.command()
@click.option("--people", type=click.IntRange(min=1), default=1000, show_default=True, help="How many users.")
@click.option("--seed", default="1", show_default=True, help="The same seed gives the same people.")
@click.option(
    "--flaws", default="0.5%", show_default=True, metavar="N|P%", help="How many of them are flawed."
)
@click.option(
    "--form",
    type=click.Choice(["graph", "az", "powershell", "ndjson", "portal"]),
    default="graph",
    show_default=True,
    help="How the users are exported.",
)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def populate(*, people: int, seed: str, flaws: str, form: str, folder: Path) -> None:
    """Write a made-up directory into FOLDER: the users, the accounts that AWS has, and what was planted.

    For trying `harness diagnose`, and tools like it, on as many people as wanted.
    """
    import orjson

    from harness.base.output import check_writable, write, write_all
    from harness.diagnosis.inventing.directory import Planted, invented
    from harness.diagnosis.inventing.forms import FORMS

    planted: list[Planted] = []
    accounts: list[dict[str, object]] = []

    def users() -> Iterator[dict[str, Any]]:
        for each in invented(people, _number(flaws, people), seed):
            if each.planted is not None:
                planted.append(each.planted)
            if each.in_aws:
                accounts.append(
                    {
                        "IdentityStoreId": "d-9a67c0b3f1",
                        "UserId": f"account-{len(accounts)}",
                        "UserName": f"by.hand.{len(accounts)}@corvid.example",
                        "Emails": [{"Value": each.user["mail"], "Type": "work", "Primary": True}],
                    }
                )
            yield each.user

    name, texts = FORMS[form]
    check_writable(folder / name)
    write_all(folder / name, texts(users()))
    for other, content in (("aws-users.json", {"Users": accounts}), ("planted.json", planted)):
        write(folder / other, orjson.dumps(content, option=orjson.OPT_INDENT_2).decode() + "\n")
    click.echo(
        f"{people} users in {folder / name}, {len(planted)} of them flawed (planted.json), {len(accounts)} accounts in AWS (aws-users.json)"
    )


def _number(text: str, people: int) -> int:
    """Read a number of people or a share of them."""
    try:
        number = float(text.removesuffix("%"))
    except ValueError:
        raise click.BadParameter("a number, or a percentage such as 0.5%", param_hint="--flaws") from None
    return min(people // 2, round(people * number / 100 if text.endswith("%") else number))
