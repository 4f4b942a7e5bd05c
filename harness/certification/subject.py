"""What is certified: a SCIM server's address and token, and what a job maps for it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from harness.azure_ad.mappings.schema import check, object_mappings
from harness.azure_ad.mappings.templates import build
from harness.azure_ad.provisioning.target.dialect import split_tenant_url
from harness.base.errors import HarnessError, nearest
from harness.base.store import Document
from harness.wire.message import TransportError, check_url

# What an access token consists of: RFC 6749 A.12, without the space that no header could carry.
VISIBLE = re.compile(r"[\x21-\x7e]+\Z")


@dataclass(frozen=True, slots=True)
class OAuth:
    """Where and with what an access token is asked for (RFC 6749, 4.4: client credentials).

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
class Subject:
    """`url` is what an administrator enters as Tenant URL, flags of the dialect in its query included.

    `schema` is a synchronizationSchema as Microsoft Graph exports it, None for the non-gallery default; `without` names
    target attributes that are taken out of it. Raises HarnessError for an address that cannot be asked, for a token that no
    header carries, for a schema that Microsoft Graph would not take, and for an attribute that is not mapped.
    """

    url: str
    token: str = field(repr=False)
    schema: Document | None = None
    without: tuple[str, ...] = ()
    oauth: OAuth | None = None

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
        mapped = [
            row["targetAttributeName"]
            for mapping in object_mappings(self.schema or _usual())
            for row in mapping["attributeMappings"]
        ]
        for name in self.without:
            if name not in mapped:
                raise HarnessError(f"no mapping writes '{name}'{nearest(name, mapped)}")

    @property
    def base(self) -> str:
        """Return the address that resources hang from: no query, no slash at the end."""
        return split_tenant_url(self.url)[0].rstrip("/")

    def job_schema(self) -> Document:
        """Return the schema of the job: without what is left out, and with a scope that keeps nobody of the tests out."""
        schema = self.schema or _usual()
        (rule,) = schema["synchronizationRules"]
        mappings = [
            {
                **mapping,
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
    """Raise HarnessError for what cannot be asked, with a hint, and for an address with a `user` in it, in those words."""
    try:
        parts = check_url(url)
    except TransportError as error:
        raise HarnessError(f"{error}; {hint}") from error
    if "@" in parts.netloc:
        raise HarnessError(user)


@cache
def _usual() -> Document:
    """Return the non-gallery default; it is shared, and never changed in place."""
    return build("scim", "scim", "scim", "Azure Active Directory")
