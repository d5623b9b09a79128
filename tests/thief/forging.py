"""Certificates that the log does not know, made with the signer's own files."""

import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_der_private_key


def forge(
    token: Path, passphrase_file: Path, genuine_der: bytes, issuer_der: bytes, challenge: str
) -> dict[str, str]:
    """A certificate with everything of the genuine one but its key, and a signature by that key over the challenge."""
    genuine, issuer = (x509.load_der_x509_certificate(each) for each in (genuine_der, issuer_der))
    own = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)  # noqa: TID251  a thief's clock is the machine's
    builder = x509.CertificateBuilder(
        issuer_name=genuine.issuer,
        subject_name=genuine.subject,
        public_key=own.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - timedelta(hours=1),
        not_valid_after=now + timedelta(days=1),
    )
    for one in genuine.extensions:
        builder = builder.add_extension(one.value, one.critical)
    forged = builder.sign(_key_of(issuer, token, passphrase_file.read_bytes().strip()), SHA256())
    forged.verify_directly_issued_by(issuer)
    signature = own.sign(challenge.encode(), ec.ECDSA(SHA256()))
    octets = {"certificate": forged.public_bytes(Encoding.DER), "signature": signature}
    return {name: base64.b64encode(each).decode() for name, each in octets.items()}


def _key_of(issuer: x509.Certificate, token: Path, passphrase: bytes) -> ec.EllipticCurvePrivateKey:
    for path in token.glob("*.p8"):
        key = load_der_private_key(path.read_bytes(), passphrase)
        if key.public_key() == issuer.public_key():
            assert isinstance(key, ec.EllipticCurvePrivateKey)
            return key
    raise LookupError("the token has no key of this issuer")
