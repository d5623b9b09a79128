"""Which public keys are good enough to certify, clause by clause. If a limit changes, the CPS (§6.1.5, §6.1.6) changes first.

BR = CA/Browser Forum, Baseline Requirements for TLS Server Certificates; we hold every certificate to its key rules.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from chopmark.pki import der, oids
from chopmark.pki.curves import is_on_p256
from chopmark.pki.der import tags
from chopmark.pki.keyids import algorithm_of, p256_point, spki_sha256
from chopmark.pki.profiles import KeyKind
from chopmark.pki.refusals import Refusal
from chopmark.pki.weakness import has_close_primes, has_roca_fingerprint, smallest_factor

__all__ = ["KeyPolicy", "PublicKeyFacts", "WeakKey", "read_public_key", "require_good_key", "spki_sha256"]


class WeakKey(Refusal):
    """A public key that is not to be certified."""

    code = "weak_key"


class WeakKeyMalformed(WeakKey):
    """Not a SubjectPublicKeyInfo in the one encoding of its algorithm (RFC 3279 §2.3, RFC 5480 §2, RFC 8410 §4, RFC 9881 §4)."""

    code = "weak_key_malformed"


class WeakKeyAlgorithm(WeakKey):
    """A kind of key that the policy does not allow."""

    code = "weak_key_algorithm"


class WeakKeySize(WeakKey):
    """An RSA modulus too short, too long, or not a multiple of 8 bits (BR §6.1.5)."""

    code = "weak_key_size"


class WeakKeyExponent(WeakKey):
    """An RSA exponent that is even, or outside 2^16+1 to 2^256-1 (BR §6.1.6, after NIST SP 800-89 §5.3.3)."""

    code = "weak_key_exponent"


class WeakKeySmallFactor(WeakKey):
    """An RSA modulus with a factor smaller than 752 (BR §6.1.6)."""

    code = "weak_key_small_factor"


class WeakKeyClosePrimes(WeakKey):
    """An RSA modulus that Fermat's method factors within 100 rounds (BR §6.1.1.3, CVE-2022-26320)."""

    code = "weak_key_close_primes"


class WeakKeyRoca(WeakKey):
    """An RSA modulus with the fingerprint of the faulty library of ROCA (BR §6.1.1.3, CVE-2017-15361)."""

    code = "weak_key_roca"


class WeakKeyCurve(WeakKey):
    """A curve that the policy does not name (BR §6.1.5)."""

    code = "weak_key_curve"


class WeakKeyPoint(WeakKey):
    """An elliptic-curve point that is compressed or not on its curve (RFC 5480 §2.2, BR §6.1.6)."""

    code = "weak_key_point"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPolicy:
    """What a type of certificate accepts. Curves and parameter sets by identifier."""

    rsa_bits: tuple[int, int] | None = (2048, 4096)
    curves: frozenset[str] = frozenset({oids.P256, oids.P384})
    ed25519: bool = False
    ml_dsa: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKeyFacts:
    """What a key is; `parameter` is the curve or parameter set by identifier, `bits` the size people speak of."""

    kind: KeyKind
    bits: int
    parameter: str | None
    spki_sha256: bytes


_KINDS = {
    oids.RSA_ENCRYPTION: KeyKind.RSA,
    oids.EC_PUBLIC_KEY: KeyKind.EC,
    oids.ED25519: KeyKind.ED25519,
    oids.ML_DSA_44: KeyKind.ML_DSA,
    oids.ML_DSA_65: KeyKind.ML_DSA,
    oids.ML_DSA_87: KeyKind.ML_DSA,
}
_CURVE_BITS = {oids.P256: 256, oids.P384: 384, oids.P521: 521}
_OTHER_BITS = {
    oids.ED25519: 256,
    oids.ML_DSA_44: 1312 * 8,
    oids.ML_DSA_65: 1952 * 8,
    oids.ML_DSA_87: 2592 * 8,
}
_NULL = b"\x05\x00"
_EXPONENTS = (2**16 + 1, 2**256 - 1)


def require_good_key(spki_der: bytes, policy: KeyPolicy) -> PublicKeyFacts:
    """The key's facts, or a WeakKey with the clause it breaks. Blocked and repeated keys are for the caller to look up."""
    if oids.P256 in policy.curves and (point := p256_point(spki_der)) is not None and is_on_p256(point):
        return PublicKeyFacts(
            kind=KeyKind.EC, bits=256, parameter=oids.P256, spki_sha256=spki_sha256(spki_der)
        )
    facts, algorithm, bits = _take_apart(spki_der)
    _require_allowed(facts, algorithm, policy)
    key = _load(spki_der, facts)
    if isinstance(key, rsa.RSAPublicKey):
        _require_good_modulus(key.public_numbers(), policy)
    elif facts.kind is KeyKind.EC and (bits[:1] != b"\x04" or len(bits) != 1 + 2 * math.ceil(facts.bits / 8)):
        raise WeakKeyPoint
    return facts


def read_public_key(spki_der: bytes) -> PublicKeyFacts:
    """What kind of key this is, without judging whether it is good."""
    return _take_apart(spki_der)[0]


def key_shape(spki_der: bytes) -> tuple[KeyKind, bytes]:
    """The kind of a key and its AlgorithmIdentifier, which is all that certificates of siblings have in common of it."""
    try:
        algorithm = algorithm_of(spki_der)
    except der.MalformedDer as malformed:
        raise WeakKeyMalformed(**malformed.details) from malformed
    return _kind_of(algorithm), algorithm


@lru_cache(maxsize=64)
def _kind_of(algorithm: bytes) -> KeyKind:
    kind = _KINDS.get(der.read_one(algorithm).oid())
    if kind is None:
        raise WeakKeyAlgorithm
    return kind


def _take_apart(spki_der: bytes) -> tuple[PublicKeyFacts, str, bytes]:
    try:
        return _read(spki_der)
    except der.MalformedDer as malformed:
        raise WeakKeyMalformed(**malformed.details) from malformed


def _read(spki_der: bytes) -> tuple[PublicKeyFacts, str, bytes]:
    reader = der.read_one(spki_der)
    identifier = reader.enter()
    algorithm = identifier.oid()
    parameters = identifier.element() if identifier else None
    identifier.finish()
    bits = reader.whole_bits()
    reader.finish()
    kind = _KINDS.get(algorithm)
    if kind is None:
        raise WeakKeyAlgorithm
    parameter = _parameter(kind, algorithm, parameters)
    size = _size(kind, parameter, bits)
    facts = PublicKeyFacts(kind=kind, bits=size, parameter=parameter, spki_sha256=spki_sha256(spki_der))
    return facts, algorithm, bits


def _parameter(kind: KeyKind, algorithm: str, parameters: der.Element | None) -> str | None:
    """NULL for RSA, a named curve for EC, none for the others; anything else is malformed."""
    if kind is KeyKind.RSA and parameters is not None and parameters.encoded == _NULL:
        return None
    if kind is KeyKind.EC and parameters is not None and parameters.tag == tags.OID:
        return der.Reader(parameters.encoded).oid()
    if kind in (KeyKind.ED25519, KeyKind.ML_DSA) and parameters is None:
        return algorithm
    raise WeakKeyMalformed(where="parameters")


def _size(kind: KeyKind, parameter: str | None, bits: bytes) -> int:
    if kind is KeyKind.RSA:
        return der.read_one(bits).integer().bit_length()
    return (_CURVE_BITS if kind is KeyKind.EC else _OTHER_BITS).get(parameter or "", 0)


def _require_allowed(facts: PublicKeyFacts, algorithm: str, policy: KeyPolicy) -> None:
    allowed = {
        KeyKind.RSA: policy.rsa_bits is not None,
        KeyKind.EC: bool(policy.curves),
        KeyKind.ED25519: policy.ed25519,
        KeyKind.ML_DSA: algorithm in policy.ml_dsa,
    }
    if not allowed[facts.kind]:
        raise WeakKeyAlgorithm
    if facts.kind is KeyKind.EC and facts.parameter not in policy.curves:
        raise WeakKeyCurve


def _load(spki_der: bytes, facts: PublicKeyFacts) -> object:
    # For EC, cryptography refuses a point that is not on its curve.
    try:
        return load_der_public_key(spki_der)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise (WeakKeyPoint if facts.kind is KeyKind.EC else WeakKeyMalformed) from error


def _require_good_modulus(numbers: rsa.RSAPublicNumbers, policy: KeyPolicy) -> None:
    smallest, largest = policy.rsa_bits or (0, 0)
    bits = numbers.n.bit_length()
    if not smallest <= bits <= largest or bits % 8:
        raise WeakKeySize(bits=bits, limit=smallest)
    if not numbers.e % 2 or not _EXPONENTS[0] <= numbers.e <= _EXPONENTS[1]:
        raise WeakKeyExponent
    if smallest_factor(numbers.n) is not None:
        raise WeakKeySmallFactor
    if has_roca_fingerprint(numbers.n):
        raise WeakKeyRoca
    if has_close_primes(numbers.n):
        raise WeakKeyClosePrimes
