"""What a log sends a witness, and what a witness must find before it cosigns (C2SP tlog-witness)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from chopmark.pki.refusals import Refusal
from chopmark.pki.tlog.checkpoint import LARGEST_SIZE, Checkpoint, open_checkpoint, parse_checkpoint
from chopmark.pki.tlog.hashes import encode_hash, parse_hash
from chopmark.pki.tlog.merkle import EMPTY_ROOT, check_consistency
from chopmark.pki.tlog.note import LONGEST_NOTE, VerifierKey, parse_note

MOST_PROOF_LINES = 63
LONGEST_REQUEST = LONGEST_NOTE + MOST_PROOF_LINES * 45 + 25

_OLD = re.compile(r"old (?P<size>0|[1-9][0-9]{0,18})", re.ASCII)


class RequestMalformed(Refusal):
    """This is not a request to add a checkpoint, or its old size is beyond its new one."""

    code = "request_malformed"


class LogUnknown(Refusal):
    """The witness was not told to watch a log of this name."""

    code = "log_unknown"


class CheckpointNotOfLog(Refusal):
    """No key that the witness has for this log signed the checkpoint."""

    code = "checkpoint_not_of_log"


class StateDiffers(Refusal):
    """The witness last cosigned another tree than the request begins from; its size is in the details."""

    code = "state_differs"


@dataclass(frozen=True, slots=True)
class Request:
    """A checkpoint, and the proof that the tree of the old size is its beginning."""

    old_size: int
    proof: tuple[bytes, ...]
    checkpoint: str


@dataclass(frozen=True, slots=True)
class Head:
    """The tree that a witness cosigned last; of a log that it never cosigned, the empty one."""

    size: int = 0
    root_hash: bytes = EMPTY_ROOT


def encode_request(request: Request) -> bytes:
    lines = map(encode_hash, request.proof)
    octets = "\n".join([f"old {request.old_size}", *lines, "", request.checkpoint]).encode()
    if parse_request(octets) != request:
        raise RequestMalformed
    return octets


def parse_request(octets: bytes) -> Request:
    """Take a request apart; nothing of it is to be believed yet."""
    head, blank, checkpoint = _text(octets).partition("\n\n")
    first, *lines = head.split("\n")
    old = _OLD.fullmatch(first)
    if not blank or old is None or int(old["size"]) > LARGEST_SIZE or len(lines) > MOST_PROOF_LINES:
        raise RequestMalformed
    try:
        return Request(int(old["size"]), tuple(map(parse_hash, lines)), checkpoint)
    except Refusal:
        raise RequestMalformed from None


def claimed_checkpoint(request: Request) -> Checkpoint:
    """What the request says of a log, before anything of it is believed: enough to look up keys and state."""
    try:
        return parse_checkpoint(parse_note(request.checkpoint).body)
    except Refusal:
        raise RequestMalformed from None


def judge(request: Request, keys: Sequence[VerifierKey], last: Head) -> Checkpoint:
    """The checkpoint that may be cosigned: signed by this log, and grown from what was cosigned last.

    1. One of the log's keys signed it. 2. It begins where we stand. 3. At the same size it is the same tree. 4. The proof leads
    from our root to the new one.
    """
    # 1.
    signed = _signed_by_any(request.checkpoint, keys)

    # 2. The old size is also what tells an honest log, restored from a backup, that it is behind.
    if request.old_size > signed.size:
        raise RequestMalformed
    if request.old_size != last.size:
        raise StateDiffers(size=last.size)

    # 3. Two roots at one size are a fork, and the log's own signatures are under both.
    if signed.size == last.size and signed.root_hash != last.root_hash:
        raise StateDiffers(size=last.size, fork=True)

    # 4.
    check_consistency(
        last.size, signed.size, request.proof, old_root=last.root_hash, new_root=signed.root_hash
    )
    return signed


def _signed_by_any(note: str, keys: Sequence[VerifierKey]) -> Checkpoint:
    for key in keys:
        try:
            return open_checkpoint(note, key)
        except Refusal:
            continue
    raise CheckpointNotOfLog


def _text(octets: bytes) -> str:
    if len(octets) > LONGEST_REQUEST:
        raise RequestMalformed
    try:
        return octets.decode()
    except UnicodeDecodeError:
        raise RequestMalformed from None
