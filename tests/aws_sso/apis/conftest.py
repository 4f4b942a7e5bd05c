"""An account whose AWS APIs accept one key pair alone; the pair is that of AWS's documents."""

import pytest
from msgspec import structs

from harness.aws_sso.tenant import TENANT

KEY, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


@pytest.fixture
def locked(account):
    """Return the account with a key pair configured."""
    settings = structs.replace(account.tenant.settings, api_credentials=(KEY, SECRET))
    account.tenant = structs.replace(account.tenant, settings=settings)
    account.environ[TENANT] = account.tenant
    return account
