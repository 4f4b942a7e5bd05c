"""Taking, listing, restoring, comparing and deleting snapshots of one world."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from harness.base.errors import HarnessError, nearest
from harness.snapshots.comparing import Change, changes
from harness.snapshots.keepers import Keeper
from harness.snapshots.note import Note, check_name, salt_of
from harness.world import World

MOST_BEFORE_CYCLES = 5
_BEFORE_CYCLE = "before-cycle-"


def _nothing() -> None:
    pass


@dataclass(frozen=True, slots=True)
class Snapshots:
    """The snapshots of a world. `prepare` is called before its data are copied, `afterwards` when they were put back."""

    world: World
    keeper: Keeper
    prepare: Callable[[], None] = _nothing
    afterwards: Callable[[], None] = _nothing

    def take(self, name: str, *, cycle: bool = False) -> Note:
        """Copy both sides as they are between two objects of a cycle. Raises HarnessError for a name that is taken or none."""
        check_name(name)
        if name in self.keeper.notes():
            raise HarnessError(
                f"there is a snapshot '{name}' already; delete it, or take this one by another name"
            )
        with self._still():
            self.prepare()
            note = Note.of(self.world, name, cycle=cycle)
            self.keeper.take(name, note.document())
        return note

    def take_before_cycle(self) -> Note:
        """Take one by itself; of these the newest five stay."""
        numbers = sorted(
            int(name.removeprefix(_BEFORE_CYCLE))
            for name in self.keeper.notes()
            if name.removeprefix(_BEFORE_CYCLE).isdecimal()
        )
        note = self.take(f"{_BEFORE_CYCLE}{(numbers[-1] if numbers else 0) + 1}", cycle=True)
        for number in numbers[: 1 - MOST_BEFORE_CYCLES]:
            self.keeper.delete(f"{_BEFORE_CYCLE}{number}")
        return note

    def all(self) -> list[Note]:
        """Return all, oldest first. Raises HarnessError for one that another version took."""
        return sorted((Note.read(each) for each in self.keeper.notes().values()), key=lambda note: note.taken)

    def restore(self, name: str) -> Note:
        """Make both sides, the clock and chance what they were; on an error nothing has changed.

        Raises HarnessError for one that is unknown, of another version, or sealed with another key.
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
            try:
                self.keeper.put_back(name)
                note.put_back(self.world)
                self.afterwards()
            finally:
                engine.begin_anew()
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
            before = opened.enter_context(self.keeper.holdings(first))
            after = opened.enter_context(self.keeper.holdings(second))
            return changes(before, after)

    @contextmanager
    def _still(self) -> Iterator[None]:
        with self.world.azure.engine.busy:
            yield

    def _note(self, name: str) -> Note:
        self._demand(name)
        return Note.read(self.keeper.notes()[name])

    def _demand(self, name: str) -> None:
        check_name(name)
        names = sorted(self.keeper.notes())
        if name not in names:
            there = f"; there are: {', '.join(names)}" if names else "; none has been taken"
            raise HarnessError(f"there is no snapshot '{name}'{nearest(name, names) or there}")
