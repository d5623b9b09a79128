"""What is written for many at once is octet for octet what is written for one."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chopmark.pki.tlog.alike import leaf_writer, payload_writer
from chopmark.pki.tlog.leaf import Leaf, LeafMalformed, canonical_payload, encode_leaf, require_leaf

REFUSED = st.none() | st.from_regex(r"[a-z0-9_]{1,12}", fullmatch=True)
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
NAMES = st.sampled_from(["a", "fields", "record", "rows", "z", "姓名", 'das "Wort"'])


@given(st.lists(st.tuples(st.binary(min_size=32, max_size=32), REFUSED), min_size=1))
def test_it_works(lines):
    for commitment, refused in lines:
        leaf = Leaf(tag="records:opened", at=7, refused=refused, commitment=commitment)
        assert leaf_writer("records:opened", 7, refused=refused)(commitment) == encode_leaf(leaf)


@given(st.dictionaries(NAMES, WORDS | st.integers()), st.binary(min_size=32, max_size=32))
def test_open_facts_are_written_as_for_one(facts, commitment):
    write = leaf_writer("certificate:issued", 7, tuple(facts))

    alone = encode_leaf(Leaf(tag="certificate:issued", at=7, public=facts, commitment=commitment))
    assert write(commitment, tuple(facts.values())) == alone
    require_leaf(alone)


@pytest.mark.parametrize("value", [True, None, 1.5, ["a"], b"a", "\ud800"])
def test_what_is_no_open_fact_is_refused(value):
    with pytest.raises(LeafMalformed):
        leaf_writer("certificate:issued", 1, ("a",))(bytes(32), (value,))


@pytest.mark.parametrize(
    ("tag", "at", "refused"), [("Opened", 7, None), ("a:b", -1, None), ("a:b", 7, "Not a code")], ids=str
)
def test_a_leaf_that_is_not_sound_is_refused_here_too(tag, at, refused):
    with pytest.raises(LeafMalformed):
        leaf_writer(tag, at, refused=refused)(bytes(32))


def test_a_commitment_has_32_octets():
    with pytest.raises(LeafMalformed):
        leaf_writer("a:b", 7)(bytes(31))


@given(st.dictionaries(NAMES, WORDS | st.lists(WORDS)), st.dictionaries(NAMES, WORDS | st.lists(WORDS)))
def test_a_payload_is_canonical(shared, own):
    write = payload_writer(shared, list(own))
    texts = [json.dumps(value, ensure_ascii=False, separators=(",", ":")) for value in own.values()]
    assert write(texts) == canonical_payload({**shared, **own})


def test_what_looks_like_a_place_is_refused():
    with pytest.raises(ValueError, match="place"):
        payload_writer({"a": "\x00"}, ["b"])
