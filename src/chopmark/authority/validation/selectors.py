"""What a responder reads: whose questions it answers, and with which certificate."""

from dataclasses import dataclass
from datetime import datetime

from chopmark.authority.custody import selectors as custody
from chopmark.authority.validation.delegation import has_responder
from chopmark.authority.validation.models import Delegate, DelegateRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredIssuer:
    """One of our issuers whose certificates can be asked about here."""

    id: int
    name_der: bytes
    spki: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegateCertificate:
    """A certificate for a responder's own key."""

    certificate_der: bytes
    not_before: datetime
    not_after: datetime

    def is_valid(self, now: datetime) -> bool:
        return self.not_before <= now <= self.not_after

    def wants_renewal(self, now: datetime) -> bool:
        """Past half its life (CPS 4.10)."""
        return now >= self.not_before + (self.not_after - self.not_before) / 2


def answered_issuers() -> tuple[AnsweredIssuer, ...]:
    """The issuers that the pack gives a responder."""
    return tuple(
        AnsweredIssuer(id=authority.id, name_der=authority.name_der, spki=authority.spki)
        for authority in custody.authorities()
        if has_responder(authority)
    )


def newest_delegate(issuer_id: int, spki: bytes) -> DelegateCertificate | None:
    """The newest certificate that the signer gave this key for an issuer."""
    requests = DelegateRequest.objects.filter(issuer_id=issuer_id, spki=spki).values("id")
    row = Delegate.objects.filter(request_id__in=requests).order_by("-id").first()
    if row is None:
        return None
    return DelegateCertificate(
        certificate_der=bytes(row.certificate_der), not_before=row.not_before, not_after=row.not_after
    )


def last_request_at(issuer_id: int, spki: bytes) -> datetime | None:
    """When this key last asked for an issuer's delegation."""
    requests = DelegateRequest.objects.filter(issuer_id=issuer_id, spki=spki)
    return requests.order_by("-id").values_list("requested_at", flat=True).first()
