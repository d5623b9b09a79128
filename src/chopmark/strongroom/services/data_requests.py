"""Requests of subjects under Cap. 486, Part 5: made at the desk, what access costs, and the owner's answer in time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from chopmark.strongroom import vault
from chopmark.strongroom.actors import Actor
from chopmark.strongroom.keys.keyring import Keyring
from chopmark.strongroom.leaves import act, hold_order, leave, leave_with
from chopmark.strongroom.models import Case, Record
from chopmark.strongroom.particulars import FIELDS, read_email, read_phone
from chopmark.strongroom.policy.errors import (
    AnswerNeedsWords,
    ApplicationNotArrived,
    ApplicationStillOpen,
    FeeNotAllowed,
    GroundNotAllowed,
    NoFeeTold,
    RecordKeptAsItIs,
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
from chopmark.strongroom.services import cases, kept_requests, owners
from chopmark.strongroom.services.kept_requests import Words
from chopmark.strongroom.services.leave_to_open import SubjectSession, require_signed_in
from chopmark.strongroom.services.present_keys import by_present_key
from chopmark.strongroom.services.submit import HERE
from chopmark.strongroom.tags import Tag

OTHER = "other"  # something else than a field of the record
# What a correction may be about; of these the strongroom itself writes the ones below anew.
CORRECTABLE = (*FIELDS, OTHER)
_WRITTEN_ANEW: Final[Mapping[str, Callable[[str], str | None]]] = {"email": read_email, "phone": read_phone}


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
    # A form that anybody may send under somebody else's number asks for nothing: the answer would be hers to read.
    if not cases.came_home(record.pk):
        raise ApplicationNotArrived
    waiting = kept_requests.unanswered().filter(record=record, kind=wish.kind.value, field=wish.field)
    if waiting.exists():
        raise RequestWaits

    # 2. Her words lie under the record's key, and the last day is counted by Hong Kong's calendar.
    text_id = keys.draw_id()
    request = SubjectRequest(
        text_id=text_id,
        record=record,
        kind=wish.kind.value,
        field=wish.field,
        ciphertext=kept_requests.lock_words(_read(wish), text_id, record, keys),
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


@act(Tag.REQUEST_READ)
def read_request(*, request_id: int, keys: Keyring, actor: Actor, now: datetime) -> tuple[Words, str]:
    """What the subject wrote and what she was told, for an officer of the owner; each reading has its leaf first."""
    owners.require_owner(actor)
    request = SubjectRequest.objects.select_related("answer", "record").filter(pk=request_id).first()
    if request is None:
        raise RequestNotKnown
    leave(actor=actor, payload={"request": request.pk}, now=now)
    answer = getattr(request, "answer", None)
    told = kept_requests.answered(answer, keys=keys) if answer else ""
    return kept_requests.said(request, keys=keys), told


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
        ciphertext=None if record.shredded_at else kept_requests.lock(reply.words, answer_id, record, keys),
        officer=officer,
        answered_at=now,
    )
    payload = {"request": request.pk, "outcome": reply.outcome.value, "ground": reply.ground}
    return leave_with(answer, actor=actor, payload=payload | {"corrected": corrected}, now=now)


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
    if cases.is_held(record.pk, now):
        # What is kept for a court, or as evidence of a breach, is kept as it is.
        raise RecordKeptAsItIs
    right = kept_requests.required_words(request, record, keys).right

    def relocked(locked: vault.Locked) -> bytes:
        fields = vault.unlock(locked, kek=keys.kek) | {request.field: right or None}
        return vault.relock(fields, locked=locked, kek=keys.kek, nonce=keys.draw(vault.NONCE))

    record.ciphertext = by_present_key(record.locked, relocked)
    record.save(update_fields=["ciphertext"])
    return [request.field]


def _application_open(record: Record, now: datetime) -> bool:
    # Its receipt was signed over the old address: a new one would not be the one that the certificate was asked for.
    open_ones = Case.objects.filter(kind=CaseKind.APPLICATION, closed_at=None, closes_at__gt=now)
    return open_ones.filter(record=record).exists()
