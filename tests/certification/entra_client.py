"""Azure AD of this harness as a client of AWS SSO, in the place of a command."""

from datetime import timedelta
from urllib.parse import urlsplit

from harness import world
from harness.azure_ad.provisioning.why.why import retries
from harness.certification.bench.entra import Entra
from harness.certification.client.process import Ending
from harness.certification.outcomes import FailedError
from harness.certification.subject import Subject
from harness.wire.sockets.network import Network

# By how much AWS SSO's clock, which stands still meanwhile, goes on with a cycle: it throttles no more after one.
INTERVAL = timedelta(seconds=0.1)
# AWS SSO takes one phone number.
WITHOUT = ('phoneNumbers[type eq "mobile"].value', 'phoneNumbers[type eq "fax"].value')


class EntraClient:
    """Each run is a new tenant's: it finds by matching whoever an earlier one created. `quirks` are turned on.

    `clock` is AWS SSO's; the tenant has one of its own, where cycles come every forty minutes.
    """

    def __init__(self, clock, *quirks):
        self._clock = clock
        self._flips = dict.fromkeys(quirks, True)

    def run(self, endpoint, token, _name):
        """Provision three people in a group; what goes into quarantine is started anew, as an administrator does."""
        for _ in range(5):
            try:
                return self._provision(endpoint, token)
            except FailedError:
                self._clock.advance(INTERVAL)
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
            self._clock.advance(INTERVAL)
            entra.wait()
        network.close()
        return Ending()
