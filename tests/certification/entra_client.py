"""Azure AD of this harness as a client of AWS SSO, in the place of a command."""

import time
from urllib.parse import urlsplit

from harness import world
from harness.azure_ad.provisioning.why.why import retries
from harness.certification.bench.entra import Entra
from harness.certification.client.process import Ending
from harness.certification.outcomes import FailedError
from harness.certification.subject import Subject
from harness.wire.sockets.network import Network

# AWS SSO throttles in real time, cycles come every forty minutes of virtual time: each takes this many seconds.
INTERVAL = 0.1
# AWS SSO takes one phone number.
WITHOUT = ('phoneNumbers[type eq "mobile"].value', 'phoneNumbers[type eq "fax"].value')


class EntraClient:
    """Each run is a new tenant's: it finds by matching whoever an earlier one created. `quirks` are turned on."""

    def __init__(self, *quirks):
        self._flips = dict.fromkeys(quirks, True)

    def run(self, endpoint, token, _name):
        """Provision three people in a group; what goes into quarantine is started anew, as an administrator does."""
        for _ in range(5):
            try:
                return self._provision(endpoint, token)
            except FailedError:
                time.sleep(INTERVAL)  # noqa: TID251 - AWS SSO's time is another one
        return Ending("stays in quarantine")

    def _provision(self, endpoint, token):
        """Run cycle after cycle until nothing waits for a retry; return that it ended well."""
        address, network = urlsplit(endpoint), Network()
        origin = f"{address.scheme}://{address.netloc}"
        tenant = world.create(faults={origin: network}, quirk_values=self._flips)
        entra = Entra(tenant, Subject(endpoint, token, without=WITHOUT))
        office = entra.group("Office")
        for name in ("ana", "ben", "eve"):
            entra.do("POST", f"/groups/{office}/members/$ref", entra.refer(entra.user(name)))
        entra.assign(office)
        entra.wait()
        (job,) = tenant.azure.engine.jobs(tenant.app_id)
        while retries(tenant.azure.engine.inspect(job.id)[1])["count"]:
            time.sleep(INTERVAL)  # noqa: TID251 - AWS SSO's time is another one
            entra.wait()
        network.close()
        return Ending()
