"""What a page says of a certificate's subscription: until which day, and whether it was free, paid, or given by a decision."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from chopmark.authority.catalogue.reading import current
from chopmark.authority.issuance import selectors as issuance
from chopmark.authority.revocation.selectors import revocation_of
from chopmark.authority.subscriptions.selectors import subscription_of
from chopmark.look import formats
from chopmark.look.language import in_chinese


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribed:
    """In words: how it stands, and by what."""

    stands: str
    by: str


def subscribed(reference: str, now: datetime) -> Subscribed | None:
    """The subscription of the certificate that an application led to, if it has come to that and the type has any."""
    certificate = issuance.certificate_of(reference)
    subscription = subscription_of(certificate) if certificate is not None else None
    if certificate is None or subscription is None:
        return None
    revocation = revocation_of(certificate.issuer_id, bytes(certificate.serial_number))
    # It ends at the midnight that begins a day: the day before is the last one, for a reader.
    until = current().authority.local(subscription.until - timedelta(seconds=1)).date()
    if revocation is not None:
        stands = _("Ended: the certificate is revoked")
    elif subscription.is_over(now):
        stands = _("Ended on %(day)s") % {"day": _written(until)}
    elif subscription.is_free:
        stands = _("Free up to and including %(day)s") % {"day": _written(until)}
    else:
        stands = _("Paid up to and including %(day)s") % {"day": _written(until)}
    return Subscribed(stands=stands, by=_by(subscription.line, subscription.decision))


def _by(line: str, decision: str | None) -> str:
    if decision is not None:
        return _("The free period was extended by decision %(reference)s.") % {"reference": decision}
    tariff = current().tariff.get(line)
    return str(tariff.names) if tariff else ""


def _written(day: date) -> str:
    return formats.day(day, chinese=in_chinese())
