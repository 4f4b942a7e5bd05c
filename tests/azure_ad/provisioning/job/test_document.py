"""Jobs as the store keeps them: what an older version wrote is read, and written again as it was."""

from harness.azure_ad.provisioning.job.document import graph_form, read_job, stored_form

PROBLEM = {"code": "TooManyDeletes", "message": "Too many.", "tenantActionable": True}
EXECUTION = {
    "activityIdentifier": "0ea6a3c0-3ba5-4b36-93c2-0d1eb4e1d9c4",
    "countEntitled": 5,
    "countEntitledForProvisioning": 5,
    "countEscrowed": 2,
    "countEscrowedRaw": 2,
    "countExported": 3,
    "countExports": 3,
    "countImported": 9,
    "countImportedDeltas": 9,
    "countImportedReferenceDeltas": 0,
    "state": "EntryLevelErrors",
    "timeBegan": "2026-03-02T08:00:00.000000Z",
    "timeEnded": "2026-03-02T08:00:01.250000Z",
    "error": None,
}
# As the data files of the version before had it.
STORED = {
    "app": "f1e1c3d4-0000-4000-8000-000000000001",
    "job": {
        "id": "scim.7584ba9cdd9147459b7eb4de9da3be7b.6a1c",
        "templateId": "scim",
        "schedule": {"expiration": None, "interval": "PT40M", "state": "Active"},
        "status": {
            "countSuccessiveCompleteFailures": 1,
            "escrowsPruned": False,
            "code": "Quarantine",
            "lastExecution": {**EXECUTION, "state": "Failed", "error": PROBLEM},
            "lastSuccessfulExecution": EXECUTION,
            "lastSuccessfulExecutionWithExports": EXECUTION,
            "quarantine": {
                "currentBegan": "2026-03-02T08:40:00.0000000Z",
                "nextAttempt": "2026-03-02T09:40:00.0000000Z",
                "reason": "TooManyDeletes",
                "seriesBegan": "2026-03-02T08:40:00.0000000Z",
                "seriesCount": 1,
                "error": PROBLEM,
            },
            "steadyStateFirstAchievedTime": "2026-03-02T08:00:01Z",
            "steadyStateLastAchievedTime": "0001-01-01T00:00:00Z",
            "troubleshootingUrl": None,
            "progress": [],
            "synchronizedEntryCountByType": [{"key": "User", "value": 3}],
        },
        "synchronizationJobSettings": [{"name": "QuarantineTooManyDeletesThreshold", "value": "7"}],
    },
    "watermark": 41,
    "next": "2026-03-02T09:40:00.000000Z",
    "linked": {"User": 3},
    "force": False,
}


def test_a_job_is_written_as_it_was_read():
    """Nothing of a stored job is lost or changed by a version that only looks at it."""
    assert stored_form(read_job(STORED)) == STORED


def test_a_moment_with_seven_decimals_is_read():
    """A quarantine's next attempt was kept as Graph shows it, with one decimal more than other moments."""
    job = read_job({**STORED, "next": "2026-03-02T09:40:00.0000000Z"})
    assert stored_form(job) == STORED


def test_graph_shows_what_is_stored_of_it():
    assert graph_form(read_job(STORED)) == STORED["job"]


def test_a_new_job_survives_the_store(company):
    """What was just created is read back equal, defaults included."""
    job = company.engine.job(company.job)
    assert read_job(stored_form(job)) == job
