"""The options by which `run` and `list` choose scenarios, and what is said when none is left."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click
from msgspec import Struct

from harness.base.errors import HarnessError, nearest
from harness.cli.settings import settings
from harness.cli.together import Command, Option, together

if TYPE_CHECKING:
    from harness.scenario.loading import Scenario
    from harness.scenario.run import Gathering
    from harness.scenario.selecting.choice import Choice

FOLDER = "scenarios"


class Chosen(Struct, frozen=True):
    """What the command line names (`paths`, a folder unless given), and the conditions it sets, as written.

    What failed last is looked for where it lies, whatever was named then.
    """

    paths: tuple[str, ...]
    tags: tuple[str, ...]
    expression: str | None
    last_failed: bool
    shard: str | None
    variables: tuple[str, ...]

    def words(self) -> tuple[str, ...]:
        return self.paths or self._failed_files() or settings().paths or (FOLDER,)

    def _failed_files(self) -> tuple[str, ...]:
        if not self.last_failed:
            return ()
        from harness.cli import last_failed
        from harness.scenario.selecting.targets import files_of

        return files_of(last_failed.ids() or ())

    def choice(self) -> Choice:
        """Read the conditions. Raises HarnessError."""
        from harness.base.conditions import any_of, condition
        from harness.cli import last_failed
        from harness.scenario.selecting.choice import Choice

        return Choice(
            tags=any_of(self.tags),
            words=condition(self.expression) if self.expression is not None else None,
            ids=last_failed.ids() if self.last_failed else None,
            shard=_shard(self.shard) if self.shard is not None else (1, 1),
        )

    def gathering(self) -> Gathering:
        """Prepare to load what is named. Raises HarnessError for a variable that is none."""
        import os

        from harness.scenario.run import Gathering
        from harness.scenario.variables import Variables, parse_variables

        typed = parse_variables(self.variables)
        given = {**settings().variables, **typed}
        return Gathering(self.words(), Variables(given, os.environ, frozenset(typed)))

    def nothing(self) -> str:
        """Say that no scenario was found, or none that is meant."""
        gathering, choice = self.gathering(), self.choice()
        scenarios = list(gathering.scenarios())
        where = ", ".join(map(str, self.words()))
        if not scenarios:
            return f"no scenario was found in {where}{_left_alone(gathering)}"
        if self.tags and not any(
            choice.tags.holds(each.tags.__contains__) for each in scenarios if choice.tags
        ):
            return f"no scenario has the tag {' or '.join(map(repr, self.tags))} in {where}{_tags(choice, scenarios)}"
        return f"no scenario in {where} is left by what was asked for; see 'harness list {where}'"


_OPTIONS: tuple[Option, ...] = (
    click.argument("paths", nargs=-1),
    click.option(
        "-k",
        "expression",
        metavar="EXPRESSION",
        help="Only those with these words in id, title or tags: 'members and not empty'.",
    ),
    click.option(
        "--tag",
        "tags",
        multiple=True,
        metavar="EXPRESSION",
        help="Only what has this tag: 'setup and not (slow or mail)' (repeatable: any of them).",
    ),
    click.option("--last-failed", is_flag=True, help="Only what failed in the last run here."),
    click.option("--shard", metavar="I/N", help="Only the I-th of N equal shares, for build servers."),
    click.option(
        "--var", "variables", multiple=True, metavar="NAME=VALUE", help="A value for ${NAME} (repeatable)."
    ),
)


def with_choice(command: Command) -> Command:
    """Add the options; the command is given them as `chosen`."""
    return together(command, "chosen", Chosen, _OPTIONS)


def one_scenario(word: str, variables: tuple[str, ...]) -> Scenario:
    """Load the one scenario that a word names. Raises HarnessError for a file that is none, and for one with several cases."""
    import os

    from harness.scenario.run import Gathering
    from harness.scenario.variables import Variables, parse_variables

    values = {**settings().variables, **parse_variables(variables)}
    gathering = Gathering((word,), Variables(values, os.environ))
    scenarios = list(gathering.scenarios())
    if gathering.rejected:
        rejected = gathering.rejected[0]
        raise HarnessError(f"{rejected.location}: {rejected.message}")
    if len(scenarios) != 1:
        ids = ", ".join(scenario.id for scenario in scenarios[:5])
        raise HarnessError(f"'{word}' is {len(scenarios) or 'no'} scenarios; name one: {ids}")
    return scenarios[0]


def _shard(text: str) -> tuple[int, int]:
    number, slash, of = text.partition("/")
    if slash and number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of):
        return int(number), int(of)
    raise HarnessError(f"--shard '{text}' is not I/N with I from 1 to N, as in 2/4")


def _tags(choice: Choice, scenarios: list[Scenario]) -> str:
    there = sorted({tag for scenario in scenarios for tag in scenario.tags})
    hints: Iterator[str] = (nearest(tag, there) for tag in choice.tag_names())
    return next(filter(None, hints), f"; there are: {', '.join(there) or 'none'}")


def _left_alone(gathering: Gathering) -> str:
    """Say how many YAML files of the folders named are no scenarios, and that some come with the package."""
    from harness.scenario.selecting.targets import others

    number = len(others(gathering.words))
    if number:
        return f" ({number} YAML file{'s' if number > 1 else ''} there without the top key 'scenario')"
    return ""
