"""Everything that happened in a test's world, in order, as records, lines or a page; still there after the world, for reports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote_plus

from harness.base.clock import iso
from harness.journal import Journal
from harness.log_lines import FAULT
from harness.scenario.events import Observation
from harness.scenario.jumps import with_jumps
from harness.scenario.observing import observations
from harness.scenario.play import Play
from harness.testing.page import FailedTest, Setting, write_page
from harness.wire.recording.secrets import Secrets
from harness.world import AZURE_AD


@dataclass(frozen=True, slots=True)
class Timeline:
    """The journal of the world of `play`, with its first moment, profile and seed."""

    play: Play
    journal: Journal
    began: datetime
    profile: str
    seed: str

    def observations(self) -> list[Observation]:
        """Return what happened, and after it each fault that has met no request."""
        now = self.play.world.clock.now()
        seen = [*with_jumps(observations(self.journal), self.began, now)]
        idle = [each.pattern for each in self.play.faults if not each.met]
        words = [f"the fault on '{pattern}' has met nothing" for pattern in idle]
        return [*seen, *(Observation(FAULT, iso(now), AZURE_AD, each, good=False) for each in words)]

    def text(self) -> str:
        return "\n".join(map(_line, self.observations()))

    def write(self, path: Path, test: FailedTest | None = None) -> None:
        """Write the page of a scenario's report. Raises HarnessError where it cannot be written."""
        if test is not None:  # a traceback shows arguments, the token among them
            test = test.without(Secrets([self.play.access_token]))
        began, ended = iso(self.began), iso(self.play.world.clock.now())
        write_page(Path(path), Setting(self.profile, self.seed, began, ended), self.observations(), test)


def _line(seen: Observation) -> str:
    """Write an observation in a line, a request's path as people write it."""
    summary = unquote_plus(seen.summary) if seen.exchange else seen.summary
    return f"{seen.at:<24}  {seen.lane:<14} {summary}"
