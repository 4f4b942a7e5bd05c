"""The export files of one case, read, and the judge for them: with which mapping, profile and quirks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.azure_ad.mappings.functions import Context
from harness.base.clock import VirtualClock, from_iso
from harness.base.ids import Ids
from harness.base.quirks import load_table
from harness.diagnosis.judging import Judge
from harness.diagnosis.mapping import TEMPLATES, in_force
from harness.exports.everybody import People
from harness.exports.evidence import Evidence
from harness.exports.intake import take_in
from harness.scenario.language.quirk_values import read_quirks
from harness.world import choose_quirks


@dataclass(frozen=True, slots=True)
class Case:
    """The evidence, the people in it, and their judge. `template` is the job's; `context` is for evaluating expressions.

    `quirks` are the values that differ from the profile's.
    """

    evidence: Evidence
    people: People
    judge: Judge
    template: str
    context: Context
    quirks: Mapping[str, Any]


def prepared(
    files: Iterable[Path],
    *,
    profile: str,
    quirk_values: Iterable[str],
    template: str | None,
    renamed: Mapping[str, str],
    members: Mapping[Path, str],
    day_first: bool | None = None,
) -> Case:
    """Read the files and compile the mapping. Raises HarnessError for a file or a name that cannot be used."""
    quirks = read_quirks(quirk_values)
    aws, azure = choose_quirks(profile, quirks)
    counts = azure["default-access"] == "entitled"
    evidence, people = take_in(
        files, renamed=renamed, members=members, default_access_counts=counts, day_first=day_first
    )
    moment = from_iso(load_table("harness.aws_sso").profiles[profile]["clock"])
    context = Context(VirtualClock(moment), Ids("diagnosis"), "contoso.onmicrosoft.com", quirks=azure)
    template = template or _template_of(evidence)
    mapping = in_force(evidence.schema, template, context)
    return Case(evidence, people, Judge(mapping, evidence, azure, aws), template, context, quirks)


def _template_of(evidence: Evidence) -> str:
    """Return the job's template: the ids of jobs and of their schemas begin with its tag."""
    ids = {*evidence.job_ids, str((evidence.schema or {}).get("id", ""))}
    tags = {each.partition(".")[0] for each in ids}
    return next((name for name, tag in TEMPLATES.items() if tag in tags), "aws")
