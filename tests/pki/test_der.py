"""Distinguished encoding: what is written is read back, and nothing but the one right form is read."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chopmark.pki import der
from chopmark.pki.der import tags
from pki.world import moments

ARCS = st.integers(min_value=0, max_value=2**70)
OIDS = st.builds(
    lambda first, second, rest: ".".join(map(str, (first, second if first == 2 else second % 40, *rest))),
    st.integers(min_value=0, max_value=2),
    st.integers(min_value=0, max_value=999),
    st.lists(ARCS, max_size=5),
)
MOMENTS = moments(1950, 9999)


def test_it_works():
    encoded = der.sequence(der.integer(5), der.oid("2.5.4.3"), der.octet_string(b"x" * 300))

    reader = der.read_one(encoded)

    assert reader.integer() == 5
    assert reader.oid() == "2.5.4.3"
    assert reader.octets() == b"x" * 300
    reader.finish()


@given(st.integers(min_value=-(2**200), max_value=2**200))
def test_an_integer_is_read_as_it_was_written(value):
    assert der.Reader(der.integer(value)).integer() == value


@given(OIDS)
def test_an_object_identifier_is_read_as_it_was_written(dotted):
    assert der.Reader(der.oid(dotted)).oid() == dotted


@given(MOMENTS)
def test_a_time_is_read_as_it_was_written_and_has_the_type_of_its_year(moment):
    element = der.Reader(der.time(moment)).element()

    assert der.parse_time(element) == moment
    assert element.tag == (tags.UTC_TIME if moment.year < 2050 else tags.GENERALIZED_TIME)


@given(st.sets(st.integers(min_value=0, max_value=20)))
def test_named_bits_are_read_as_they_were_written(bits):
    assert der.Reader(der.named_bits(bits)).named_bits() == bits


@given(st.binary(max_size=70_000))
def test_content_of_any_length_is_read_as_it_was_written(content):
    assert der.Reader(der.octet_string(content)).octets() == content


@given(st.binary(max_size=40))
def test_no_bytes_at_all_make_the_reader_do_anything_but_read_or_refuse(data):
    try:
        elements = list(der.Reader(data).elements())
    except der.MalformedDer:
        return
    assert b"".join(element.encoded for element in elements) == data


@pytest.mark.parametrize(
    "encoded",
    [
        "3080020101" + "0000",  # indefinite length
        "308103020101",  # a length that needs no second octet
        "30820003020101",  # a length with a leading zero
        "3003020101" + "00",  # trailing bytes
        "30030201",  # cut short
        "1f8101" + "00",  # a high tag number
        "30850000000001" + "00",  # a length of lengths no certificate has
        "",
    ],
)
def test_what_is_not_distinguished_is_refused(encoded):
    with pytest.raises(der.MalformedDer):
        der.read_one(bytes.fromhex(encoded)).element()


@pytest.mark.parametrize("encoded", ["0200", "02020001", "0202ff80", "020100" + "ff"])
def test_an_integer_has_the_fewest_octets(encoded):
    reader = der.Reader(bytes.fromhex(encoded))
    with pytest.raises(der.MalformedDer):
        reader.integer()
        reader.finish()


@pytest.mark.parametrize("encoded", ["0601" + "80", "0603" + "558004", "0600", "06028055"])
def test_an_object_identifier_has_no_padding(encoded):
    with pytest.raises(der.MalformedDer):
        der.Reader(bytes.fromhex(encoded)).oid()


@pytest.mark.parametrize("text", [b"2611231200Z", b"261123120000+0800", b"261323120000Z", b"2611231200000"])
def test_a_time_without_seconds_or_in_another_zone_is_refused(text):
    with pytest.raises(der.MalformedDer):
        der.parse_time(der.Element(tags.UTC_TIME, text, b""))


def test_a_moment_without_a_zone_is_not_written():
    with pytest.raises(ValueError, match="time zone"):
        der.time(datetime(2026, 1, 1))  # noqa: DTZ001  # the very mistake


def test_a_bit_string_with_dirt_in_its_unused_bits_is_refused():
    with pytest.raises(der.MalformedDer):
        der.Reader(bytes.fromhex("030207ff")).bits()
