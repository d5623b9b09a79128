"""A line of the history that its subject does not recognise: what she says, and what the owner answers."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from chopmark.strongroom import vault
from chopmark.strongroom.actors import Actor
from chopmark.strongroom.errors import (
    ComplaintAlreadyOpened,
    ComplaintSettled,
    ComplaintUnknown,
    LineUnknown,
    RecordShredded,
)
from chopmark.strongroom.keys.keyring import Keyring
from chopmark.strongroom.leaves import act, hold_order, leave_with
from chopmark.strongroom.models import Complaint, ComplaintAnswer, Opening, Outcome, Record
from chopmark.strongroom.services import owners
from chopmark.strongroom.services.present_keys import by_present_key
from chopmark.strongroom.tags import Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the owner answered, opened for the subject or for the officers who answer."""

    outcome: Outcome
    words: str
    officer: str
    answered_at: datetime


def line(record_id: UUID, leaf_id: int, now: datetime) -> Opening:
    """One line of one record's history; another record's, or one that she may not be told of yet, does not exist for her."""
    shown = Opening.objects.filter(Q(told_at=None) | Q(told_at__lte=now))
    found = shown.select_related("case").filter(record=record_id, leaf_id=leaf_id).first()
    if found is None:
        raise LineUnknown
    return found


@act(Tag.COMPLAINT_OPENED)
def complain(*, record_id: UUID, leaf_id: int, actor: Actor, now: datetime) -> Complaint:
    """Tell the owner that the subject does not recognise a line; a line is complained of once."""
    opening = line(record_id, leaf_id, now)
    payload = {"record": str(record_id), "opening": leaf_id}
    try:
        # Pressed twice side by side: the unique line decides, not the question whether there is one.
        with transaction.atomic():
            complaint = Complaint(opening=opening, opened_at=now)
            return leave_with(complaint, actor=actor, payload=payload, now=now)
    except IntegrityError:
        raise ComplaintAlreadyOpened from None


@act(Tag.COMPLAINT_ANSWERED)
def answer_complaint(
    *, complaint_id: int, outcome: Outcome, words: str, keys: Keyring, actor: Actor, now: datetime
) -> None:
    """Answer a complaint; the words lie under the record's key, so that shredding reaches them."""
    owners.require_owner(actor)

    # 1. It is there, and has no final answer yet. The leaf's lock is held from here, so answers come one by one.
    payload = {"complaint": complaint_id, "outcome": outcome.value}
    hold_order()
    complaint = Complaint.objects.select_related("opening__record").filter(pk=complaint_id).first()
    if complaint is None:
        raise ComplaintUnknown
    if is_settled(complaint):
        raise ComplaintSettled

    # 2. The answer, and the words if there is still a record that they can be kept with.
    answer_id = keys.draw_id()
    answer = ComplaintAnswer(
        id=answer_id,
        complaint=complaint,
        outcome=outcome.value,
        ciphertext=_lock(words, answer_id, complaint.opening.record, keys) if words else None,
        officer=actor.id,
        answered_at=now,
    )
    leave_with(answer, actor=actor, payload=payload, now=now)


def is_settled(complaint: Complaint) -> bool:
    return complaint.answers.exclude(outcome=Outcome.STILL_LOOKING.value).exists()


def answers(complaint: Complaint, *, keys: Keyring) -> list[Answer]:
    """What was answered, oldest first; without words where the record has been destroyed."""
    return [_opened(one, complaint.opening.record, keys) for one in complaint.answers.order_by("leaf_id")]


def _lock(words: str, answer_id: UUID, record: Record, keys: Keyring) -> bytes:
    nonce = keys.draw(vault.NONCE)
    return by_present_key(
        record.locked,
        lambda locked: vault.lock_text(words, locked=locked, text_id=answer_id, kek=keys.kek, nonce=nonce),
    )


def _unlock(ciphertext: bytes, answer_id: UUID, record: Record, keys: Keyring) -> str:
    return by_present_key(
        record.locked,
        lambda locked: vault.unlock_text(ciphertext, locked=locked, text_id=answer_id, kek=keys.kek),
    )


def _opened(answer: ComplaintAnswer, record: Record, keys: Keyring) -> Answer:
    words = ""
    if answer.ciphertext is not None:
        with suppress(RecordShredded):
            words = _unlock(bytes(answer.ciphertext), answer.pk, record, keys)
    return Answer(
        outcome=Outcome(answer.outcome), words=words, officer=answer.officer, answered_at=answer.answered_at
    )
