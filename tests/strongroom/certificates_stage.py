"""An issuing authority as an outsider sees one: made by another library than the one that is tested."""

from dataclasses import dataclass
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Example e-Cert CA 1")])
PLACE = "http://ca.example/1.crl"


@dataclass(frozen=True)
class Holder:
    key: ec.EllipticCurvePrivateKey
    certificate_der: bytes
    serial: int


@dataclass(frozen=True)
class Authority:
    key: ec.EllipticCurvePrivateKey
    certificate_der: bytes
    now: object

    @classmethod
    def make(cls, now):
        key = ec.generate_private_key(ec.SECP256R1())
        builder = (
            x509.CertificateBuilder()
            .subject_name(NAME)
            .issuer_name(NAME)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=30))
            .not_valid_after(now + timedelta(days=3650))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(ca=True), critical=True)
        )
        return cls(key, builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER), now)

    def issue(self, *, not_before=None, not_after=None, signs=True, is_authority=False):
        key = ec.generate_private_key(ec.SECP256R1())
        serial = x509.random_serial_number()
        place = x509.DistributionPoint([x509.UniformResourceIdentifier(PLACE)], None, None, None)
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "CHAN Tai Man")]))
            .issuer_name(NAME)
            .public_key(key.public_key())
            .serial_number(serial)
            .not_valid_before(not_before or self.now - timedelta(days=3))
            .not_valid_after(not_after or self.now + timedelta(days=300))
            .add_extension(_usage(signs=signs), critical=True)
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .add_extension(x509.CRLDistributionPoints([place]), critical=False)
        )
        return Holder(key, builder.sign(self.key, hashes.SHA256()).public_bytes(Encoding.DER), serial)

    def crl(self, *, now=None, revoked=(), number=1, place=PLACE, only_ca=False):
        made_at = (now or self.now) - timedelta(hours=1)
        scope = x509.IssuingDistributionPoint(
            [x509.UniformResourceIdentifier(place)], None, not only_ca, only_ca, None, False, False
        )
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(NAME)
            .last_update(made_at)
            .next_update(made_at + timedelta(days=2))
            .add_extension(x509.CRLNumber(number), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False
            )
            .add_extension(scope, critical=True)
        )
        for serial in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(made_at).build()
            builder = builder.add_revoked_certificate(entry)
        return builder.sign(self.key, hashes.SHA256()).public_bytes(Encoding.DER)


def signature_of(text, key):
    return key.sign(text, ec.ECDSA(hashes.SHA256()))


def _usage(*, ca=False, signs=True):
    return x509.KeyUsage(
        digital_signature=signs and not ca,
        content_commitment=not ca,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )
