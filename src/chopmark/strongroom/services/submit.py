"""Taking a person's particulars at the desk: record, case, receipt and leaf in one transaction."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from chopmark.strongroom import locks, receipts, vault
from chopmark.strongroom.actors import Actor
from chopmark.strongroom.client import ApplicationReceipt
from chopmark.strongroom.errors import (
    ApplicationAlreadyRecorded,
    ApplicationFormsLimitReached,
    DeskFormsLimitReached,
    RecordShredded,
)
from chopmark.strongroom.keys.keyring import Keyring
from chopmark.strongroom.leaves import act, leave
from chopmark.strongroom.models import Case, Record
from chopmark.strongroom.particulars import Particulars, age_band
from chopmark.strongroom.purposes import terms
from chopmark.strongroom.services import access_codes, receipt_book, wrapping_keys
from chopmark.strongroom.tags import Tag

WINDOW = timedelta(minutes=15)
HERE = ZoneInfo("Asia/Hong_Kong")  # the calendar by which somebody comes of age


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What the portal sends an applicant to the desk for."""

    reference: str
    nonce: str
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """What the applicant takes back: the owner's receipt, and the code, unless she had it long ago."""

    case_id: UUID
    record_id: UUID
    receipt: str
    access_code: str | None


@act(Tag.RECORD_SUBMITTED)
def submit_application(
    *,
    errand: Errand,
    particulars: Particulars,
    language: str = "",
    keys: Keyring,
    actor: Actor,
    now: datetime,
) -> Submitted:
    """Record an applicant's particulars and open a case for her application (CPS 4.1.2).

    The same form again has the same receipt: a lost answer costs nothing. Another form is refused. Another
    nonce is another case: whoever guessed the reference gets a receipt that the portal does not take.
    """
    # 1. One form at a time for one reference.
    _hold(errand.reference)
    digest = vault.digest(particulars.as_fields(), kek=keys.kek)

    # 2. It came before: answer as before.
    cases = Case.objects.select_related("record")
    known = cases.filter(application_reference=errand.reference, nonce=errand.nonce).first()
    if known is not None:
        return _answer_again(known, errand, digest, keys, actor, now)

    # 3. It is new, and not one of a flood.
    _require_few_waiting(errand, now)

    # 4. The record and what finds it, the case, the receipt, the leaf.
    wrapping_keys.hold()
    code = access_codes.from_octets(keys.draw(access_codes.LENGTH))
    record = _record(particulars, digest, code, language, keys, now)
    case = _case(record, errand, keys, now)
    receipt = _sign(case, record, particulars, keys, now)
    leave(actor=actor, payload={"record": str(record.pk), "case": str(case.pk)}, now=now)
    return Submitted(case_id=case.pk, record_id=record.pk, receipt=receipt, access_code=code)


def _hold(reference: str) -> None:
    # Two posts of one form at once: the second waits here and then finds the first.
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, hashtext(%s))", (locks.APPLICATION, reference))


def _require_few_waiting(errand: Errand, now: datetime) -> None:
    # Anybody may send a form here. An honest one's application comes home in minutes and no longer counts, so
    # a busy day reaches no limit. Without a lock forms side by side may pass by one a thread: it is no ration.
    limits = terms().limits
    waiting = Case.objects.filter(confirmed_at=None, closed_at=None, opened_at__gt=now - WINDOW)
    of_reference = waiting.filter(application_reference=errand.reference)
    if of_reference.count() >= limits.forms_waiting_per_application_in_a_quarter:
        raise ApplicationFormsLimitReached
    if waiting.count() >= limits.forms_waiting_in_a_quarter:
        raise DeskFormsLimitReached


def _answer_again(
    case: Case, errand: Errand, digest: bytes, keys: Keyring, actor: Actor, now: datetime
) -> Submitted:
    record = case.record
    if record.form_digest is None:
        raise RecordShredded
    if case.type != errand.type or not hmac.compare_digest(bytes(record.form_digest), digest):
        raise ApplicationAlreadyRecorded
    receipt = receipt_book.text_of(receipt_book.of_application(case), record=record, keys=keys)
    code = None if case.confirmed_at or case.closed_at else _replace_code(record, keys)
    leave(
        actor=actor,
        payload={"record": str(record.pk), "code": "kept" if code is None else "replaced"},
        now=now,
        tag=Tag.RECEIPT_REPEATED,
    )
    return Submitted(case_id=case.pk, record_id=record.pk, receipt=receipt, access_code=code)


def _replace_code(record: Record, keys: Keyring) -> str:
    # Whoever can repeat the whole form is its writer, and may not have seen the first answer. The code is not
    # kept, so she gets a new one, until the application is known to have arrived.
    code = access_codes.from_octets(keys.draw(access_codes.LENGTH))
    record.access_salt = keys.draw(16)
    record.access_verifier = access_codes.verifier(code, salt=record.access_salt)
    record.save(update_fields=["access_salt", "access_verifier"])
    return code


def _record(
    particulars: Particulars, digest: bytes, code: str, language: str, keys: Keyring, now: datetime
) -> Record:
    locked = vault.lock(
        particulars.as_fields(), record_id=keys.draw_id(), kek=keys.kek, chances=keys.draw_chances()
    )
    salt = keys.draw(16)
    return Record.objects.create(
        id=locked.record_id,
        wrapped_key=locked.wrapped_key,
        ciphertext=locked.ciphertext,
        blind_index=vault.blind_index(particulars.hkid, kek=keys.kek),
        form_digest=digest,
        access_salt=salt,
        access_verifier=access_codes.verifier(code, salt=salt),
        language=language,
        created_at=now,
    )


def _case(record: Record, errand: Errand, keys: Keyring, now: datetime) -> Case:
    granted = terms().case
    return Case.objects.create(
        id=keys.draw_id(),
        record=record,
        application_reference=errand.reference,
        type=errand.type,
        nonce=errand.nonce,
        purposes=list(granted.purposes),
        opened_at=now,
        closes_at=now + granted.live_for,
    )


def _sign(case: Case, record: Record, particulars: Particulars, keys: Keyring, now: datetime) -> str:
    receipt = ApplicationReceipt(
        id=keys.draw_id(),
        reference=case.application_reference,
        nonce=case.nonce,
        type=case.type,
        record=record.pk,
        case=case.pk,
        name=particulars.name,
        email=particulars.email,
        age_band=age_band(particulars.birth_date, now.astimezone(HERE).date()),
        at=int(now.timestamp()),
    )
    text = receipts.sign(receipts.application_payload(receipt), key=keys.receipt_key)
    receipt_book.keep(receipt, text, record=record, keys=keys, now=now)
    return text
