import hashlib
from itertools import pairwise

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pymerkle import InmemoryTree

from chopmark.pki.refusals import Refusal
from chopmark.pki.tlog.checkpoint import Checkpoint, format_checkpoint
from chopmark.pki.tlog.merkle import RightEdge, consistency_proof, leaf_hash
from chopmark.pki.tlog.note import parse_verifier_key, signature_line, signed_text, verifier_key
from chopmark.pki.tlog.witnessing import (
    CheckpointNotOfLog,
    Head,
    Request,
    RequestMalformed,
    StateDiffers,
    claimed_checkpoint,
    encode_request,
    judge,
    parse_request,
)

# The example of a request in C2SP tlog-witness.
EXAMPLE = """\
old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=
""".encode()

# The log that the witness of transparency-dev is tried with: keys, two checkpoints and a proof, made by their software.
MONKEYS = parse_verifier_key("monkeys+db4d9f7e+AULaJMvTtDLHPUcUrjdDad9vDlh/PTfC2VV60JUtCfWT")
AT_FIVE = """\
monkeys
5
41smjBUiAU70EtKlT6lIOIYtRTYxYXsDB+XHfcvu/BE=

— monkeys 202fftzGl3LVoqjXfwCFZZXs8I+5G22+Ek2K0AOyBuSJ/8/CZawNF+6fNlTKOCd622pbzJNkkJFWuw9DbicZCkEx9AY=
"""
AT_EIGHT = """\
monkeys
8
V8K9aklZ4EPB+RMOk1/8VsJUdFZR77GDtZUQq84vSbo=

— monkeys 202ffoUEboiQYpHzICeaFmoy3RNviHTpAxYrq/eO4QQVQMvu9UebKBMX2MJC76NLthZaKsnKbCA8GxrjePZhvDCH7Ag=
"""
FIVE_TO_EIGHT = tuple(
    map(
        bytes.fromhex,
        [
            "b9e1d62618f7fee8034e4c5010f727ab24d8e4705cb296c374bf2025a87a10d2",
            "aac66cd7a79ce4012d80762fe8eec3a77f22d1ca4145c3f4cee022e7efcd599d",
            "89d0f753f66a290c483b39cd5e9eafb12021293395fad3d4a2ad053cfbcfdc9e",
            "29e40bb79c966f4c6fe96aff6f30acfce5f3e8d84c02215175d6e018a5dee833",
        ],
    )
)

LOG = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = verifier_key("log.example/one", LOG.public_key().public_bytes_raw())
ENTRIES = [b"entry %d" % number for number in range(40)]
HASHES = [leaf_hash(entry) for entry in ENTRIES]


def root(size: int) -> bytes:
    """What another implementation makes of the same entries."""
    return InmemoryTree.init_from_entries(ENTRIES[:size]).get_root() if size else hashlib.sha256().digest()


def signed(size: int, digest: bytes | None = None, key=KEY, private=LOG) -> str:
    body = format_checkpoint(Checkpoint(key.name, size, root(size) if digest is None else digest))
    return signed_text(body, [signature_line(key, private.sign(body.encode()))])


def proof(old: int, new: int) -> tuple[bytes, ...]:
    def node(level: int, index: int) -> bytes:
        return RightEdge().append(HASHES[index << level : index + 1 << level]).root()

    return tuple(consistency_proof(old, new, node))


def test_it_works():
    last = Head()
    for old, new in pairwise([0, 3, 3, 8, 17, 40]):
        head = judge(Request(old, proof(old, new), signed(new)), [KEY], last)
        last = Head(head.size, head.root_hash)
    assert last == Head(40, root(40))


def test_the_published_example_is_read_and_written_the_same():
    request = parse_request(EXAMPLE)

    assert (request.old_size, len(request.proof)) == (20_852_014, 4)
    assert claimed_checkpoint(request).size == 20_852_163
    assert encode_request(request) == EXAMPLE


def test_what_another_witness_is_tried_with_is_judged_the_same():
    first = judge(Request(0, (), AT_FIVE), [MONKEYS], Head())
    at_five = Head(5, first.root_hash)

    assert judge(Request(5, FIVE_TO_EIGHT, AT_EIGHT), [MONKEYS], at_five).size == 8
    assert judge(Request(5, (), AT_FIVE), [MONKEYS], at_five).size == 5
    refused = [
        (Request(2, FIVE_TO_EIGHT, AT_EIGHT), at_five, "state_differs"),
        (Request(0, FIVE_TO_EIGHT, AT_FIVE), Head(), "proof_wrong"),
        (Request(5, (), AT_EIGHT), at_five, "proof_wrong"),
        (Request(5, (bytes(32),) * 4, AT_EIGHT), at_five, "proof_wrong"),
        (Request(8, FIVE_TO_EIGHT, AT_FIVE), at_five, "request_malformed"),
    ]
    for request, last, code in refused:
        with pytest.raises(Refusal) as caught:
            judge(request, [MONKEYS], last)
        assert caught.value.code == code


def test_a_fork_is_refused_at_every_size():
    for size in (3, 4, 39):
        with pytest.raises(Refusal) as caught:
            judge(Request(3, proof(3, size), signed(size, bytes(32))), [KEY], Head(3, root(3)))
        assert caught.value.code == ("state_differs" if size == 3 else "proof_wrong")


def test_a_log_that_goes_back_is_refused():
    for old in (0, 5):
        with pytest.raises(StateDiffers) as caught:
            judge(Request(old, proof(old, 5), signed(5)), [KEY], Head(9, root(9)))
        assert caught.value.details["size"] == 9


def test_an_empty_log_has_one_root_only():
    assert judge(Request(0, (), signed(0)), [KEY], Head()).size == 0
    with pytest.raises(StateDiffers):
        judge(Request(0, (), signed(0, bytes(32))), [KEY], Head())


def test_a_checkpoint_by_another_key_is_refused():
    stranger = Ed25519PrivateKey.from_private_bytes(bytes(32))
    namesake = verifier_key(KEY.name, stranger.public_key().public_bytes_raw())
    with pytest.raises(CheckpointNotOfLog):
        judge(Request(0, (), signed(3, key=namesake, private=stranger)), [KEY], Head())
    # Of two keys for one log either is good.
    assert judge(Request(0, (), signed(3, key=namesake, private=stranger)), [KEY, namesake], Head())


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\xff\xfe\n\n",
        EXAMPLE.replace(b"old 2", b"old 02"),
        EXAMPLE.replace(b"old 2", b"old -2"),
        EXAMPLE.replace(b"old 20852014", b"old"),
        EXAMPLE.replace(b"old 20852014", b"old 9223372036854775808"),
        EXAMPLE.replace(b"old", b"new"),
        EXAMPLE.replace(b"kaw=\n", b"kaw=\r\n"),
        EXAMPLE.replace(b"kaw=", b"ka="),
        b"old 1\n" + b"PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n" * 64 + b"\n",
        b"old 1\n",
    ],
)
def test_what_is_no_request_is_refused(octets):
    with pytest.raises(RequestMalformed):
        parse_request(octets)


@pytest.mark.parametrize("checkpoint", ["", "x\n", "one\n\n\n", AT_FIVE.replace("\n5\n", "\nfive\n")])
def test_a_request_without_a_checkpoint_is_refused(checkpoint):
    with pytest.raises(RequestMalformed):
        claimed_checkpoint(Request(0, (), checkpoint))


def test_a_request_that_could_not_be_read_is_not_written():
    with pytest.raises(RequestMalformed):
        encode_request(Request(-1, (), AT_FIVE))
