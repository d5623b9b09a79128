"""Checking a file that somebody brings: one proof, or all the evidence about a certificate."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from chopmark.pki.tlog.cosignature import CosignerKey
from chopmark.pki.tlog.evidence import (
    Evidence,
    EvidenceMalformed,
    ProvedLeaf,
    check_evidence,
    check_statement,
    parse_evidence,
)
from chopmark.pki.tlog.note import VerifierKey
from chopmark.pki.tlog.proof import HEADER, parse_proof


def check_file(
    octets: bytes, *, key: VerifierKey, witnesses: Sequence[CosignerKey], quorum: int
) -> tuple[ProvedLeaf, ...]:
    """The leaves that the file proves; a refusal if there is anything in it that it does not."""
    try:
        text = octets.decode()
    except UnicodeDecodeError:
        raise EvidenceMalformed from None
    if text.startswith(HEADER):
        return (check_statement(parse_proof(text), key=key, witnesses=witnesses, quorum=quorum),)
    evidence = parse_evidence(text)
    return check_evidence(
        evidence, fingerprint_sha256=_fingerprint(evidence), key=key, witnesses=witnesses, quorum=quorum
    )


def facts_of(one: ProvedLeaf) -> dict[str, Any]:
    return {
        "index": one.index,
        "tag": one.leaf.tag,
        "at": one.leaf.at,
        "refused": one.leaf.refused,
        "outlet": one.leaf.outlet,
        "public": dict(one.leaf.public),
        "payload": one.payload,
        "origin": one.proved.checkpoint.origin,
        "size": one.proved.checkpoint.size,
        "cosigned_by": [{"name": each.key.name, "at": each.at} for each in one.proved.cosignatures],
    }


def line_of(one: ProvedLeaf) -> str:
    """One line a leaf: when, what, where in which log, who cosigned."""
    at = datetime.fromtimestamp(one.leaf.at, UTC).isoformat()
    facts = " ".join(f"{name}={value}" for name, value in sorted(one.leaf.public.items()))
    cosigned = ", ".join(dict.fromkeys(each.key.name for each in one.proved.cosignatures)) or "nobody"
    head = one.proved.checkpoint
    return f"Proved: {at} {one.leaf.tag} {facts} (entry {one.index} of {head.origin}, cosigned by {cosigned})"


def _fingerprint(evidence: Evidence) -> str:
    try:
        certificate = x509.load_pem_x509_certificate(evidence.certificate_pem.encode())
    except ValueError:
        raise EvidenceMalformed from None
    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()
