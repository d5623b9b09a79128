import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chopmark.pki.tlog.checkpoint import Checkpoint, CheckpointOfAnotherLog, format_checkpoint
from chopmark.pki.tlog.leaf import Leaf, LeafMalformed, commitment, encode_leaf
from chopmark.pki.tlog.merkle import ProofWrong, RightEdge, inclusion_proof, leaf_hash
from chopmark.pki.tlog.note import NoteUnsigned, signature_line, signed_text, verifier_key
from chopmark.pki.tlog.proof import (
    CommitmentWrong,
    Proof,
    ProofMalformed,
    canonical_payload,
    check_proof,
    decode_proof,
    encode_proof,
)

ORIGIN = "desk.example/log"
SECRET = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = verifier_key(ORIGIN, SECRET.public_key().public_bytes_raw())
SALT = bytes(range(32))
PAYLOAD = {"purpose": "identity_check", "actor": "officer:20417", "fields": ["姓名"]}


def entry_of(number: int) -> bytes:
    committed = commitment(SALT, canonical_payload(PAYLOAD | {"number": number}))
    return encode_leaf(Leaf(tag="record:opened", at=1_700_000_000 + number, commitment=committed))


def proof_of(index: int, size: int = 7) -> Proof:
    hashes = [leaf_hash(entry_of(number)) for number in range(size)]
    root = RightEdge().append(hashes).root()

    def node(level: int, at: int) -> bytes:
        return RightEdge().append(hashes[at << level : (at + 1) << level]).root()

    body = format_checkpoint(Checkpoint(ORIGIN, size, root))
    return Proof(
        origin=ORIGIN,
        index=index,
        entry=entry_of(index),
        path=tuple(inclusion_proof(index, size, node)),
        checkpoint=signed_text(body, [signature_line(KEY, SECRET.sign(body.encode()))]),
        payload=PAYLOAD | {"number": index},
        salt=SALT,
    )


@pytest.mark.parametrize("index", range(7))
def test_it_works(index):
    read = decode_proof(encode_proof(proof_of(index)))
    proven = check_proof(read, KEY)
    assert proven.is_opened
    assert proven.leaf.tag == "record:opened"
    assert proven.checkpoint.size == 7


def test_the_shape_is_the_agreed_one():
    fields = json.loads(encode_proof(proof_of(3)))
    assert list(fields) == ["v", "origin", "index", "entry", "payload", "salt", "proof", "checkpoint"]
    assert (fields["v"], fields["origin"], fields["index"]) == (1, ORIGIN, 3)
    assert fields["checkpoint"].startswith(f"{ORIGIN}\n7\n")


def test_a_shredded_payload_leaves_a_proof_of_the_entry_alone():
    proof = replace(proof_of(2), payload=None, salt=None)
    assert not check_proof(decode_proof(encode_proof(proof)), KEY).is_opened


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"index": 3}, ProofWrong),
        ({"index": 7}, ProofWrong),
        ({"entry": entry_of(5)}, ProofWrong),
        ({"path": proof_of(2).path[:-1]}, ProofWrong),
        ({"path": (*proof_of(2).path, bytes(32))}, ProofWrong),
        ({"path": proof_of(3).path}, ProofWrong),
        ({"origin": "another.example/log"}, CheckpointOfAnotherLog),
        ({"payload": PAYLOAD}, CommitmentWrong),
        ({"salt": bytes(32)}, CommitmentWrong),
        ({"checkpoint": proof_of(2, size=6).checkpoint}, ProofWrong),
    ],
)
def test_a_proof_that_was_changed_proves_nothing(change, refusal):
    with pytest.raises(refusal):
        check_proof(replace(proof_of(2), **change), KEY)


def test_another_logs_key_proves_nothing():
    with pytest.raises(NoteUnsigned):
        check_proof(proof_of(2), verifier_key(ORIGIN, bytes(32)))


def test_what_is_no_leaf_of_ours_is_no_proof():
    entry = b"not a leaf"
    body = format_checkpoint(Checkpoint(ORIGIN, 1, leaf_hash(entry)))
    note = signed_text(body, [signature_line(KEY, SECRET.sign(body.encode()))])
    with pytest.raises(LeafMalformed):
        check_proof(Proof(origin=ORIGIN, index=0, entry=entry, path=(), checkpoint=note), KEY)


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"v": True},
        {"index": -1},
        {"index": "3"},
        {"index": True},
        {"entry": "not base64"},
        {"entry": None},
        {"salt": None},
        {"payload": None},
        {"payload": "words"},
        {"proof": "AA=="},
        {"proof": ["AB=="]},
        {"proof": ["AA=="] * 64},
        {"checkpoint": 7},
        {"origin": None},
        {"more": 1},
    ],
)
def test_another_shape_is_not_read(change):
    with pytest.raises(ProofMalformed):
        decode_proof(json.dumps(json.loads(encode_proof(proof_of(2))) | change))


@pytest.mark.parametrize("text", ["", "[]", "null", "[" * 100_000, "{}", " " * 1_000_001])
def test_rubbish_is_not_read(text):
    with pytest.raises(ProofMalformed):
        decode_proof(text)
