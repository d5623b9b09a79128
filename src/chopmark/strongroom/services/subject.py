"""The subject at the desk: signing in with her number and code, and reading who opened her record."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, Q

from chopmark.pki.refusals import Refusal
from chopmark.strongroom import hkid, vault
from chopmark.strongroom.actors import Actor
from chopmark.strongroom.breaches.spans import forgettable
from chopmark.strongroom.errors import SubjectSignInRefused, TooManyAttempts
from chopmark.strongroom.keys.keyring import Keyring
from chopmark.strongroom.leaves import act, if_refused, leave
from chopmark.strongroom.models import Opening, Record, WrongSignIn
from chopmark.strongroom.purposes import terms
from chopmark.strongroom.services import access_codes
from chopmark.strongroom.tags import Tag

WINDOW = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(days=1)
# A person with more live records than this signs in to the newest ones; each costs a scrypt. Those whose
# application came home are first: forms that anybody may send cannot crowd them out.
MOST_RECORDS = 5
_NEWEST_HOME = F("cases__confirmed_at").desc(nulls_last=True)
PAGE = 100


@act(Tag.SUBJECT_SIGNED_IN)
def sign_in(*, typed_hkid: str, code: str, keys: Keyring, actor: Actor, now: datetime) -> UUID:
    """The record whose number and access code these are; a wrong number and a wrong code look alike."""
    # 1. Not too many wrong ones already; a wrong one is counted with its refusal's leaf.
    blind_index = vault.blind_index(hkid.normalise(typed_hkid), kek=keys.kek)
    _require_few_wrong(blind_index, now)
    if_refused(lambda refusal: _count_wrong(refusal, blind_index, now))

    # 2. A live record with this number whose code this is.
    records = Record.objects.filter(blind_index=blind_index, shredded_at=None)
    for record in records.order_by(_NEWEST_HOME, "-created_at")[:MOST_RECORDS]:
        if _fits(record, code):
            leave(actor=actor, payload={"record": str(record.pk)}, now=now)
            return record.pk
    raise SubjectSignInRefused


def history(record_id: UUID, *, now: datetime, before: int | None = None) -> list[Opening]:
    """Who opened or was refused a record, newest first, one page from the given log entry backwards.

    A line that a law keeps from her for a while is not among them until then.
    """
    lines = Opening.objects.filter(Q(told_at=None) | Q(told_at__lte=now), record=record_id)
    lines = lines.select_related("case", "notice__sending").order_by("-leaf_id")
    return list((lines if before is None else lines.filter(leaf_id__lt=before))[:PAGE])


def withheld(*, now: datetime) -> list[Opening]:
    """What subjects are not told yet, newest first: the owner sees it at once."""
    return list(Opening.objects.filter(told_at__gt=now).order_by("-leaf_id")[:PAGE])


def forget_wrong_sign_ins(*, now: datetime) -> None:
    """Delete what is only kept to count with, and is no evidence of a breach."""
    WrongSignIn.objects.filter(forgettable(now, by=now - FORGOTTEN_AFTER)).delete()


def _fits(record: Record, code: str) -> bool:
    salt, expected = bytes(record.access_salt or b""), bytes(record.access_verifier or b"")
    return access_codes.fits(code, salt=salt, expected=expected)


def _require_few_wrong(blind_index: bytes, now: datetime) -> None:
    limits = terms().limits
    recent = WrongSignIn.objects.filter(at__gt=now - WINDOW)
    of_number = recent.filter(blind_index=blind_index).count()
    if (
        of_number >= limits.subject_sign_ins_wrong_in_a_quarter
        or recent.count() >= limits.desk_sign_ins_wrong_in_a_quarter
    ):
        raise TooManyAttempts


def _count_wrong(refusal: Refusal, blind_index: bytes, now: datetime) -> None:
    if isinstance(refusal, SubjectSignInRefused):
        WrongSignIn.objects.create(blind_index=blind_index, at=now)
