"""Whether lists of users are of one tenant: by the service's address, and by the initial domains in userPrincipalNames.

Each national cloud has tenants and an address of Graph of its own: https://learn.microsoft.com/en-us/graph/deployments,
"Microsoft Graph and Graph Explorer service root endpoints"; Azure AD Graph names the tenant in its addresses, by
its id or by a domain of perhaps several: https://learn.microsoft.com/en-us/graph/migrate-azure-ad-graph-request-differences,
"Basic requests" (read 2026-11-29).
A tenant may have several domains of onmicrosoft.com, so they suggest two tenants only where no file has both, and prove
nothing even then.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from harness.base.errors import HarnessError

_CONTEXT = re.compile(
    r'"@?odata\.(?:context|metadata)"\s*:\s*"https://'
    r"(graph\.microsoft\.com|(?:dod-)?graph\.microsoft\.us|microsoftgraph\.chinacloudapi\.cn|"
    r"graph\.windows\.net/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/",
    re.IGNORECASE,
)
_INITIAL = re.compile(r"@([\w-]+)(?:\.mail)?\.onmicrosoft\.(?:com|us)$")


def service(beginning: str) -> str:
    """Return the address of the cloud or tenant in the beginning of a JSON text, empty where it says none."""
    match = _CONTEXT.search(beginning)
    return match[1].lower() if match else ""


def initial_domain(user_principal_name: str) -> str:
    """Return the name before `.onmicrosoft.com` in a userPrincipalName in lower case, empty for another domain."""
    match = _INITIAL.search(user_principal_name)
    return match[1] if match else ""


@dataclass(slots=True)
class Tenants:
    """The marks of a tenant in each list of users: service by file, initial domains by file."""

    services: dict[str, str] = field(default_factory=dict)
    domains: dict[str, frozenset[str]] = field(default_factory=dict)

    def add(self, file: str, beginning: str, domains: Iterable[str]) -> None:
        """Add one file by the beginning of its text and the initial domains of its users."""
        if name := service(beginning):
            self.services[file] = name
        if initial := frozenset(domains) - {""}:
            self.domains[file] = initial

    def notes(self) -> Iterator[str]:
        """Say where files look like those of two tenants. Raises HarnessError where they are for certain."""
        clouds = {name.partition("/")[0] for name in self.services.values()} - {_OLDER}
        tenants = {name for name in self.services.values() if name.startswith(f"{_OLDER}/")}
        for several in (clouds, tenants):
            if len(several) > 1:
                raise HarnessError(
                    f"users of two tenants: {self._sources(several)}; give the exports of one tenant only"
                )
        groups: list[frozenset[str]] = []
        for domains in self.domains.values():
            shared = [group for group in groups if group & domains]
            groups = [group for group in groups if not group & domains]
            groups.append(domains.union(*shared))
        if len(groups) > 1:
            names = ", ".join(f"{min(group)}.onmicrosoft" for group in sorted(groups, key=min))
            yield (
                f"the lists of users look like those of {len(groups)} tenants ({names}): unless one tenant has these domains, "
                "give the exports of one only"
            )

    def _sources(self, several: set[str]) -> str:
        return ", ".join(
            f"{file} ({name})" for file, name in sorted(self.services.items()) if name in several
        )


_OLDER = "graph.windows.net"
