"""Every key use is accounted for: a claim has a record or a verdict, and each has its leaf with the same facts."""

import hashlib
from collections.abc import Iterator, Mapping

from cryptography import x509

from chopmark.config.audit.fault import Fault, rows
from chopmark.pki.refusals import Refusal
from chopmark.pki.tlog.leaf import decode_leaf

UNFINISHED = """
    select claim.issuer_id, claim.serial_number from issuance_claim claim
    left join issuance_certificate recorded using (issuer_id, serial_number, kind)
    left join issuance_spentclaim spent using (issuer_id, serial_number, kind)
    where recorded.id is null and spent.id is null
"""
# What is of a chunk is looked at there (`chunks.py`); what is of none has an intent and a claim of its own.
UNCLAIMED = """
    with chunked as materialized (
        select issuer_id, substring(serial_numbers from 16 * place + 1 for 16) as serial_number
        from issuance_intendedchunk, generate_series(0, length(serial_numbers) / 16 - 1) place
    )
    select recorded.issuer_id, recorded.serial_number from issuance_certificate recorded
    left join issuance_claim claim using (issuer_id, serial_number, kind)
    left join issuance_intendedcertificate intended using (issuer_id, serial_number, kind)
    left join chunked using (issuer_id, serial_number)
    where (claim.id is null or intended.id is null) and chunked.serial_number is null
"""
SPENT_ALIVE = """
    select spent.issuer_id, spent.serial_number from issuance_spentclaim spent
    left join revocation_revocation revoked using (issuer_id, serial_number)
    where revoked.id is null
"""
TWICE = """
    select application_reference, count(*) from issuance_certificate recorded
    left join revocation_revocation revoked using (issuer_id, serial_number)
    where revoked.id is null group by application_reference having count(*) > 1
"""


def check_claims(*, settled: bool) -> Iterator[Fault]:
    """With `settled`, nothing may be on its way any more; without, a signer may be between claim and record."""
    if settled:
        for issuer_id, serial_number in rows(UNFINISHED):
            yield Fault(
                "claim", _name(issuer_id, serial_number), "neither a certificate nor a verdict came of it"
            )
        for issuer_id, serial_number in rows(SPENT_ALIVE):
            yield Fault("claim", _name(issuer_id, serial_number), "it was spent and is not revoked")
    for issuer_id, serial_number in rows(UNCLAIMED):
        yield Fault(
            "certificate", _name(issuer_id, serial_number), "it was recorded without an intent and a claim"
        )
    for reference, count in rows(TWICE):
        yield Fault("application", reference, f"{count} certificates of it are in force")


WAITING_FOR_SOMEBODY = """
    select reference from applications_application application
    where state = 'approved' and not exists (
        select 1 from issuance_certificate where application_reference = reference)
    and (exists (select 1 from issuance_blocked where application_reference = reference)
         or exists (select 1 from issuance_refusedintent refused
                    join issuance_intendedcertificate intended using (issuer_id, serial_number, kind)
                    where intended.application_reference = reference))
"""


def check_tickets() -> Iterator[Fault]:
    """An approved application that the gate or the signer refused waits for an operator: `chopmark certificate retry`."""
    for (reference,) in rows(WAITING_FOR_SOMEBODY):
        yield Fault("ticket", reference, "it is approved, was refused a signature, and waits for an operator")


def check_certificates() -> Iterator[Fault]:
    """Each certificate's bytes are those of its intent, signed by its issuer, and its leaf says the same of it."""
    query = """
        select recorded.issuer_id, recorded.serial_number, recorded.certificate_der, intended.tbs_certificate,
               authority.certificate_der, leaf.entry
        from issuance_certificate recorded
        join issuance_intendedcertificate intended using (issuer_id, serial_number, kind)
        join custody_cacertificate authority on authority.subject_id = recorded.issuer_id
        join audit_leaf leaf on leaf.id = recorded.leaf_id
    """
    for issuer_id, serial_number, der, tbs, issuer_der, entry in rows(query):
        name = _name(issuer_id, serial_number)
        try:
            certificate = x509.load_der_x509_certificate(bytes(der))
        except ValueError:
            yield Fault("certificate", name, "it is not a certificate")
            continue
        if certificate.tbs_certificate_bytes != bytes(tbs):
            yield Fault("certificate", name, "it is not what was intended")
        if certificate.serial_number != int.from_bytes(serial_number, "big"):
            yield Fault("certificate", name, "it carries another serial number")
        try:
            certificate.verify_directly_issued_by(x509.load_der_x509_certificate(bytes(issuer_der)))
        except Exception as error:  # noqa: BLE001  # whatever the library says, it is not issued by its issuer
            yield Fault("certificate", name, f"its signature does not verify ({type(error).__name__})")
        if public_part(bytes(entry)).get("fingerprint_sha256") != hashlib.sha256(bytes(der)).hexdigest():
            yield Fault("certificate", name, "its leaf names another fingerprint")


def public_part(entry: bytes) -> Mapping[str, str | int]:
    try:
        return decode_leaf(entry).public
    except Refusal:
        return {}


def _name(issuer_id: int, serial_number: bytes) -> str:
    return f"{issuer_id}/{bytes(serial_number).hex()}"
