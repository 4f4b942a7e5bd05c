"""Whether both sides agree: everybody in scope once with the values of the mapping, nobody else, each membership on both.

Whoever brought people here, the provisioning service of this world or somebody else's tool, the mapping, the scope and the
assignments of the application say who should be in AWS. An account that was made by hand is nobody's business; one that is
disabled is as good as gone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.agreement.reasons import BY_HAND, Reasons
from harness.agreement.records import Agreement, Difference, Kind
from harness.aws_sso import identity_store
from harness.aws_sso.identity_store import GROUP, USER, Record
from harness.azure_ad.directory.errors import NotFoundError
from harness.azure_ad.mappings.compiled import Flow, ObjectMapping
from harness.azure_ad.mappings.expression import EvaluationError
from harness.azure_ad.provisioning.cycle.facts import Facts, gather
from harness.azure_ad.provisioning.cycle.session import Session
from harness.azure_ad.provisioning.job.records import Job
from harness.azure_ad.provisioning.why.entitlement import outside
from harness.base.errors import HarnessError
from harness.scim.names import ENTERPRISE_USER
from harness.scim.path import read
from harness.twins import alike
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
                yield Difference(Kind.MISSING, whose, waiting=waiting, reason=reason)
                continue
            self._arrived[kind][document["id"]] = record
            yield from self._attributes(whose, facts, mapping, values, record)
        owned = {record.id for record in self._arrived[kind].values()}
        for record in records.values():
            if record.id not in owned and self._is_unexpected(record):
                whose = f"{kind.lower()} {record.attributes[name]}"
                text, fate = (
                    self._why_unexpected(kind, name, record),
                    self._reasons.of_surplus(kind, record.id),
                )
                if fate is None:
                    yield Difference(Kind.UNEXPECTED, whose, reason=text)
                else:
                    reason = f"{text}; {fate.text}"
                    yield Difference(Kind.UNEXPECTED, whose, waiting=fate.waiting, reason=reason)

    def _attributes(
        self, whose: str, facts: Facts, mapping: ObjectMapping, values: Mapping[str, str], record: Record
    ) -> Iterator[Difference]:
        for flow in mapping.flows:
            if flow.only_on_creation or flow.several:
                continue
            wanted, actual = values.get(flow.target, ""), _text(read(record.attributes, flow.path))
            if wanted and not _alike(flow, wanted, actual):
                reason = self._reasons.of_values(facts, values, record.id)
                yield Difference(Kind.ATTRIBUTE, whose, flow.target, wanted, actual, *reason)

    def _managers(self) -> Iterator[Difference]:
        mapping = self._session.mappings.get("User")
        if mapping is None or mapping.reference is None:
            return
        arrived = self._arrived["User"]
        names = self._user_names()
        for key, record in arrived.items():
            manager = arrived.get(self._world.azure.directory.manager(key) or "")
            wanted = manager.id if manager else ""
            held = (record.attributes.get(ENTERPRISE_USER) or {}).get("manager") or {}
            actual = str(held.get("value") or "")
            if wanted != actual:
                whose = f"user {record.attributes['userName']}"
                reason = self._reasons.of_user_reference(key, record.id)
                yield Difference(
                    Kind.MANAGER,
                    whose,
                    "manager",
                    names.get(wanted, wanted),
                    names.get(actual, actual),
                    *reason,
                )

    def _memberships(self) -> Iterator[Difference]:
        names = self._user_names()
        users = self._arrived["User"]
        keys = {record.id: key for key, record in users.items()}
        for key, group in self._arrived["Group"].items():
            members = self._world.azure.directory.members(key)
            wanted = {users[member].id for member in members if member in users}
            actual = set(identity_store.members(self._world.aws, group.id))
            whose = f"group {group.attributes['displayName']}"
            for user_id in sorted(wanted - actual):
                name = names.get(user_id, user_id)
                reason = self._reasons.of_member(key, keys[user_id], group.id, left=False)
                yield Difference(Kind.MEMBER_MISSING, whose, "members", name, "", *reason)
            for user_id in sorted(actual - wanted):
                name = names.get(user_id, user_id)
                member = keys.get(user_id) or self._session.source_of(user_id) or ""
                reason = self._reasons.of_member(key, member, group.id, left=True)
                yield Difference(Kind.MEMBER_LEFT, whose, "members", "", name, *reason)

    def _user_names(self) -> dict[str, str]:
        """Return the names of AWS's users by their ids."""
        return {record.id: str(record.attributes["userName"]) for record in self._users.values()}

    def _is_unexpected(self, record: Record) -> bool:
        return record.created_by != BY_HAND and record.attributes.get("active", True) is not False

    def _why_unexpected(self, kind: str, name: str, record: Record) -> str:
        """Tell a person who is there twice from one who should have gone."""
        words = self._state_at_the_source(kind, str(record.attributes[name]))
        for other in self._arrived[kind].values():
            trait = alike(record.attributes, other.attributes)
            if trait:
                return f"{words}; it has the {trait} of {other.attributes[name]}: perhaps the same twice"
        return words

    def _state_at_the_source(self, kind: str, name: str) -> str:
        """Say why whoever is called so should not be in AWS."""
        directory = self._world.azure.directory
        try:
            document = directory.find(kind, name)
        except NotFoundError:
            return f"no {kind.lower()} of Azure AD is called so: deleted, renamed, or never there"
        facts = gather(self._session, kind, document["id"], document, self._world.clock.now())
        return outside(self._session, facts) or "another account is theirs"


def _label(kind: str, document: Mapping[str, Any]) -> str:
    return f"{kind.lower()} {document.get('userPrincipalName') or document.get('displayName')}"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value)
    return "" if value is None or isinstance(value, (dict, list)) else str(value)


def _alike(flow: Flow, wanted: str, actual: str) -> bool:
    return wanted == actual or (not flow.case_exact and wanted.casefold() == actual.casefold())
