import pytest

from tests.aws_sso.user_portal.provider import NAME, Provider, upload


@pytest.fixture(scope="session")
def idp():
    return Provider()


@pytest.fixture(scope="session")
def stranger():
    return Provider()


@pytest.fixture
def trusting(account, idp):
    """Return an account that trusts the provider, with one active user."""
    assert upload(account, idp.metadata()).status == 200
    account.user(NAME, active=True)
    return account
