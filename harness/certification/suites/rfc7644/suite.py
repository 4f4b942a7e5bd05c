"""RFC 7644, the SCIM protocol: what it demands and servers get wrong.

A name begins with the section; 7643 in front of it stands for RFC 7643, the core schema. Mandatory is what the RFCs say
with MUST and SHALL; SHOULD, MAY and what only follows warns. What a server may leave out is skipped where it says that it
does. Users are taken to have displayName, name, emails and active, and a POST to answer with the resource: the RFCs let a
server do without, and hardly one does.

Source: https://datatracker.ietf.org/doc/html/rfc7644, https://datatracker.ietf.org/doc/html/rfc7643 (read 2026-11-30).
"""

from __future__ import annotations

from harness.certification.suite import Check, Suite
from harness.certification.suites.rfc7644 import (
    access,
    amounts,
    bulks,
    deletions,
    descriptions,
    discovery,
    echoes,
    everything,
    groups,
    names,
    resources,
    texts,
    unusual,
)
from harness.certification.suites.rfc7644.changes import (
    bystanders,
    concurrency,
    indexes,
    lifecycles,
    memberships,
    naming,
    patch_refusals,
    patches,
    paths,
    puts,
    read_only,
    versions,
)
from harness.certification.suites.rfc7644.consequences import azure, every_list, left_out, moves
from harness.certification.suites.rfc7644.reading import (
    choices,
    comparisons,
    lists,
    matching,
    narrowing,
    queries,
    sorting,
)

RFC7644: Suite[Check] = Suite(
    name="rfc7644",
    title="RFC 7644: SCIM protocol",
    fits="Succeeded means: in every point tried here the server keeps to RFC 7644 and 7643, so a client written to the standard "
    "finds what it expects. It does not say that Azure AD or Okta can provision to the server: their clients ask for things "
    "that the RFC leaves open, and send some that it does not allow; nor that the RFC was covered in full.",
    source="https://datatracker.ietf.org/doc/html/rfc7644",
    requests=1640,
    checks=(
        *resources.CHECKS,
        *everything.CHECKS,
        *echoes.CHECKS,
        *access.CHECKS,
        *amounts.CHECKS,
        *deletions.CHECKS,
        *texts.CHECKS,
        *unusual.CHECKS,
        *queries.CHECKS,
        *comparisons.CHECKS,
        *choices.CHECKS,
        *matching.CHECKS,
        *lists.CHECKS,
        *narrowing.CHECKS,
        *sorting.CHECKS,
        *puts.CHECKS,
        *patches.CHECKS,
        *paths.CHECKS,
        *naming.CHECKS,
        *patch_refusals.CHECKS,
        *memberships.CHECKS,
        *groups.CHECKS,
        *names.CHECKS,
        *bystanders.CHECKS,
        *indexes.CHECKS,
        *lifecycles.CHECKS,
        *concurrency.CHECKS,
        *read_only.CHECKS,
        *versions.CHECKS,
        *moves.CHECKS,
        *left_out.CHECKS,
        *every_list.CHECKS,
        *azure.CHECKS,
        *discovery.CHECKS,
        *descriptions.CHECKS,
        *bulks.CHECKS,
    ),
)
