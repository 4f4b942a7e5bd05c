"""The tenant's signing key: of the seed where there is one, so that a run with single sign-on repeats byte by byte."""

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from harness.azure_ad.rsa_keys import rsa_key
from harness.azure_ad.signing import signing_key
from harness.base.ids import Ids
from tests.azure_ad.provisioning.company import Company
from tests.azure_ad.scim_server import ScimServer


def key_of(seed):
    tenant = Company(ScimServer(), seed=seed).tenant
    return signing_key(tenant.store, tenant.clock, tenant.ids)


@pytest.mark.slow
def test_the_same_seed_signs_the_same_bytes():
    """Key, certificate and signed token; another seed has others."""
    first, again, other = key_of("1"), key_of("1"), key_of("2")
    claims = {"sub": "ana"}
    assert (first, first.token(claims)) == (again, again.token(claims))
    assert first.private != other.private
    assert first.certificate != other.certificate


@pytest.mark.slow
@pytest.mark.parametrize("seed", ["a", "b"])
def test_a_seeded_key_is_a_key(seed):
    """2048 bits, and what its private half signs its public half verifies."""
    key = rsa_key(Ids(seed))
    assert key.key_size == 2048
    signed = key.sign(b"text", padding.PKCS1v15(), hashes.SHA256())
    key.public_key().verify(signed, b"text", padding.PKCS1v15(), hashes.SHA256())


@pytest.mark.slow
def test_without_a_seed_keys_are_of_the_systems_chance():
    first, second = (rsa_key(Ids(None)).private_numbers() for _ in range(2))
    assert first != second
