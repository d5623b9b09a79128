"""Who hears what: every hand-over of the whole flow, on one screen.

An event is written in the transaction of its effect and delivered at least once; each handler takes a list and may run twice.
"""

import traceback
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

import structlog

from chopmark.authority.applications import selectors as applications_selectors
from chopmark.authority.applications import services as applications_services
from chopmark.authority.applications.events import ApplicationClosedUnissued, ApplicationSubmitted
from chopmark.authority.campaigns import accepting
from chopmark.authority.campaigns import card_handlers as cards
from chopmark.authority.campaigns import handlers as campaigns
from chopmark.authority.campaigns.events import (
    CampaignFinished,
    CampaignPaused,
    CampaignRunning,
    CardsKept,
    CardsToPurge,
    ChunkRevoked,
    CohortExtended,
    ReplacementToTell,
)
from chopmark.authority.catalogue import reading as catalogue
from chopmark.authority.custody import selectors as custody
from chopmark.authority.delivery import handlers as delivery
from chopmark.authority.delivery import services as delivery_services
from chopmark.authority.delivery.events import (
    CertificateAccepted,
    CertificateDeclined,
    ChunkAccepted,
    ChunkToOffer,
    ChunkToTell,
)
from chopmark.authority.issuance import chunks as issuance_chunks
from chopmark.authority.issuance import handlers as issuance
from chopmark.authority.issuance import services as issuance_services
from chopmark.authority.issuance.events import (
    CertificateRecorded,
    ChunkRecorded,
    ChunkSpent,
    ClaimSpent,
    RetryAsked,
)
from chopmark.authority.kernel import outbox
from chopmark.authority.kernel.actors import Actor, process
from chopmark.authority.keymaking import handlers as keymaking
from chopmark.authority.keymaking import pool as keymaking_pool
from chopmark.authority.keymaking import services as keymaking_services
from chopmark.authority.keymaking.events import (
    KeyPoolAsked,
    KeyPoolDiscarded,
    SubscriberKeyKept,
    SubscriberKeyMade,
)
from chopmark.authority.notices import handlers as notices
from chopmark.authority.notices import services as notices_services
from chopmark.authority.notices.events import NoticeAsked
from chopmark.authority.participants import reviews
from chopmark.authority.publication import handlers as publication
from chopmark.authority.publication import services as publication_services
from chopmark.authority.publication.events import CrlPublicationAsked, CrlSigned
from chopmark.authority.revocation import handlers as revocation
from chopmark.authority.revocation import selectors as revocation_selectors
from chopmark.authority.revocation import services as revocation_services
from chopmark.authority.revocation.events import (
    CertificateReleased,
    CertificateRevoked,
    CertificateSuspended,
    HoldersToTell,
    ManyRevoked,
)
from chopmark.authority.verification import handlers as verification
from chopmark.authority.verification.events import ApplicationApproved

log = structlog.get_logger("pipeline")
LAPSED_AT_ONCE = 50

ROUTES: Mapping[type, Iterable[outbox.Handler]] = {
    ApplicationSubmitted: [verification.confirm_cases, verification.check_duplicates],
    ApplicationClosedUnissued: [verification.close_case],
    ApplicationApproved: [issuance.intend_or_have_key_made],
    KeyPoolAsked: [keymaking.make_pool_batches],
    KeyPoolDiscarded: [keymaking.purge_discarded],
    SubscriberKeyKept: [keymaking.purge_kept],
    SubscriberKeyMade: [issuance.intend_made_keys],
    CertificateRecorded: [issuance.seal_made_keys, delivery.offer_certificates],
    CertificateAccepted: [publication.publish_certificates, verification.keep_notices],
    CertificateDeclined: [
        revocation.revoke_declined,
        delivery.purge_keys_of_declined,
        verification.keep_notices,
    ],
    ClaimSpent: [revocation.revoke_spent, issuance.intend_again],
    RetryAsked: [issuance.intend_again],
    CertificateRevoked: [
        publication.bring_crl_forward,
        revocation.purge_keys_of_revoked,
        cards.purge_of_revoked,
        revocation.tell_revoked,
    ],
    ManyRevoked: [publication.bring_lists_forward],
    HoldersToTell: [cards.purge_of_many, revocation.tell_holders],
    NoticeAsked: [notices.deliver_asked],
    CertificateSuspended: [publication.list_suspended],
    CertificateReleased: [publication.unlist_released],
    CampaignRunning: [campaigns.queue_chunks, campaigns.tell_whose_are_replaced],
    ReplacementToTell: [campaigns.tell_replaced],
    ChunkRecorded: [cards.ask_to_seal, campaigns.finish_if_done, campaigns.offer_recorded],
    CampaignPaused: [campaigns.offer_recorded],
    ChunkToOffer: [delivery.offer_chunks],
    ChunkToTell: [delivery.tell_chunk],
    ChunkAccepted: [publication.publish_spans],
    CampaignFinished: [cards.queue_purges],
    CardsKept: [cards.queue_purges],
    CardsToPurge: [cards.purge_chunks],
    ChunkRevoked: [campaigns.finish_if_done],
    CohortExtended: [campaigns.finish_if_done],
    ChunkSpent: [revocation.revoke_spent_chunks, campaigns.queue_again],
    CrlPublicationAsked: [publication.prepare_asked],
    CrlSigned: [publication.publish_crls],
}


def drain(*, now: datetime) -> int:
    """Deliver what waits; answers how many hand-overs were handled."""
    return outbox.drain(ROUTES, now=now)


def tick(*, now: datetime) -> None:
    """What the clock owes, whoever asks and however often: each duty finds nothing to do when it was done.

    A duty that fails must not keep the others from theirs: the lists come first.
    """
    for duty in DUTIES:
        try:
            duty(actor=process("worker"), now=now)
        except Exception as error:  # noqa: BLE001  # the next tick tries again; frames only, since a message may quote a row
            frames = traceback.format_tb(error.__traceback__)
            log.error("duty_failed", duty=duty.__qualname__, error=type(error).__name__, frames=frames)  # noqa: TRY400


def forget_unfinished(*, actor: Actor, now: datetime) -> None:
    """Applications that never came back from the owner's desk end, and free the key they name."""
    for reference in applications_selectors.unfinished(before=now - applications_services.UNFINISHED_FOR):
        applications_services.forget(reference=reference, why="unfinished", actor=actor, now=now)


def lapse_offers(*, actor: Actor, now: datetime) -> None:
    """Offers that nobody answered for as long as the pack says have lapsed (CPS 4.4.1).

    Each is news of its own, and a campaign's fall due together: no more are added than are heard well between two ticks, so that
    a subscriber who revokes meanwhile does not wait behind a hundred thousand.
    """
    room = LAPSED_AT_ONCE - outbox.fresh(LAPSED_AT_ONCE)
    after = timedelta(days=catalogue.current().authority.acceptance_days)
    for reference in delivery_services.unanswered(now=now, after=after, limit=room, but=accepting.unasked()):
        delivery_services.lapse(reference=reference, actor=actor, now=now)


def revoke_unrecorded_authorities(*, actor: Actor, now: datetime) -> None:
    """A ceremony that crashed may have signed what was never recorded; an hour later nobody is still at it."""
    for issuer_id, serial_number in custody.spent_intents(before=now - timedelta(hours=1)):
        if revocation_selectors.revocation_of(issuer_id, serial_number) is None:
            revocation_services.revoke_spent(
                issuer_id=issuer_id, serial_number=serial_number, actor=actor, now=now
            )


DUTIES: tuple[Callable[..., object], ...] = (
    publication_services.prepare_due,
    issuance_services.mark_spent_claims,
    issuance_chunks.mark_spent_chunks,
    campaigns.go_on,
    keymaking_services.request_spent_again,
    keymaking_pool.go_on,
    keymaking_services.purge_delivered,
    keymaking_services.purge_uncollected,
    forget_unfinished,
    lapse_offers,
    notices_services.ask_again,
    revoke_unrecorded_authorities,
    reviews.suspend_passed_over,
    reviews.open_due_review,
)
