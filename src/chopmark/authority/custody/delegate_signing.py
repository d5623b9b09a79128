"""Door: certificates of OCSP delegates (CPS 4.10, RFC 6960 §4.2.2.2). Importer: validation.signing. Tag: ocsp_delegate:issued."""

from datetime import timedelta

from chopmark.authority.custody.rules import handle_of, read_own, require, require_within
from chopmark.authority.custody.selectors import IssuingAuthority
from chopmark.authority.custody.token import Token
from chopmark.pki.certificates import CertificateTemplate, assemble
from chopmark.pki.profiles import ExtendedKeyUsage

# Nobody can ask for a delegate's status, so a stolen key must die by itself (RFC 6960 §4.2.2.2.1).
LONGEST = timedelta(days=2)


def require_key(issuer: IssuingAuthority, token: Token) -> None:
    """Refuse while the token does not hold the issuer's key: a caller asks before it claims, so that an outage spends nothing."""
    handle_of(issuer, token)


def sign_delegate(
    tbs_certificate: bytes, *, template: CertificateTemplate, issuer: IssuingAuthority, token: Token
) -> bytes:
    """A short-lived certificate for a responder's key, good for OCSP and nothing else."""
    profile = template.profile
    require(profile.extended_key_usage == (ExtendedKeyUsage.OCSP_SIGNING,), "ocsp_signing_only")
    require(profile.ocsp_no_check and not profile.basic_constraints.ca, "delegate_profile")
    values = read_own(tbs_certificate, template, issuer)
    require(values.not_after - values.not_before <= LONGEST, "short_lived")
    require(values.spki_der != issuer.spki, "subject_is_not_issuer")
    require_within(issuer, values.not_before, values.not_after)
    algorithm = issuer.signature_algorithm
    return assemble(
        tbs_certificate, algorithm, token.sign(handle_of(issuer, token), tbs_certificate, algorithm)
    )
