"""Checkpoints: the head of a log's tree as the text of a signed note (C2SP tlog-checkpoint)."""

import re
from dataclasses import dataclass

from chopmark.pki.refusals import Refusal
from chopmark.pki.tlog.hashes import encode_hash, parse_hash
from chopmark.pki.tlog.note import VerifierKey, verify_note

LARGEST_SIZE = 2**63 - 1

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


class CheckpointMalformed(Refusal):
    """This text is not the body of a checkpoint."""

    code = "checkpoint_malformed"


class CheckpointOfAnotherLog(Refusal):
    """The checkpoint is well signed, and names another log than the key is for."""

    code = "checkpoint_of_another_log"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """At `size` leaves, the tree of the log named `origin` has this root."""

    origin: str
    size: int
    root_hash: bytes
    extensions: tuple[str, ...] = ()


def format_checkpoint(checkpoint: Checkpoint) -> str:
    """The text that is signed: origin, size, root, each on its line, and extension lines if any."""
    root = encode_hash(checkpoint.root_hash)
    body = "\n".join([checkpoint.origin, str(checkpoint.size), root, *checkpoint.extensions]) + "\n"
    if parse_checkpoint(body) != checkpoint:
        raise CheckpointMalformed
    return body


def parse_checkpoint(body: str) -> Checkpoint:
    """Read the text of a checkpoint; its signature is another matter (see `open_checkpoint`)."""
    lines = body.split("\n")
    if lines.pop() != "" or len(lines) < 3 or "" in lines:
        raise CheckpointMalformed
    origin, size, root, *extensions = lines
    if not _SIZE.fullmatch(size) or int(size) > LARGEST_SIZE:
        raise CheckpointMalformed
    return Checkpoint(origin, int(size), _root(root), tuple(extensions))


def open_checkpoint(note: str, key: VerifierKey) -> Checkpoint:
    """The checkpoint in a signed note, now that it is known to be signed by this log."""
    checkpoint = parse_checkpoint(verify_note(note, key))
    if checkpoint.origin != key.name:
        raise CheckpointOfAnotherLog
    return checkpoint


def _root(encoded: str) -> bytes:
    try:
        return parse_hash(encoded)
    except Refusal:
        raise CheckpointMalformed from None
