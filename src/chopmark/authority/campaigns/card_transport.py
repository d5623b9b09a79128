"""The certificate of a card bureau that keys of ours are sealed to."""

from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from chopmark.authority.campaigns.errors import TransportCertificateUnfit

# The keys it carries are for years: SP 800-57 part 1, table 4, puts 3072 bits beside P-256.
LEAST_BITS = 3072


def require_transport_certificate(certificate_der: bytes, now: datetime) -> None:
    """Refuse what nothing of ours may be sealed to; whether it is the bureau's, operators know, and approve by its digest."""
    try:
        certificate = x509.load_der_x509_certificate(certificate_der)
        key, usage = certificate.public_key(), _usage(certificate)
    except ValueError:
        raise TransportCertificateUnfit(rule="readable") from None
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < LEAST_BITS:
        raise TransportCertificateUnfit(rule="rsa key")
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise TransportCertificateUnfit(rule="in force")
    if usage is not None and not usage.key_encipherment:
        raise TransportCertificateUnfit(rule="key encipherment")


def _usage(certificate: x509.Certificate) -> x509.KeyUsage | None:
    try:
        return certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return None
