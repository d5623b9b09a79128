"""A promise is a format: the digest of one JSON text, however it is fed."""

import hashlib
import json
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from chopmark.pki.tlog.promise import promised

NAMES = st.text(min_size=1, max_size=8).filter(lambda name: name not in ("crl_entry", "id", "leaf_id"))
VALUES = st.none() | st.booleans() | st.integers() | st.text() | st.binary(max_size=300)


def whole(values):
    said = {name: value.hex() if isinstance(value, bytes) else value for name, value in values.items()}
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return "t:" + hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


@given(st.dictionaries(NAMES, VALUES))
def test_it_works(values):
    assert promised("t", values) == whole(values)


def test_long_octets_are_fed_in_stretches():
    values = {"b": bytes(range(256)) * 1000, "a": 1}
    assert promised("t", values) == whole(values)
    assert promised("t", {**values, "b": memoryview(values["b"])}) == whole(values)


def test_what_the_database_gives_is_left_out():
    assert promised("t", {"id": 1, "leaf_id": 2, "crl_entry": b"x", "a": 3}) == whole({"a": 3})


def test_moments_are_in_utc():
    said = {"a": datetime(2026, 1, 2, tzinfo=UTC), "b": date(2026, 1, 2)}
    assert promised("t", said) == whole({"a": "2026-01-02T00:00:00+00:00", "b": "2026-01-02"})
