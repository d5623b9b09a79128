"""`chopmark certificate status SERIAL --at MOMENT`, as facts that a report can quote."""

import hashlib
from datetime import UTC, datetime

from chopmark.authority.issuance import selectors as issuance
from chopmark.authority.issuance.errors import CertificateUnknown
from chopmark.authority.subscriptions.selectors import Subscription, subscription_of
from chopmark.authority.validation.past import PastStatus, past_status


def words_of(serial_number: bytes, *, at: datetime) -> dict[str, str | int | bool | None]:
    """The facts, moments in UTC; `CertificateUnknown` if no issuer's certificate has this number."""
    found = issuance.by_serial(serial_number)
    if not found:
        raise CertificateUnknown
    past = past_status(found[0].issuer_id, serial_number, at=at)
    return {
        "at": _utc(past.at),
        "status": past.standing.value,
        "listed_since": _utc(past.listed_since),
        "revoked_at": _utc(past.revoked_at),
        "recognised": past.is_recognised,
        **_list(past),
        **_subscription(subscription_of(found[0], at=at)),
    }


def _subscription(said: Subscription | None) -> dict[str, str | None]:
    """By what stood on the invoice or in the tariff, and by what had been decided until then."""
    if said is None:
        return {"subscription": None}
    return {
        "subscription": "free" if said.is_free else "paid",
        "subscription_until": _utc(said.until),
        "subscription_by": said.decision or said.line,
    }


def _list(past: PastStatus) -> dict[str, str | int | None]:
    shown = past.shown_by
    if shown is None:
        return {"crl_number": None}
    return {
        "crl_number": shown.number,
        "crl_this_update": _utc(shown.this_update),
        "crl_next_update": _utc(shown.next_update),
        "crl_published_at": _utc(shown.published_at),
        "crl_sha256": hashlib.sha256(shown.crl_der).hexdigest(),
    }


def _utc(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
