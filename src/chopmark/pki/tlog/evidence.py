"""Everything that the log says of one certificate, in one file: the certificate, and a proof for each leaf of its life."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chopmark.pki.refusals import Refusal
from chopmark.pki.tlog.cosignature import CosignerKey
from chopmark.pki.tlog.leaf import Leaf
from chopmark.pki.tlog.note import VerifierKey
from chopmark.pki.tlog.proof import Proof, Proved, check_proof, encode_proof, parse_proof
from chopmark.pki.tlog.statement import open_statement, parse_statement

VERSION = 1
ISSUED = "certificate:issued"


class EvidenceMalformed(Refusal):
    """This is not a file of evidence about a certificate."""

    code = "evidence_malformed"


class EvidenceOfAnotherCertificate(Refusal):
    """A leaf in the file is about another certificate, or none says that this one was issued."""

    code = "evidence_of_another_certificate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Nothing of it is to be believed before each proof was checked."""

    certificate_pem: str
    proofs: tuple[Proof, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvedLeaf:
    """A leaf that stands in the log, where, under which head, and its payload if that came along and is the right one."""

    index: int
    leaf: Leaf
    payload: Any
    proved: Proved


def encode_evidence(evidence: Evidence) -> str:
    proofs = [encode_proof(proof) for proof in evidence.proofs]
    fields = {"v": VERSION, "certificate": evidence.certificate_pem, "proofs": proofs}
    return json.dumps(fields, indent=1, ensure_ascii=False) + "\n"


def parse_evidence(text: str) -> Evidence:
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        raise EvidenceMalformed from None
    if (
        not isinstance(fields, dict)
        or set(fields) != {"v", "certificate", "proofs"}
        or fields["v"] != VERSION
    ):
        raise EvidenceMalformed
    proofs = fields["proofs"]
    if not isinstance(proofs, list) or not all(isinstance(one, str) for one in proofs):
        raise EvidenceMalformed
    return Evidence(
        certificate_pem=str(fields["certificate"]), proofs=tuple(parse_proof(one) for one in proofs)
    )


def check_statement(
    proof: Proof, *, key: VerifierKey, witnesses: Sequence[CosignerKey] = (), quorum: int = 0
) -> ProvedLeaf:
    """The leaf that a proof carries, now that it is known to stand in the log."""
    statement = parse_statement(proof.extra)
    proved = check_proof(proof, statement.entry, key=key, witnesses=witnesses, quorum=quorum)
    leaf, payload = open_statement(statement)
    return ProvedLeaf(index=proof.index, leaf=leaf, payload=payload, proved=proved)


def check_evidence(
    evidence: Evidence,
    *,
    fingerprint_sha256: str,
    key: VerifierKey,
    witnesses: Sequence[CosignerKey] = (),
    quorum: int = 0,
) -> tuple[ProvedLeaf, ...]:
    """Every leaf, proved; one says that the certificate of this fingerprint was issued, and none is of another number."""
    found = tuple(
        check_statement(proof, key=key, witnesses=witnesses, quorum=quorum) for proof in evidence.proofs
    )
    issued = [one.leaf.public for one in found if one.leaf.tag == ISSUED and one.leaf.refused is None]
    numbers = {(one["issuer"], one["serial_number"]) for one in issued}
    named = {
        (one.leaf.public.get("issuer"), one.leaf.public["serial_number"])
        for one in found
        if "serial_number" in one.leaf.public
    }
    if [one.get("fingerprint_sha256") for one in issued] != [fingerprint_sha256] or named != numbers:
        raise EvidenceOfAnotherCertificate
    return found
