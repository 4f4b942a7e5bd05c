"""The snapshots of a test's world: the world's own, and with each the test's faults and noted values."""

from __future__ import annotations

from dataclasses import dataclass, field

from harness.scenario.play import Play
from harness.snapshots import Change, Snapshots, in_memory
from harness.wire.faults import Standing


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot's name, and the moment of the world's clock at which it was taken."""

    name: str
    taken: str


@dataclass(frozen=True, slots=True)
class _Noted:
    """The test's own values at a snapshot: endpoint, token, job, faults."""

    scim_endpoint: str
    access_token: str
    job_id: str
    number_of_faults: int
    standing: Standing


@dataclass(slots=True)
class Rewinding:
    """Snapshots of the world that `play` is in."""

    play: Play
    _snapshots: Snapshots = field(init=False)
    _noted: dict[str, _Noted] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._snapshots = in_memory(self.play.world)

    def take(self, name: str) -> Snapshot:
        note = self._snapshots.take(name)
        play = self.play
        standing = play.world.faults.standing()
        self._noted[name] = _Noted(
            play.scim_endpoint, play.access_token, play.job_id, len(play.faults), standing
        )
        return Snapshot(note.name, note.taken)

    def all(self) -> list[Snapshot]:
        return [Snapshot(note.name, note.taken) for note in self._snapshots.all()]

    def restore(self, name: str) -> None:
        self._snapshots.restore(name)
        play, noted = self.play, self._noted[name]
        play.scim_endpoint, play.access_token = noted.scim_endpoint, noted.access_token
        play.job_id = noted.job_id
        del play.faults[noted.number_of_faults :]
        play.world.faults.put_back(noted.standing)

    def compare(self, first: str, second: str | None) -> list[Change]:
        return self._snapshots.compare(first, second)

    def delete(self, name: str) -> None:
        self._snapshots.delete(name)
        del self._noted[name]
