"""UTCTime and GeneralizedTime as RFC 5280 §4.1.2.5 narrows them: UTC, whole seconds, and one right form for every year."""

from datetime import UTC, datetime
from functools import lru_cache

from chopmark.pki.der import tags
from chopmark.pki.der.reading import Element, MalformedDer
from chopmark.pki.der.writing import tlv


def time(moment: datetime) -> bytes:
    """UTCTime through 2049, GeneralizedTime from 2050 (RFC 5280 §4.1.2.5)."""
    moment = _utc_whole_second(moment)
    if 1950 <= moment.year < 2050:
        return b"\x17\x0d%02d%02d%02d%02d%02d%02dZ" % (
            moment.year % 100, moment.month, moment.day, moment.hour, moment.minute, moment.second
        )  # fmt: skip
    return generalized_time(moment)


def utc_time(moment: datetime) -> bytes:
    moment = _utc_whole_second(moment)
    if not 1950 <= moment.year < 2050:
        raise ValueError("UTCTime has two digits for the year: 1950 to 2049")
    return tlv(tags.UTC_TIME, moment.strftime("%y%m%d%H%M%SZ").encode())


@lru_cache(maxsize=64)  # a responder says the same second some thousand times
def generalized_time(moment: datetime) -> bytes:
    moment = _utc_whole_second(moment)
    return b"\x18\x0f%04d%02d%02d%02d%02d%02dZ" % (
        moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second
    )  # fmt: skip


def parse_time(element: Element) -> datetime:
    """The moment in a Time; a form that RFC 5280 does not allow is refused, the wrong type for the year is not."""
    text = element.content.decode("ascii", "replace")
    if element.tag == tags.UTC_TIME and len(text) == 13:
        return _parse(str(_century(text[:2])) + text)
    if element.tag == tags.GENERALIZED_TIME and len(text) == 15:
        return _parse(text)
    raise MalformedDer(where="time")


def _century(two_digits: str) -> int:
    if not two_digits.isdecimal():
        raise MalformedDer(where="time")
    return 19 if int(two_digits) >= 50 else 20


def _parse(text: str) -> datetime:
    if not (text[:14].isdecimal() and text[14] == "Z"):
        raise MalformedDer(where="time")
    try:
        return datetime(*(int(text[a:b]) for a, b in _FIELDS), tzinfo=UTC)  # type: ignore[misc, arg-type]  # six ints, then tzinfo
    except ValueError as error:
        raise MalformedDer(where="time") from error


_FIELDS = ((0, 4), (4, 6), (6, 8), (8, 10), (10, 12), (12, 14))


def _utc_whole_second(moment: datetime) -> datetime:
    if moment.tzinfo is not UTC:
        if moment.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be written down")
        moment = moment.astimezone(UTC)
    if moment.microsecond:
        raise ValueError("times in certificates have whole seconds")
    return moment
