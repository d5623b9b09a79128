"""An officer with the original card in her hand, at the owner's desk (CPS 3.2.3)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from chopmark.strongroom import hkid, receipts, vault
from chopmark.strongroom.actors import Actor
from chopmark.strongroom.client import SightingReceipt
from chopmark.strongroom.errors import IdentityNumberDiffers, SightingNotChecked, SightingTaken
from chopmark.strongroom.keys.keyring import Keyring
from chopmark.strongroom.leaves import act, leave
from chopmark.strongroom.models import Case, Opening
from chopmark.strongroom.purposes import DESK
from chopmark.strongroom.services import cases, openings, receipt_book
from chopmark.strongroom.services.openings import Asked
from chopmark.strongroom.tags import Tag

PURPOSE = "identity_check"
COMPARED = ("hkid",)
SHOWN = ("name", "chinese_name", "birth_date")
# What the receipt tells the counter was looked at.
SIGHTED = ("name", "birth_date", "hkid")
# How long after the comparison an officer may still confirm it.
CHECK_HOLDS_FOR = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What the counter sends an officer to the desk for."""

    case_id: UUID
    reference: str
    nonce: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What the officer compares with the card after its number agreed."""

    name: str
    chinese_name: str | None
    birth_date: date


def check_sighting(*, visit: Visit, typed: str, keys: Keyring, actor: Actor, now: datetime) -> Person:
    """Compare the number typed from the card; only then open name and birth date, each written down first."""
    number = hkid.normalise(typed)
    blind_index = vault.blind_index(number, kek=keys.kek)
    openings.compare(asked=_asked(visit, COMPARED), blind_index=blind_index, actor=actor, now=now)
    fields = openings.open_fields(asked=_asked(visit, SHOWN), keys=keys, actor=actor, now=now)
    return Person(
        name=str(fields["name"]),
        chinese_name=fields["chinese_name"],
        birth_date=date.fromisoformat(str(fields["birth_date"])),
    )


@act(Tag.SIGHTING_SIGNED)
def confirm_sighting(*, visit: Visit, keys: Keyring, actor: Actor, now: datetime) -> str:
    """Sign that this officer saw the card and that it agrees; the same visit has the same receipt."""
    # 1. The case is live and this officer has compared the card, just now.
    case = cases.hold(visit.case_id)
    cases.require_live(case, now)
    cases.require_application(case, visit.reference)
    _require_checked(case, actor, now)

    # 2. One visit, one receipt.
    known = receipt_book.of_sighting(case, visit.nonce)
    if known is not None and known.officer != actor.id:
        raise SightingTaken
    if known is not None:
        text = receipt_book.text_of(known, record=case.record, keys=keys)
    else:
        text = _sign(case, visit, keys, actor, now)
    leave(actor=actor, payload={"case": str(case.pk), "repeated": known is not None}, now=now)
    return text


def _asked(visit: Visit, fields: tuple[str, ...]) -> Asked:
    return Asked.of(visit.case_id, PURPOSE, fields, DESK, visit.reference)


def _require_checked(case: Case, actor: Actor, now: datetime) -> None:
    # Her last comparison in this case must be one that agreed.
    mine = Opening.objects.filter(
        case=case, caller=DESK, actor=actor.id, at__gt=now - CHECK_HOLDS_FOR, fields=list(COMPARED)
    )
    last = mine.filter(refused__in=["", IdentityNumberDiffers.code]).order_by("-leaf_id").first()
    if last is None or last.refused:
        raise SightingNotChecked


def _sign(case: Case, visit: Visit, keys: Keyring, actor: Actor, now: datetime) -> str:
    receipt = SightingReceipt(
        id=keys.draw_id(),
        reference=case.application_reference,
        nonce=visit.nonce,
        case=case.pk,
        officer=actor.id,
        matches=True,
        fields=SIGHTED,
        at=int(now.timestamp()),
    )
    text = receipts.sign(receipts.sighting_payload(receipt), key=keys.receipt_key)
    receipt_book.keep(receipt, text, record=case.record, keys=keys, now=now)
    return text
