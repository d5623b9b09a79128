import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chopmark.pki.tlog.checkpoint import (
    Checkpoint,
    CheckpointMalformed,
    CheckpointOfAnotherLog,
    format_checkpoint,
    open_checkpoint,
    parse_checkpoint,
)
from chopmark.pki.tlog.note import NoteForged, signature_line, signed_text, verifier_key

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = verifier_key("log.example/one", PRIVATE.public_key().public_bytes_raw())
ROOT = hashlib.sha256(b"root").digest()
ENCODED = base64.b64encode(ROOT).decode()
HEAD = Checkpoint("log.example/one", 20852163, ROOT)
BODY = f"log.example/one\n20852163\n{ENCODED}\n"


def note(body: str) -> str:
    return signed_text(body, [signature_line(KEY, PRIVATE.sign(body.encode()))])


def test_it_works():
    assert format_checkpoint(HEAD) == BODY
    assert open_checkpoint(note(BODY), KEY) == HEAD


def test_the_empty_log_has_size_nought():
    assert parse_checkpoint(f"o\n0\n{ENCODED}\n").size == 0


def test_extension_lines_are_kept():
    extended = Checkpoint("o", 1, ROOT, ("more", "and more"))

    assert parse_checkpoint(format_checkpoint(extended)) == extended


@pytest.mark.parametrize(
    "body",
    [
        "",
        "\n\n\n",
        BODY[:-1],
        BODY + "\n",
        BODY.replace("20852163", "020852163"),
        BODY.replace("20852163", "-1"),
        BODY.replace("20852163", "+1"),
        BODY.replace("20852163", "1e3"),
        BODY.replace("20852163", "٣"),
        BODY.replace("20852163", "9223372036854775808"),
        BODY.replace(ENCODED, ENCODED[:-4]),
        BODY.replace(ENCODED, base64.b64encode(bytes(31)).decode()),
        BODY.replace(ENCODED, base64.urlsafe_b64encode(bytes([255] * 32)).decode()),
        "\n" + BODY,
        BODY.split("\n", 1)[1],
        BODY + "\nextension after an empty line\n",
    ],
)
def test_anything_else_is_not_a_checkpoint(body):
    with pytest.raises(CheckpointMalformed):
        parse_checkpoint(body)


def test_what_would_not_be_read_back_is_not_written():
    with pytest.raises(CheckpointMalformed):
        format_checkpoint(Checkpoint("two\nlines", 1, ROOT))
    with pytest.raises(CheckpointMalformed):
        format_checkpoint(Checkpoint("o", 1, bytes(31)))


def test_a_checkpoint_signed_for_another_log_is_refused():
    with pytest.raises(CheckpointOfAnotherLog):
        open_checkpoint(note(f"log.example/two\n1\n{ENCODED}\n"), KEY)


def test_an_altered_checkpoint_is_refused():
    with pytest.raises(NoteForged):
        open_checkpoint(note(BODY).replace("20852163", "20852164"), KEY)
