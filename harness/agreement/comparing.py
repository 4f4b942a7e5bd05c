"""Whether both sides agree: everybody in scope once with the values of the mapping, nobody else, each membership on both.

Whoever brought people here, the provisioning service of this world or somebody else's tool, the mapping, the scope and the
assignments of the application say who should be in AWS, and values are those of the mapping to the letter. An account that is
disabled is as good as gone. One that was made by hand (in the console, or by a tool of the Identity Store API, which AWS does not
tell from it) is nobody's business as long as it resembles nobody of Azure AD.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from harness.agreement.reasons import BY_HAND, Reasons
from harness.agreement.records import Agreement, Difference, Kind
from harness.aws_sso import identity_store
from harness.aws_sso.identity_store import GROUP, USER, Record
from harness.azure_ad.directory.deleted_items import name_before
from harness.azure_ad.directory.errors import NotFoundError
from harness.azure_ad.mappings.compiled import ObjectMapping
from harness.azure_ad.mappings.expression import EvaluationError
from harness.azure_ad.provisioning.cycle.facts import Facts, gather, purged_at
from harness.azure_ad.provisioning.cycle.session import Session
from harness.azure_ad.provisioning.job.records import Job
from harness.azure_ad.provisioning.target.dialect import create_body
from harness.azure_ad.provisioning.why.entitlement import outside
from harness.base.clock import iso
from harness.base.errors import HarnessError
from harness.base.store import Document
from harness.base.wording import moment
from harness.scim.names import ENTERPRISE_USER
from harness.scim.path import read
from harness.twins import Lookalikes
from harness.world import World


def people(world: World) -> int:
    """Return how many users there are on the side that has more."""
    return max(world.azure.store.count("User"), world.aws.store.count(USER))


def agreement(world: World) -> Agreement:
    """Compare both sides. Raises HarnessError where no provisioning is configured."""
    job = next(iter(world.azure.engine.jobs(world.app_id)), None)
    if job is None:
        raise HarnessError(
            "provisioning is not configured: its mapping, scope and assignments say who should be in AWS"
        )
    _, session = world.azure.engine.inspect(job.id)
    comparison = _Comparison(world, session, job)
    return Agreement(list(comparison.all()), comparison.in_scope)


class _Comparison:
    """One look at both sides."""

    def __init__(self, world: World, session: Session, job: Job) -> None:
        self._world, self._session = world, session
        self._reasons = Reasons(world, session, job)
        self._users = {
            record.attributes["userName"].casefold(): record
            for record in identity_store.scan(world.aws, USER)
        }
        self._groups = {
            record.attributes["displayName"].casefold(): record
            for record in identity_store.scan(world.aws, GROUP)
        }
        self._arrived: dict[str, dict[str, Record]] = {"User": {}, "Group": {}}  # by source id
        self._missing = {"User": Lookalikes(), "Group": Lookalikes()}
        self._deleted = cache(self._of_recycle_bin)
        self.in_scope = {"User": 0, "Group": 0}  # as far as `all` has come

    def all(self) -> Iterator[Difference]:
        for kind, records, name in (
            ("User", self._users, "userName"),
            ("Group", self._groups, "displayName"),
        ):
            mapping = self._session.mappings.get(kind)
            if mapping is not None:
                yield from self._of_kind(kind, mapping, records, name)
        yield from self._managers()
        yield from self._memberships()

    def _of_kind(
        self, kind: str, mapping: ObjectMapping, records: Mapping[str, Record], name: str
    ) -> Iterator[Difference]:
        for document in self._world.azure.directory.scan(kind):
            facts = gather(self._session, kind, document["id"], document, self._world.clock.now())
            if facts.scope is None or not facts.scope.provisioned:
                continue
            self.in_scope[kind] += 1
            whose = _label(kind, document)
            try:
                values = mapping.mapped(facts.attributes, creating=False).present
            except EvaluationError as error:
                yield Difference(Kind.MISSING, whose, reason=str(error))
                continue
            record = records.get(values.get(name, "").casefold())
            if record is None:
                waiting, reason = self._reasons.of_missing(facts)
                resource = create_body(mapping, values, self._session.quirks)
                self._missing[kind].add(values.get(name, whose), resource)
                yield Difference(Kind.MISSING, whose, waiting=waiting, reason=reason)
                continue
            self._arrived[kind][document["id"]] = record
            yield from self._attributes(whose, facts, mapping, values, record)
        yield from self._surplus(kind, records, name)

    def _surplus(self, kind: str, records: Mapping[str, Record], name: str) -> Iterator[Difference]:
        """Tell of accounts that nobody in scope owns."""
        owned, arrived = set(), Lookalikes()
        for record in self._arrived[kind].values():
            owned.add(record.id)
            arrived.add(str(record.attributes[name]), record.attributes)
        for record in records.values():
            if record.id in owned or record.attributes.get("active", True) is False:
                continue
            called = str(record.attributes[name])
            state, likeness = self._state_at_the_source(kind, called), ""
            if likely := arrived.of(record.attributes):
                likeness = f"; it has {likely}: perhaps the same twice"
            elif likely := self._missing[kind].of(record.attributes):
                likeness = f"; it has {likely}, who is missing: perhaps renamed"
            by_hand = "; it was made by hand" if record.created_by == BY_HAND else ""
            if by_hand and not state and not likeness:
                continue
            words = (
                state
                or self._departure(kind, called, record.id)
                or f"no {kind.lower()} of Azure AD is called so"
            )
            fate = self._reasons.of_surplus(kind, record.id)
            reason = f"{words}{likeness}{by_hand}{f'; {fate.text}' if fate else ''}"
            waiting = fate is not None and fate.waiting
            yield Difference(Kind.UNEXPECTED, f"{kind.lower()} {called}", waiting=waiting, reason=reason)

    def _attributes(
        self, whose: str, facts: Facts, mapping: ObjectMapping, values: Mapping[str, str], record: Record
    ) -> Iterator[Difference]:
        for flow in mapping.flows:
            if flow.only_on_creation or flow.several:
                continue
            expected, actual = values.get(flow.target, ""), _text(read(record.attributes, flow.path))
            is_alike = expected.casefold() == actual.casefold()
            if expected and expected != actual and not (flow.boolean and is_alike):
                if is_alike and not flow.case_exact:
                    reason = self._reasons.of_case(facts.kind, record.id)
                else:
                    reason = self._reasons.of_values(facts, values, record.id)
                yield Difference(Kind.ATTRIBUTE, whose, flow.target, expected, actual, *reason)

    def _managers(self) -> Iterator[Difference]:
        mapping = self._session.mappings.get("User")
        if mapping is None or mapping.reference is None:
            return
        arrived = self._arrived["User"]
        names = self._user_names()
        for key, record in arrived.items():
            manager = arrived.get(self._world.azure.directory.manager(key) or "")
            manager_id = manager.id if manager else ""
            held = (record.attributes.get(ENTERPRISE_USER) or {}).get("manager") or {}
            actual = str(held.get("value") or "")
            if manager_id != actual:
                whose = f"user {record.attributes['userName']}"
                reason = self._reasons.of_user_reference(key, record.id)
                yield Difference(
                    Kind.MANAGER,
                    whose,
                    "manager",
                    names.get(manager_id, manager_id),
                    names.get(actual, actual),
                    *reason,
                )

    def _memberships(self) -> Iterator[Difference]:
        names = self._user_names()
        users = self._arrived["User"]
        keys = {record.id: key for key, record in users.items()}
        for key, group in self._arrived["Group"].items():
            members = self._world.azure.directory.members(key)
            ids = {users[member].id for member in members if member in users}
            actual = set(identity_store.members(self._world.aws, group.id))
            whose = f"group {group.attributes['displayName']}"
            for user_id in sorted(ids - actual):
                name = names.get(user_id, user_id)
                reason = self._reasons.of_member(key, keys[user_id], group.id, left=False)
                yield Difference(Kind.MEMBER_MISSING, whose, "members", name, "", *reason)
            for user_id in sorted(actual - ids):
                name = names.get(user_id, user_id)
                member = keys.get(user_id) or self._session.source_of(user_id) or ""
                reason = self._reasons.of_member(key, member, group.id, left=True)
                yield Difference(Kind.MEMBER_LEFT, whose, "members", "", name, *reason)

    def _user_names(self) -> dict[str, str]:
        """Return the names of AWS's users by their ids."""
        return {record.id: str(record.attributes["userName"]) for record in self._users.values()}

    def _state_at_the_source(self, kind: str, name: str) -> str:
        """Say why whoever is called so should not be in AWS; an empty text if nobody is."""
        directory = self._world.azure.directory
        try:
            document = directory.find(kind, name)
        except NotFoundError:
            return ""
        facts = gather(self._session, kind, document["id"], document, self._world.clock.now())
        return outside(self._session, facts) or "another account is theirs"

    def _departure(self, kind: str, name: str, target_id: str) -> str:
        """Say when whoever is called so, or had that account, was deleted or what they are called now; else an empty text."""
        key = self._session.source_of(target_id)
        document = self._deleted(kind).get(key or name.casefold())
        if document is not None:
            begin, end = document["deletedDateTime"], iso(purged_at(document))
            return f"deleted at {moment(begin)} and in the recycle bin until {moment(end)}"
        if key is None:
            return ""
        try:
            return f"called {_name(kind, self._world.azure.directory.find(kind, key))} by now"
        except NotFoundError:
            return "deleted for good"

    def _of_recycle_bin(self, kind: str) -> Mapping[str, Document]:
        """Return what was deleted and can be restored, by id and by name in lower case."""
        documents = list(self._world.azure.directory.deleted.scan(kind))
        return {
            **{_name(kind, document).casefold(): document for document in documents},
            **{document["id"]: document for document in documents},
        }


def _name(kind: str, document: Document) -> str:
    return name_before(document) if kind == "User" else str(document["displayName"])


def _label(kind: str, document: Mapping[str, Any]) -> str:
    return f"{kind.lower()} {document.get('userPrincipalName') or document.get('displayName')}"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value)
    return "" if value is None or isinstance(value, (dict, list)) else str(value)
