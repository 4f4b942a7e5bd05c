"""RSA keys. With a seed the same key comes every time, so that signatures repeat; such a key is no secret.

The library that signs makes keys of the system's chance alone, so the two primes of a seeded key are looked for here; the
library checks what it is given. Source: https://www.rfc-editor.org/rfc/rfc8017, 3.2 (read 2026-11-29).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric import rsa

from harness.base.ids import Ids

_BITS = 2048
_EXPONENT = 65537
_SIEVED = 4000  # most candidates have a divisor below it, and are left without a costly power


def rsa_key(ids: Ids) -> rsa.RSAPrivateKey:
    """Return a key of 2048 bits: of the stream's seed, or of the system's chance where it has none."""
    if ids.seed is None:
        return rsa.generate_private_key(_EXPONENT, _BITS)
    return _seeded(ids.seed)


@lru_cache(maxsize=16)
def _seeded(seed: str) -> rsa.RSAPrivateKey:
    """Make a seed's key once a process: to find it and to check it takes longer than a scenario."""
    ids = Ids(f"{seed}/rsa")
    p, q = _prime(ids), _prime(ids)
    d = pow(_EXPONENT, -1, math.lcm(p - 1, q - 1))
    public = rsa.RSAPublicNumbers(_EXPONENT, p * q)
    return rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), public).private_key()


def _prime(ids: Ids) -> int:
    """Return a prime of half the key's length whose two highest bits are set, so that the product is long enough."""
    half = _BITS // 2
    candidate = 3 << (half - 2) | ids.number(1 << (half - 2)) | 1
    divisors = math.prod(_small_primes())
    while not _is_prime(candidate, divisors):
        candidate += 2
    return candidate


def _is_prime(candidate: int, divisors: int) -> bool:
    """Tell whether this is a prime that goes with the exponent; of a number so long one power tells it (Fermat)."""
    return (
        math.gcd(candidate, divisors) == 1
        and pow(2, candidate - 1, candidate) == 1
        and (candidate - 1) % _EXPONENT != 0
    )


def _small_primes() -> Iterator[int]:
    for number in range(3, _SIEVED, 2):
        if all(number % divisor for divisor in range(3, math.isqrt(number) + 1, 2)):
            yield number
