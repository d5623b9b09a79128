"""What an applicant types at the desk, and what makes each field acceptable. Pure."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum

from chopmark.strongroom import hkid
from chopmark.strongroom.errors import (
    BirthDateNotPlausible,
    ChineseNameMalformed,
    EmailMalformed,
    NameMalformed,
    NameTooLong,
    PhoneMalformed,
)

LONGEST_NAME = 64  # X.520 ub-common-name; RFC 5280 appendix A.1
LONGEST_EMAIL = 255  # RFC 5280 appendix A.1, ub-emailaddress-length
OLDEST = 130
OF_AGE = 18

_NAME = re.compile(r"[A-Za-z](?:[A-Za-z]|[ ,.'-](?=[A-Za-z ]|$))*")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff·]{1,20}")
_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])"
)
_HONG_KONG_PHONE = re.compile(r"(?:\+852)?([2-9][0-9]{7})")
_FOREIGN_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")  # E.164


class AgeBand(StrEnum):
    ADULT = "adult"
    MINOR = "minor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Particulars:
    """A person as she stands in her record: every value already in its one writing."""

    name: str
    chinese_name: str | None
    hkid: str
    birth_date: date
    email: str | None
    phone: str

    def as_fields(self) -> dict[str, str | None]:
        return asdict(self) | {"birth_date": self.birth_date.isoformat()}


FIELDS = ("name", "chinese_name", "hkid", "birth_date", "email", "phone")
# Asked for by the name that says so: enough to recognise a value, not to learn it.
MASKED = ("hkid:masked", "birth_date:masked", "email:masked", "phone:masked")
ASKABLE = (*FIELDS, *MASKED)


def plain(field: str) -> str:
    """The field that a masked name stands for."""
    return field.partition(":")[0]


def as_asked(fields: Mapping[str, str | None], asked: Collection[str]) -> dict[str, str | None]:
    """What leaves of a record: each field under the name it was asked by, masked where the name says so."""
    return {
        name: masked(plain(name), fields[plain(name)]) if name in MASKED else fields[name]
        for name in ASKABLE
        if name in asked
    }


def masked(field: str, value: str | None) -> str | None:
    """A value as it leaves under a masked name: the letters, the year, or the last figures."""
    if value is None:
        return None
    if field == "hkid":
        return hkid.masked(value)
    if field == "birth_date":
        return f"{value[:4]}-••-••"
    if field == "email":
        local, _, domain = value.partition("@")
        return f"{local[:1]}•••@{domain}"
    return "••••" + value[-4:]


def read_name(text: str) -> str:
    """A name in English, surname first, as on the card."""
    name = " ".join(unicodedata.normalize("NFKC", text).replace("\u2019", "'").split())
    if len(name) > LONGEST_NAME:
        raise NameTooLong(longest=LONGEST_NAME)
    if not _NAME.fullmatch(name):
        raise NameMalformed
    return name


def read_chinese_name(text: str) -> str | None:
    name = "".join(text.split())
    if not name:
        return None
    if not _HAN.fullmatch(name):
        raise ChineseNameMalformed
    return name


def read_birth_date(born: date, *, today: date) -> date:
    """A day on which somebody who applies today may have been born."""
    if born > today or age_on(today, born) > OLDEST:
        raise BirthDateNotPlausible
    return born


def read_email(text: str) -> str | None:
    """An address that can stand in a certificate (RFC 5280 §4.2.1.6, rfc822Name: ASCII), or none."""
    email = text.strip()
    if not email:
        return None
    if len(email) > LONGEST_EMAIL or not _EMAIL.fullmatch(email) or len(email.partition("@")[0]) > 64:
        raise EmailMalformed
    return email


def read_phone(text: str) -> str:
    """A number to call, with its country code."""
    digits = re.sub(r"[\s().-]", "", unicodedata.normalize("NFKC", text))
    here = _HONG_KONG_PHONE.fullmatch(digits)
    if here:
        return f"+852{here.group(1)}"
    if digits.startswith("+852") or not _FOREIGN_PHONE.fullmatch(digits):
        raise PhoneMalformed
    return digits


def age_on(day: date, born: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def age_band(born: date, today: date) -> AgeBand:
    return AgeBand.ADULT if age_on(today, born) >= OF_AGE else AgeBand.MINOR
