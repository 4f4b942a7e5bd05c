"""A company that provisions to a SCIM server which others wrote, and can look into that server over SCIM."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from harness.wire.message import Send, json_request
from tests.azure_ad.provisioning.company import Company
from tests.azure_ad.scim_server import TOKEN


class Foreign(Company):
    """`base` is the server's SCIM endpoint, as a tenant URL without flags."""

    def __init__(self, send: Send, base: str, **options: Any) -> None:
        super().__init__(send, **options)
        self.base = base
        self.point("")

    def point(self, flag: str) -> None:
        """Choose the dialect: nothing, or `?aadOptscim062020`."""
        self.engine.save_secrets(self.app, {"BaseAddress": self.base + flag, "SecretToken": TOKEN})

    def found(self, kind: str, attribute: str, value: str) -> list[Any]:
        condition = quote(f'{attribute} eq "{value}"')
        answer = self.send(json_request("GET", f"{self.base}/{kind}?filter={condition}", bearer=TOKEN))
        return list(answer.json()["Resources"])

    def user(self, name: str) -> Any:
        (user,) = self.found("Users", "userName", f"{name}@contoso.com")
        return user

    def members(self, name: str) -> list[str]:
        (group,) = self.found("Groups", "displayName", name)
        return sorted(member["value"] for member in group.get("members", []))

    def failure(self) -> tuple[str, str, str]:
        """Return the one failure of the new log entries: whose, the code, and the reason as the log words it."""
        (entry,) = [each for each in self.log() if each["provisioningStatusInfo"]["status"] == "failure"]
        information = entry["provisioningStatusInfo"]["errorInformation"]
        return entry["sourceIdentity"]["displayName"], information["errorCode"], information["reason"]
