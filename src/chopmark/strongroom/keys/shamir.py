"""Shamir's secret sharing over GF(256): any so many shares give the secret, one fewer say nothing about it. Pure.

A. Shamir, How to share a secret, CACM 22(11), 1979; the field is that of AES (FIPS 197 §4.2), octet by octet.
Not constant in time: it runs on the owner's machine at a ceremony and at a start, with nobody to measure it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

MOST = 255  # x = 0 is the secret's own place


def split(secret: bytes, *, needed: int, of: int, draw: Callable[[int], bytes]) -> dict[int, bytes]:
    """Shares by number, 1 to `of`, each as long as the secret."""
    if not (1 <= needed <= of <= MOST) or not secret:
        raise ValueError("a secret is split into 1 to 255 shares, and not more are needed than there are")
    # One polynomial an octet: its constant is the secret's octet, its other coefficients are drawn.
    coefficients = [secret, *(draw(len(secret)) for _ in range(needed - 1))]
    return {x: _evaluate(coefficients, x) for x in range(1, of + 1)}


def combine(shares: Mapping[int, bytes]) -> bytes:
    """The secret, if these are enough shares of one; otherwise something else, and nobody can tell."""
    at = sorted(shares)
    if not at or at[0] < 1 or at[-1] > MOST or len({len(shares[x]) for x in at}) != 1:
        raise ValueError("shares are numbered 1 to 255 and as long as one another")
    weights = [_weight(x, at) for x in at]
    return bytes(
        _sum(_times(w, shares[x][i]) for w, x in zip(weights, at, strict=True))
        for i in range(len(shares[at[0]]))
    )


def _evaluate(coefficients: Sequence[bytes], x: int) -> bytes:
    value = bytes(len(coefficients[0]))
    for coefficient in reversed(coefficients):  # Horner
        value = bytes(_times(v, x) ^ c for v, c in zip(value, coefficient, strict=True))
    return value


def _weight(x: int, at: Sequence[int]) -> int:
    """Lagrange's basis polynomial of x at 0; subtraction is XOR here."""
    weight = 1
    for other in at:
        if other != x:
            weight = _times(weight, _times(other, _inverse(other ^ x)))
    return weight


def _sum(values: Iterable[int]) -> int:
    total = 0
    for value in values:
        total ^= value
    return total


def _times(a: int, b: int) -> int:
    product = 0
    while b:
        if b & 1:
            product ^= a
        a <<= 1
        if a & 0x100:
            a ^= 0x11B  # x^8 + x^4 + x^3 + x + 1
        b >>= 1
    return product


def _inverse(a: int) -> int:
    """a^254, since a^255 = 1 for every a but 0."""
    result = 1
    for _ in range(254):
        result = _times(result, a)
    return result
