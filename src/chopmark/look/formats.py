"""How dates, money and numbers are written in each language (design 10). Pure; the template tags only wrap them."""

from datetime import date, datetime, time
from typing import Final

MONTHS: Final = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
MINUS: Final = "−"


def day(value: date, *, chinese: bool, short: bool = False) -> str:
    """12 November 2026, in tables 12 Nov 2026; 2026年11月12日."""
    if chinese:
        return f"{value.year}年{value.month}月{value.day}日"
    month = MONTHS[value.month - 1]
    return f"{value.day} {month[:3] if short else month} {value.year}"


def month(value: date, *, chinese: bool) -> str:
    """November 2026; 2026年11月."""
    return f"{value.year}年{value.month}月" if chinese else f"{MONTHS[value.month - 1]} {value.year}"


def clock(value: datetime | time, *, seconds: bool = False) -> str:
    """24 hours; seconds only in evidence."""
    return f"{value:%H:%M:%S}" if seconds else f"{value:%H:%M}"


def moment(value: datetime, *, chinese: bool, short: bool = False, seconds: bool = False) -> str:
    """12 November 2026, 10:42; 2026年11月12日 10:42. `value` is already in the reader's time zone."""
    between = " " if chinese else ", "
    return day(value, chinese=chinese, short=short) + between + clock(value, seconds=seconds)


def period(first: date, last: date, *, chinese: bool, short: bool = False) -> str:
    """3 March 2025 to 3 March 2028; 2025年3月3日至2028年3月3日."""
    between = "至" if chinese else " to "
    return day(first, chinese=chinese, short=short) + between + day(last, chinese=chinese, short=short)


def hours(opens: time, closes: time, *, chinese: bool) -> str:
    """09:00–17:30; 09:00 至 17:30."""
    return f"{clock(opens)} 至 {clock(closes)}" if chinese else f"{clock(opens)}–{clock(closes)}"


def duration(total_seconds: int, *, chinese: bool) -> str:
    """4 min 06 s; 4 分 06 秒; hours where there are any."""
    minutes, seconds = divmod(total_seconds, 60)
    whole_hours, minutes = divmod(minutes, 60)
    hour, minute, second = ("小時", "分", "秒") if chinese else ("h", "min", "s")
    if whole_hours:
        return f"{whole_hours} {hour} {minutes:02} {minute}"
    return f"{minutes} {minute} {seconds:02} {second}" if minutes else f"{seconds} {second}"


def money(amount_minor: int, *, receipt: bool = False) -> str:
    """HK$50; HK$1,250; with cents on receipts, or where there are any."""
    dollars, cents = divmod(abs(amount_minor), 100)
    sign = MINUS if amount_minor < 0 else ""
    tail = f".{cents:02}" if receipt or cents else ""
    return f"{sign}HK${dollars:,}{tail}"


def number(value: int | float) -> str:
    """48,213,907; 93.8."""
    return f"{value:,}".replace("-", MINUS)


def fours(value: str) -> list[str]:
    """A string in groups of four from the left."""
    return [value[start : start + 4] for start in range(0, len(value), 4)]


def serial(value: bytes | str) -> list[str]:
    """Hexadecimal capitals in fours: 5E0C 91D7 …; from octets, or from text however it is spaced."""
    text = (
        value.hex()
        if isinstance(value, bytes | bytearray | memoryview)
        else "".join(value.replace(":", " ").split())
    )
    return fours(text.upper())


def reference(value: str) -> list[str]:
    """Application AP261100419 as AP 2611 00419; anything shaped otherwise stays whole."""
    if len(value) == 11 and value[:2].isalpha() and value[2:].isdigit():
        return [value[:2], value[2:6], value[6:]]
    return [value]


def subscriber_number(value: str) -> list[str]:
    """4-3-3: 0001 540 127."""
    return [value[:4], value[4:7], value[7:]] if len(value) == 10 else [value]


def envelope(value: str) -> list[str]:
    """The number on a PIN envelope, its check figure last: 0481 7236-5."""
    digits = value.replace("-", "").replace(" ", "")
    return [digits[:4], f"{digits[4:8]}-{digits[8:]}"] if len(digits) == 9 else [value]
