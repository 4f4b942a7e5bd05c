"""The table of quirks and the code that asks it: no row without a use, no use without a row, no row without a proof."""

from pathlib import Path

import pytest

import harness.azure_ad
from harness.base.quirks import load_table
from tests.azure_ad.provisioning.company import Company
from tests.azure_ad.scim_server import ScimServer
from tests.quirk_questions import questions

TABLE = load_table("harness.azure_ad")
PACKAGE = Path(harness.azure_ad.__file__).parent
ROOT = PACKAGE.parents[1]


def test_every_row_is_asked_for_and_every_question_has_a_row():
    """The table and the code name the same quirks."""
    names, rows = set(questions(PACKAGE)), set(TABLE.rows)
    assert not names - rows, f"the code asks for {names - rows}: add a row to harness/azure_ad/quirks.yaml"
    assert not rows - names, (
        f"nobody asks for {rows - names} of harness/azure_ad/quirks.yaml: ask, or remove it"
    )


@pytest.mark.parametrize("row", TABLE.rows.values(), ids=lambda row: row.id)
def test_every_row_is_a_sentence_with_a_source_and_a_proof(row):
    """Whoever asks why is shown a public page and a scenario that can be run."""
    assert row.sentence[0].isupper()
    assert row.sentence.rstrip().endswith(".")
    assert row.url.startswith("https://")
    assert row.read
    assert (ROOT / row.proof).is_file(), f"{row.id} is proved by {row.proof}, which does not exist"


def test_an_ordinary_cycle_fires_what_it_shows():
    """The list of quirks behind a run names those that shaped it, and no others."""
    company = Company(ScimServer())
    company.group("Office", (company.person("ana"),))
    company.turn_on()
    assert company.quirks.fired >= {"cycle-interval-minutes", "probe-before-cycle", "members-per-patch"}
    assert not company.quirks.fired & {"quarantine-days", "escrow-hours", "log-unassigned-users"}


def test_without_probes_a_cycle_goes_straight_to_work():
    """`probe-before-cycle` off: the first request is the first search."""
    server = ScimServer()
    company = Company(server, probe_before_cycle=False)
    company.person("ana")
    company.turn_on()
    company.cycle()
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("profile", "name"),
    [("aws-sso-2020", "Azure Active Directory"), ("identity-center", "Microsoft Entra ID")],
)
def test_logs_and_schemas_use_the_name_of_the_year(profile, name):
    """`directory-name`, wherever it is printed."""
    company = Company(ScimServer(), profile=profile)
    company.person("ana")
    company.turn_on()
    (entry,) = company.log()
    assert entry["sourceSystem"]["displayName"] == name
    assert entry["provisioningSteps"][0]["description"].endswith(f"change of type (Add) from {name}")
    assert company.engine.schema(company.job)["synchronizationRules"][0]["sourceDirectoryName"] == name


def test_the_interval_is_what_the_row_says():
    """`cycle-interval-minutes` is in the schedule that Graph shows and in the clock."""
    server = ScimServer()
    company = Company(server, cycle_interval_minutes=20)
    company.turn_on()
    company.cycle()
    assert len(server.requests) == 6
    assert company.engine.job(company.job).interval_minutes == 20
