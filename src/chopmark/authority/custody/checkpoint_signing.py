"""Door: checkpoints of the log (CPS 5.4). Importer: transparency.signing. Tag: checkpoint:signed, for refusals only.

A leaf for each signature would ask for the next; signatures are counted by the checkpoints, which are all kept.
"""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from chopmark.authority.custody import selectors
from chopmark.authority.custody.errors import DoorRefused
from chopmark.authority.custody.models import KeyPurpose
from chopmark.authority.custody.rules import require
from chopmark.authority.custody.token import Token
from chopmark.pki.algorithms import SignatureAlgorithm
from chopmark.pki.tlog.checkpoint import Checkpoint, format_checkpoint
from chopmark.pki.tlog.note import VerifierKey, signature_line, signed_text, verifier_key

Head = tuple[int, bytes]


def sign_checkpoint(*, origin: str, size: int, root: bytes, previous: Head | None, token: Token) -> str:
    """The signed note of a tree that has grown since `previous`, or is the first (C2SP tlog-checkpoint)."""
    require(size > (0 if previous is None else previous[0]), "log_grows")
    body = format_checkpoint(Checkpoint(origin, size, root))
    label, spki = selectors.public_key(KeyPurpose.LOG)
    handle = token.handle(label)
    require(token.public_key_der(handle) == spki, "key_of_log")
    signature = token.sign(handle, body.encode(), SignatureAlgorithm.ED25519)
    return signed_text(body, [signature_line(log_key(origin, spki), signature)])


def log_key(origin: str, spki: bytes) -> VerifierKey:
    """The log's key as an outsider is told it."""
    public_key = load_der_public_key(spki)
    if not isinstance(public_key, Ed25519PublicKey):
        raise DoorRefused(rule="key_of_log")
    return verifier_key(origin, public_key.public_bytes_raw())
