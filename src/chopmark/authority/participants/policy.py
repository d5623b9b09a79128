"""Is this outlet open, is this contract in force, is this password good enough? Facts in, a refusal or
nothing out.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache

import holidays
from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
    NumericPasswordValidator,
    validate_password,
)
from django.core.exceptions import ValidationError

from chopmark.authority.catalogue.pack import Contract, Contracts, Outlet
from chopmark.authority.kernel.actors import Actor
from chopmark.authority.participants.errors import (
    ContractNotInForce,
    NondisclosureNotInForce,
    OutletClosed,
    OutletNotAuthorised,
    PasswordUnacceptable,
    VettingNotInForce,
)
from chopmark.authority.participants.states import ClearanceKind
from chopmark.pki.refusals import Refusal

# CPS 5.3: in this order, since nobody is asked to sign who is not vetted.
NOT_CLEARED: Mapping[ClearanceKind, type[Refusal]] = {
    ClearanceKind.VETTING: VettingNotInForce,
    ClearanceKind.NONDISCLOSURE: NondisclosureNotInForce,
}

# CPS 6.4: the same for everybody who signs in; staff add a one-time code.
PASSWORD_RULES = (MinimumLengthValidator(12), CommonPasswordValidator(), NumericPasswordValidator())


def require_password_good(password: str) -> None:
    try:
        validate_password(password, password_validators=PASSWORD_RULES)
    except ValidationError:
        raise PasswordUnacceptable from None


def require_cleared(valid_until: Mapping[ClearanceKind, date], day: date) -> None:
    """Vetting and non-disclosure agreement both count on this day (C82); what was never recorded does not."""
    for kind, refusal in NOT_CLEARED.items():
        if kind not in valid_until or valid_until[kind] < day:
            raise refusal


def is_cleared(valid_until: Mapping[ClearanceKind, date], day: date) -> bool:
    return all(kind in valid_until and day <= valid_until[kind] for kind in NOT_CLEARED)


def is_public_holiday(country: str, day: date) -> bool:
    return day in _public_holidays(country, day.year)


@lru_cache(maxsize=32)
def _public_holidays(country: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, years=year))


def require_open(outlet: Outlet, local: datetime, *, holiday: bool) -> None:
    """The outlet is authorised on this day and has hours at this moment, both in the authority's zone
    (C28).
    """
    if not outlet.covers(local.date()):
        raise OutletNotAuthorised(outlet=outlet.code)
    if not outlet.hours.cover(local, holiday=holiday):
        raise OutletClosed(outlet=outlet.code)


def contract_on(contracts: Sequence[Contract], day: date) -> Contract | None:
    return next((contract for contract in contracts if contract.covers(day)), None)


def require_in_force(contracts: Contracts, actor: Actor, day: date) -> None:
    """Those whom the contract binds do nothing outside its days (C2); everybody else is not concerned."""
    if actor.kind in contracts.binds and contract_on(contracts.contracts, day) is None:
        raise ContractNotInForce
