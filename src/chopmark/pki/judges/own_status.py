"""The first judge on what is said of status: CRLs (RFC 5280 §5) and OCSP answers (RFC 6960 §4.2)."""

from collections.abc import Iterator

from chopmark.pki import der, extensions, oids
from chopmark.pki.crl import CrlFacts, RevokedEntry
from chopmark.pki.findings import Finding, Severity, Source
from chopmark.pki.ocsp import CertStatus, ResponseData, SingleResponse, cert_id_hashes, responder_key_hash
from chopmark.pki.profiles import KeyUsage
from chopmark.pki.reasons import CRLReason
from chopmark.pki.tbs import TbsCertificate

# Above this many entries they are looked at one in so many: the encoder has one path for all of them, and a
# list of a million must be out in seconds. Their form was checked when they were counted.
ENTRIES_IN_FULL = 20_000


def judge_crl(facts: CrlFacts, issuer: TbsCertificate) -> list[Finding]:
    return [Finding(Source.OWN, code, Severity.ERROR, where) for code, where in _crl(facts, issuer)]


_Fault = tuple[str, str]


def _crl(facts: CrlFacts, issuer: TbsCertificate) -> Iterator[_Fault]:
    if facts.issuer_der != issuer.subject_der:
        yield "e_crl_issuer_wrong", "issuer"
    if facts.key_identifier is None or facts.key_identifier != _subject_key_identifier(issuer):
        yield "e_crl_key_identifier_wrong", "crlExtensions.authorityKeyIdentifier"
    if KeyUsage.CRL_SIGN not in _key_usage(issuer):
        yield "e_crl_issuer_may_not", "issuer"
    if facts.next_update <= facts.this_update:
        yield "e_crl_updates_reversed", "nextUpdate"
    if facts.number.bit_length() > 159:  # 20 octets, RFC 5280 §5.2.3
        yield "e_crl_number_too_long", "crlExtensions.cRLNumber"
    if facts.base_number is not None and facts.base_number >= facts.number:
        yield "e_crl_base_not_before", "crlExtensions.deltaCRLIndicator"
    if facts.base_number is not None and facts.freshest_url is not None:
        yield "e_crl_delta_of_a_delta", "crlExtensions.freshestCRL"
    yield from _entries(facts)


def _entries(facts: CrlFacts) -> Iterator[_Fault]:
    seen: set[bytes] = set()
    for entry in facts.entries() if facts.entry_count <= ENTRIES_IN_FULL else facts.sample():
        yield from _entry(entry, facts)
        if entry.serial_number in seen:
            yield "e_crl_entry_duplicate", "revokedCertificates"
        seen.add(entry.serial_number)


def _entry(entry: RevokedEntry, facts: CrlFacts) -> Iterator[_Fault]:
    if entry.serial_number[0] > 0x7F or len(entry.serial_number) > 20:
        yield "e_crl_serial_illegal", "revokedCertificates.userCertificate"
    if entry.revoked_at > facts.this_update:
        yield "e_crl_revoked_in_future", "revokedCertificates.revocationDate"
    if entry.invalidity_date is not None and entry.invalidity_date > entry.revoked_at:
        yield "e_crl_invalidity_after_revocation", "revokedCertificates.invalidityDate"
    if entry.reason is CRLReason.REMOVE_FROM_CRL and facts.base_number is None:
        yield "e_crl_remove_outside_delta", "revokedCertificates.reasonCode"


def judge_ocsp(data: ResponseData, responder: TbsCertificate, issuer: TbsCertificate) -> list[Finding]:
    return [
        Finding(Source.OWN, code, Severity.ERROR, where) for code, where in _ocsp(data, responder, issuer)
    ]


def _ocsp(data: ResponseData, responder: TbsCertificate, issuer: TbsCertificate) -> Iterator[_Fault]:
    if data.responder_key_hash != responder_key_hash(responder.spki_der):
        yield "e_ocsp_responder_wrong", "responderID"
    if not data.responses:
        yield "e_ocsp_no_response", "responses"
    if responder.encoded != issuer.encoded and not _is_delegate(responder, issuer):
        yield "e_ocsp_delegate_wrong", "responderID"
    if not responder.not_before <= data.produced_at <= responder.not_after:
        yield "e_ocsp_delegate_expired", "producedAt"
    for response in data.responses:
        yield from _single(response, data, issuer)


def _single(response: SingleResponse, data: ResponseData, issuer: TbsCertificate) -> Iterator[_Fault]:
    wanted = response.cert_id
    hashes = cert_id_hashes(issuer.subject_der, issuer.spki_der, wanted.hash_algorithm)
    is_ours = (wanted.issuer_name_hash, wanted.issuer_key_hash) == hashes
    if not is_ours and response.status is not CertStatus.UNKNOWN:
        yield "e_ocsp_issuer_wrong", "responses.certID"
    if response.this_update > data.produced_at:
        yield "e_ocsp_update_in_future", "responses.thisUpdate"
    if response.next_update is not None and response.next_update <= response.this_update:
        yield "e_ocsp_updates_reversed", "responses.nextUpdate"
    if response.revoked_at is not None and response.revoked_at > data.produced_at:
        yield "e_ocsp_revoked_in_future", "responses.certStatus"


def _is_delegate(responder: TbsCertificate, issuer: TbsCertificate) -> bool:
    """Issued by this very issuer, for this purpose (RFC 6960 §4.2.2.2)."""
    value = responder.extension_value(oids.EXTENDED_KEY_USAGE)
    purposes = () if value is None else extensions.read_extended_key_usage(value)
    return responder.issuer_der == issuer.subject_der and oids.OCSP_SIGNING in purposes


def _subject_key_identifier(issuer: TbsCertificate) -> bytes | None:
    value = issuer.extension_value(oids.SUBJECT_KEY_IDENTIFIER)
    return None if value is None else der.Reader(value).octets()


def _key_usage(issuer: TbsCertificate) -> frozenset[KeyUsage]:
    value = issuer.extension_value(oids.KEY_USAGE)
    return frozenset() if value is None else extensions.read_key_usage(value)
