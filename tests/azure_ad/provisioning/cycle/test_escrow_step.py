"""The log's step of a retry, as in a real event: https://help.sumologic.com/docs/integrations/microsoft-azure (2026-03-24)."""

from tests.azure_ad.scim_server import refusal


def test_the_moments_are_written_as_the_service_does(company, server):
    """CreationTime has seven decimals, NextAttempt is written as in the United States; nothing was processed yet."""
    ana = company.person("ana")
    server.refuse("POST", "/Users", refusal(500))
    company.turn_on()
    company.cycle()
    step = company.log()[-1]["provisioningSteps"][0]
    assert step["name"] == "EntryEscrowRetry"
    assert step["details"] == {
        "CountProcessed": "0",
        "CreationTime": "2026-03-02T08:00:00.0000000Z",
        "Identifier": ana,
        "ModificationType": "Add",
        "NextAttempt": "3/2/2026 8:00:00 AM",
        "Origin": "Source",
        "TypeName": "EscrowedEntryDefault",
    }
