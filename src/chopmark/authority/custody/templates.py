"""The templates of authority certificates, from the pack's hierarchy."""

from datetime import timedelta

from chopmark.authority.catalogue import pack
from chopmark.authority.custody.printing import printed_facts
from chopmark.pki.algorithms import SignatureAlgorithm
from chopmark.pki.certificates import CertificateTemplate, compile_template
from chopmark.pki.profiles import (
    CertificateProfile,
    ExtendedKeyUsage,
    issuing_authority_profile,
    root_profile,
)


def authority_template(
    hierarchy: pack.Hierarchy, certificate: pack.CaCertificate, *, issuer_spki: bytes
) -> CertificateTemplate:
    """The shape of one authority certificate: a root's, or one held to the purposes of its subject (C17)."""
    issuer = hierarchy.issuers[certificate.issuer]
    signature = SignatureAlgorithm(hierarchy.keys[issuer.key].signature)
    return compile_template(
        _profile(hierarchy, certificate),
        issuer=printed_facts(issuer, spki=issuer_spki),
        signature_algorithm=signature,
    )


def _profile(hierarchy: pack.Hierarchy, certificate: pack.CaCertificate) -> CertificateProfile:
    subject = hierarchy.issuers[certificate.subject]
    validity = timedelta(days=365 * certificate.years)
    if certificate.is_self_signed:
        return root_profile(validity=validity, path_length=subject.path_length)
    return issuing_authority_profile(
        name=certificate.slug,
        validity=validity,
        extended_key_usage=tuple(ExtendedKeyUsage[usage.name] for usage in subject.extended_key_usage),
        ocsp_access=hierarchy.issuers[certificate.issuer].ocsp_url is not None,
    )
