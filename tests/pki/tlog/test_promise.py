"""One promise of a row is as another, however many are made."""

from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from chopmark.pki.tlog.promise import promised, promiser

VALUES = st.one_of(
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
NAMES = st.sampled_from(["id", "leaf_id", "kind", "name", "at", 'das "Wort"', "姓名", "a", "z"])


@given(st.dictionaries(NAMES, VALUES))
def test_many_are_promised_as_one_is(row):
    assert promiser("table", row)(list(row.values())) == promised("table", row)


def test_it_works():
    row = {"id": 5, "at": datetime(2026, 11, 16, tzinfo=UTC), "day": date(2026, 11, 16), "who": UUID(int=1)}
    promise = promiser("table", row)
    assert promise(list(row.values())) == promised("table", row | {"id": 6})
    assert promise(list((row | {"who": UUID(int=2)}).values())) != promised("table", row)
