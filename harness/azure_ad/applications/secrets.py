"""An application's provisioning credentials: the known keys, merging new values, and the notification settings among them.

Source: https://learn.microsoft.com/en-us/graph/api/synchronization-serviceprincipal-put-synchronization, "Request body" and
"Example" (read 2026-11-30).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

# The keys that Graph's secrets accept; those of OPEN_KEYS, and SecretToken, are the ones that this engine reads.
# https://learn.microsoft.com/en-us/graph/api/resources/synchronization-synchronizationsecretkeystringvaluepair, "Properties"
# (read 2026-11-30)
OPEN_KEYS = ("BaseAddress", "SyncNotificationSettings", "SyncAll", "SkipOutOfScopeDeletions")
SECRET_KEYS = (
    *OPEN_KEYS,
    *[
        "SecretToken",
        "UserName",
        "Password",
        "AppKey",
        "ClientIdentifier",
        "ClientSecret",
        "SingleSignOnType",
        "Sandbox",
        "Url",
        "Domain",
        "ConsumerKey",
        "ConsumerSecret",
        "TokenKey",
        "TokenExpiration",
        "Oauth2AccessToken",
        "Oauth2AccessTokenCreationTime",
        "Oauth2RefreshToken",
        "InstanceName",
        "Oauth2ClientId",
        "Oauth2ClientSecret",
        "CompanyId",
        "UpdateKeyOnSoftDelete",
        "SynchronizationSchedule",
        "SystemOfRecord",
        "SandboxName",
        "EnforceDomain",
        "Oauth2AuthorizationCode",
        "Oauth2RedirectUri",
        "ApplicationTemplateIdentifier",
        "Oauth2TokenExchangeUri",
        "Oauth2AuthorizationUri",
        "AuthenticationType",
        "Server",
        "PerformInboundEntitlementGrants",
        "HardDeletesEnabled",
        "SyncAgentCompatibilityKey",
        "SyncAgentADContainer",
        "ValidateDomain",
        "TestReferences",
        "ConnectionString",
    ],
)


# What is sent to which address: to another server none of it is brought.
_SENT_TO = {
    "BaseAddress": ("SecretToken", "Oauth2AccessToken"),
    "Oauth2TokenExchangeUri": ("Oauth2ClientSecret", "Oauth2RefreshToken", "Oauth2AuthorizationCode"),
}


class NotificationSettings(NamedTuple):
    """`SyncNotificationSettings`: the mail address, whether to write to it, and whether too many deletes must wait."""

    recipient: str = ""
    enabled: bool = False
    prevents_deletions: bool = False


def merged(saved: Mapping[str, str], changes: Mapping[str, str]) -> dict[str, str]:
    """Return saved secrets with some of them replaced; an empty value removes a key.

    What is saved is never sent to another server: with a new address and no new token, the token is removed, and so is what a
    token endpoint is shown.
    """
    secrets = {key: value for key, value in {**saved, **changes}.items() if value}
    for address, sent in _SENT_TO.items():
        if _server(secrets.get(address, "")) != _server(saved.get(address, "")) is not None:
            for key in set(sent) - set(changes):
                secrets.pop(key, None)
    return secrets


def notification_settings(secrets: Mapping[str, str]) -> NotificationSettings:
    """Read the settings, a JSON object inside of a secret; anything else counts as none."""
    text = secrets.get("SyncNotificationSettings")
    try:
        settings = json.loads(text) if text else None
    except ValueError:
        settings = None
    if not isinstance(settings, dict):
        return NotificationSettings()
    enabled, prevents = (bool(settings.get(key)) for key in ("Enabled", "DeleteThresholdEnabled"))
    return NotificationSettings(str(settings.get("Recipients") or ""), enabled, prevents)


def _server(address: str) -> tuple[str, str] | None:
    """Return scheme and host of an address, None where there is none to speak of."""
    try:
        parts = urlsplit(address.lower())
    except ValueError:
        return None
    return (parts.scheme, parts.netloc) if parts.netloc else None
