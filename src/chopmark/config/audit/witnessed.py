"""The witnesses: each cosignature that is kept is one, no witness refused to go on, and none has been silent for too long."""

from collections.abc import Iterator
from datetime import datetime

from chopmark.authority.transparency import witnesses
from chopmark.config.audit.fault import Fault, rows
from chopmark.pki.refusals import Refusal
from chopmark.pki.tlog.cosignature import cosignatures, parse_cosigner_key, with_cosignatures

COSIGNED = """
    select cosigned.size, cosigned.witness, cosigned.line, signed.note
    from transparency_cosignature cosigned
    left join transparency_checkpoint signed on signed.size = cosigned.size order by cosigned.id
"""
REFUSED = "select witness, after_size, code from transparency_witnessalert order by id"


def check_witnesses(*, now: datetime) -> Iterator[Fault]:
    for size, witness, line, note in rows(COSIGNED):
        if not _is_cosigned(witness, line, note):
            yield Fault("witness", witness, f"what is kept of it at size {size} is no cosignature of ours")
    for witness, after_size, code in rows(REFUSED):
        yield Fault("witness", witness, f"it would not go on after size {after_size} ({code})")
    if witnesses.are_late(now=now):
        yield Fault("witness", "quorum", "the log has waited for it too long, and issuing is paused")


def _is_cosigned(witness: str, line: str, note: str | None) -> bool:
    try:
        return note is not None and bool(
            cosignatures(with_cosignatures(note, [line]), [parse_cosigner_key(witness)])
        )
    except Refusal:
        return False
