import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chopmark.pki.tlog.leaf import (
    Leaf,
    LeafMalformed,
    commitment,
    decode_leaf,
    encode_leaf,
    require_leaf,
)

SEAL = commitment(b"salt", b'{"who":"nobody"}')
ISSUED = Leaf(
    tag="certificate:issued", at=1_790_000_000, public={"serial": "4F", "issuer": 2}, commitment=SEAL
)

text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
leaves = st.builds(
    Leaf,
    tag=st.from_regex(r"[a-z_]{1,9}:[a-z_]{1,9}", fullmatch=True),
    at=st.integers(0, 2**40),
    outlet=st.none() | text,
    refused=st.none() | st.from_regex(r"[a-z_]{1,12}", fullmatch=True),
    public=st.dictionaries(text, text | st.integers(-(2**70), 2**70), max_size=4),
    commitment=st.binary(min_size=32, max_size=32),
)


def test_it_works():
    seal = base64.b64encode(hashlib.sha256(b'salt{"who":"nobody"}').digest()).decode()

    assert encode_leaf(ISSUED).decode() == (
        f'{{"at":1790000000,"commitment":"{seal}","public":{{"issuer":2,"serial":"4F"}},"tag":"certificate:issued","v":1}}'
    )
    assert decode_leaf(encode_leaf(ISSUED)) == ISSUED


@given(leaves)
def test_decoding_undoes_encoding(leaf):
    assert decode_leaf(encode_leaf(leaf)) == leaf


@given(leaves, st.data())
def test_no_two_byte_strings_mean_the_same_leaf(leaf, data):
    entry = bytearray(encode_leaf(leaf))
    place = data.draw(st.integers(0, len(entry) - 1))
    entry[place] ^= data.draw(st.integers(1, 255))
    try:
        other = decode_leaf(bytes(entry))
    except LeafMalformed:
        return
    assert other != leaf


def test_chinese_is_written_as_it_is_read():
    leaf = Leaf(tag="outlet:opened", at=1, outlet="中環", commitment=SEAL)

    assert "中環".encode() in encode_leaf(leaf)


@pytest.mark.parametrize(
    "change",
    [
        lambda entry: entry.replace(b'"at":', b'"at": '),
        lambda entry: entry.replace(b'"v":1}', b'"v":1,"z":1}'),
        lambda entry: entry.replace(b'"v":1}', b'"v":2}'),
        lambda entry: entry.replace(b'"v":1}', b'"v":true}'),
        lambda entry: entry.replace(b'"v":1}', b'"v":1.0}'),
        lambda entry: entry.replace(b'"issuer":2', b'"issuer":2.0'),
        lambda entry: entry.replace(b'"issuer":2', b'"issuer":true'),
        lambda entry: entry.replace(b'"issuer":2', b'"issuer":null'),
        lambda entry: entry.replace(b'"issuer":2', b'"issuer":NaN'),
        lambda entry: entry.replace(b'"issuer":2', b'"issuer":[2]'),
        lambda entry: entry.replace(b'"issuer":2', b'"issuer":2,"issuer":2'),
        lambda entry: entry.replace(b'"4F"', b'"\\u0034F"'),
        lambda entry: entry.replace(b'"4F"', b'"\\ud834"'),
        lambda entry: entry.replace(b'"4F"', b'"\xff"'),
        lambda entry: entry.replace(b'"certificate:issued"', b'"issued"'),
        lambda entry: entry.replace(b'"public":{"issuer":2,"serial":"4F"}', b'"public":{}'),
        lambda entry: entry.replace(b'"public":{"issuer":2,"serial":"4F"}', b'"outlet":null'),
        lambda entry: entry.replace(b'"public":{"issuer":2,"serial":"4F"}', b'"public":[]'),
        lambda entry: entry.replace(b'"at":1790000000,', b""),
        lambda entry: entry.replace(b'"at":1790000000', b'"at":-1'),
        lambda entry: entry.replace(b'"commitment":"', b'"commitment":"AA=='),
        lambda entry: entry + b"\n",
        lambda entry: entry[:-1],
        lambda _: b"",
        lambda _: b"[" * 60_000,
        lambda _: b"[]",
        lambda entry: b"\xef\xbb\xbf" + entry,
    ],
)
def test_any_other_writing_is_refused(change):
    assert change(encode_leaf(ISSUED)) != encode_leaf(ISSUED)
    with pytest.raises(LeafMalformed):
        decode_leaf(change(encode_leaf(ISSUED)))


def test_a_leaf_too_long_for_a_bundle_is_not_written():
    with pytest.raises(LeafMalformed):
        encode_leaf(Leaf(tag="a:b", at=1, public={"x": "y" * 65_536}, commitment=SEAL))


@given(st.data())
def test_an_entry_is_taken_by_its_form_only_if_reading_takes_it(data):
    facts = {"issuer": 7, "serial_number": "45AB", "type": "smart-id"}
    entry = bytearray(encode_leaf(Leaf(tag="certificate:issued", at=1, public=facts, commitment=bytes(32))))
    for _ in range(data.draw(st.integers(1, 3))):
        entry[data.draw(st.integers(0, len(entry) - 1))] = data.draw(
            st.sampled_from(b'"\\,:{}0 9a\x7f\x1f\xc3')
        )

    assert _takes(require_leaf, bytes(entry)) is _takes(decode_leaf, bytes(entry))


@pytest.mark.parametrize(
    "facts",
    [
        '"b":1,"a":1',
        '"a":1,"a":1',
        '"a":-0',
        '"a":01',
        '"a":"\\u0041"',
        '"a":1.0',
        '"a":true',
        "",
    ],
)
def test_facts_out_of_order_or_written_otherwise_are_refused(facts):
    entry = f'{{"at":1,"commitment":"{"A" * 43}=","public":{{{facts}}},"tag":"a:b","v":1}}'.encode()

    with pytest.raises(LeafMalformed):
        require_leaf(entry)


def _takes(read, entry):
    try:
        read(entry)
    except LeafMalformed:
        return False
    return True
