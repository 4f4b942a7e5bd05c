"""The data folder of a served world: one SQLite file a side, a lock that names its holder, and a check before anything is written.

Folder and files are for their owner alone from the first byte.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from harness.base.clock import OffsetClock, from_iso, iso
from harness.base.errors import HarnessError
from harness.base.ids import Ids
from harness.base.sealing import sealing
from harness.base.sqlite import Database, check
from harness.base.store import Document, Store
from harness.serving.failures import CUT_OFF, NO_ROOM, Room, missing_worded, report_converted, report_plain
from harness.serving.options import PostgresAddress
from harness.serving.storage import checksums
from harness.serving.storage.folder_lock import lock
from harness.serving.storage.older import RENEWAL
from harness.serving.storage.plain_copies import plain_copies
from harness.serving.storage.presence import Presence
from harness.serving.storage.resealing import reseal
from harness.snapshots.in_folder import Folder
from harness.snapshots.in_memory import Keeper, Memory

SIDES = ("aws_sso", "azure_ad")
# What each side keeps of its account, and nobody else does.
_MARKS = {"aws_sso": "identity_store_id", "azure_ad": "graph_token"}
_SNAPSHOTS = "snapshots"
# Kinds of documents with credentials in them; of AWS's tokens only digests are kept.
_SECRET = frozenset({"account", "secrets", "portalTestedToken"})


class Peers(Protocol):
    """How processes that share data hear of each other (`base/postgres/peers.py`)."""

    leads: bool
    is_cut_off: bool

    def start(self, look: Callable[[], None], on_error: Callable[[BaseException], None]) -> None: ...

    def tell(self) -> None: ...

    def stop(self) -> None: ...


class Audience(Protocol):
    """What hears of a database's log lines."""

    on_append: Callable[[str, Document], None] | None
    heard_of: frozenset[str] | None


class Data:
    """Both sides' stores, in memory when there is no place for them. Raises HarnessError for one in use, damaged, or not to be written.

    `keeper` keeps snapshots of them in the same place, `presence` tells of files that are taken away. Where processes share
    them, `starting` is held by the one that starts, `busy` by the one that has an object at work.
    """

    stores: dict[str, Store]
    keeper: Keeper
    _audiences: Sequence[Audience] = ()
    _files: Sequence[Database] = ()  # in the order of SIDES
    _changed: str | None = None
    peers: Peers | None = None
    starting: AbstractContextManager[object] = nullcontext()
    busy: AbstractContextManager[object] | None = None
    presence: Presence = Presence(())

    def __init__(
        self,
        place: Path | PostgresAddress | None,
        key: str | None = None,
        room: Room | None = None,
        old_key: str | None = None,
    ) -> None:
        """`key` encrypts what is secret where it is kept; None leaves it as it is. `room` hears of a full disk.

        What is encrypted with `old_key` is encrypted with `key` from now on, in snapshots, too.
        """
        self._room = room or Room()
        self._open, self._closed = ExitStack(), ExitStack()
        try:
            if isinstance(place, PostgresAddress):
                self.stores = self._postgres(place)
            else:
                self.stores = self._folder(place)
            if old_key is not None and isinstance(place, PostgresAddress):
                _without_snapshots(self.keeper)
            with self.starting:
                self.stores["azure_ad"] = sealing(self.stores["azure_ad"], _SECRET, key, old_key)
            if isinstance(place, Path):
                _belong_together(place, self.stores)
                self._begin_writing(place)
                if key is not None and old_key is not None:
                    reseal(place / _SNAPSHOTS, _SECRET, key, old_key)
                if key is not None:
                    report_plain(plain_copies(place))
        except BaseException:
            self._open.close()
            raise

    def close(self) -> None:
        self._open.close()
        self._closed.close()

    def on_append(self, tell: Callable[[str, Document], None], logs: frozenset[str]) -> None:
        """Have the lines of some logs told once this process has committed them."""
        for audience in self._audiences:
            audience.on_append, audience.heard_of = tell, logs

    def boot_seed(self, seed: str | None) -> str | None:
        """Return a seed of this start's own: a folder that is opened again must not draw the same ids again."""
        store = self.stores["azure_ad"]
        with store.transaction():
            boots = (store.get("clock", "boots") or {"count": 0})["count"] + 1
            store.put("clock", "boots", {"count": boots})
        return None if seed is None else seed if boots == 1 else f"{seed}/{boots}"

    def control_key(self, chosen: str | None = None) -> str:
        """Return what strangers are asked for: `chosen`, else what was before in the data, else a new one; it stays there."""
        store = self.stores["azure_ad"]
        with store.transaction():
            stored = store.get("account", "control") or {"key": Ids(None).alphanumeric(32)}
            store.put("account", "control", {"key": chosen or stored["key"]})
        return str(chosen or stored["key"])

    def offset(self) -> timedelta:
        """Return how far the clock was ahead of the machine's when it last moved."""
        saved = self.stores["azure_ad"].get("clock", "offset")
        return timedelta(seconds=saved["seconds"] if saved else 0)

    def last_moment(self) -> datetime | None:
        """Return the moment at which the offset was saved last: the time does not go back behind it."""
        at = (self.stores["azure_ad"].get("clock", "offset") or {}).get("at")
        return None if at is None else from_iso(at)

    def save_offset(self, offset: timedelta, at: datetime) -> None:
        self.stores["azure_ad"].put("clock", "offset", {"seconds": offset.total_seconds(), "at": iso(at, 6)})

    def note_time(self, clock: OffsetClock) -> None:
        """Save the present moment, from which the clock continues; nothing on a full disk, or in a file that is damaged.

        While the clock is being moved nothing either: each step is saved as it is taken (`save_offset`), and an earlier one must
        not come after it.
        """
        if not clock.holds or not clock.turn.acquire(blocking=False):
            return
        try:
            with suppress(sqlite3.DatabaseError):
                self.save_offset(clock.offset, clock.now())
        finally:
            clock.turn.release()

    def look(self, clock: OffsetClock) -> None:
        """Say if files were taken away, note the time, for nobody else knows it after a kill, and see whether there is room again."""
        self.presence.report()
        self.note_time(clock)
        for file, store in zip(self._files, self.stores.values(), strict=False):
            if file.is_full:
                with suppress(sqlite3.DatabaseError), store.transaction():
                    store.put("clock", "world", store.get("clock", "world") or {})

    def trouble(self) -> str | None:
        """Return in a sentence what is wrong with the data, as the last write or look met it; nothing is tried for it."""
        if any(file.is_full for file in self._files):
            return NO_ROOM
        if self.peers is not None and self.peers.is_cut_off:
            return CUT_OFF
        return missing_worded(path) if (path := self.presence.missing()) else None

    def rewinds(self) -> int:
        """Return how often the data became again what they were, as processes that share them count it."""
        return int((self.stores["azure_ad"].get("clock", "rewinds") or {"count": 0})["count"])

    def count_rewind(self, before: int) -> None:
        self.stores["azure_ad"].put("clock", "rewinds", {"count": before + 1})

    def unfinished_restore(self) -> str | None:
        """Return the name of a snapshot that was being restored when the process died."""
        return self.keeper.unfinished() if isinstance(self.keeper, Folder) else None

    def _folder(self, folder: Path | None) -> dict[str, Store]:
        if folder is not None:
            self._open.callback(lock(folder))
            self._changed = _look(folder)
        databases = {side: self._database(folder, side) for side in SIDES}
        self._audiences = self._files = tuple(databases.values())
        self.keeper = Memory(databases) if folder is None else Folder(folder / _SNAPSHOTS, databases)
        return {side: base.tenant("main") for side, base in databases.items()}

    def _begin_writing(self, folder: Path) -> None:
        """See that the files are what they were; from here on they change, until they are closed."""
        if self._changed:
            raise checksums.refusal(folder, self._changed)
        try:
            checksums.forget(folder)
        except OSError as error:
            raise HarnessError(f"cannot write {error.filename}: {error.strerror}") from error
        self.presence = Presence(_path(folder, side) for side in SIDES)
        self._closed.callback(_end_writing, folder, self.presence)

    def _postgres(self, address: PostgresAddress) -> dict[str, Store]:
        try:
            from harness.base.postgres import AT_WORK, STARTING, PostgresDatabase
        except ImportError as error:
            raise HarnessError(
                "PostgreSQL needs two more packages: pip install 'scim-harness[postgres]'"
            ) from error
        database = PostgresDatabase(address.url)
        self._open.callback(database.close)
        self.peers, self.starting = database.peers(), database.turns(STARTING)
        self.busy = database.turns(AT_WORK)
        self.keeper = database.copies(SIDES)
        self._audiences = (database.audience,)
        return {side: database.tenant(side) for side in SIDES}

    def _database(self, folder: Path | None, side: str) -> Database:
        path = None if folder is None else _path(folder, side)
        database = Database(path, exclusive=path is not None, renewal=RENEWAL)
        if path is not None and database.older_copy is not None:
            report_converted(path, database.older_copy)
        database.on_full = self._room.report_full
        self._open.callback(database.close)
        return database


def _without_snapshots(keeper: Keeper) -> None:
    """Raise HarnessError where a database holds snapshots, whose secrets would stay under the old key."""
    if keeper.notes():
        raise HarnessError(
            "the snapshots in the database would stay under the old key; start with that one, and delete them first"
        )


def _path(folder: Path, side: str) -> Path:
    return folder / f"{side}.sqlite"


def _end_writing(folder: Path, presence: Presence) -> None:
    """Note what the files are. Raises HarnessError when they are moved, removed, or replaced by another server's."""
    path = presence.missing()
    if path is not None:
        raise HarnessError(
            f"{path} was moved, removed or replaced while it was served: what was written is in the moved folder, else lost; "
            "move it back, restore it from a copy, or begin anew"
        )
    checksums.write(folder, [_path(folder, side).name for side in SIDES])


def _look(folder: Path) -> str | None:
    """Find damage in either file before a byte of either is written, and make both private.

    Returns the file that only its checksum says to be damaged (`checksums.changed`).
    """
    changed = checksums.changed(folder)
    if changed != "":
        for side in SIDES:
            check(_path(folder, side))
    sizes = {side: path.stat().st_size if (path := _path(folder, side)).exists() else 0 for side in SIDES}
    empty = [side for side in SIDES if not sizes[side]]
    if len(empty) == 1:
        raise HarnessError(
            f"{_path(folder, empty[0])} is damaged: it is empty or missing while the other side's is not; "
            "restore it from a copy, or remove both to begin anew"
        )
    try:
        for side in SIDES:
            os.close(os.open(_path(folder, side), os.O_RDWR | os.O_CREAT, 0o600))
            _path(folder, side).chmod(0o600)
    except OSError as error:
        raise HarnessError(f"cannot write {error.filename}: {error.strerror}") from error
    return changed


def _belong_together(folder: Path, stores: dict[str, Store]) -> None:
    """See that each file is its side's and that both are of one world, and mark those that are not marked yet."""
    worlds: dict[str, str | None] = {}
    for side, store in stores.items():
        account = store.get("account", "settings")
        if account is not None and _MARKS[side] not in account:
            raise HarnessError(f"{_path(folder, side)} is damaged: it holds the other side's data")
        worlds[side] = (store.get("clock", "world") or {}).get("id")
    marks = {mark for mark in worlds.values() if mark}
    if len(marks) > 1:
        raise HarnessError(
            f"the files in {folder} are of two different worlds; restore those that belong together"
        )
    mark = next(iter(marks), None) or Ids(None).hex(32)
    for side, store in stores.items():
        if worlds[side] is None:
            store.put("clock", "world", {"id": mark})
