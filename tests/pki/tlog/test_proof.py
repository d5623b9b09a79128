import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pymerkle import InmemoryTree

from chopmark.pki.refusals import Refusal
from chopmark.pki.tlog.checkpoint import Checkpoint, format_checkpoint
from chopmark.pki.tlog.cosignature import QuorumMissing, cosignature_line, cosigned_message, cosigner_key
from chopmark.pki.tlog.merkle import RightEdge, inclusion_proof, leaf_hash
from chopmark.pki.tlog.note import signature_line, signed_text, verifier_key
from chopmark.pki.tlog.proof import Proof, ProofMalformed, check_proof, encode_proof, parse_proof

# The first lines of the example in C2SP tlog-proof; its signatures are printed shortened, and its extra data is not base64.
EXAMPLE_HEAD = """\
c2sp.org/tlog-proof@v1
index 73894
gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=
B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=
EKNzoDWG8LGC0Yp9o+sv3qllpMP9uHQ9B20KNL+Q1zs=
RoopEkOdqkYqMB4MJXrbt/hMjOxsVn0IrWjpz1ZMMes=
AHCioX9nLjsrse6YhjRRmk1WUEirVOLLRoOQ6vfO5vk=

"""
LOG = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = verifier_key("log.example/one", LOG.public_key().public_bytes_raw())
WITNESS = Ed25519PrivateKey.from_private_bytes(bytes([7]) * 32)
WITNESS_KEY = cosigner_key("witness.example/w1", WITNESS.public_key().public_bytes_raw())
ENTRIES = [b"entry %d" % number for number in range(21)]
HASHES = [leaf_hash(entry) for entry in ENTRIES]


def node(level: int, index: int) -> bytes:
    return RightEdge().append(HASHES[index << level : index + 1 << level]).root()


def checkpoint(size: int = 21) -> str:
    tree = InmemoryTree.init_from_entries(ENTRIES[:size])
    body = format_checkpoint(Checkpoint(KEY.name, size, tree.get_root()))
    cosigned = cosignature_line(
        WITNESS_KEY, 1_790_000_000, WITNESS.sign(cosigned_message(body, 1_790_000_000))
    )
    return signed_text(body, [signature_line(KEY, LOG.sign(body.encode())), cosigned])


def proof(index: int, size: int = 21, extra: bytes | None = None) -> Proof:
    path = tuple(inclusion_proof(index, size, node))
    return Proof(index=index, path=path, checkpoint=checkpoint(size), extra=extra)


@pytest.mark.parametrize("index", range(21))
def test_it_works(index):
    read = parse_proof(encode_proof(proof(index, extra=b"what for")))
    proved = check_proof(read, ENTRIES[index], key=KEY, witnesses=[WITNESS_KEY], quorum=1)

    assert read.extra == b"what for"
    assert (proved.checkpoint.size, [one.at for one in proved.cosignatures]) == (21, [1_790_000_000])


def test_the_published_example_is_read_and_written_the_same():
    read = parse_proof(EXAMPLE_HEAD + checkpoint())

    assert (read.index, len(read.path), read.extra) == (73_894, 5, None)
    assert encode_proof(read) == EXAMPLE_HEAD + checkpoint()


def test_a_log_of_one_entry_needs_no_hashes():
    assert check_proof(parse_proof(encode_proof(proof(0, 1))), ENTRIES[0], key=KEY).checkpoint.size == 1


@pytest.mark.parametrize("index", [0, 7, 20])
def test_another_entry_or_another_place_is_not_proved(index):
    good = proof(index)
    moved = Proof(index=(index + 1) % 21, path=good.path, checkpoint=good.checkpoint)
    shorter = Proof(index=index, path=good.path[1:], checkpoint=good.checkpoint)
    older = Proof(index=index, path=good.path, checkpoint=checkpoint(19))
    beyond = Proof(index=21, path=good.path, checkpoint=good.checkpoint)
    for false, entry in [
        (good, b"never logged"),
        *((one, ENTRIES[index]) for one in (moved, shorter, older, beyond)),
    ]:
        with pytest.raises(Refusal) as caught:
            check_proof(false, entry, key=KEY)
        assert caught.value.code == "proof_wrong"


def test_another_logs_key_or_too_few_witnesses_prove_nothing():
    with pytest.raises(Refusal) as caught:
        check_proof(proof(3), ENTRIES[3], key=verifier_key("log.example/two", KEY.public_key))
    assert caught.value.code == "note_unsigned"
    with pytest.raises(QuorumMissing):
        check_proof(proof(3), ENTRIES[3], key=KEY, witnesses=[WITNESS_KEY], quorum=2)
    with pytest.raises(QuorumMissing):
        check_proof(proof(3), ENTRIES[3], key=KEY, quorum=1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c2sp.org/tlog-proof@v1",
        "c2sp.org/tlog-proof@v1\n\n",
        "c2sp.org/tlog-proof@v1\nextra YQ==\n\n",
        EXAMPLE_HEAD.replace("@v1", "@v2"),
        EXAMPLE_HEAD.replace("index 7", "index 07"),
        EXAMPLE_HEAD.replace("index", "extra YQ\nindex"),
        EXAMPLE_HEAD.replace("index", "extra YR==\nindex"),
        EXAMPLE_HEAD.replace("PlQ=", "Pl="),
        EXAMPLE_HEAD.rstrip("\n"),
    ],
)
def test_what_is_no_proof_is_refused(text):
    with pytest.raises(ProofMalformed):
        parse_proof(text)


def test_a_proof_that_could_not_be_read_is_not_written():
    with pytest.raises(ProofMalformed):
        encode_proof(Proof(index=-1, path=(), checkpoint=checkpoint()))
