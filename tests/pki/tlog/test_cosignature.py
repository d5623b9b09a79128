import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chopmark.pki.tlog.checkpoint import open_checkpoint, parse_checkpoint
from chopmark.pki.tlog.cosignature import (
    QuorumMissing,
    cosignature_line,
    cosignatures,
    cosigned_message,
    cosigner_key,
    parse_cosigner_key,
    require_quorum,
    with_cosignatures,
)
from chopmark.pki.tlog.note import (
    NoteForged,
    NoteMalformed,
    VerifierKeyMalformed,
    parse_note,
    parse_signatures,
    parse_verifier_key,
    signature_line,
    signed_text,
    verifier_key,
)

# The example at the head of C2SP tlog-cosignature.
BODY = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
EXAMPLE = (
    BODY
    + """
— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
"""
)
AT = 1_679_315_147
# A witness that is at work in the world, as it gives out its key.
REMORA = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"
LOG = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
LOG_KEY = verifier_key("example.com/behind-the-sofa", LOG.public_key().public_bytes_raw())


class Witness:
    def __init__(self, name: str, seed: int) -> None:
        self.private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        self.key = cosigner_key(name, self.private.public_key().public_bytes_raw())

    def line(self, body: str = BODY, at: int = AT) -> str:
        return cosignature_line(self.key, at, self.private.sign(cosigned_message(body, at)))


ONE, TWO = Witness("witness.example/one", 1), Witness("witness.example/two", 2)
SIGNED = signed_text(BODY, [signature_line(LOG_KEY, LOG.sign(BODY.encode()))])


def test_it_works():
    note = with_cosignatures(SIGNED, [TWO.line(at=AT + 1), ONE.line()])

    found = require_quorum(note, [ONE.key, TWO.key], 2)
    assert [(one.key, one.at) for one in found] == [(ONE.key, AT), (TWO.key, AT + 1)]
    assert open_checkpoint(note, LOG_KEY).size == 20_852_163


def test_the_published_example_is_read_and_written_the_same():
    note = parse_note(EXAMPLE)
    theirs = note.signatures[1]

    assert parse_checkpoint(note.body).size == 20_852_163
    assert theirs.name == "witness.example.com/w1" and len(theirs.signature) == 8 + 64
    assert int.from_bytes(theirs.signature[:8], "big") == AT
    assert with_cosignatures(EXAMPLE, []) == EXAMPLE


def test_what_is_signed_is_what_the_text_prints():
    assert cosigned_message(BODY, AT) == f"cosignature/v1\ntime {AT}\n{BODY}".encode()


def test_the_signature_is_that_of_the_bare_key_over_the_bare_message():
    """By another road: the line is taken apart by hand, and checked with the library alone."""
    _, name, encoded = ONE.line().rstrip("\n").split(" ")
    octets = base64.b64decode(encoded)
    public = ONE.private.public_key()
    label = hashlib.sha256(name.encode() + b"\n\x04" + public.public_bytes_raw()).digest()[:4]

    assert octets[:4] == label and int.from_bytes(octets[4:12], "big") == AT
    public.verify(octets[12:], b"cosignature/v1\ntime 1679315147\n" + BODY.encode())


def test_a_key_at_work_in_the_world_is_read_and_written_the_same():
    assert str(parse_cosigner_key(REMORA)) == REMORA


def test_a_key_for_notes_is_none_for_cosignatures_nor_the_other_way():
    with pytest.raises(VerifierKeyMalformed):
        parse_cosigner_key(str(LOG_KEY))
    with pytest.raises(VerifierKeyMalformed):
        parse_verifier_key(REMORA)


def test_a_signature_without_a_time_is_no_cosignature():
    """The same key, and the right label, over the body alone."""
    bare = ONE.private.sign(BODY.encode())
    line = signature_line(verifier_key(ONE.key.name, ONE.key.public_key), bare)
    assert cosignatures(with_cosignatures(SIGNED, [line]), [ONE.key]) == ()

    with pytest.raises(NoteForged):
        cosignatures(with_cosignatures(SIGNED, [cosignature_line(ONE.key, AT, bare)]), [ONE.key])


@pytest.mark.parametrize(
    "spoiled",
    [
        lambda line: cosignature_line(ONE.key, AT + 1, base64.b64decode(line.split()[2])[12:]),
        lambda line: cosignature_line(ONE.key, AT, bytes(64)),
        lambda line: cosignature_line(ONE.key, AT, bytes(63)),
        lambda line: cosignature_line(ONE.key, 2**63, bytes(64)),
    ],
)
def test_a_false_cosignature_of_a_known_witness_spoils_the_note(spoiled):
    with pytest.raises(NoteForged):
        cosignatures(with_cosignatures(SIGNED, [spoiled(ONE.line())]), [ONE.key])


def test_extension_lines_are_cosigned_too():
    body = BODY + "more\n"
    note = signed_text(body, [ONE.line(body)])

    assert cosignatures(note, [ONE.key])[0].at == AT
    with pytest.raises(NoteForged):
        cosignatures(note.replace("more", "less"), [ONE.key])


def test_a_stranger_counts_for_nothing():
    note = with_cosignatures(SIGNED, [TWO.line()])
    with pytest.raises(QuorumMissing):
        require_quorum(note, [ONE.key], 1)


def test_one_key_under_two_names_is_one_witness():
    twin = Witness("witness.example/twin", 1)
    note = with_cosignatures(SIGNED, [ONE.line(), twin.line(), ONE.line(at=AT + 5)])

    assert len(require_quorum(note, [ONE.key, twin.key], 1)) == 3
    with pytest.raises(QuorumMissing):
        require_quorum(note, [ONE.key, twin.key], 2)


def test_a_line_that_stands_there_already_is_not_repeated():
    once = with_cosignatures(SIGNED, [ONE.line()])
    assert with_cosignatures(once, [ONE.line()]) == once


@pytest.mark.parametrize("text", ["", "\n", "not a line\n", ONE.line()[:-1], ONE.line() + "\n"])
def test_what_is_no_signature_line_is_no_answer_of_a_witness(text):
    with pytest.raises(NoteMalformed):
        parse_signatures(text)


def test_a_moment_beyond_the_format_cannot_be_signed():
    with pytest.raises(NoteMalformed):
        cosigned_message(BODY, 2**63)
