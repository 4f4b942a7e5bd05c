"""Taking, listing, restoring, comparing and deleting snapshots of one world."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from harness.base.errors import HarnessError, nearest
from harness.snapshots.comparing import Change, changes
from harness.snapshots.in_memory import Keeper, Memory
from harness.snapshots.note import Note, check_name, salt_of
from harness.world import World

MOST_BEFORE_CYCLES = 5
# Copying so much takes a tenth of a second; bringing the fifty thousand people that it holds takes a minute and more.
_LARGEST_BEFORE_CYCLE = 64 * 2**20
_BEFORE_CYCLE = "before-cycle-"


@dataclass(frozen=True, slots=True)
class Snapshots:
    """The snapshots of a world. `prepare` is called before its data are copied, `afterwards` when they were put back."""

    world: World
    keeper: Keeper
    prepare: Callable[[], None] = lambda: None
    afterwards: Callable[[], None] = lambda: None

    def take(self, name: str, *, cycle: bool = False) -> Note:
        """Copy both sides as they are between two objects of a cycle. Raises HarnessError for a name that is taken or none."""
        check_name(name)
        if name in self.keeper.notes():
            raise HarnessError(
                f"there is a snapshot '{name}' already; restore it, delete it, or take this one by another name"
            )
        with self.world.azure.engine.busy:
            self.prepare()
            note = Note.of(self.world, name, cycle=cycle)
            self.keeper.take(name, note.document())
        return note

    @property
    def takes_before_cycles(self) -> bool:
        """Tell whether the data are small enough, and kept where copying is cheap enough, for a copy before each cycle."""
        size = self.keeper.size()
        return size is not None and size <= _LARGEST_BEFORE_CYCLE

    def take_before_cycle(self) -> None:
        """Take one by itself, where that is cheap; of these the newest five stay."""
        if not self.takes_before_cycles:
            return
        numbers = sorted(
            int(name.removeprefix(_BEFORE_CYCLE))
            for name in self.keeper.notes()
            if name.removeprefix(_BEFORE_CYCLE).isdecimal()
        )
        self.take(f"{_BEFORE_CYCLE}{(numbers[-1] if numbers else 0) + 1}", cycle=True)
        for number in numbers[: 1 - MOST_BEFORE_CYCLES]:
            self.keeper.delete(f"{_BEFORE_CYCLE}{number}")

    def all(self) -> list[Note]:
        """Return those that this version can read, oldest first."""
        unreadable = self.unreadable()
        notes = [Note.read(each) for name, each in self.keeper.notes().items() if name not in unreadable]
        return sorted(notes, key=lambda note: note.taken)

    def unreadable(self) -> dict[str, str]:
        """Return, by name, why the others cannot be restored: another version took them, or their note is damaged."""
        reasons = {}
        for name, document in self.keeper.notes().items():
            try:
                Note.read(document)
            except HarnessError as error:
                reasons[name] = str(error)
        return reasons

    def restore(self, name: str) -> Note:
        """Make both sides, the clock and chance what they were; on an error nothing has changed.

        After one that was taken by itself before a cycle all jobs are paused: the cycle would otherwise run again before
        anybody had a look. Raises HarnessError for one that is unknown, of another version, or sealed with another key.
        """
        note = self._note(name)
        if not self.world.ids.fits(note.chance):
            had, has = ("no seed", "one") if note.chance is None else ("a seed", "none, or another")
            raise HarnessError(
                f"the snapshot '{name}' was taken with {had} and this world has {has}; take it anew"
            )
        if note.salt != salt_of(self.world):
            raise HarnessError(
                f"the snapshot '{name}' was taken with another key for secrets than the data have now; take it anew"
            )
        engine = self.world.azure.engine
        engine.interrupt()
        with self.world.clock.turn, engine.busy:
            present = Note.of(self.world, name, cycle=False)
            try:
                self.keeper.put_back(name, lambda: self._put_back(note))
            except BaseException:
                present.put_back(self.world)
                raise
            finally:
                engine.begin_anew()
            if note.cycle:
                self._stop_jobs()
        return note

    def delete(self, name: str) -> None:
        """Forget one; another version's as well. Raises HarnessError for one that is unknown."""
        self._demand(name)
        self.keeper.delete(name)

    def compare(self, first: str, second: str | None = None) -> list[Change]:
        """Return what differs between two snapshots, or between one and now, both sides. Raises HarnessError."""
        for name in (first, second):
            if name is not None:
                self._note(name)
        with ExitStack() as opened:
            before = opened.enter_context(self.keeper.contents(first))
            after = opened.enter_context(self.keeper.contents(second))
            return changes(before, after)

    def _put_back(self, note: Note) -> None:
        note.put_back(self.world)
        self.afterwards()

    def _stop_jobs(self) -> None:
        azure = self.world.azure
        for app in list(azure.applications.scan()):
            for job in azure.engine.jobs(app["id"]):
                if job.is_on:
                    azure.engine.pause(job.id)

    def _note(self, name: str) -> Note:
        self._demand(name)
        return Note.read(self.keeper.notes()[name])

    def _demand(self, name: str) -> None:
        check_name(name)
        names = sorted(self.keeper.notes())
        if name not in names:
            there = f"; there are: {', '.join(names)}" if names else "; none has been taken"
            raise HarnessError(f"there is no snapshot '{name}'{nearest(name, names) or there}")


def in_memory(world: World) -> Snapshots:
    """Return the snapshots of a world in memory, which end with the process."""
    assert world.database is not None
    return Snapshots(world, Memory({"both": world.database}))
