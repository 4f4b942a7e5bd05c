"""AWS SSO in a world: its console, its SCIM endpoint, CloudTrail and the APIs of SDKs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.scenario.play import Result
from harness.testing.answers import AccountAssignment, Event, Group, User
from harness.testing.directory import account_assignments
from harness.testing.side import Side
from harness.testing.verbs import Omitted


class AwsSso(Side):
    """The service provider. The first use of `endpoint` or `token` enables provisioning."""

    @property
    def endpoint(self) -> str:
        """The SCIM endpoint's address."""
        self._enabled()
        return self._play.scim_endpoint

    @property
    def token(self) -> str:
        """The access token that was shown last."""
        self._enabled()
        return self._play.access_token

    def enable_automatic_provisioning(self) -> Result:
        return self._do("enable automatic provisioning")

    def disable_automatic_provisioning(self, *, confirm: str | None = None) -> Result:
        return self._do("disable automatic provisioning", confirm=confirm)

    def view_automatic_provisioning(self) -> Result:
        return self._do("view automatic provisioning")

    def generate_access_token(self) -> Result:
        return self._do("generate access token")

    def delete_access_token(self, *, token_id: str | None = None) -> Result:
        return self._do("delete access token", token_id=token_id)

    def download_event_history(self, form: str) -> Result:
        return self._do("download event history", form=form)

    def sign_in(
        self,
        user: str,
        *,
        name_id: str | None = None,
        claims: Mapping[str, Any] | None = None,
        begins_at: str | None = None,
        access_keys: Mapping[str, str] | None = None,
    ) -> Result:
        """Sign in to the user portal through Azure AD; `begins_at="user portal"`, `access_keys={"account", "permission set"}`."""
        return self._do(
            "sign in", user=user, name_id=name_id, claims=claims, begins_at=begins_at, access_keys=access_keys
        )

    def scim_request(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        raw_body: str | None = None,
        headers: Mapping[str, str] | None = None,
        token: str | Omitted | None = Omitted.ARGUMENT,
    ) -> Result:
        """Send one request to the SCIM endpoint, with the token shown last unless another is given; None sends none.

        Raises Refused for 4xx and 5xx.
        """
        self._enabled()
        arguments = {} if token is Omitted.ARGUMENT else {"token": token or ""}
        return self._do(
            "scim request",
            method=method,
            path=path,
            body=body,
            raw_body=raw_body,
            headers=headers,
            **arguments,
        )

    def aws_request(
        self, service: str, operation: str, parameters: Mapping[str, Any] | None = None
    ) -> Result:
        """Call an operation of `identitystore`, `sso-admin`, `cloudtrail`, `organizations`, `sso` or `sso-oidc`."""
        return self._do("aws request", service=service, operation=operation, parameters=parameters)

    def users(self) -> list[User]:
        """Return all users, oldest first."""
        return [User.read(data) for data in self._shown("aws users")]

    def user(self, user_name: str) -> User | None:
        """Return the user with a name, in any case; None if there is none."""
        folded = user_name.casefold()
        return next((user for user in self.users() if user.user_name.casefold() == folded), None)

    def group(self, display_name: str) -> Group | None:
        """Return the group with a name, in any case; None if there is none."""
        folded = display_name.casefold()
        return next((group for group in self.groups() if group.display_name.casefold() == folded), None)

    def groups(self) -> list[Group]:
        """Return the groups with their members, oldest first."""
        members = self.memberships()
        return [
            Group(
                data["id"],
                data["displayName"],
                data.get("externalId"),
                tuple(members.get(data["displayName"], ())),
            )
            for data in self._shown("aws groups")
        ]

    def memberships(self) -> Mapping[str, Sequence[str]]:
        """Return group name to the user names of its members."""
        memberships: Mapping[str, Sequence[str]] = self._shown("aws memberships")
        return memberships

    def assignments(self) -> list[AccountAssignment]:
        """Return who has which permission set in which account; this reads by API calls, which CloudTrail logs."""
        return self._read(account_assignments)

    @property
    def quirks(self) -> Mapping[str, Any]:
        """The values in force by name; `harness quirks` says what each means."""
        self._demand_open()
        return self._play.world.aws.quirks.in_force()

    def events(self, name: str | None = None) -> list[Event]:
        """Return CloudTrail's events, oldest first, of one name if given."""
        events = [Event.read(data) for data in self._shown("cloudtrail")]
        return [event for event in events if name in (None, event.name)]
