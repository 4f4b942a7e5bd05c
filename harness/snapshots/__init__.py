"""A world as it was at a moment: both sides' data, the clock, and how far its chance was drawn, together.

`Snapshots` takes, lists, restores, compares and deletes; a keeper holds the copies in memory, in the data folder, or in
PostgreSQL.
"""

from harness.snapshots.comparing import Change
from harness.snapshots.snapshots import Snapshots, in_memory

__all__ = ["Change", "Snapshots", "in_memory"]
