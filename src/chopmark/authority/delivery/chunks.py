"""Offering the certificates of a campaign, a chunk in one act: some thousand rows and one leaf that promises each.

Where operators approved that what its subscriber agreed to counts as acceptance, since the certificate comes in her card, offer
and answer are written together. Otherwise her word is awaited, at the portal and until the days of the pack are over, as for any
other. Of a campaign that says neither, from before plans did, she may answer, and is neither told to nor loses it by silence.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models.expressions import RawSQL

from chopmark.authority.applications import population
from chopmark.authority.applications.models import Application
from chopmark.authority.applications.states import ApplicationState
from chopmark.authority.audit.rows import promiser
from chopmark.authority.audit.services import act, leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.catalogue.words import Acceptance
from chopmark.authority.delivery.events import ChunkAccepted, ChunkToTell
from chopmark.authority.delivery.models import Answer, Offer
from chopmark.authority.issuance.holding import hold_chunk
from chopmark.authority.issuance.models import Certificate, Kind
from chopmark.authority.kernel.actors import Actor
from chopmark.authority.kernel.copying import copy_rows, in_one
from chopmark.authority.kernel.outbox import NotYet, hand_on
from chopmark.authority.transparency import selectors as transparency

# Of one hand-over: it is done well within the outbox's lease, which is its own: a drain takes one such row.
AT_ONCE = 50
PUBLISHED_AT_ONCE = 200  # files, each of which is on the disk before the next
BY_AGREEMENT = "agreement"
_OFFERS = Offer._meta.db_table  # noqa: SLF001  # Django's documented way to a model's table
_ANSWERS = Answer._meta.db_table  # noqa: SLF001  # the same
_NAMED = {"application_reference": "text", "issuer_id": "int2", "serial_number": "bytea"}
_OFFER = {**_NAMED, "offered_at": "timestamptz"}
_ANSWER = {**_NAMED, "word": "text", "reason": "text", "answered_at": "timestamptz"}


# An offer of a chunk stands for all: they are written together.
_NOT_OFFERED = """
    select number from (select one::int from unnest(string_to_array(%s, ',')) one) asked (number)
    cross join lateral (select 'CP' || lpad(%s::text, 4, '0') || lpad(number::text, 5, '0')) named (stem)
    where not exists (select from delivery_offer
                      where application_reference between stem || '0000' and stem || '9999')
    order by number
"""


_REVOKED = """
    exists (select from revocation_revocation revoked where revoked.issuer_id = issuance_certificate.issuer_id
            and revoked.serial_number = issuance_certificate.serial_number)
"""


class Made(NamedTuple):
    """One certificate of a chunk."""

    reference: str
    issuer_id: int
    serial_number: bytes
    leaf_id: int
    is_revoked: bool


def offer_if_due(*, campaign_id: int, number: int, acceptance: str, actor: Actor, now: datetime) -> None:
    """Offer what was made of a chunk, once all of it is under a checkpoint; again it finds that done."""
    made = _made(campaign_id, number)
    if not transparency.are_under_checkpoint([one.leaf_id for one in made]):
        raise NotYet
    with transaction.atomic():
        hold_chunk(campaign_id, number)
        offered = Offer.objects.filter(application_reference__in=[one.reference for one in made[:1]])
        if made and not offered.exists():
            offer_chunk(
                campaign_id=campaign_id, number=number, made=made, acceptance=acceptance, actor=actor, now=now
            )


@act(AuditTag.CHUNK_OFFERED)
def offer_chunk(
    *, campaign_id: int, number: int, made: Sequence[Made], acceptance: str, actor: Actor, now: datetime
) -> None:
    """Offer the certificates of a chunk; whoever agreed to have hers in a card has accepted it with that (CPS 4.4)."""
    is_accepted = acceptance == Acceptance.AGREEMENT
    promises = _write(_OFFERS, _OFFER, ((*one[:3], now) for one in made))
    if is_accepted:
        word = Answer.Word.ACCEPTED.value
        # Nobody accepts what is over already: a card's line, say, that was lost between the signer and this.
        good = (one for one in made if not one.is_revoked)
        promises += _write(_ANSWERS, _ANSWER, ((*one[:3], word, BY_AGREEMENT, now) for one in good))
    references = [one.reference for one in made]
    approved = Application.objects.filter(reference__in=references, state=ApplicationState.APPROVED)
    approved.update(state=ApplicationState.ISSUED)
    payload = {"actor": actor.id, "campaign": campaign_id, "chunk": number, "rows": sorted(promises)}
    leave(public={"count": len(made)}, payload=payload, now=now)
    # After all else: no list and no other news waits until a million files are written and as many letters asked for.
    if is_accepted:
        for first, last in _spans(references, PUBLISHED_AT_ONCE):
            hand_on(ChunkAccepted(first, last), due_at=now)
    if acceptance:
        for first, last in _spans(references, AT_ONCE):
            hand_on(ChunkToTell(first, last), due_at=now)


def _spans(references: Sequence[str], size: int) -> list[tuple[str, str]]:
    """The first and the last of each so many."""
    return [(references[at], references[at : at + size][-1]) for at in range(0, len(references), size)]


def _write(table: str, columns: dict[str, str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Add the rows; answers what a leaf promises of each."""
    each, promise = list(rows), promiser(table, tuple(columns))
    copy_rows(table, columns, each)
    return [promise(row) for row in each]


def _made(campaign_id: int, number: int) -> list[Made]:
    first, last = (population.reference_of(campaign_id, number, place) for place in (0, 9999))
    return between(first, last)


def not_offered(campaign_id: int, numbers: Iterable[int]) -> list[int]:
    """Which of these chunks nobody has offered yet: one look into the index for each."""
    with connection.cursor() as cursor:
        cursor.execute(_NOT_OFFERED, [in_one(sorted(numbers)), campaign_id])
        return [number for (number,) in cursor.fetchall()]


def between(first: str, last: str) -> list[Made]:
    """The certificates of the lines from one reference to another, in their order."""
    rows = Certificate.objects.filter(application_reference__range=(first, last), kind=Kind.CERTIFICATE)
    columns = ("application_reference", "issuer_id", "serial_number", "leaf_id", RawSQL(_REVOKED, []))  # noqa: S611
    found = rows.order_by("application_reference").values_list(*columns)
    return [
        Made(reference, issuer_id, bytes(serial_number), leaf_id, is_revoked)
        for reference, issuer_id, serial_number, leaf_id, is_revoked in found
    ]
