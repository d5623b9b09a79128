"""The stage and its people. Asha applies; Bikram takes her in and Chandra releases; Devi audits; Esha has nothing to do with it.

Everything happens at NOON or a little after; keys and serials come from the machine, and no test looks at which.
"""

import json
import secrets
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection

from chopmark.authority import pipeline
from chopmark.authority.applications import services as applications
from chopmark.authority.applications.models import Application
from chopmark.authority.applications.selectors import by_reference
from chopmark.authority.catalogue import selectors as catalogue
from chopmark.authority.catalogue.reading import current
from chopmark.authority.catalogue.words import KeySource
from chopmark.authority.custody.ceremony import create_hierarchy
from chopmark.authority.custody.software_token import UnsafeSoftwareToken, UnsafeTokenInUse
from chopmark.authority.issuance import selectors as issuance
from chopmark.authority.issuance.models import Certificate
from chopmark.authority.kernel.actors import ANONYMOUS, Actor, ActorKind, process
from chopmark.authority.kernel.models import Handover
from chopmark.authority.keymaking.services import make_envelopes
from chopmark.authority.ledger import services as ledger
from chopmark.authority.participants import selectors as participants
from chopmark.authority.participants.models import Login
from chopmark.authority.participants.permissions import Role
from chopmark.authority.participants.services import FOUNDER, register_staff
from chopmark.authority.verification import services as verification
from chopmark.config import signer_root
from chopmark.strongroom.client import ApplicationReceipt, SightingReceipt
from chopmark.strongroom.receipts import application_payload, sighting_payload, sign

NOON = datetime(2026, 11, 16, 4, 0, tzinfo=UTC)  # twelve in Hong Kong, a Monday
A_SECOND = timedelta(seconds=1)
OUTLET = "DEMO"
PASSWORD = "a ferry to the islands"
WORKER = process("worker")


@dataclass(kw_only=True)
class World:
    """An authority that has had its ceremony, with staff, and envelopes in the drawer."""

    token: UnsafeSoftwareToken
    owner_key: Ed25519PrivateKey
    pins: dict[str, str] = field(default_factory=dict)

    # --- people ---

    @property
    def bikram(self) -> Actor:
        return self.staff("20417")

    @property
    def chandra(self) -> Actor:
        return self.staff("20588")

    def staff(self, number: str) -> Actor:
        return participants.actor_of(Login.objects.get(number=number), NOON)

    def applicant(self, application: Application) -> Actor:
        return participants.actor_of(Login.objects.get(pk=application.login_id), NOON)

    # --- what they do ---

    def begins(self, **changes: object) -> Application:
        """Asha opens an application with a key of her own, unless told otherwise."""
        wanted: dict[str, object] = {
            "type_code": "personal",
            "outlet": OUTLET,
            "key_source": KeySource.OWN,
            "csr": a_csr(),
            "agreement": catalogue.agreement_in_force(NOON).name,
            "password": PASSWORD,
        }
        request = applications.Request(**(wanted | changes))
        return applications.begin(
            request=request, nonce=secrets.token_bytes(16), actor=ANONYMOUS, now=changes.get("now", NOON)
        )

    def receipt(self, application: Application, **changes: object) -> str:
        """What the owner's desk signs when she has given her particulars there."""
        facts = {
            "id": uuid4(),
            "reference": application.reference,
            "nonce": bytes(application.nonce).hex(),
            "type": application.type_code,
            "record": uuid4(),
            "case": uuid4(),
            "name": "CHAN Tai Man",
            "email": "taiman.chan@mail.example",
            "age_band": "adult",
            "at": int(NOON.timestamp()),
        }
        return sign(application_payload(ApplicationReceipt(**(facts | changes))), key=self.owner_key)

    def submits(self, application: Application, **changes: object) -> Application:
        return applications.complete(
            receipt_text=self.receipt(application, **changes), actor=ANONYMOUS, now=NOON
        )

    def sighting(self, application: Application, nonce: bytes, **changes: object) -> str:
        """What the owner's desk signs when an officer has compared the card there."""
        facts = {
            "id": uuid4(),
            "reference": application.reference,
            "nonce": nonce.hex(),
            "case": application.case_id,
            "officer": "20417",
            "matches": True,
            "fields": ("name", "birth_date", "hkid"),
            "at": int(NOON.timestamp()),
        }
        return sign(sighting_payload(SightingReceipt(**(facts | changes))), key=self.owner_key)

    def sights(self, application: Application) -> None:
        nonce = secrets.token_bytes(16)
        verification.begin_sighting(reference=application.reference, nonce=nonce, actor=self.bikram, now=NOON)
        text = self.sighting(by_reference(application.reference), nonce)
        verification.record_sighting(receipt_text=text, actor=ANONYMOUS, now=NOON)

    def checks_duplicates(self, application: Application) -> None:
        """As the worker does, once the strongroom has answered."""
        verification.record_duplicate_check(reference=application.reference, others=0, actor=WORKER, now=NOON)

    def pays(self, application: Application) -> None:
        invoice = ledger.invoice_of(application.reference)
        ledger.take_payment(invoice_id=invoice.id, method="cash", outlet=OUTLET, actor=self.bikram, now=NOON)

    def hands_envelope(self, application: Application, number: str | None = None) -> str:
        number = number or next(iter(self.pins))
        verification.record_envelope(
            reference=application.reference, envelope=number, actor=self.bikram, now=NOON
        )
        return self.pins[number]

    def takes_in(self, application: Application) -> Application:
        """Everything up to the request for release."""
        application = self.submits(application)
        self.checks_duplicates(application)
        self.sights(application)
        self.pays(application)
        if application.key_source == KeySource.AUTHORITY:
            self.hands_envelope(application)
        verification.ask_release(reference=application.reference, actor=self.bikram, now=NOON)
        return by_reference(application.reference)

    def releases(self, application: Application) -> Application:
        verification.approve(reference=application.reference, actor=self.chandra, now=NOON)
        return by_reference(application.reference)

    def approved(self, **changes: object) -> Application:
        return self.releases(self.takes_in(self.begins(**changes)))

    def issued(self, **changes: object) -> Certificate:
        """An application whose certificate is recorded, logged, under a checkpoint and offered."""
        application = self.approved(**changes)
        self.turns()
        return issuance.certificate_of(application.reference)

    # --- the machines ---

    def turns(self, *, rounds: int = 8, now: datetime = NOON) -> None:
        """The worker, the sequencer and the signer each do what waits, until nothing does."""
        from chopmark.authority.transparency import sequencer

        for _ in range(rounds):
            forget_calls_to_the_strongroom()
            delivered = pipeline.drain(now=later(now))
            signed = signer_root.work(self.token, claimer=1, now=later(now))
            sequenced = sequencer.sequence_once(later(now))
            if not (delivered or signed or sequenced or waiting()):
                return


_minute = iter(range(1, 10**9))


def later(now: datetime) -> datetime:
    """Each turn of the machines is a minute after the last, so that nothing waits for its retry."""
    return now + timedelta(minutes=next(_minute))


def waiting() -> bool:
    return Handover.objects.filter(handled_at=None).exists()


def forget_calls_to_the_strongroom() -> None:
    """There is no strongroom in a service test: its events are handled by hand (`checks_duplicates`)."""
    names = ["application.submitted", "application.closed_unissued"]
    Handover.objects.filter(name__in=names, handled_at=None).update(handled_at=NOON)


def found(folder: Path) -> World:
    """Hold the ceremony, register the staff, print envelopes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnsafeTokenInUse)
        token = UnsafeSoftwareToken(folder / "token", b"a passphrase for a test")
    world = World(token=token, owner_key=Ed25519PrivateKey.generate())
    create_hierarchy(
        current().hierarchy,
        token=token,
        randomness=secrets.token_bytes,
        actor=process("ceremony"),
        now=NOON - timedelta(days=1),
    )
    for number, member in current().staff.items():
        register_staff(
            number=number,
            name=member.name,
            kind=ActorKind(member.kind),
            roles=[Role(role) for role in member.roles],
            outlet=member.outlet,
            actor=FOUNDER,
            now=NOON - timedelta(days=1),
        )
    make_envelopes(
        count=5,
        outlet=OUTLET,
        printer=world.pins.__setitem__,
        actor=process("ceremony"),
        now=NOON - timedelta(days=1),
        randomness=secrets.token_bytes,
    )
    return world


def a_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def a_csr(
    key: ec.EllipticCurvePrivateKey | None = None, name: str = "whatever the applicant writes"
) -> bytes:
    """A PKCS#10 request; its subject is not what will be printed."""
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    request = (
        x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key or a_key(), hashes.SHA256())
    )
    return request.public_bytes(serialization.Encoding.PEM)


def leaves() -> Iterator[dict[str, object]]:
    """The open parts of the log, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute("select entry from audit_leaf order by id")
        for (entry,) in cursor.fetchall():
            yield json.loads(bytes(entry))


def last_leaf() -> dict[str, object]:
    return list(leaves())[-1]


def last_payload() -> dict[str, object]:
    with connection.cursor() as cursor:
        cursor.execute("select payload::text from audit_payload order by leaf_id desc limit 1")
        return json.loads(cursor.fetchone()[0])


def handed_on() -> list[str]:
    """Names of the hand-overs that wait, oldest first."""
    return list(Handover.objects.filter(handled_at=None).order_by("id").values_list("name", flat=True))
