"""What is certified: a SCIM server's address and token, and what a job maps for it."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import urlsplit

from harness.azure_ad.mappings.schema import check, object_mappings
from harness.azure_ad.mappings.templates import build
from harness.azure_ad.provisioning.target.dialect import split_tenant_url
from harness.base.errors import HarnessError, nearest
from harness.base.store import Document
from harness.wire.message import TransportError, check_url

# What an access token consists of: RFC 6749 A.12, without the space that no header could carry.
VISIBLE = re.compile(r"[\x21-\x7e]+\Z")
GOOGLE_EXCHANGE = "https://sts.googleapis.com/v1/token"
_GOOGLE = "googleapis.com"


@dataclass(frozen=True, slots=True)
class OAuth:
    """A token endpoint, and the client credentials for it (RFC 6749, 4.4).

    Raises HarnessError for an address that cannot be asked.
    """

    token_endpoint: str
    client_id: str
    client_secret: str = field(repr=False)

    def __post_init__(self) -> None:
        _check_address(
            self.token_endpoint,
            hint="name the token endpoint, as in https://login.example.com/token",
            user="the token endpoint's address names a user; what is secret is given as the client's secret",
        )


@dataclass(frozen=True, slots=True)
class Federation:
    """A workload identity: an application of Entra gets a token at `issuer`, and `token_endpoint` exchanges it for its own.

    At an address of googleapis.com it is exchanged as RFC 8693 has it, for `audience`; elsewhere it is the assertion of
    `client_id` (RFC 7523). Raises HarnessError for an address that cannot be asked, and for what goes without its other half.
    """

    issuer: str
    application_id: str
    application_secret: str = field(repr=False)
    token_endpoint: str
    client_id: str = ""
    audience: str = ""

    def __post_init__(self) -> None:
        for url in (self.issuer, self.token_endpoint):
            _check_address(
                url,
                hint="name the token endpoint, as in https://login.microsoftonline.com/TENANT/oauth2/v2.0/token",
                user="the token endpoint's address names a user; what is secret is given as the application's secret",
            )
        if self.at_google and not self.audience:
            raise HarnessError("a token endpoint of googleapis.com needs the audience")
        if not self.at_google and not self.client_id:
            raise HarnessError("a workload identity needs the client id that the server knows it by")

    @property
    def at_google(self) -> bool:
        host = urlsplit(self.token_endpoint).hostname or ""
        return host == _GOOGLE or host.endswith(f".{_GOOGLE}")

    @property
    def impersonates(self) -> bool:
        """Tell whether a service account's token is asked for, with the one that Google's exchange gives."""
        return self.at_google and "serviceAccounts" in urlsplit(self.token_endpoint).path


@dataclass(frozen=True, slots=True)
class Subject:
    """`url` is what an administrator enters as Tenant URL, flags of the dialect in its query included.

    `schema` is a synchronizationSchema as Microsoft Graph exports it, None for the non-gallery default; `without` names
    target attributes that are taken out of it; `groups` is false for a server that has none. Raises HarnessError for an address
    that cannot be asked, for a token that no header carries, for a schema that Microsoft Graph would not take, and for an
    attribute that the target directory lacks.
    """

    url: str
    token: str = field(repr=False)
    schema: Document | None = None
    without: tuple[str, ...] = ()
    oauth: OAuth | None = None
    federation: Federation | None = None
    groups: bool = True

    def __post_init__(self) -> None:
        _check_address(
            self.url,
            hint="name the SCIM endpoint, as in https://scim.example.com/v2",
            user="the address names a user; what is secret is given as the token",
        )
        if self.token and not VISIBLE.match(self.token):
            raise HarnessError("the token holds what no header carries; is it whole, and on one line?")
        if self.schema is not None:
            try:
                check(self.schema)
            except HarnessError as error:
                raise HarnessError(f"Microsoft Graph would refuse the schema: {error}") from error
        names = _target_names(self.schema or _usual())
        for name in self.without:
            if name not in names:
                raise HarnessError(f"the job's target directory has no '{name}'{nearest(name, names)}")

    @property
    def base(self) -> str:
        """Return the address that resources hang from: no query, no slash at the end."""
        return split_tenant_url(self.url)[0].rstrip("/")

    @property
    def is_at_home(self) -> bool:
        """Tell whether it is on this machine: at a loopback address, or below localhost."""
        host = urlsplit(self.base).hostname or ""
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost" or host.endswith(".localhost")

    @property
    def addresses(self) -> tuple[str, ...]:
        """Return all addresses that are asked: the endpoint itself, and the token endpoints."""
        oauth = (self.oauth.token_endpoint,) if self.oauth else ()
        identity = self.federation
        federated = (identity.issuer, identity.token_endpoint) if identity else ()
        exchange = (GOOGLE_EXCHANGE,) if identity and identity.impersonates else ()
        return self.url, *oauth, *federated, *exchange

    def job_schema(self) -> Document:
        """Return the schema of the job: without what is left out, nor groups if there are none; nobody of the tests is out of scope."""
        schema = self.schema or _usual()
        (rule,) = schema["synchronizationRules"]
        mappings = [
            {
                **mapping,
                "enabled": mapping["enabled"] and (self.groups or mapping["sourceObjectName"] != "Group"),
                "scope": None,
                "attributeMappings": [
                    row
                    for row in mapping["attributeMappings"]
                    if row["targetAttributeName"] not in self.without
                ],
            }
            for mapping in rule["objectMappings"]
        ]
        return {**schema, "synchronizationRules": [{**rule, "objectMappings": mappings}]}


def _check_address(url: str, *, hint: str, user: str) -> None:
    """Raise HarnessError for an address that cannot be asked, with `hint`, and for one that names a user, with the words of `user`."""
    try:
        parts = check_url(url)
    except TransportError as error:
        raise HarnessError(f"{error}; {hint}") from error
    if "@" in parts.netloc:
        raise HarnessError(user)


def _target_names(schema: Document) -> list[str]:
    """Return the names of all that the job's target directory has, and of what the mappings write."""
    (rule,) = schema["synchronizationRules"]
    directory = next(each for each in schema["directories"] if each["name"] == rule["targetDirectoryName"])
    described = [each["name"] for kind in directory["objects"] for each in kind["attributes"]]
    rows = (row for mapping in object_mappings(schema) for row in mapping["attributeMappings"])
    return list(dict.fromkeys([*described, *(row["targetAttributeName"] for row in rows)]))


@cache
def _usual() -> Document:
    """Return the non-gallery default; it is shared, and never changed in place."""
    return build("scim", "scim", "scim", "Azure Active Directory")
