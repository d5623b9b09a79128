"""Check a signature against a public key; a wrong one raises, nothing returns False."""

from typing import TypeGuard

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from chopmark.pki.algorithms import SignatureAlgorithm
from chopmark.pki.refusals import Refusal

_HASHES: dict[SignatureAlgorithm, hashes.HashAlgorithm] = {
    SignatureAlgorithm.ECDSA_SHA256: hashes.SHA256(),
    SignatureAlgorithm.ECDSA_SHA384: hashes.SHA384(),
    SignatureAlgorithm.RSA_SHA256: hashes.SHA256(),
    SignatureAlgorithm.RSA_SHA384: hashes.SHA384(),
    SignatureAlgorithm.RSA_SHA512: hashes.SHA512(),
}
_ECDSA = (SignatureAlgorithm.ECDSA_SHA256, SignatureAlgorithm.ECDSA_SHA384)
_RSA = (SignatureAlgorithm.RSA_SHA256, SignatureAlgorithm.RSA_SHA384, SignatureAlgorithm.RSA_SHA512)


class SignatureForged(Refusal):
    """The signature was not made over these bytes by the holder of this key."""

    code = "signature_forged"


class KeyNotForAlgorithm(Refusal):
    """A key of this kind cannot have signed by that algorithm, or cannot be read."""

    code = "key_not_for_algorithm"


def verify_signature(
    *, spki_der: bytes, signature_algorithm: SignatureAlgorithm, signature: bytes, signed: bytes
) -> None:
    """Raise unless the key signed exactly these bytes by exactly this algorithm."""
    try:
        key = load_der_public_key(spki_der)
        _verify(key, signature_algorithm, signature, signed)
    except InvalidSignature:
        raise SignatureForged from None
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyNotForAlgorithm from error


def _verify(key: object, algorithm: SignatureAlgorithm, signature: bytes, signed: bytes) -> None:
    if isinstance(key, ec.EllipticCurvePublicKey) and algorithm in _ECDSA:
        key.verify(signature, signed, ec.ECDSA(_HASHES[algorithm]))
    elif isinstance(key, rsa.RSAPublicKey) and algorithm in _RSA:
        key.verify(signature, signed, padding.PKCS1v15(), _HASHES[algorithm])
    elif _is_of(key, algorithm):
        key.verify(signature, signed)
    else:
        raise KeyNotForAlgorithm


def _is_of(
    key: object, algorithm: SignatureAlgorithm
) -> TypeGuard[ed25519.Ed25519PublicKey | mldsa.MLDSA65PublicKey]:
    """A key that has one algorithm of its own, which takes the message itself."""
    if algorithm is SignatureAlgorithm.ED25519:
        return isinstance(key, ed25519.Ed25519PublicKey)
    return algorithm is SignatureAlgorithm.ML_DSA_65 and isinstance(key, mldsa.MLDSA65PublicKey)
