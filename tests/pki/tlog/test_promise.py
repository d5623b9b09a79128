"""A promise is a format: the digest of one JSON text, however it is fed."""

import hashlib
import json
from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from chopmark.pki.tlog.promise import promised, promiser

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


OF_MANY = st.one_of(
    st.binary(max_size=40),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.integers(),
    st.booleans(),
    st.none(),
    st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=8))])),
    st.dates(),
    st.uuids(),
    st.dictionaries(st.text("abc", max_size=3), st.integers(), max_size=3),
)
NAMES_OF_MANY = st.sampled_from(["id", "leaf_id", "kind", "name", "at", 'das "Wort"', "姓名", "a", "z"])


@given(st.dictionaries(NAMES_OF_MANY, OF_MANY))
def test_many_are_promised_as_one_is(row):
    assert promiser("table", row)(list(row.values())) == promised("table", row)


def test_one_promise_of_many_is_as_another():
    row = {"id": 5, "at": datetime(2026, 11, 16, tzinfo=UTC), "day": date(2026, 11, 16), "who": UUID(int=1)}
    promise = promiser("table", row)
    assert promise(list(row.values())) == promised("table", row | {"id": 6})
    assert promise(list((row | {"who": UUID(int=2)}).values())) != promised("table", row)


@given(st.dictionaries(NAMES_OF_MANY, OF_MANY), st.dictionaries(NAMES_OF_MANY, OF_MANY))
def test_what_many_share_is_promised_like_the_rest(row, shared):
    promise = promiser("table", row, shared)
    assert promise(list(row.values())) == promised("table", {**shared, **row})
