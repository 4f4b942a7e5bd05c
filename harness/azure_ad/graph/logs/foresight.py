"""What a request is going to read: all of it is read at once, for each wait for a shared store costs more than the rest.

Without effect on what is answered: what is not foreseen is read when it is needed.
"""

from __future__ import annotations

from collections.abc import Iterable

from harness.azure_ad.applications.enterprise_applications import SHELF as APPLICATIONS
from harness.azure_ad.applications.registrations import AUTOMATION
from harness.azure_ad.directory.indexes import BUILT
from harness.azure_ad.directory.links import LEFTS, RIGHTS
from harness.azure_ad.directory.membership.dynamic_groups import RULES
from harness.azure_ad.directory.names import key_of
from harness.azure_ad.tenant import current
from harness.base.store import Reads

_KINDS = ("User", "Group")
# Whoever brings a change about is written to the audit log.
_INITIATOR = Reads(documents=(AUTOMATION,), scans=(APPLICATIONS,))


def foresee_change(kind: str, name: str) -> None:
    """Foresee that an object is made, or that the one with an id or name is changed."""
    _foresee(
        Reads(
            documents=((kind, name), (BUILT, kind)),
            owners=(key_of(kind, name),),
            rights=(RULES,),
        )
    )


def foresee_deletion(kind: str, name: str) -> None:
    """Foresee that the object with an id or name is deleted, with its links."""
    _foresee(
        Reads(
            documents=((kind, name), (BUILT, kind)),
            owners=(key_of(kind, name),),
            rights=(RULES, *((relation, name) for relation in RIGHTS)),
            lefts=tuple((relation, name) for relation in LEFTS),
        )
    )


def foresee_membership(group: str, member: str) -> None:
    """Foresee that a user or group joins a group or leaves it."""
    _foresee(
        Reads(
            documents=(("Group", group), *_either(member)),
            rights=(RULES,),
            lefts=(("member", member),),
        )
    )


def foresee_assignment(app: str, principal: str, *assignments: str) -> None:
    """Foresee that somebody gets a role of an application, or loses it with an assignment."""
    _foresee(
        Reads(
            documents=(
                *((APPLICATIONS, key) for key in (app, principal)),
                *(("assignment", key) for key in assignments),
                *_either(principal),
            ),
            rights=(("assignment-of", f"{app}/{principal}"),),
            lefts=(("assigned", principal), ("granted", principal)),
        )
    )


def _either(key: str) -> Iterable[tuple[str, str]]:
    return ((kind, key) for kind in _KINDS)


def _foresee(reads: Reads) -> None:
    store = current().store
    if store.shared:
        store.look_ahead(
            reads._replace(
                documents=(*reads.documents, *_INITIATOR.documents),
                scans=(*reads.scans, *_INITIATOR.scans),
            )
        )
