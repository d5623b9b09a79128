"""The receipts that were signed, under their record's key: shredding must reach the name in them."""

from datetime import datetime

from chopmark.strongroom import vault
from chopmark.strongroom.client import ApplicationReceipt, SightingReceipt
from chopmark.strongroom.keys.keyring import Keyring
from chopmark.strongroom.models import Case, Receipt, Record
from chopmark.strongroom.services.present_keys import by_present_key


def keep(
    receipt: ApplicationReceipt | SightingReceipt, text: str, *, record: Record, keys: Keyring, now: datetime
) -> None:
    """Write down what was signed, so that the same question later has the same answer."""
    nonce = keys.draw(vault.NONCE)
    ciphertext = by_present_key(
        record.locked,
        lambda locked: vault.lock_text(text, locked=locked, text_id=receipt.id, kek=keys.kek, nonce=nonce),
    )
    Receipt.objects.create(
        id=receipt.id,
        kind=receipt.kind,
        case_id=receipt.case,
        nonce=receipt.nonce,
        officer=receipt.officer if isinstance(receipt, SightingReceipt) else "",
        ciphertext=ciphertext,
        signed_at=now,
    )


def of_application(case: Case) -> Receipt:
    return Receipt.objects.get(kind=ApplicationReceipt.kind, case=case)


def of_sighting(case: Case, nonce: str) -> Receipt | None:
    return Receipt.objects.filter(kind=SightingReceipt.kind, case=case, nonce=nonce).first()


def text_of(receipt: Receipt, *, record: Record, keys: Keyring) -> str:
    return by_present_key(
        record.locked,
        lambda locked: vault.unlock_text(
            bytes(receipt.ciphertext), locked=locked, text_id=receipt.pk, kek=keys.kek
        ),
    )
