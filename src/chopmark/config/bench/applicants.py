"""People who come to a counter, for a measurement: each brought to her approval by the services that a portal and a counter call.

The owner's two signatures are made by a key of the measurement, as in `population`.
"""

import secrets
from datetime import datetime
from uuid import UUID, uuid4

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from chopmark.authority.applications import services as applications
from chopmark.authority.applications.models import Application
from chopmark.authority.applications.selectors import by_reference
from chopmark.authority.catalogue import selectors as catalogue
from chopmark.authority.catalogue.words import KeySource
from chopmark.authority.kernel.actors import ANONYMOUS, Actor, process
from chopmark.authority.ledger import services as ledger
from chopmark.authority.ledger.models import PaymentMethod
from chopmark.authority.participants import selectors as participants
from chopmark.authority.verification import services as verification
from chopmark.strongroom.client import ApplicationReceipt, SightingReceipt
from chopmark.strongroom.receipts import application_payload, sighting_payload, sign

TYPE, OUTLET = "personal", "DEMO"
INTAKE, RELEASE = "20417", "20588"  # the demonstration's officers
_LETTERS = str.maketrans("0123456789", "ghijklmnop")


def approved(key: Ed25519PrivateKey, now: datetime) -> str:
    """One more person has applied, paid, shown her card and been released; answers her application's reference."""
    application = _applied(key, now)
    reference = application.reference
    intake, release = _officer(INTAKE, now), _officer(RELEASE, now)
    verification.record_duplicate_check(reference=reference, others=0, actor=process("worker"), now=now)
    _sighted(application, intake, key, now)
    if (invoice := ledger.invoice_of(reference)) is not None:
        ledger.take_payment(
            invoice_id=invoice.pk, method=PaymentMethod.CASH, outlet=OUTLET, actor=intake, now=now
        )
    verification.ask_release(reference=reference, actor=intake, now=now)
    verification.approve(reference=reference, actor=release, now=now)
    return reference


def _officer(number: str, now: datetime) -> Actor:
    return participants.actor_of(participants.require_staff(number), now)


def _applied(key: Ed25519PrivateKey, now: datetime) -> Application:
    request = applications.Request(
        type_code=TYPE,
        outlet=OUTLET,
        key_source=KeySource.OWN,
        csr=_request(),
        agreement=catalogue.agreement_in_force(now).name,
        password=secrets.token_urlsafe(16),
    )
    begun = applications.begin(request=request, nonce=secrets.token_bytes(16), actor=ANONYMOUS, now=now)
    word = secrets.token_hex(5).translate(_LETTERS)
    receipt = ApplicationReceipt(
        id=uuid4(),
        reference=begun.reference,
        nonce=bytes(begun.nonce).hex(),
        type=TYPE,
        record=uuid4(),
        case=uuid4(),
        name=f"{word[:4].upper()} {word[4:7].capitalize()} {word[7:].capitalize()}",
        email=f"{word}@mail.example",
        age_band="adult",
        at=int(now.timestamp()),
    )
    text = sign(application_payload(receipt), key=key)
    return applications.complete(receipt_text=text, actor=ANONYMOUS, now=now)


def _request() -> bytes:
    anybody = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "anybody")])
    key = ec.generate_private_key(ec.SECP256R1())
    made = x509.CertificateSigningRequestBuilder().subject_name(anybody).sign(key, hashes.SHA256())
    return made.public_bytes(Encoding.PEM)


def _sighted(application: Application, officer: Actor, key: Ed25519PrivateKey, now: datetime) -> None:
    nonce = secrets.token_bytes(16)
    verification.begin_sighting(reference=application.reference, nonce=nonce, actor=officer, now=now)
    receipt = SightingReceipt(
        id=uuid4(),
        reference=application.reference,
        nonce=nonce.hex(),
        case=UUID(str(by_reference(application.reference).case_id)),
        officer=officer.id,
        matches=True,
        fields=("name", "birth_date", "hkid"),
        at=int(now.timestamp()),
    )
    verification.record_sighting(
        receipt_text=sign(sighting_payload(receipt), key=key), actor=ANONYMOUS, now=now
    )
