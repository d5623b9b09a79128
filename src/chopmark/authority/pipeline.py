"""Who hears what: every hand-over of the whole flow, on one screen.

An event is written in the transaction of its effect and delivered at least once; each handler takes a list and may run twice.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from chopmark.authority.applications.events import ApplicationSubmitted
from chopmark.authority.catalogue import reading as catalogue
from chopmark.authority.delivery import handlers as delivery
from chopmark.authority.delivery import services as delivery_services
from chopmark.authority.delivery.events import CertificateAccepted, CertificateDeclined
from chopmark.authority.issuance import handlers as issuance
from chopmark.authority.issuance import services as issuance_services
from chopmark.authority.issuance.events import CertificateRecorded, ClaimSpent
from chopmark.authority.kernel import outbox
from chopmark.authority.kernel.actors import process
from chopmark.authority.keymaking import services as keymaking_services
from chopmark.authority.keymaking.events import SubscriberKeyMade
from chopmark.authority.publication import handlers as publication
from chopmark.authority.publication import services as publication_services
from chopmark.authority.publication.events import CrlSigned
from chopmark.authority.revocation import handlers as revocation
from chopmark.authority.revocation.events import CertificateRevoked
from chopmark.authority.verification import handlers as verification
from chopmark.authority.verification.events import ApplicationApproved, ApplicationClosedUnissued

ROUTES: Mapping[type, Iterable[outbox.Handler]] = {
    ApplicationSubmitted: [verification.confirm_cases, verification.check_duplicates],
    ApplicationClosedUnissued: [verification.close_case],
    ApplicationApproved: [issuance.intend_or_have_key_made],
    SubscriberKeyMade: [issuance.intend_made_keys],
    CertificateRecorded: [issuance.seal_made_keys, delivery.offer_certificates],
    CertificateAccepted: [publication.publish_certificates, verification.close_case],
    CertificateDeclined: [revocation.revoke_declined, verification.close_case],
    ClaimSpent: [revocation.revoke_spent, issuance.intend_again],
    CertificateRevoked: [publication.bring_crl_forward],
    CrlSigned: [publication.publish_crls],
}


def drain(*, now: datetime) -> int:
    """Deliver what waits; answers how many hand-overs were handled."""
    return outbox.drain(ROUTES, now=now)


def tick(*, now: datetime) -> None:
    """What the clock owes, whoever asks and however often: each finds nothing to do when it was done."""
    worker = process("worker")
    issuance_services.mark_spent_claims(actor=worker, now=now)
    keymaking_services.request_spent_again(actor=worker, now=now)
    publication_services.prepare_due(actor=worker, now=now)
    lapse_after = timedelta(days=catalogue.current().authority.acceptance_days)
    for reference in delivery_services.unanswered(now=now, after=lapse_after):
        delivery_services.lapse(reference=reference, actor=worker, now=now)
