"""`chopmark certificate evidence`: every leaf of one certificate's life, each with its proof, in one file (C40)."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from chopmark.authority.issuance import selectors as issuance
from chopmark.authority.issuance.models import Certificate
from chopmark.authority.transparency.keys import own_key
from chopmark.authority.transparency.selectors import inclusion_proof
from chopmark.config.audit.fault import rows
from chopmark.config.faults import Fault
from chopmark.pki.tlog.evidence import Evidence, check_evidence, encode_evidence
from chopmark.pki.tlog.leaf import canonical_payload
from chopmark.pki.tlog.proof import Proof
from chopmark.pki.tlog.statement import Statement, encode_statement
from chopmark.publiclog.errors import LeafNotUnderCheckpoint

# What names the certificate, and what was done for its application; the leaves of another number are another's life.
LEAVES = """
    with said as (select id, convert_from(entry, 'UTF8')::jsonb -> 'public' as public from audit_leaf)
    select said.id, payload.salt, payload.payload::text from said
    left join audit_payload payload on payload.leaf_id = said.id
    where (said.public ->> 'serial_number' = %(serial)s and said.public -> 'issuer' = to_jsonb(%(issuer)s::int))
       or (not coalesce(said.public ? 'serial_number', false) and payload.payload ->> 'application' = %(application)s)
    order by said.id
"""


def gather(serial_number: bytes, *, with_payloads: bool) -> tuple[str, int]:
    """The file's text, and how many leaves are not in it yet, since nothing is signed over them; checked before it is given."""
    certificate = _the_one(serial_number)
    pem = (
        x509.load_der_x509_certificate(bytes(certificate.certificate_der)).public_bytes(Encoding.PEM).decode()
    )
    found = list(_proofs(certificate, with_payloads=with_payloads))
    proofs = tuple(proof for proof in found if proof is not None)
    evidence = Evidence(certificate_pem=pem, proofs=proofs)
    fingerprint = hashlib.sha256(bytes(certificate.certificate_der)).hexdigest()
    check_evidence(evidence, fingerprint_sha256=fingerprint, key=own_key())
    return encode_evidence(evidence), len(found) - len(proofs)


def _the_one(serial_number: bytes) -> Certificate:
    certificates = issuance.by_serial(serial_number)
    if not certificates:
        raise Fault(
            "no certificate of ours has that serial number", "write it in hexadecimal, as it is printed"
        )
    if len(certificates) > 1:
        raise Fault("two issuers used that serial number", "report this: serial numbers are 120 random bits")
    return certificates[0]


def _proofs(certificate: Certificate, *, with_payloads: bool) -> Iterator[Proof | None]:
    """A proof a leaf; None where no checkpoint is over it yet."""
    facts = {
        "serial": bytes(certificate.serial_number).hex(),
        "issuer": certificate.issuer_id,
        "application": certificate.application_reference,
    }
    for leaf_id, salt, payload in rows(LEAVES, facts):
        opened = {}
        if with_payloads and salt is not None:
            opened = {"payload_json": canonical_payload(json.loads(payload)), "salt": bytes(salt)}
        try:
            yield proof_of(leaf_id, **opened)
        except LeafNotUnderCheckpoint:
            yield None


def proof_of(leaf_id: int, **opened: bytes) -> Proof:
    """That a leaf is in the log, with its entry and, if given, what it commits to; `LeafNotUnderCheckpoint` until it is."""
    inclusion = inclusion_proof(leaf_id)
    return Proof(
        index=inclusion.index,
        path=inclusion.path,
        checkpoint=inclusion.checkpoint,
        extra=encode_statement(replace(Statement(entry=inclusion.entry), **opened)),
    )
