"""Azure AD in a world: directory, enterprise application, provisioning job and logs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.base.errors import HarnessError
from harness.scenario.play import Result
from harness.testing import directory
from harness.testing.answers import Assignment, DirectoryGroup, DirectoryUser, LogEntry, Why
from harness.testing.side import Side

CYCLE = "40m"


class AzureAd(Side):
    """The identity provider. Verbs are those of scenarios; names of properties are those of attribute mappings."""

    @property
    def graph_endpoint(self) -> str:
        """Microsoft Graph's address, with its version."""
        self._demand_open()
        return f"{self._play.world.azure.settings.graph_origin}/v1.0"

    @property
    def graph_token(self) -> str:
        """A bearer token that Graph accepts."""
        self._demand_open()
        return self._play.world.azure.settings.graph_token

    def create_user(self, **properties: Any) -> Result:
        """Add a user: `userPrincipalName`, `displayName`, `givenName`, `surname`, `mail`, …; missing required ones are made up."""
        return self._do_with("create user", properties)

    def update_user(self, user: str, set: Mapping[str, Any]) -> Result:
        """Change properties, as in `update_user("ana@contoso.com", {"jobTitle": "Pilot"})`; None empties one."""
        return self._do("update user", user=user, set=set)

    def delete_user(self, user: str) -> Result:
        return self._do("delete user", user=user)

    def restore_user(self, user: str) -> Result:
        return self._do("restore user", user=user)

    def purge_user(self, user: str) -> Result:
        return self._do("purge user", user=user)

    def create_group(self, displayName: str, *, members: Sequence[str] = (), **properties: Any) -> Result:
        return self._do_with("create group", {"displayName": displayName, "members": members, **properties})

    def update_group(self, group: str, set: Mapping[str, Any]) -> Result:
        return self._do("update group", group=group, set=set)

    def delete_group(self, group: str) -> Result:
        return self._do("delete group", group=group)

    def add_member(self, group: str, members: Sequence[str]) -> Result:
        return self._do("add member", group=group, members=members)

    def remove_member(self, group: str, members: Sequence[str]) -> Result:
        return self._do("remove member", group=group, members=members)

    def assign(
        self,
        *,
        users: Sequence[str] | None = None,
        groups: Sequence[str] | None = None,
        role: str | None = None,
    ) -> Result:
        return self._do("assign", users=users, groups=groups, role=role)

    def unassign(self, *, users: Sequence[str] | None = None, groups: Sequence[str] | None = None) -> Result:
        return self._do("unassign", users=users, groups=groups)

    def add_enterprise_application(self, gallery: str, *, name: str | None = None) -> Result:
        return self._do("add enterprise application", gallery=gallery, name=name)

    def configure_provisioning(
        self,
        *,
        tenant_url: str | None = None,
        secret_token: str | None = None,
        mapping: str | None = None,
        template: str | None = None,
        scope: str | None = None,
        skip_out_of_scope_deletions: bool | None = None,
        notification_email: str | None = None,
        send_on_failure: bool | None = None,
    ) -> Result:
        """Set up the job; `tenant_url` and `secret_token` default to this world's AWS, where provisioning is enabled if needed."""
        self._enabled()
        return self._do(
            "configure provisioning",
            tenant_url=tenant_url,
            secret_token=secret_token,
            mapping=mapping,
            template=template,
            scope=scope,
            skip_out_of_scope_deletions=skip_out_of_scope_deletions,
            notification_email=notification_email,
            send_on_failure=send_on_failure,
        )

    def test_connection(self, *, tenant_url: str | None = None, secret_token: str | None = None) -> Result:
        self._enabled()
        return self._do("test connection", tenant_url=tenant_url, secret_token=secret_token)

    def save_notification_settings(
        self,
        *,
        notification_email: str | None = None,
        send_on_failure: bool | None = None,
        prevent_accidental_deletion: bool | None = None,
        accidental_deletion_threshold: int | None = None,
    ) -> Result:
        return self._do(
            "save notification settings",
            notification_email=notification_email,
            send_on_failure=send_on_failure,
            prevent_accidental_deletion=prevent_accidental_deletion,
            accidental_deletion_threshold=accidental_deletion_threshold,
        )

    def edit_mapping(
        self,
        *,
        of: str | None = None,
        delete: Sequence[str] | None = None,
        set: Sequence[Mapping[str, Any]] | None = None,
        match_on: Sequence[str] | None = None,
        attribute_list: Sequence[Any] | None = None,
        enabled: bool | None = None,
        target_object_actions: Sequence[str] | None = None,
        source_object_scope: Sequence[Mapping[str, Any]] | None = None,
    ) -> Result:
        """Edit attribute mappings, of users unless `of="groups"`: `set=[{"target": "externalId", "source": "objectId"}]`."""
        return self._do(
            "edit mapping",
            of=of,
            delete=delete,
            set=set,
            match_on=match_on,
            attribute_list=attribute_list,
            enabled=enabled,
            target_object_actions=target_object_actions,
            source_object_scope=source_object_scope,
        )

    def view_mapping(self) -> Result:
        return self._do("view mapping")

    def turn_provisioning_on(self) -> Result:
        return self._do("turn provisioning on")

    def turn_provisioning_off(self) -> Result:
        return self._do("turn provisioning off")

    def restart_provisioning(self, *, reset: Sequence[str] | None = None) -> Result:
        return self._do("restart provisioning", reset=reset)

    def allow_deletes(self) -> Result:
        return self._do("allow deletes")

    def provision_on_demand(
        self, *, user: str | None = None, group: str | None = None, members: Sequence[str] | None = None
    ) -> Result:
        return self._do("provision on demand", user=user, group=group, members=members)

    def view_job(self) -> Result:
        return self._do("view job")

    def graph_request(self, method: str, path: str, *, body: Any = None) -> Result:
        """Call Microsoft Graph; `path` follows `/v1.0` unless it begins with a version."""
        return self._do("graph request", method=method, path=path, body=body)

    def run_cycle(self) -> Result:
        """Let time pass until the next cycle has run."""
        return self._do_with("wait", CYCLE)

    def users(self) -> list[DirectoryUser]:
        """Return the people of the directory, oldest first."""
        return self._read(directory.users)

    def user(self, user_principal_name: str) -> DirectoryUser | None:
        """Return the user with a name, in any case; None if there is none."""
        folded = user_principal_name.casefold()
        return next((user for user in self.users() if user.user_principal_name.casefold() == folded), None)

    def group(self, display_name: str) -> DirectoryGroup | None:
        """Return the first group with a name, in any case; None if there is none."""
        folded = display_name.casefold()
        return next((group for group in self.groups() if group.display_name.casefold() == folded), None)

    def groups(self) -> list[DirectoryGroup]:
        """Return the groups of the directory with their members, oldest first."""
        return self._read(directory.groups)

    def assignments(self) -> list[Assignment]:
        """Return who is assigned to the enterprise application."""
        return self._read(directory.assignments)

    @property
    def quirks(self) -> Mapping[str, Any]:
        """The values in force by name; `harness quirks` says what each means."""
        self._demand_open()
        return self._play.world.azure.quirks.in_force()

    def job(self) -> Mapping[str, Any]:
        """Return the provisioning job as Graph shows it."""
        job: Mapping[str, Any] = self._shown("job")
        return job

    def why(self, *, user: str | None = None, group: str | None = None) -> Why:
        """Return why somebody is, or is not, in AWS, as `harness why` tells it: cause, event, mappings, remedy, scenarios.

        Raises HarnessError for a name that is not there, and where no provisioning is configured.
        """
        self._demand_open()
        world, named = self._play.world, [("User", user), ("Group", group)]
        subjects = [(kind, name) for kind, name in named if name is not None]
        job = next(iter(world.azure.engine.jobs(world.app_id)), None)
        if job is None or len(subjects) != 1:
            raise HarnessError(
                "provisioning is not configured"
                if job is None
                else "name one: user='ana@contoso.com' or group='Office'"
            )
        return Why.read(world.why(job.id, *subjects[0]))

    def mapping(self) -> Any:
        """Return the attribute mappings of users, as expectations see them."""
        return self._shown("mapping")

    def provisioning_log(self) -> list[LogEntry]:
        """Return the provisioning log, oldest first."""
        return [LogEntry.read(data) for data in self._shown("provisioning log")]

    def audit_log(self) -> list[Mapping[str, Any]]:
        """Return the audit log, oldest first, as Graph shows it."""
        return list(self._shown("audit log"))

    def mails(self) -> list[Mapping[str, Any]]:
        """Return the notification mails, oldest first."""
        return list(self._shown("mail"))
