"""The witnesses: each cosignature that is kept is one, each refusal was looked into, and none has been silent for too long."""

from collections.abc import Iterator
from datetime import datetime

from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.transparency import witnesses
from chopmark.config.audit.fault import Fault, rows
from chopmark.pki.refusals import Refusal
from chopmark.pki.tlog.leaf import decode_leaf
from chopmark.publiclog.witnesses import is_cosigned

COSIGNED = """
    select cosigned.size, cosigned.witness, cosigned.line, signed.note
    from transparency_cosignature cosigned
    left join transparency_checkpoint signed on signed.size = cosigned.size order by cosigned.id
"""
# An alert with what its acknowledgement says, and what the leaf that the acknowledgement names says.
REFUSED = """
    select alert.witness, alert.after_size, alert.code, seen.reason, leaf.entry
    from transparency_witnessalert alert
    left join transparency_witnessacknowledgement seen on seen.alert_id = alert.id
    left join audit_leaf leaf on leaf.id = seen.leaf_id order by alert.id
"""


def check_witnesses(*, now: datetime) -> Iterator[Fault]:
    for size, witness, line, note in rows(COSIGNED):
        if note is None or not is_cosigned(note, witness, line):
            yield Fault("witness", witness, f"what is kept of it at size {size} is no cosignature of ours")
    for witness, after_size, code, reason, entry in rows(REFUSED):
        if reason is None:
            yield Fault("witness", witness, f"it would not go on after size {after_size} ({code})")
        elif not _is_said((witness, after_size, code, reason), entry):
            yield Fault(
                "witness", witness, f"no leaf says who acknowledged what came after size {after_size}"
            )
    if witnesses.are_late(now=now):
        yield Fault("witness", "quorum", "the log has waited for it too long, and issuing is paused")


def _is_said(acknowledged: tuple[str, int, str, str], entry: bytes | None) -> bool:
    witness, after_size, code, reason = acknowledged
    try:
        leaf = decode_leaf(bytes(entry or b""))
    except Refusal:
        return False
    said = {"witness": witness.partition("+")[0], "size": after_size, "code": code, "reason": reason}
    return (leaf.tag, leaf.refused, dict(leaf.public)) == (AuditTag.WITNESS_ACKNOWLEDGED, None, said)
