"""What a delegate's certificate is, and how its asker proves to hold its key."""

from datetime import datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from chopmark.authority.catalogue.reading import current
from chopmark.authority.custody.printing import printed_facts
from chopmark.authority.custody.selectors import IssuingAuthority
from chopmark.authority.validation.errors import DelegateKeyNotProven, NoResponderForIssuer
from chopmark.pki.certificates import CertificateTemplate, compile_template
from chopmark.pki.names import read_name, write_name
from chopmark.pki.profiles import ocsp_delegate_profile

VALID_FOR = timedelta(hours=24)
# A relying party's clock may be behind ours.
BACKDATED_FOR = timedelta(minutes=5)
CONTEXT = b"chopmark ocsp delegate request v1\n"


def proof_text(issuer_id: int, spki: bytes) -> bytes:
    """What a responder signs with its new key: that it asks for this issuer's delegation."""
    return CONTEXT + issuer_id.to_bytes(2, "big") + spki


def require_proven(issuer_id: int, spki: bytes, proof: bytes) -> None:
    """A P-256 key, and a signature by it over this request."""
    try:
        key = load_der_public_key(spki)
        if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
            raise DelegateKeyNotProven
        key.verify(proof, proof_text(issuer_id, spki), ECDSA(SHA256()))
    except (ValueError, InvalidSignature):
        raise DelegateKeyNotProven from None


def has_responder(authority: IssuingAuthority) -> bool:
    """Whether the pack prints an OCSP address in what this issuer signs."""
    return current().hierarchy.issuers[authority.slug].ocsp_url is not None


def delegate_template(authority: IssuingAuthority) -> CertificateTemplate:
    issuer = current().hierarchy.issuers[authority.slug]
    if issuer.ocsp_url is None:
        raise NoResponderForIssuer(issuer=authority.slug)
    return compile_template(
        ocsp_delegate_profile(validity=VALID_FOR),
        issuer=printed_facts(issuer, spki=authority.spki),
        signature_algorithm=authority.signature_algorithm,
    )


def delegate_tbs(
    authority: IssuingAuthority, *, spki: bytes, serial_number: bytes, now: datetime
) -> tuple[bytes, CertificateTemplate]:
    """The exact content of a delegate's certificate that begins now, and its template."""
    template, not_before = delegate_template(authority), now.replace(microsecond=0) - BACKDATED_FOR
    not_after = min(not_before + VALID_FOR - timedelta(seconds=1), authority.not_after)
    tbs = template.fill(
        serial_number=serial_number,
        not_before=not_before,
        not_after=not_after,
        subject_der=_subject(authority),
        spki_der=spki,
    )
    return tbs, template


def _subject(authority: IssuingAuthority) -> bytes:
    """The issuer's own name, but for what it is commonly called."""
    own = [pair for pair in read_name(authority.name_der).attributes if pair[0] != "CN"]
    return write_name([*own, ("CN", "OCSP responder")]).der
