"""Whether lists of users are of one tenant: by the service's address, and by the domains in userPrincipalNames.

A list of users alone does not name its tenant; lists that share a domain are of one.

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


@dataclass(frozen=True, slots=True)
class Domains:
    """The domains of userPrincipalNames in a list of users: initial ones, as `initial_domain` returns them, and custom ones."""

    initial: frozenset[str]
    custom: frozenset[str]

    def meets(self, other: Domains) -> bool:
        return bool(self.initial & other.initial or self.custom & other.custom)

    def __or__(self, other: Domains) -> Domains:
        return Domains(self.initial | other.initial, self.custom | other.custom)

    @property
    def label(self) -> str:
        """The first of them, an initial one if there is one: it names the tenant best."""
        return f"{min(self.initial)}.onmicrosoft" if self.initial else min(self.custom)


@dataclass(slots=True)
class Tenants:
    """The marks of a tenant in each list of users: service by file, domains by file."""

    services: dict[str, str] = field(default_factory=dict)
    domains: dict[str, Domains] = field(default_factory=dict)

    def add(self, file: str, beginning: str, initial: Iterable[str], custom: Iterable[str]) -> None:
        """Add one file by the beginning of its text and the domains of its users, both in lower case."""
        if name := service(beginning):
            self.services[file] = name
        domains = Domains(frozenset(initial) - {""}, frozenset(custom) - {""})
        if domains.initial or domains.custom:
            self.domains[file] = domains

    def notes(self) -> Iterator[str]:
        """Say where files look like those of two tenants, or could be. Raises HarnessError where they are for certain."""
        clouds = {name.partition("/")[0] for name in self.services.values()} - {_OLDER}
        tenants = {name for name in self.services.values() if name.startswith(f"{_OLDER}/")}
        for several in (clouds, tenants):
            if len(several) > 1:
                raise HarnessError(
                    f"users of two tenants: {self._sources(several)}; give the exports of one tenant only"
                )
        groups = self._apart()
        labels = ", ".join(sorted(group.label for group in groups))
        count = sum(bool(group.initial) for group in groups)
        if count > 1:
            yield (
                f"the lists of users look like those of {count} tenants ({labels}): unless one tenant has these domains, "
                "give the exports of one only"
            )
        elif len(groups) > 1:
            yield (
                f"the lists of users have no domain in common ({labels}), and nothing in them names a tenant: they are judged as "
                "one tenant's; if they are not, give the exports of one only"
            )

    def _apart(self) -> list[Domains]:
        """Return the domains of those files together that share one."""
        groups: list[Domains] = []
        for domains in self.domains.values():
            joined = domains
            for group in [group for group in groups if group.meets(domains)]:
                groups.remove(group)
                joined |= group
            groups.append(joined)
        return groups

    def _sources(self, several: set[str]) -> str:
        return ", ".join(
            f"{file} ({name})" for file, name in sorted(self.services.items()) if name in several
        )


_OLDER = "graph.windows.net"
