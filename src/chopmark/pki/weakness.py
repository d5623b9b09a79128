"""What a bad RSA modulus looks like from outside: small factors, close primes, the mark of ROCA."""

import math

FERMAT_ROUNDS = 100  # BR §6.1.1.3
_SMALL_FACTOR_LIMIT = 752  # BR §6.1.6


def _primes_below(limit: int) -> list[int]:
    return [n for n in range(2, limit) if all(n % d for d in range(2, math.isqrt(n) + 1))]


_SMALL_PRIMES = _primes_below(_SMALL_FACTOR_LIMIT)
_SMALL_PRODUCT = math.prod(_SMALL_PRIMES)


def smallest_factor(modulus: int) -> int | None:
    """A prime below 752 that divides the modulus, if there is one; one gcd asks for all of them."""
    common = math.gcd(modulus, _SMALL_PRODUCT)
    return next((prime for prime in _SMALL_PRIMES if common % prime == 0), None)


# A square ends so in base 64; eleven numbers in sixty-four do, and the others need no root.
_SQUARE_ENDINGS = frozenset(n * n % 64 for n in range(64))


def has_close_primes(modulus: int, rounds: int = FERMAT_ROUNDS) -> bool:
    """Whether Fermat's method finds two factors near the square root (CVE-2022-26320)."""
    a = math.isqrt(modulus - 1) + 1  # the root, rounded up
    remainder = a * a - modulus
    for _ in range(rounds):
        if remainder % 64 in _SQUARE_ENDINGS and math.isqrt(remainder) ** 2 == remainder:
            return True
        remainder += 2 * a + 1
        a += 1
    return False


def _powers(base: int, prime: int) -> frozenset[int]:
    return frozenset(pow(base, exponent, prime) for exponent in range(prime - 1))


# The faulty library built its primes so that modulo each of these both factors, and so their product,
# are powers of 65537 (Nemec et al., "The Return of Coppersmith's Attack", §3.2).
_ROCA_RESIDUES = tuple((prime, _powers(65537, prime)) for prime in _primes_below(168) if prime > 2)


def has_roca_fingerprint(modulus: int) -> bool:
    """Whether the modulus is a power of 65537 modulo every prime from 3 to 167 (CVE-2017-15361), as chance hardly makes it."""
    return all(modulus % prime in residues for prime, residues in _ROCA_RESIDUES)
