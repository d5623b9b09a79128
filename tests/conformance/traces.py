"""Looking for traces of known people in whatever bytes there are, in every form in which they might stand there."""

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ahocorasick_rs import BytesAhoCorasick

MONTHS = ("January", "February", "March", "April", "May", "June", "July")
MONTHS += ("August", "September", "October", "November", "December")
Person = Mapping[str, Any]  # as the walk remembers people
HEX = frozenset(b"0123456789abcdefABCDEF")


class Needle(NamedTuple):
    """One form of one fact about one person."""

    fact: str
    octets: bytes
    is_exact: bool = False  # in base64 a capital letter is another letter
    stands_free: bool = False  # figures in the middle of a hash are nobody's


class Needles:
    """Thousands of needles, looked for in one walk over a haystack."""

    def __init__(self, needles: Iterable[Needle]) -> None:
        distinct = list(dict.fromkeys(needles))
        self._exact = _Walk([one for one in distinct if one.is_exact])
        self._any_case = _Walk([one for one in distinct if not one.is_exact])

    def found_in(self, haystack: bytes) -> set[str]:
        return self._exact.found_in(haystack) | self._any_case.found_in(haystack.lower())


class _Walk:
    def __init__(self, needles: list[Needle]) -> None:
        self._needles = needles
        self._walk = BytesAhoCorasick([one.octets for one in needles])

    def found_in(self, haystack: bytes) -> set[str]:
        found = set()
        for number, start, end in self._walk.find_matches_as_indexes(haystack, overlapping=True):
            needle = self._needles[number]
            if not (needle.stands_free and _is_inside_hex(haystack, start, end)):
                found.add(needle.fact)
        return found


def _is_inside_hex(within: bytes, start: int, end: int) -> bool:
    return (start > 0 and within[start - 1] in HEX) or (end < len(within) and within[end] in HEX)


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for: what must stand nowhere, and what may stand where a certificate prints it."""

    secret: Needles
    printed: Needles

    @classmethod
    def of(cls, people: Sequence[Person]) -> "Search":
        assert people, "nobody is known: the search would find nothing in any case"
        return cls(
            secret=Needles(needle for person in people for needle in _secret(person)),
            printed=Needles(needle for person in people for needle in _printed(person)),
        )

    def secrets_in(self, haystack: bytes) -> set[str]:
        return self.secret.found_in(haystack)

    def printed_in(self, haystack: bytes) -> set[str]:
        return self.printed.found_in(haystack)


def _secret(person: Person) -> Iterator[Needle]:
    for text in _identity_card(person["hkid"]):
        yield from _forms("identity card number", text)
    day, month, year = person["born"]
    for text in _dates(day, month, year):
        yield from _forms("birth date", text)
    phone = person["phone"]
    for text in (phone, f"{phone[:4]} {phone[4:]}", f"{phone[:4]}-{phone[4:]}", f"852{phone}"):
        yield from _forms("telephone", text)


def _printed(person: Person) -> Iterator[Needle]:
    for fact in ("name", "email"):
        yield from _forms(fact, person[fact])


def _identity_card(number: str) -> tuple[str, ...]:
    """A123456(7), A1234567, and without the check digit, which says nothing that is not in the rest."""
    body, digit = number[:-3], number[-2]
    return number, f"{body}{digit}", f"{body} ({digit})", body


def _dates(day: int, month: int, year: int) -> Iterator[str]:
    for mark in ("-", "/", ".", ""):
        yield f"{year}{mark}{month:02}{mark}{day:02}"
        yield f"{day:02}{mark}{month:02}{mark}{year}"
    for mark in ("-", "/", "."):
        yield f"{day}{mark}{month}{mark}{year}"
        yield f"{year}{mark}{month}{mark}{day}"
    for name in (MONTHS[month - 1], MONTHS[month - 1][:3]):
        yield f"{day} {name} {year}"
        yield f"{name} {day}, {year}"
    yield f"{year}年{month}月{day}日"
    yield f"[{day}, {month}, {year}]"


def _forms(fact: str, text: str) -> Iterator[Needle]:
    """As text, as hex and as base64; bytes and capital letters as they come."""
    octets = text.encode()
    yield Needle(fact, octets.lower(), stands_free=text.isalnum())
    yield Needle(f"{fact}, UTF-16", text.lower().encode("utf-16-le"))
    for written in {text, text.lower()}:
        yield Needle(f"{fact}, hex", written.encode().hex().encode())
        for middle in _base64(written.encode()):
            yield Needle(f"{fact}, base64", middle, is_exact=True)


def _base64(octets: bytes) -> Iterator[bytes]:
    """What of base64 depends on these octets alone, for each of the three places at which they may begin."""
    for before in range(3):
        whole = base64.b64encode(bytes(before) + octets)
        first, last = -(-8 * before // 6), (8 * (before + len(octets))) // 6
        yield whole[first:last]
        yield whole[first:last].translate(bytes.maketrans(b"+/", b"-_"))
