"""Changes to both sides at once. Their files are two, and a process may die between the two commits.

So the side that commits first keeps a note of what the other one still lacks, and whoever finds the note makes up for it.
In memory and in PostgreSQL there is one commit for both, and no note.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any

from harness.base.errors import HarnessError
from harness.base.store import Document, Store
from harness.holdings import Walked
from harness.world import World

_NOTE, _MARK = ("clock", "unfinished"), ("clock", "finished")
_LATER = "make room: Azure AD has it already, and AWS SSO gets it half a minute after there is some, or at the next start"
_GIVEN_UP = "AWS SSO does not get the people whom Azure AD got from the last populate ({}): add them there, or reset and populate again"
_ENTRIES, _PIECE = "unfinished", 500  # kind of document, and how many entries one holds
# What a reset keeps, so that scripts hold on to the endpoint, tokens and job that the ready file told them.
_SURVIVES_RESET = {
    "aws_sso": ("clock", "account", "provisioning", "token"),
    "azure_ad": ("clock", "account", "servicePrincipal", "secrets", "job", "schema"),
}


@dataclass(frozen=True, slots=True)
class BothSides:
    """The two sides of a world, filled and emptied all or nothing."""

    world: World

    def populate(self, document: Mapping[str, Any]) -> None:
        """Add people and groups on both sides, or on neither (`World.populate`). Raises HarnessError."""
        self.finish()
        note: Document = {"act": "populate"}
        with self._to_be_finished(), self._aws.transaction():
            with self._azure.transaction():  # commits first
                self.world.populate(document)
                self._write_note(note)
                self._keep_entries(document.get("aws_sso") or {})
            self._mark(note)
        self._forget_note()

    def reset(self) -> None:
        """Forget people, groups and logs; endpoint, tokens, application and job stay, the job's schedule goes off."""
        self.finish()
        engine = self.world.azure.engine
        for job in engine.jobs(self.world.app_id):
            engine.abandon(job.id)
        note = {"act": "reset"}
        with self._to_be_finished(), self._aws.transaction():
            with self._azure.transaction():
                _empty(self._azure, "azure_ad")
                self._write_note(note)
            _empty(self._aws, "aws_sso")
            self._mark(note)
        self._forget_note()

    def finish(self) -> None:
        """Make up for what a process that died, or a full disk, kept from the AWS side.

        People whom the AWS side refuses by now, as those whose name is taken, are given up, and standard error says so.
        """
        note = self._azure.get(*_NOTE)
        if note is None:
            return
        if self._aws.get(*_MARK) != {"id": note["id"]}:
            try:
                self._make_up(note)
            except HarnessError as error:
                sys.stderr.write(f"warning: {_GIVEN_UP.format(error)}\n")
        self._forget_note()

    def retry(self) -> None:
        """Make up for it now, where there is something to make up for and the disk has room again."""
        if self._needs_note:
            with suppress(sqlite3.DatabaseError):  # a full disk still, or damage, which whoever asks is told
                self.finish()

    def _make_up(self, note: Document) -> None:
        with self._aws.transaction():
            if note["act"] == "reset":
                _empty(self._aws, "aws_sso")
            else:
                self.world.populate({"aws_sso": self._kept_entries()})
            self._mark(note)

    @contextmanager
    def _to_be_finished(self) -> Iterator[None]:
        """Say of what kept the AWS side from it, as a full disk, that the other one has it and nobody need ask again."""
        try:
            yield
        except Exception as error:
            if self._azure.get(*_NOTE) is not None:
                error.add_note(_LATER)
            raise

    @property
    def _aws(self) -> Store:
        return self.world.aws.store

    @property
    def _azure(self) -> Store:
        return self.world.azure.store

    @property
    def _needs_note(self) -> bool:
        return self._azure.lasting and not self._azure.shared

    def _write_note(self, note: Document) -> None:
        note["id"] = self.world.ids.uuid() if self._needs_note else ""
        if self._needs_note:
            self._azure.put(*_NOTE, note)

    def _keep_entries(self, side: Mapping[str, Any]) -> None:
        """Keep what the AWS side is to hold beside the note, in pieces, for there may be a great many."""
        if self._needs_note:
            for kind, entries in side.items():
                for number, piece in enumerate(_pieces(entries or ())):
                    self._azure.put(_ENTRIES, f"{kind}/{number}", {"kind": kind, "entries": piece})

    def _kept_entries(self) -> dict[str, _Kept]:
        kinds = {piece["kind"] for _, piece in self._azure.scan(_ENTRIES)}
        return {kind: _Kept(self._azure, kind) for kind in kinds}

    def _mark(self, note: Document) -> None:
        if self._needs_note:
            self._aws.put(*_MARK, {"id": note["id"]})

    def _forget_note(self) -> None:
        if self._needs_note:
            with self._azure.transaction():
                self._azure.delete(*_NOTE)
                while (piece := next(self._azure.scan(_ENTRIES, limit=1), None)) is not None:
                    self._azure.delete(_ENTRIES, piece[0])


@dataclass(frozen=True, slots=True)
class _Kept(Walked):
    """Entries of a kind as `BothSides` kept them in a store."""

    store: Store
    kind: str

    def __iter__(self) -> Iterator[Any]:
        for _, piece in self.store.scan(_ENTRIES):
            if piece["kind"] == self.kind:
                yield from piece["entries"]


def _pieces(entries: Iterable[Any]) -> Iterator[list[Any]]:
    walk = iter(entries)
    while piece := list(islice(walk, _PIECE)):
        yield piece


def _empty(store: Store, side: str) -> None:
    documents = [(kind, key, body) for kind in _SURVIVES_RESET[side] for key, body in store.scan(kind)]
    store.clear()
    for kind, key, body in documents:
        store.put(kind, key, body)
