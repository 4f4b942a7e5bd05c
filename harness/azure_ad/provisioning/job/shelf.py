"""Where the jobs are in the store."""

from __future__ import annotations

from harness.azure_ad.provisioning.cycle.shelves import Shelf
from harness.azure_ad.provisioning.job.document import read_job, stored_form
from harness.azure_ad.provisioning.job.records import Job
from harness.base.store import Store


def jobs(store: Store) -> Shelf[Job]:
    """Return a tenant's jobs by id."""
    return Shelf(store, "job", read_job, stored_form, by_heart=True)
