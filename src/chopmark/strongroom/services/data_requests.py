"""Requests of subjects under Cap. 486, Part 5: made at the desk, what access costs, and the owner's answer in time."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from chopmark.strongroom import vault
from chopmark.strongroom.actors import Actor
from chopmark.strongroom.errors import RecordShredded
from chopmark.strongroom.keys.keyring import Keyring
from chopmark.strongroom.leaves import act, hold_order, leave_with
from chopmark.strongroom.models import Case, Record
from chopmark.strongroom.particulars import FIELDS, read_email, read_phone
from chopmark.strongroom.policy.errors import (
    AnswerNeedsWords,
    ApplicationStillOpen,
    FeeNotAllowed,
    GroundNotAllowed,
    NoFeeTold,
    RequestAnswered,
    RequestNotKnown,
    RequestWaits,
)
from chopmark.strongroom.policy.privacy import RequestKind
from chopmark.strongroom.policy.requests import (
    FeeAgreement,
    RequestAnswer,
    RequestFee,
    RequestOutcome,
    SubjectRequest,
)
from chopmark.strongroom.policy.shapes import CaseKind
from chopmark.strongroom.purposes import terms
from chopmark.strongroom.services import cases, owners
from chopmark.strongroom.services.leave_to_open import SubjectSession, require_signed_in
from chopmark.strongroom.services.present_keys import by_present_key
from chopmark.strongroom.services.submit import HERE
from chopmark.strongroom.tags import Tag

OTHER = "other"  # something else than a field of the record
# What a correction may be about; of these the strongroom itself writes the ones below anew.
CORRECTABLE = (*FIELDS, OTHER)
_WRITTEN_ANEW: Final[Mapping[str, Callable[[str], str | None]]] = {"email": read_email, "phone": read_phone}


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What she wrote: of access, what she wants to see; of a correction, what is wrong and what is right."""

    about: str = ""
    wrong: str = ""
    right: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a subject asks for."""

    kind: RequestKind
    words: Words
    field: str = ""  # of a correction


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the owner answers: with a ground whenever something is refused, and always with words."""

    outcome: RequestOutcome
    words: str
    ground: str = ""


@act(Tag.REQUEST_MADE)
def make_request(
    *, session: SubjectSession, wish: Wish, keys: Keyring, actor: Actor, now: datetime
) -> SubjectRequest:
    """The subject, signed in at the desk, asks; the days that the policy gives the owner begin."""
    # 1. The record is held from here, so that two requests for one thing cannot both wait.
    record = require_signed_in(session, actor, now)
    waiting = unanswered().filter(record=record, kind=wish.kind.value, field=wish.field)
    if waiting.exists():
        raise RequestWaits

    # 2. Her words lie under the record's key, and the last day is counted by Hong Kong's calendar.
    text_id = keys.draw_id()
    request = SubjectRequest(
        text_id=text_id,
        record=record,
        kind=wish.kind.value,
        field=wish.field,
        ciphertext=_lock(json.dumps(asdict(_read(wish))), text_id, record, keys),
        made_at=now,
        due_on=now.astimezone(HERE).date() + terms().requests.answer_within,
    )
    payload = {"record": str(record.pk), "kind": wish.kind.value, "due_on": request.due_on.isoformat()}
    return leave_with(request, actor=actor, payload=payload, now=now)


@act(Tag.REQUEST_FEE_TOLD)
def tell_fee(*, request_id: int, amount_minor: int, actor: Actor, now: datetime) -> None:
    """Tell the subject what access will cost, before anything is charged; once, and not above the ceiling."""
    officer = owners.require_owner(actor)
    hold_order()
    request = _open(request_id)
    if request.kind != RequestKind.ACCESS or hasattr(request, "fee"):
        raise FeeNotAllowed
    if not 0 < amount_minor <= terms().requests.most_fee_minor:
        raise FeeNotAllowed
    fee = RequestFee(request=request, amount_minor=amount_minor, officer=officer, told_at=now)
    leave_with(fee, actor=actor, payload={"request": request.pk, "amount_minor": amount_minor}, now=now)


@act(Tag.REQUEST_FEE_AGREED)
def agree_fee(*, session: SubjectSession, request_id: int, actor: Actor, now: datetime) -> None:
    """The subject agrees to the fee that she was told; agreeing is hers alone."""
    record = require_signed_in(session, actor, now)
    hold_order()
    request = _open(request_id)
    if request.record_id != record.pk:
        raise RequestNotKnown
    if not hasattr(request, "fee") or hasattr(request.fee, "agreement"):
        raise NoFeeTold
    agreed = FeeAgreement(fee=request.fee, agreed_at=now)
    leave_with(agreed, actor=actor, payload={"request": request.pk}, now=now)


@act(Tag.REQUEST_ANSWERED)
def answer_request(
    *, request_id: int, reply: Reply, keys: Keyring, actor: Actor, now: datetime
) -> RequestAnswer:
    """Answer a request, once; an e-mail address or a telephone number that is corrected is written into the record."""
    # 1. An officer of the owner answers, with words, and on a ground of the policy if anything is refused.
    officer = owners.require_owner(actor)
    asked = SubjectRequest.objects.filter(pk=request_id).first()
    if asked is None:
        raise RequestNotKnown
    _require_ground(RequestKind(asked.kind), reply)
    if not reply.words.strip():
        raise AnswerNeedsWords

    # 2. The record first, then the log's order: answers come one by one, and no record is destroyed meanwhile.
    record = cases.hold_record(asked.record_id)
    hold_order()
    request = _open(request_id)

    # 3. The record is put right, if that is what was asked and agreed to.
    corrected = _put_right(request, record, reply, keys, now)

    # 4. The answer. Of a destroyed record no words can be kept, and nothing can be given but that.
    answer_id = keys.draw_id()
    answer = RequestAnswer(
        id=answer_id,
        request=request,
        outcome=reply.outcome.value,
        ground=reply.ground,
        fee_minor=_fee(request, reply),
        corrected=corrected,
        ciphertext=None if record.shredded_at else _lock(reply.words, answer_id, record, keys),
        officer=officer,
        answered_at=now,
    )
    payload = {"request": request.pk, "outcome": reply.outcome.value, "ground": reply.ground}
    return leave_with(answer, actor=actor, payload=payload | {"corrected": corrected}, now=now)


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
    text = _unlock(bytes(request.ciphertext), request.text_id, request.record, keys)
    return Words(**json.loads(text)) if text else Words()


def answered(answer: RequestAnswer, *, keys: Keyring) -> str:
    """The owner's words; none where the record has been destroyed."""
    if answer.ciphertext is None:
        return ""
    return _unlock(bytes(answer.ciphertext), answer.pk, answer.request.record, keys)


def days_left(request: SubjectRequest, today: date) -> int:
    """How many days are left to answer; fewer than none when it is late."""
    return (request.due_on - today).days


def is_late(answer: RequestAnswer) -> bool:
    """Whether the answer came after the last day for it."""
    return answer.answered_at.astimezone(HERE).date() > answer.request.due_on


def _open(request_id: int) -> SubjectRequest:
    found = SubjectRequest.objects.select_related("answer", "fee__agreement", "record")
    request = found.filter(pk=request_id).first()
    if request is None:
        raise RequestNotKnown
    if hasattr(request, "answer"):
        raise RequestAnswered
    return request


def _read(wish: Wish) -> Words:
    # A value that will be written into the record is read by the record's own rule, as when it was first typed.
    read = _WRITTEN_ANEW.get(wish.field)
    if wish.kind is not RequestKind.CORRECTION or read is None:
        return wish.words
    return Words(about=wish.words.about, wrong=wish.words.wrong, right=read(wish.words.right) or "")


def _require_ground(kind: RequestKind, reply: Reply) -> None:
    allowed = [ground.name for ground in terms().requests.grounds_of(kind)]
    is_refusal = reply.outcome is not RequestOutcome.COMPLIED
    if is_refusal != bool(reply.ground) or (is_refusal and reply.ground not in allowed):
        raise GroundNotAllowed


def _fee(request: SubjectRequest, reply: Reply) -> int:
    # Only what she agreed to, and nothing where nothing is given.
    if reply.outcome is RequestOutcome.REFUSED or not hasattr(request, "fee"):
        return 0
    return request.fee.amount_minor if hasattr(request.fee, "agreement") else 0


def _put_right(
    request: SubjectRequest, record: Record, reply: Reply, keys: Keyring, now: datetime
) -> list[str]:
    """Write the field that she named anew, where the strongroom can do that by itself; answers which."""
    is_ours = request.kind == RequestKind.CORRECTION and request.field in _WRITTEN_ANEW
    if not is_ours or reply.outcome is not RequestOutcome.COMPLIED:
        return []
    if request.field == "email" and _application_open(record, now):
        raise ApplicationStillOpen
    right = Words(**json.loads(_require_text(request, record, keys))).right

    def relocked(locked: vault.Locked) -> bytes:
        fields = vault.unlock(locked, kek=keys.kek) | {request.field: right or None}
        return vault.relock(fields, locked=locked, kek=keys.kek, nonce=keys.draw(vault.NONCE))

    record.ciphertext = by_present_key(record.locked, relocked)
    record.save(update_fields=["ciphertext"])
    return [request.field]


def _application_open(record: Record, now: datetime) -> bool:
    # Its receipt was signed over the old address: a new one would not be the one that the certificate was asked for.
    open_ones = Case.objects.filter(kind=CaseKind.APPLICATION, closed_at=None, closes_at__gt=now)
    return open_ones.filter(Q(record=record)).exists()


def _lock(words: str, text_id: UUID, record: Record, keys: Keyring) -> bytes:
    nonce = keys.draw(vault.NONCE)
    return by_present_key(
        record.locked,
        lambda locked: vault.lock_text(words, locked=locked, text_id=text_id, kek=keys.kek, nonce=nonce),
    )


def _require_text(request: SubjectRequest, record: Record, keys: Keyring) -> str:
    return by_present_key(
        record.locked,
        lambda locked: vault.unlock_text(
            bytes(request.ciphertext), locked=locked, text_id=request.text_id, kek=keys.kek
        ),
    )


def _unlock(ciphertext: bytes, text_id: UUID, record: Record, keys: Keyring) -> str:
    with suppress(RecordShredded):
        return by_present_key(
            record.locked,
            lambda locked: vault.unlock_text(ciphertext, locked=locked, text_id=text_id, kek=keys.kek),
        )
    return ""
