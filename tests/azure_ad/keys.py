"""A client's certificate, which signs what shows that it is that client's."""

import base64
import hashlib
from functools import lru_cache

from harness.azure_ad.signing import signing_key
from harness.base.clock import VirtualClock
from harness.base.ids import Ids
from harness.base.sqlite import Database
from tests.azure_ad.provisioning.company import START

AUDIENCE = "00000002-0000-0000-c000-000000000000"  # of a proof of possession (application-addkey)


@lru_cache
def _made(seed):
    return signing_key(Database().tenant(seed), VirtualClock(START), Ids(f"key {seed}"))


class Key:
    """A certificate with its private key."""

    def __init__(self, company, seed):
        self.now = company.clock.now
        self.key = _made(seed)
        der = base64.b64decode(self.key.certificate)
        self.identifier = base64.b64encode(hashlib.sha1(der).digest()).decode()

    @property
    def credential(self):
        return {"type": "AsymmetricX509Cert", "usage": "Verify", "key": self.key.certificate}

    def proof(self, holder, **changes):
        now = int(self.now().timestamp())
        return self.key.token({"aud": AUDIENCE, "iss": holder, "nbf": now, "exp": now + 600, **changes})
