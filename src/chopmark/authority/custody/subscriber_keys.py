"""Door: a subscriber's key is made, wrapped, and sealed to a PIN or a card bureau (CPS 6.1.1-6.1.2). Importers: keymaking.signing
and, for the pool, keymaking.pool_signing. Tags: key:made, key_pool:filled.

Between the two calls the private key exists only as ciphertext to this token; outside this module, never in the clear.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.serialization import PrivateFormat, pkcs7, pkcs12
from cryptography.x509 import Certificate, load_der_x509_certificate

from chopmark.authority.custody.errors import AlgorithmNotOfKey, DoorRefused, KeyNotInToken
from chopmark.authority.custody.sealing import seal, unseal
from chopmark.authority.custody.software_token import make_private_key, spki_of
from chopmark.authority.custody.token import KeyAlgorithm, Token

SUBSCRIBER_ALGORITHMS = frozenset(
    {
        KeyAlgorithm.P256,
        KeyAlgorithm.P384,
        KeyAlgorithm.RSA_2048,
        KeyAlgorithm.RSA_3072,
        KeyAlgorithm.RSA_4096,
    }
)
# The PIN has 55 bits of its own; the rounds only slow a guesser further down.
PBKDF2_ROUNDS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class WrappedSubscriberKey:
    """A new key: its public half, and the rest sealed to the token."""

    spki: bytes
    wrapped: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A value sealed to a key of the token, and what it was sealed for."""

    key_label: str
    value: bytes
    context: bytes


def require_key(known: tuple[str, bytes], token: Token) -> None:
    """Refuse while the token does not hold this key: a caller asks before it claims, so that an outage spends nothing."""
    label, spki = known
    if token.public_key_der(token.handle(label)) != spki:
        raise KeyNotInToken(label=label)


def make_subscriber_key(
    algorithm: KeyAlgorithm, *, token: Token, wrap_label: str, context: bytes, randomness: bytes
) -> WrappedSubscriberKey:
    """Make a key for a subscriber; the clear key does not outlive this call."""
    if algorithm not in SUBSCRIBER_ALGORITHMS:
        raise AlgorithmNotOfKey(algorithm=algorithm)
    key = make_private_key(algorithm)
    clear = key.private_bytes(serialization.Encoding.DER, PrivateFormat.PKCS8, serialization.NoEncryption())
    wrap_spki = token.public_key_der(token.handle(wrap_label))
    return WrappedSubscriberKey(
        spki=spki_of(key), wrapped=seal(wrap_spki, clear, context=context, randomness=randomness)
    )


def seal_to_pin(
    key: Sealed,
    pin: Sealed,
    *,
    token: Token,
    certificate_der: bytes,
    chain: Sequence[bytes],
    friendly_name: str,
) -> bytes:
    """A PKCS#12 (RFC 7292) under the envelope's PIN, with PBES2 and HMAC-SHA-256 throughout."""
    private_key = serialization.load_der_private_key(_open(key, token), None)
    certificate = _read(certificate_der)
    if not isinstance(private_key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise AlgorithmNotOfKey
    if private_key.public_key() != certificate.public_key():
        raise DoorRefused(rule="certificate_of_another_key")
    protection = (
        PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(PBKDF2_ROUNDS)
        .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
        .hmac_hash(hashes.SHA256())
        .build(_open(pin, token))
    )
    authorities = [load_der_x509_certificate(der) for der in chain]
    return pkcs12.serialize_key_and_certificates(
        friendly_name.encode(), private_key, certificate, authorities, protection
    )


def seal_to_bureau(
    key: Sealed, *, token: Token, certificate_der: bytes, transport_certificate_der: bytes
) -> bytes:
    """CMS EnvelopedData (RFC 5652 §6) over the PKCS#8 of the key of this certificate, for one recipient, AES-256-CBC within."""
    clear = _open(key, token)
    if serialization.load_der_private_key(clear, None).public_key() != _read(certificate_der).public_key():
        raise DoorRefused(rule="certificate_of_another_key")
    envelope = pkcs7.PKCS7EnvelopeBuilder().set_data(clear).add_recipient(_read(transport_certificate_der))
    aes = envelope.set_content_encryption_algorithm(algorithms.AES256)
    return aes.encrypt(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])


def _read(certificate_der: bytes) -> Certificate:
    try:
        return load_der_x509_certificate(certificate_der)
    except ValueError:
        raise DoorRefused(rule="certificate_readable") from None


def _open(sealed: Sealed, token: Token) -> bytes:
    return unseal(token, token.handle(sealed.key_label), sealed.value, context=sealed.context)
