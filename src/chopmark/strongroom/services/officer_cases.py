"""An officer's own case at the desk: what she asks for and why, and opening under it, in full only for a reason."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chopmark.strongroom import vault
from chopmark.strongroom.actors import Actor
from chopmark.strongroom.errors import RecordShredded
from chopmark.strongroom.keys.keyring import Keyring
from chopmark.strongroom.leaves import act, if_refused, leave
from chopmark.strongroom.models import Case, Opening, Record
from chopmark.strongroom.particulars import MASKED, as_asked, plain
from chopmark.strongroom.policy.errors import PurposeNotOfRole, ReasonMissing
from chopmark.strongroom.policy.models import PairRequest
from chopmark.strongroom.policy.registers import OfficerCase, OpeningReason
from chopmark.strongroom.policy.shapes import CaseKind, Purpose
from chopmark.strongroom.purposes import DESK, terms
from chopmark.strongroom.roles import OfficerRole
from chopmark.strongroom.services import cases, leave_to_open, openings, owners, watching
from chopmark.strongroom.services.openings import Asked
from chopmark.strongroom.services.two_persons import Wish
from chopmark.strongroom.services.watching import Verb
from chopmark.strongroom.tags import Tag

# What a mask would hide: asked for by its plain name, it needs a reason.
IN_FULL = frozenset(plain(name) for name in MASKED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """For what an officer wants a case, on whose record, and what she says of it."""

    purpose: str
    application: str
    file: str  # her own file's number
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What an officer said, opened; empty where the record has been destroyed."""

    file: str
    why: str


@act(Tag.CASE_OPENED_BY_OFFICER)
def open_case_by_officer(*, wanted: Wanted, keys: Keyring, actor: Actor, now: datetime) -> UUID:
    """Open a case because an officer, signed in at the desk by her own credential, needs it; the subject is told."""
    # 1. She is let in and free to ask. A refusal counts against her: who guesses numbers is slowed, then stopped.
    officer = owners.require_officer(actor)
    asking = watching.Asking(caller=DESK, actor=actor.id, outlet="", purpose=wanted.purpose, verb=Verb.LEAVE)
    if_refused(lambda refusal: watching.note(asking, now, refused=refusal.code))
    watching.require_free(asking, now)

    # 2. The purpose is hers, and she says why.
    purpose = leave_to_open.purpose_of(wanted.purpose, CaseKind.OFFICER)
    if officer.role not in purpose.officers:
        raise PurposeNotOfRole
    if not wanted.why.strip():
        raise ReasonMissing

    # 3. The case; what she typed lies under the record's key and goes with it.
    record = cases.hold_record(cases.record_of(wanted.application))
    case = leave_to_open.begin_case(record, CaseKind.OFFICER, purpose, keys, now)
    words = json.dumps({"file": wanted.file, "why": wanted.why})
    said = OfficerCase.objects.create(
        case=case,
        officer=actor.id,
        application=wanted.application,
        ciphertext=_sealed(words, record, case.pk, keys),
    )
    leave(actor=actor, payload=leave_to_open.facts_of(case), now=now, rows=[said])
    return case.pk


def open_fields(*, wish: Wish, keys: Keyring, actor: Actor, now: datetime) -> dict[str, str | None]:
    """Open some fields under an officer's own case; durably written down first, with her reason if any is in full."""
    record = _write_opening(wish=wish, keys=keys, actor=actor, now=now)
    return as_asked(vault.unlock(record.locked, kek=keys.kek), wish.fields)


@act(Tag.RECORD_OPENED)
def _write_opening(*, wish: Wish, keys: Keyring, actor: Actor, now: datetime) -> Record:
    asked = Asked.of(wish.case_id, wish.purpose, sorted(wish.fields), DESK, None)
    opening = openings.note_opening(asked, actor, now, Verb.OPEN)
    if in_full(wish.fields) and not wish.why.strip():
        raise ReasonMissing
    if wish.why:
        reason_id = keys.draw_id()
        OpeningReason.objects.create(
            id=reason_id, opening=opening, ciphertext=_sealed(wish.why, opening.record, reason_id, keys)
        )
    return opening.record


def in_full(fields: Iterable[str]) -> frozenset[str]:
    """Those of the fields that leave without the mask that there is for them."""
    return IN_FULL & frozenset(fields)


def askable(purpose: Purpose) -> list[str]:
    """What may be asked for a purpose, each value masked before it is in full."""
    names = ("name", "chinese_name", *(name for masked in MASKED for name in (masked, plain(masked))))
    return [
        name for name in names if name in purpose.fields or (name in MASKED and plain(name) in purpose.fields)
    ]


def purposes_for(role: OfficerRole) -> list[Purpose]:
    """The purposes for which officers of a role may open a case, in the policy's order."""
    of_officers = [one for one in terms().purposes.values() if CaseKind.OFFICER in one.kinds]
    return [one for one in of_officers if role in one.officers]


def own(number: str) -> "list[OfficerCase]":
    """An officer's own cases, newest first."""
    mine = OfficerCase.objects.filter(officer=number).select_related("case__record")
    return list(mine.order_by("-case__opened_at")[:50])


def said(of: OfficerCase, *, keys: Keyring) -> Said:
    """The file's number and the reason of a case."""
    words = _opened(bytes(of.ciphertext), of.case.record, of.pk, keys)
    return Said(**json.loads(words)) if words else Said(file="", why="")


def why_asked(request: PairRequest, *, keys: Keyring) -> str:
    """Why an opening by two persons was asked for."""
    sealed = request.why
    return "" if sealed is None else _opened(bytes(sealed), request.case.record, request.pk, keys)


def reason_of(opening: Opening, *, keys: Keyring) -> str:
    """Why an officer asked for what an opening showed; empty where she needed no reason, or the record is gone."""
    reason = OpeningReason.objects.filter(opening=opening).first()
    if reason is None:
        return ""
    return _opened(bytes(reason.ciphertext), opening.record, reason.pk, keys)


def shown(case: Case) -> list[Opening]:
    """What was opened or refused under a case, newest first."""
    return list(Opening.objects.filter(case=case).order_by("-leaf_id"))


def _sealed(words: str, record: Record, text_id: UUID, keys: Keyring) -> bytes:
    return vault.lock_text(
        words, locked=record.locked, text_id=text_id, kek=keys.kek, nonce=keys.draw(vault.NONCE)
    )


def _opened(sealed: bytes, record: Record, text_id: UUID, keys: Keyring) -> str:
    try:
        return vault.unlock_text(sealed, locked=record.locked, text_id=text_id, kek=keys.kek)
    except RecordShredded:
        return ""
