"""The two numbers that stand in organisational units: subscriber reference number, and registration string (C10, C11)."""

import re
from dataclasses import dataclass

from chopmark.pki.refusals import Refusal

_SRN = re.compile(r"[0-9]{10}")
# Business registration: the number, then branch, then dates and check digit; a shorter form lacks the later parts.
_BUSINESS_REGISTRATION = re.compile(r"[0-9]{8}|[0-9]{11}|[0-9]{16}")
_COMPANY_NUMBER = re.compile(r"[A-Z]{0,2}[0-9]{1,8}")
_OTHERS = re.compile(r"[A-Za-z0-9][A-Za-z0-9 '()+,\-./:=?]*")

_BR_WIDTH, _CR_WIDTH, OTHERS_LIMIT = 16, 8, 30


class SrnMalformed(Refusal):
    """A subscriber reference number is ten digits, zero padded."""

    code = "srn_malformed"


class RegistrationMalformed(Refusal):
    """One part of a registration string is not what the register concerned would write."""

    code = "registration_malformed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """The parts of a registration string; an absent one is empty."""

    business_registration: str = ""
    company_number: str = ""
    others: str = ""


def require_srn(text: str) -> str:
    if not _SRN.fullmatch(text):
        raise SrnMalformed
    return text


def registration_string(
    *, business_registration: str = "", company_number: str = "", others: str = ""
) -> str:
    """Sixteen characters of business registration, eight of company number, the rest free; zeros for what is missing."""
    _require(_BUSINESS_REGISTRATION, business_registration, part="business_registration")
    _require(_COMPANY_NUMBER, company_number, part="company_number", limit=_CR_WIDTH)
    _require(_OTHERS, others, part="others", limit=OTHERS_LIMIT)
    if not (business_registration or company_number or others):
        raise RegistrationMalformed(part="all")
    return business_registration.ljust(_BR_WIDTH, "0") + company_number.rjust(_CR_WIDTH, "0") + others


def read_registration_string(text: str) -> Registration:
    """The parts again, as wide as they stand in the string; a part of zeros is absent."""
    company_number = text[_BR_WIDTH : _BR_WIDTH + _CR_WIDTH]
    parts = Registration(
        business_registration=_unless_zero(text[:_BR_WIDTH]),
        company_number=_unless_zero(company_number),
        others=text[_BR_WIDTH + _CR_WIDTH :],
    )
    if len(text) < _BR_WIDTH + _CR_WIDTH or _rebuild(parts) != text:
        raise RegistrationMalformed(part="all")
    return parts


def _rebuild(parts: Registration) -> str:
    return registration_string(
        business_registration=parts.business_registration,
        company_number=parts.company_number.lstrip("0"),
        others=parts.others,
    )


def _unless_zero(part: str) -> str:
    return part if part.strip("0") else ""


def _require(pattern: re.Pattern[str], value: str, *, part: str, limit: int = 64) -> None:
    if value and (len(value) > limit or not pattern.fullmatch(value)):
        raise RegistrationMalformed(part=part)
