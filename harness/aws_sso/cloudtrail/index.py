"""Adds today's tags to events that an older version of the harness logged without them.

Called at each start and when a snapshot is restored; a mark in the store says that it is done.
"""

from __future__ import annotations

from itertools import islice

from harness.aws_sso.cloudtrail.events import LOG
from harness.aws_sso.cloudtrail.scim_calls import tags_of
from harness.base.store import Store

_MARK = ("event-index", "filled")
_VERSION = 2  # to be raised when lines get tags that they had not before
_CHUNK = 2_000  # lines in a transaction


def fill(store: Store) -> int:
    """Add missing tags to all events; return how many events were read, 0 if it was done before."""
    mark = store.get(*_MARK)
    if not store.lasting or (mark is not None and mark["version"] >= _VERSION):
        return 0
    place = count = 0
    while True:
        with store.transaction():
            entries = list(islice(store.read(LOG, after=place, limit=_CHUNK), _CHUNK))
            for entry in entries:
                store.tag(LOG, entry.sequence, tags_of(entry.body))
            if len(entries) < _CHUNK:
                store.put(*_MARK, {"version": _VERSION})
                return count + len(entries)
        count, place = count + len(entries), entries[-1].sequence
