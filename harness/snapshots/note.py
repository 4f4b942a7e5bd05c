"""What is noted of a snapshot beside the copies of the data: its name, the moment, and what a world holds outside of its stores."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.base import __version__
from harness.base.clock import from_iso, iso
from harness.base.errors import HarnessError
from harness.world import World

_FORMAT = 1
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_DIGITS = 6  # decimals of a second


@dataclass(frozen=True, slots=True)
class Note:
    """A snapshot's facts. `taken` is the moment on the world's clock; `cycle` is set on one that was taken by itself before a cycle.

    `chance` is how far the identifiers were drawn, `memory` what the AWS account remembers, `salt` with what the secrets are
    sealed.
    """

    name: str
    taken: str
    version: str
    form: int
    cycle: bool
    chance: dict[str, Any] | None
    memory: dict[str, Any]
    salt: str | None

    @classmethod
    def of(cls, world: World, name: str, *, cycle: bool) -> Note:
        """Note how a world is now. Raises HarnessError for a name that is none."""
        check_name(name)
        memory = world.aws.memory
        return cls(
            name=name,
            taken=iso(world.clock.now(), _DIGITS),
            version=__version__,
            form=_FORMAT,
            cycle=cycle,
            chance=world.ids.position(),
            memory={
                "spent": {key: (amount, iso(at, _DIGITS)) for key, (amount, at) in memory.spent.items()},
                "unsettled": {key: iso(at, _DIGITS) for key, at in memory.unsettled.items()},
            },
            salt=salt_of(world),
        )

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Note:
        """Return what `document` wrote. Raises HarnessError for another version's."""
        form, name = document.get("format"), document.get("name", "without a name")
        if form != _FORMAT:
            version = document.get("harness", "another version")
            raise HarnessError(
                f"the snapshot '{name}' was taken by the harness {version} (format {form}, this one reads {_FORMAT});"
                " delete it and take it anew"
            )
        try:
            return cls(
                name=document["name"],
                taken=document["taken"],
                version=document["harness"],
                form=form,
                cycle=document["cycle"],
                chance=document["chance"],
                memory=document["memory"],
                salt=document["salt"],
            )
        except KeyError as error:
            raise HarnessError(f"the note of the snapshot '{name}' is damaged: it lacks {error}") from error

    def document(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "taken": self.taken,
            "harness": self.version,
            "format": self.form,
            "cycle": self.cycle,
            "chance": self.chance,
            "memory": self.memory,
            "salt": self.salt,
        }

    def shown(self) -> dict[str, Any]:
        """Return what people are told of it: nothing that foretells a token."""
        return {"name": self.name, "taken": self.taken, "beforeCycle": self.cycle}

    def put_back(self, world: World) -> None:
        """Let a world, whose stores are those of the snapshot again, draw and remember what it did then."""
        world.ids.move_to(self.chance)
        memory = world.aws.memory
        memory.spent.clear()
        memory.spent.update(
            {key: (amount, from_iso(at)) for key, (amount, at) in self.memory["spent"].items()}
        )
        memory.unsettled.clear()
        memory.unsettled.update({key: from_iso(at) for key, at in self.memory["unsettled"].items()})
        memory.unshown.clear()
        world.clock.rewind(from_iso(self.taken))


def check_name(name: str) -> None:
    """Raise HarnessError for a name that a file could not have."""
    if _NAME.fullmatch(name) is None:
        raise HarnessError(
            f"'{name}' is no name of a snapshot; write up to 64 letters, digits, dots, hyphens and underscores"
        )


def salt_of(world: World) -> str | None:
    """Return with what the secrets of a world's data are sealed, None for plain ones (`base/sealing.py`)."""
    document = world.azure.store.get("sealing", "salt")
    return None if document is None else str(document["salt"])
