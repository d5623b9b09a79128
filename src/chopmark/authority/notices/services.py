"""Telling a subscriber something: asked for here, in the transaction of what it tells; sent by the strongroom."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from chopmark.authority.audit.services import act, leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.kernel.actors import Actor
from chopmark.authority.kernel.identifiers import CertificateId
from chopmark.authority.kernel.outbox import hand_on
from chopmark.authority.notices.events import NoticeAsked
from chopmark.authority.notices.models import Notice, Standing
from chopmark.authority.notices.policy import SHARED, Template, reference_of, wait
from chopmark.authority.notices.states import NoticeState

RESTED_AT_ONCE = 1000


@act(AuditTag.NOTICE_ASKED)
def tell(
    *,
    template: Template,
    certificate: CertificateId,
    application: str,
    record_id: UUID,
    parameters: Mapping[str, str],
    actor: Actor,
    now: datetime,
) -> None:
    """Have the subject of a record told one thing about her certificate, once (CPS 9.11)."""
    notice, is_new = Notice.objects.get_or_create(
        reference=reference_of(template, *certificate),
        defaults={
            "template": template,
            "application_reference": application,
            "issuer_id": certificate.issuer_id,
            "serial_number": certificate.serial_number,
            "record_id": record_id,
            "parameters": dict(parameters),
            "asked_at": now,
        },
    )
    leave(
        payload={"notice": notice.reference, "template": template, "application": application},
        now=now,
        rows=[notice] if is_new else [],
    )
    if is_new:
        Standing.objects.create(notice=notice, ask_at=now + wait(0))
        hand_on(NoticeAsked(notice.reference))


@act(AuditTag.NOTICE_ENDED)
def note_ended(
    *,
    reference: str,
    state: NoticeState,
    channel: str = "",
    why: str = "",
    ended_at: datetime,
    actor: Actor,
    now: datetime,
) -> None:
    """Note what became of a notice, as the strongroom says; the first word is the last."""
    going = Standing.objects.filter(notice__reference=reference, ended_at=None)
    going.update(state=state, channel=channel, why=why, ask_at=None, ended_at=ended_at)
    leave(payload={"notice": reference, "state": state, "channel": channel, "why": why}, now=now)


def put_off(*, reference: str, state: NoticeState, now: datetime) -> None:
    """Ask about it again later: nothing happened that a leaf would tell of."""
    going = Standing.objects.filter(notice__reference=reference, ended_at=None)
    asks = going.values_list("asks", flat=True).first() or 0
    going.update(state=state, asks=F("asks") + 1, ask_at=now + wait(asks), why="")


def rest(*, reference: str, until: datetime, why: str = "") -> None:
    """Put one off that was not taken: the one that was refused says why, and the others go by it, unasked."""
    going = Standing.objects.filter(notice__reference=reference, ended_at=None)
    going.update(ask_at=until, why=why)


def resting_until(now: datetime) -> datetime | None:
    """Until when no new notice is asked for, since the strongroom said that it takes no more of them for a while."""
    refused = Standing.objects.filter(ended_at=None, ask_at__gt=now, why__in=SHARED)
    return refused.order_by("ask_at").values_list("ask_at", flat=True).first()


def ask_again(*, actor: Actor, now: datetime) -> None:
    """What the clock owes: the strongroom is asked about each notice whose time has come."""
    due = Standing.objects.filter(ended_at=None, ask_at__lte=now).order_by("ask_at")
    if until := resting_until(now):
        some = list(due.filter(state=NoticeState.ASKED).values_list("pk", flat=True)[:RESTED_AT_ONCE])
        Standing.objects.filter(pk__in=some).update(ask_at=until)
    for standing in due.select_related("notice")[:100]:
        with transaction.atomic():
            # Another worker may have taken it; and nobody takes it again until this one was answered, or its time comes.
            mine = Standing.objects.filter(pk=standing.pk, ask_at=standing.ask_at)
            if mine.update(ask_at=now + wait(standing.asks + 1), why=""):
                hand_on(NoticeAsked(standing.notice.reference))
