"""What a record may be opened for, by whom and how often: `purposes.toml`, read once and checked."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from chopmark.strongroom.errors import (
    FieldNotOfPurpose,
    NothingAsked,
    PurposeNotForCaller,
    PurposeNotOfCase,
    PurposeUnknown,
)
from chopmark.strongroom.particulars import FIELDS

DESK = "desk"
AUTHORITY = "authority"
FILE = Path(__file__).with_name("purposes.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """One reason to open a record, the fields that it needs and the doors that may give it."""

    name: str
    fields: frozenset[str]
    callers: frozenset[str]
    en: str
    zh: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    openings_per_record_in_a_day: int
    openings_per_caller_in_an_hour: int
    openings_in_an_hour: int
    mismatches_per_case: int
    subject_sign_ins_wrong_in_a_quarter: int
    desk_sign_ins_wrong_in_a_quarter: int
    forms_waiting_per_application_in_a_quarter: int
    forms_waiting_in_a_quarter: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseTerms:
    """What a case that an application opens is good for, and for how long."""

    purposes: tuple[str, ...]
    live_for: timedelta
    unconfirmed_for: timedelta
    openings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """All that the owner has agreed to."""

    purposes: Mapping[str, Purpose]
    case: CaseTerms
    limits: Limits

    def purpose(self, name: str) -> Purpose:
        if name not in self.purposes:
            raise PurposeUnknown
        return self.purposes[name]


def require_allowed(
    purpose: Purpose, *, fields: frozenset[str], caller: str, case_purposes: frozenset[str]
) -> None:
    """The purpose is the case's and the caller's, and needs every field; asking for none is refused."""
    if purpose.name not in case_purposes:
        raise PurposeNotOfCase
    if caller not in purpose.callers:
        raise PurposeNotForCaller
    if not fields:
        raise NothingAsked
    if not fields <= purpose.fields:
        raise FieldNotOfPurpose


@cache
def terms() -> Terms:
    return read(tomllib.loads(FILE.read_text()))


def read(data: Mapping[str, Any]) -> Terms:
    """The terms, if they agree with themselves: a field or purpose that does not exist is fatal."""
    purposes = {name: _purpose(name, row) for name, row in data["purpose"].items()}
    case = data["case"]
    strange = set(case["purposes"]) - purposes.keys()
    strange |= {field for purpose in purposes.values() for field in purpose.fields} - set(FIELDS)
    if strange:
        raise ValueError(f"purposes.toml names what does not exist: {sorted(strange)}")
    return Terms(
        purposes=purposes,
        limits=Limits(**data["limits"]),
        case=CaseTerms(
            purposes=tuple(case["purposes"]),
            live_for=timedelta(days=case["live_for_days"]),
            unconfirmed_for=timedelta(hours=case["unconfirmed_for_hours"]),
            openings=case["openings"],
        ),
    )


def _purpose(name: str, row: Mapping[str, Any]) -> Purpose:
    return Purpose(
        name=name,
        fields=frozenset(row["fields"]),
        callers=frozenset(row["callers"]),
        en=row["en"],
        zh=row["zh"],
    )
