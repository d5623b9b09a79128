"""Door: certificates of our own authorities (CPS 6.1). Importer: custody.ceremony. Tag: ca_certificate:issued."""

from chopmark.authority.custody.models import Issuer, KeyRecord
from chopmark.authority.custody.rules import require, require_rules_kept
from chopmark.authority.custody.token import Token
from chopmark.pki.algorithms import SignatureAlgorithm
from chopmark.pki.certificates import CertificateTemplate, assemble, read_certificate
from chopmark.pki.keyids import key_identifier


def sign_authority_certificate(
    tbs_certificate: bytes,
    *,
    template: CertificateTemplate,
    issuer: Issuer,
    subject: Issuer,
    issuer_certificate_der: bytes | None,
    token: Token,
) -> bytes:
    """A root's certificate by its own key (no certificate of the issuer), or one by a root for another authority."""
    key, subject_key = (
        KeyRecord.objects.get(label=issuer.key_label),
        KeyRecord.objects.get(label=subject.key_label),
    )
    require(template.profile.basic_constraints.ca, "authority")
    require(
        issuer.is_root and (issuer.id == subject.id) == (issuer_certificate_der is None), "signed_by_a_root"
    )
    require(template.issuer.name_der == bytes(issuer.name_der), "issuer_name")
    require(template.issuer.key_identifier == key_identifier(bytes(key.spki)), "issuer_key")
    values = template.read(tbs_certificate)
    require_rules_kept(tbs_certificate, template, issuer_certificate_der)
    require(values.subject_der == bytes(subject.name_der), "subject_name")
    require(values.spki_der == bytes(subject_key.spki), "subject_key")
    if issuer_certificate_der is not None:
        above = read_certificate(issuer_certificate_der)
        inside = above.not_before <= values.not_before < values.not_after <= above.not_after
        require(inside and bool(template.profile.extended_key_usage), "within_issuer_and_purpose")
    algorithm = SignatureAlgorithm(key.signature_algorithm)
    require(template.signature_algorithm is algorithm, "signature_algorithm")
    handle = token.handle(key.label)
    require(token.public_key_der(handle) == bytes(key.spki), "key_of_issuer")
    return assemble(tbs_certificate, algorithm, token.sign(handle, tbs_certificate, algorithm))
