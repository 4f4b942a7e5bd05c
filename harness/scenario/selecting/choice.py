"""Selects scenarios: by tags, by words, by what failed last, and by a build server's share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from harness.base.conditions import words
from harness.base.language import Condition
from harness.scenario.loading import Scenario
from harness.scenario.selecting.targets import file_of


class Choice(Struct, frozen=True):
    """Conditions that all have to hold; None is no condition.

    One of `ids` may be a file's. `shard` is one's own number from 1, and of how many.
    """

    tags: Condition | None = None
    words: Condition | None = None
    ids: frozenset[str] | None = None
    shard: tuple[int, int] = (1, 1)

    def among(self, scenarios: Iterable[Scenario]) -> Iterator[Scenario]:
        """Yield the selected scenarios; shards take them in turn."""
        number, of = self.shard
        chosen = (scenario for scenario in scenarios if self.holds(scenario))
        for place, scenario in enumerate(chosen):
            if place % of == number - 1:
                yield scenario

    def holds(self, scenario: Scenario) -> bool:
        text = "\n".join((scenario.id, scenario.title, *scenario.tags)).casefold()
        return (
            (self.tags is None or self.tags.holds(scenario.tags.__contains__))
            and (self.words is None or self.words.holds(lambda word: word.casefold() in text))
            and (self.ids is None or not self.ids.isdisjoint((scenario.id, file_of(scenario.id))))
        )

    def tag_names(self) -> tuple[str, ...]:
        return () if self.tags is None else words(self.tags)


ALL = Choice()
