"""The formats of design 10, in both languages."""

from datetime import UTC, date, datetime, time

import pytest

from chopmark.look import formats

NOON = datetime(2026, 11, 12, 10, 42, 7, tzinfo=UTC)


def test_it_works() -> None:
    assert formats.day(NOON, chinese=False) == "12 November 2026"
    assert formats.day(NOON, chinese=True) == "2026年11月12日"


def test_a_table_shortens_the_month_in_english_only() -> None:
    assert formats.day(NOON, chinese=False, short=True) == "12 Nov 2026"
    assert formats.day(NOON, chinese=True, short=True) == "2026年11月12日"


def test_seconds_are_for_evidence() -> None:
    assert formats.moment(NOON, chinese=False) == "12 November 2026, 10:42"
    assert formats.moment(NOON, chinese=True, seconds=True) == "2026年11月12日 10:42:07"


def test_a_period_is_said_in_words() -> None:
    first, last = date(2025, 3, 3), date(2028, 3, 3)
    assert formats.period(first, last, chinese=False) == "3 March 2025 to 3 March 2028"
    assert formats.period(first, last, chinese=True) == "2025年3月3日至2028年3月3日"


def test_hours_are_of_24() -> None:
    assert formats.hours(time(9), time(17, 30), chinese=False) == "09:00–17:30"
    assert formats.hours(time(9), time(17, 30), chinese=True) == "09:00 至 17:30"


@pytest.mark.parametrize(
    ("minor", "plain", "receipt"),
    [
        (5000, "HK$50", "HK$50.00"),
        (125000, "HK$1,250", "HK$1,250.00"),
        (5050, "HK$50.50", "HK$50.50"),
        (0, "HK$0", "HK$0.00"),
        (-5000, "−HK$50", "−HK$50.00"),
    ],
)
def test_cents_are_for_receipts_unless_there_are_some(minor: int, plain: str, receipt: str) -> None:
    assert formats.money(minor) == plain
    assert formats.money(minor, receipt=True) == receipt


def test_a_serial_number_is_read_however_it_is_spaced() -> None:
    assert formats.serial("5e:0c 91d7") == ["5E0C", "91D7"]
    assert formats.serial(bytes.fromhex("5e0c91d73a")) == ["5E0C", "91D7", "3A"]


def test_references_are_grouped_as_they_are_spoken() -> None:
    assert formats.reference("AP261100419") == ["AP", "2611", "00419"]
    assert formats.subscriber_number("0001540127") == ["0001", "540", "127"]
    assert formats.envelope("048172365") == ["0481", "7236-5"]


def test_what_is_shaped_otherwise_stays_whole() -> None:
    assert formats.reference("AP-1") == ["AP-1"]
    assert formats.envelope("12") == ["12"]


@pytest.mark.parametrize(
    ("seconds", "english", "chinese"),
    [(246, "4 min 06 s", "4 分 06 秒"), (45, "45 s", "45 秒"), (3720, "1 h 02 min", "1 小時 02 分")],
)
def test_a_duration_is_said_in_its_two_largest_units(seconds: int, english: str, chinese: str) -> None:
    assert formats.duration(seconds, chinese=False) == english
    assert formats.duration(seconds, chinese=True) == chinese
