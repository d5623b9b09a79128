"""Requests as they are kept: what waits, what was refused, what is hers, and the words of both sides under the record's key."""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from chopmark.strongroom import vault
from chopmark.strongroom.errors import RecordShredded
from chopmark.strongroom.keys.keyring import Keyring
from chopmark.strongroom.models import Record
from chopmark.strongroom.policy.errors import RequestNotKnown
from chopmark.strongroom.policy.requests import RequestAnswer, SubjectRequest
from chopmark.strongroom.services.present_keys import by_present_key
from chopmark.strongroom.services.submit import HERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What she wrote: of access, what she wants to see; of a correction, what is wrong and what is right."""

    about: str = ""
    wrong: str = ""
    right: str = ""


def unanswered() -> "QuerySet[SubjectRequest]":
    return SubjectRequest.objects.filter(answer=None)


def queue() -> "QuerySet[SubjectRequest]":
    """What waits, the day that is nearest or longest past first; then what was answered, the newest first."""
    found = SubjectRequest.objects.select_related("answer__officer", "fee__agreement")
    return found.order_by("-answer__answered_at", "due_on", "pk")


def refusals() -> "QuerySet[RequestAnswer]":
    """The log of refusals (s. 27): whatever was refused, in whole or in part, the newest first."""
    refused = RequestAnswer.objects.exclude(ground="").select_related("request", "officer")
    return refused.order_by("-answered_at", "pk")


def of_record(record_id: UUID) -> "QuerySet[SubjectRequest]":
    """Her own requests, the newest first."""
    return queue().filter(record=record_id).order_by("-pk")


def one_of(record_id: UUID, request_id: int) -> SubjectRequest:
    """One of her own; another record's does not exist for her."""
    found = of_record(record_id).filter(pk=request_id).first()
    if found is None:
        raise RequestNotKnown
    return found


def said(request: SubjectRequest, *, keys: Keyring) -> Words:
    """Her words; none where the record has been destroyed."""
    text = _if_kept(bytes(request.ciphertext), request.text_id, request.record, keys)
    return Words(**json.loads(text)) if text else Words()


def answered(answer: RequestAnswer, *, keys: Keyring) -> str:
    """The owner's words; none where the record has been destroyed."""
    if answer.ciphertext is None:
        return ""
    return _if_kept(bytes(answer.ciphertext), answer.pk, answer.request.record, keys)


def days_left(request: SubjectRequest, today: date) -> int:
    """How many days are left to answer; fewer than none when it is late."""
    return (request.due_on - today).days


def is_late(answer: RequestAnswer) -> bool:
    """Whether the answer came after the last day for it."""
    return answer.answered_at.astimezone(HERE).date() > answer.request.due_on


def lock_words(words: Words, text_id: UUID, record: Record, keys: Keyring) -> bytes:
    """Her words, to be kept with the record."""
    return lock(json.dumps(asdict(words)), text_id, record, keys)


def required_words(request: SubjectRequest, record: Record, keys: Keyring) -> Words:
    """Her words, to act on; a record that is destroyed has none."""
    return Words(**json.loads(_unlock(bytes(request.ciphertext), request.text_id, record, keys)))


def lock(text: str, text_id: UUID, record: Record, keys: Keyring) -> bytes:
    """A text under the record's key, so that it goes with the record."""
    nonce = keys.draw(vault.NONCE)
    return by_present_key(
        record.locked,
        lambda locked: vault.lock_text(text, locked=locked, text_id=text_id, kek=keys.kek, nonce=nonce),
    )


def _unlock(ciphertext: bytes, text_id: UUID, record: Record, keys: Keyring) -> str:
    return by_present_key(
        record.locked,
        lambda locked: vault.unlock_text(ciphertext, locked=locked, text_id=text_id, kek=keys.kek),
    )


def _if_kept(ciphertext: bytes, text_id: UUID, record: Record, keys: Keyring) -> str:
    with suppress(RecordShredded):
        return _unlock(ciphertext, text_id, record, keys)
    return ""
