"""The third judge on CRLs and OCSP answers: `cryptography` reads in them what we read."""

from itertools import islice

from cryptography import x509
from cryptography.x509 import ocsp as decoder

from chopmark.pki.crl import CrlFacts
from chopmark.pki.findings import Finding, Severity, Source
from chopmark.pki.judges import decoded_names
from chopmark.pki.ocsp import ResponseData, SingleResponse
from chopmark.pki.reasons import CRLReason

_STATUS = {
    decoder.OCSPCertStatus.GOOD: "good",
    decoder.OCSPCertStatus.REVOKED: "revoked",
    decoder.OCSPCertStatus.UNKNOWN: "unknown",
}


def judge_crl(crl_der: bytes, facts: CrlFacts) -> list[Finding]:
    try:
        crl = x509.load_der_x509_crl(crl_der)
        same = {
            "issuer": decoded_names.same(crl.issuer, facts.issuer_der),
            "thisUpdate": crl.last_update_utc == facts.this_update,
            "nextUpdate": crl.next_update_utc == facts.next_update,
            "revokedCertificates": len(crl) == facts.entry_count and _first_entries_same(crl, facts),
            "crlExtensions": dict(_extensions(crl)) == dict(_extensions_meant(facts)),
        }
    except (ValueError, x509.DuplicateExtension):
        return [_not_decoded()]
    return _differences(same)


def _first_entries_same(crl: x509.CertificateRevocationList, facts: CrlFacts) -> bool:
    """The beginning suffices: one writer made them all, and their number is the same."""
    return all(
        int.from_bytes(entry.serial_number, "big") == decoded.serial_number
        and entry.revoked_at == decoded.revocation_date_utc
        and CRLReason(entry.reason) is _reason(decoded)
        for decoded, entry in zip(islice(crl, 100), facts.entries(), strict=False)
    )


def _reason(decoded: x509.RevokedCertificate) -> CRLReason:
    for extension in decoded.extensions:
        if isinstance(extension.value, x509.CRLReason):
            return _REASONS[extension.value.reason]
    return CRLReason.UNSPECIFIED


_REASONS = {
    x509.ReasonFlags.unspecified: CRLReason.UNSPECIFIED,
    x509.ReasonFlags.key_compromise: CRLReason.KEY_COMPROMISE,
    x509.ReasonFlags.ca_compromise: CRLReason.CA_COMPROMISE,
    x509.ReasonFlags.affiliation_changed: CRLReason.AFFILIATION_CHANGED,
    x509.ReasonFlags.superseded: CRLReason.SUPERSEDED,
    x509.ReasonFlags.cessation_of_operation: CRLReason.CESSATION_OF_OPERATION,
    x509.ReasonFlags.certificate_hold: CRLReason.CERTIFICATE_HOLD,
    x509.ReasonFlags.remove_from_crl: CRLReason.REMOVE_FROM_CRL,
    x509.ReasonFlags.privilege_withdrawn: CRLReason.PRIVILEGE_WITHDRAWN,
    x509.ReasonFlags.aa_compromise: CRLReason.AA_COMPROMISE,
}


def _extensions(crl: x509.CertificateRevocationList) -> list[tuple[str, tuple[bool, x509.ExtensionType]]]:
    return [(one.oid.dotted_string, (one.critical, one.value)) for one in crl.extensions]


def _extensions_meant(facts: CrlFacts) -> list[tuple[str, tuple[bool, x509.ExtensionType]]]:
    written: list[tuple[bool, x509.ExtensionType]] = [
        (False, x509.AuthorityKeyIdentifier(facts.key_identifier, None, None)),
        (False, x509.CRLNumber(facts.number)),
    ]
    if facts.base_number is not None:
        written.append((True, x509.DeltaCRLIndicator(facts.base_number)))
    if facts.distribution_point or facts.only_user or facts.only_ca:
        written.append((True, _issuing_distribution_point(facts)))
    if facts.freshest_url is not None:
        written.append((False, _freshest(facts.freshest_url)))
    return [(value.oid.dotted_string, (critical, value)) for critical, value in written]


def _freshest(url: str) -> x509.FreshestCRL:
    point = x509.DistributionPoint(
        full_name=[x509.UniformResourceIdentifier(url)], relative_name=None, reasons=None, crl_issuer=None
    )
    return x509.FreshestCRL([point])


def _issuing_distribution_point(facts: CrlFacts) -> x509.IssuingDistributionPoint:
    url = facts.distribution_point
    return x509.IssuingDistributionPoint(
        full_name=[x509.UniformResourceIdentifier(url)] if url else None,
        relative_name=None,
        only_contains_user_certs=facts.only_user,
        only_contains_ca_certs=facts.only_ca,
        only_some_reasons=None,
        indirect_crl=False,
        only_contains_attribute_certs=False,
    )


def judge_ocsp(response_der: bytes, data: ResponseData) -> list[Finding]:
    try:
        decoded = decoder.load_der_ocsp_response(response_der)
        singles = list(decoded.responses)
        same = {
            "responderID": decoded.responder_key_hash == data.responder_key_hash,
            "producedAt": decoded.produced_at_utc == data.produced_at,
            "responses": len(singles) == len(data.responses)
            and all(map(_single_same, singles, data.responses)),
            "responseExtensions": _nonce(decoded) == data.nonce,
        }
    except (ValueError, x509.DuplicateExtension):
        return [_not_decoded()]
    return _differences(same)


def _single_same(decoded: decoder.OCSPSingleResponse, meant: SingleResponse) -> bool:
    return (
        decoded.serial_number == int.from_bytes(meant.cert_id.serial_number, "big", signed=True)
        and (decoded.issuer_name_hash, decoded.issuer_key_hash)
        == (meant.cert_id.issuer_name_hash, meant.cert_id.issuer_key_hash)
        and _STATUS[decoded.certificate_status] == meant.status.value
        and (decoded.this_update_utc, decoded.next_update_utc) == (meant.this_update, meant.next_update)
        and decoded.revocation_time_utc == meant.revoked_at
        and (
            CRLReason.UNSPECIFIED
            if decoded.revocation_reason is None
            else _REASONS[decoded.revocation_reason]
        )
        is meant.reason
    )


def _nonce(decoded: decoder.OCSPResponse) -> bytes | None:
    return next(
        (one.value.nonce for one in decoded.extensions if isinstance(one.value, x509.OCSPNonce)), None
    )


def _not_decoded() -> Finding:
    return Finding(Source.DECODED, "not_decoded", Severity.FATAL, "")


def _differences(same: dict[str, bool]) -> list[Finding]:
    return [
        Finding(Source.DECODED, "decodes_otherwise", Severity.ERROR, where)
        for where, is_same in same.items()
        if not is_same
    ]
