"""What the public log tells of revocations: every entry is verified before one is believed."""

from datetime import UTC, datetime

from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.revocation.restoring import TOLD, Told
from chopmark.pki.reasons import CRLReason
from chopmark.pki.tlog.leaf import Leaf, decode_leaf
from chopmark.pki.tlog.note import VerifierKey
from chopmark.verifier.log import verify_log
from chopmark.verifier.sources import Source


def told_by(source: Source, key: VerifierKey) -> list[Told]:
    """What a whole log says was revoked, suspended and released, in its order; a `Fault` if it is not in order itself."""
    told: list[Told] = []

    def hear(position: int, entry: bytes) -> None:
        leaf = decode_leaf(entry)
        if leaf.refused is None and leaf.tag in TOLD:
            told.append(_told(position, leaf))

    verify_log(source, key, on_entry=hear)
    return told


def _told(position: int, leaf: Leaf) -> Told:
    reason = leaf.public.get("reason")
    return Told(
        position=position,
        tag=AuditTag(leaf.tag),
        issuer_id=int(leaf.public["issuer"]),
        serial_number=bytes.fromhex(str(leaf.public["serial_number"])),
        at=datetime.fromtimestamp(leaf.at, UTC),
        reason=None if reason is None else CRLReason[str(reason).upper()],
    )
