"""The stage and its people. Asha applies; Bikram takes her in and Chandra releases; Devi audits; Esha has nothing to do with it.

Everything happens at NOON or a little after; keys and serials come from the machine, and no test looks at which.
Each verb runs under the grants of the process that calls it when it is not a test.
"""

import json
import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from django.db import connection

import cluster
import founding
from chopmark.authority import pipeline
from chopmark.authority.applications import services as applications
from chopmark.authority.applications.models import Application
from chopmark.authority.applications.selectors import by_reference
from chopmark.authority.catalogue import selectors as catalogue
from chopmark.authority.catalogue.reading import current
from chopmark.authority.catalogue.words import KeySource
from chopmark.authority.custody.ceremony import create_hierarchy
from chopmark.authority.custody.software_token import UnsafeSoftwareToken
from chopmark.authority.delivery import services as delivery
from chopmark.authority.issuance import selectors as issuance
from chopmark.authority.issuance.models import (
    Certificate,
)
from chopmark.authority.kernel.actors import ANONYMOUS, Actor, ActorKind, process
from chopmark.authority.kernel.models import Handover
from chopmark.authority.keymaking.services import make_envelopes
from chopmark.authority.ledger import services as ledger
from chopmark.authority.participants import selectors as participants
from chopmark.authority.participants.models import Login
from chopmark.authority.participants.permissions import Role
from chopmark.authority.participants.services import FOUNDER, register_staff
from chopmark.authority.revocation import services as revocation
from chopmark.authority.transparency import sequencer
from chopmark.authority.verification import services as verification
from chopmark.config import signer_root
from chopmark.config.grants import PLAN
from chopmark.pki.reasons import CRLReason
from chopmark.strongroom.client import ApplicationReceipt, SightingReceipt
from chopmark.strongroom.receipts import application_payload, sighting_payload, sign

NOON = datetime(2026, 11, 16, 4, 0, tzinfo=UTC)  # twelve in Hong Kong, a Monday
A_SECOND = timedelta(seconds=1)
OUTLET = "DEMO"
PASSWORD = "a ferry to the islands"
NAME, EMAIL = "CHAN Tai Man", "taiman.chan@mail.example"
PERSONAL = (NAME, EMAIL, PASSWORD)  # what no leaf of a refusal may hold, in its payload either
WORKER = process("worker")


def at(name: str) -> AbstractContextManager[None]:
    """What follows is done under the grants of that process."""
    return cluster.role(connection, f"chopmark_{name}", PLAN)


@dataclass(kw_only=True)
class World:
    """An authority with staff; after its ceremony also with keys, and envelopes in the drawer."""

    owner_key: Ed25519PrivateKey
    token: UnsafeSoftwareToken | None = None
    pins: dict[str, str] = field(default_factory=dict)
    minutes: Iterator[int] = field(default_factory=lambda: count(1))

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

    def begins(self, *, now: datetime = NOON, **changes: object) -> Application:
        """Asha opens an application with a key of her own, unless told otherwise."""
        wanted: dict[str, object] = {
            "type_code": "personal",
            "outlet": OUTLET,
            "key_source": KeySource.OWN,
            "agreement": catalogue.agreement_in_force(now).name,
            "password": PASSWORD,
        }
        if "csr" not in changes and changes.get("key_source", KeySource.OWN) is KeySource.OWN:
            wanted["csr"] = a_csr()
        request = applications.Request(**({"csr": None} | wanted | changes))
        nonce = secrets.token_bytes(16)
        with at("web"):
            return applications.begin(request=request, nonce=nonce, actor=ANONYMOUS, now=now)

    def receipt(self, application: Application, **changes: object) -> str:
        """What the owner's desk signs when she has given her particulars there."""
        facts = {
            "id": uuid4(),
            "reference": application.reference,
            "nonce": bytes(application.nonce).hex(),
            "type": application.type_code,
            "record": uuid4(),
            "case": uuid4(),
            "name": NAME,
            "email": EMAIL,
            "age_band": "adult",
            "at": int(application.begun_at.timestamp()),
        }
        return sign(application_payload(ApplicationReceipt(**(facts | changes))), key=self.owner_key)

    def submits(self, application: Application, **changes: object) -> Application:
        return self.completes(self.receipt(application, **changes))

    def completes(self, receipt_text: str, *, now: datetime = NOON) -> Application:
        with at("web"):
            return applications.complete(receipt_text=receipt_text, actor=ANONYMOUS, now=now)

    def withdraws(self, application: Application) -> None:
        with at("web"):
            applications.withdraw(
                reference=application.reference, actor=self.applicant(application), now=NOON
            )

    def sighting(self, application: Application, visit: bytes, **changes: object) -> str:
        """What the owner's desk signs when an officer has compared the card there."""
        facts = {
            "id": uuid4(),
            "reference": application.reference,
            "nonce": visit.hex(),
            "case": application.case_id,
            "officer": "20417",
            "matches": True,
            "fields": ("name", "birth_date", "hkid"),
            "at": int(NOON.timestamp()),
        }
        return sign(sighting_payload(SightingReceipt(**(facts | changes))), key=self.owner_key)

    def goes_to_desk(self, application: Application, *, now: datetime = NOON) -> bytes:
        """Bikram goes to the owner's desk with the card; answers the nonce that he brings back."""
        nonce = secrets.token_bytes(16)
        with at("web"):
            verification.begin_sighting(
                reference=application.reference, nonce=nonce, actor=self.bikram, now=now
            )
        return nonce

    def returns(self, receipt_text: str, *, now: datetime = NOON) -> None:
        with at("web"):
            verification.record_sighting(receipt_text=receipt_text, actor=ANONYMOUS, now=now)

    def sights(self, application: Application, *, now: datetime = NOON) -> None:
        nonce = self.goes_to_desk(application, now=now)
        self.returns(self.sighting(by_reference(application.reference), nonce), now=now)

    def checks_duplicates(self, application: Application) -> None:
        """As the worker does, once the strongroom has answered."""
        with at("worker"):
            verification.record_duplicate_check(
                reference=application.reference, others=0, actor=WORKER, now=NOON
            )

    def pays(self, application: Application) -> None:
        with at("web"):
            invoice = ledger.invoice_of(application.reference)
            ledger.take_payment(
                invoice_id=invoice.id, method="cash", outlet=OUTLET, actor=self.bikram, now=NOON
            )

    def hands_envelope(self, application: Application, number: str | None = None) -> str:
        number = next(iter(self.pins)) if number is None else number
        with at("web"):
            verification.record_envelope(
                reference=application.reference, envelope=number, actor=self.bikram, now=NOON
            )
        return self.pins[number]

    def takes_in(self, application: Application, **changes: object) -> Application:
        """Everything up to the request for release."""
        application = self.gathers(application, **changes)
        self.asks_release(application)
        return by_reference(application.reference)

    def gathers(self, application: Application, **changes: object) -> Application:
        """Everything that must be there before release is asked."""
        application = self.submits(application, **changes)
        self.checks_duplicates(application)
        self.sights(application)
        self.pays(application)
        if application.key_source == KeySource.AUTHORITY:
            self.hands_envelope(application)
        return application

    def asks_release(self, application: Application, *, now: datetime = NOON) -> None:
        with at("web"):
            verification.ask_release(reference=application.reference, actor=self.bikram, now=now)

    def releases(self, application: Application, *, now: datetime = NOON) -> Application:
        with at("web"):
            verification.approve(reference=application.reference, actor=self.chandra, now=now)
        return by_reference(application.reference)

    def refuses(self, application: Application, reason: str = "identity_not_shown") -> None:
        with at("web"):
            verification.refuse(reference=application.reference, reason=reason, actor=self.bikram, now=NOON)

    def approved(self, **changes: object) -> Application:
        return self.releases(self.takes_in(self.begins(**changes)))

    def issued(self, **changes: object) -> Certificate:
        """An application whose certificate is recorded, logged, under a checkpoint and offered."""
        application = self.approved(**changes)
        self.turns()
        return issuance.certificate_of(application.reference)

    def accepts(self, application: Application, *, now: datetime = NOON) -> None:
        with at("web"):
            delivery.accept(reference=application.reference, actor=self.applicant(application), now=now)

    def rejects(self, application: Application, *, now: datetime = NOON) -> None:
        with at("web"):
            delivery.reject(
                reference=application.reference,
                reason="name_wrong",
                actor=self.applicant(application),
                now=now,
            )

    def revokes(self, certificate: Certificate, *, now: datetime = NOON) -> None:
        asha = self.applicant(by_reference(certificate.application_reference))
        with at("web"):
            revocation.revoke_by_subscriber(
                issuer_id=certificate.issuer_id,
                serial_number=bytes(certificate.serial_number),
                reason=CRLReason.KEY_COMPROMISE,
                actor=asha,
                now=now,
            )

    # --- the machines ---

    def turns(self, *, rounds: int = 8, now: datetime = NOON) -> None:
        """The worker, the sequencer and the signer each do what waits, until nothing does."""
        for _ in range(rounds):
            done = self.hears(now=now) + self.signs(now=now) + self.sequences(now=now)
            if not (done or waiting()):
                return

    def hears(self, *, now: datetime = NOON) -> int:
        """The worker delivers what waits."""
        forget_calls_to_the_strongroom()
        with at("worker"):
            return pipeline.drain(now=self.later(now))

    def signs(self, *, now: datetime = NOON, claimer: int = 1, token: object = None) -> int:
        """The signer goes once through every door."""
        with at("signer"):
            return signer_root.work(token or self.token, claimer=claimer, now=self.later(now))

    def sequences(self, *, now: datetime = NOON) -> int:
        with at("worker"):
            return sequencer.sequence_once(self.later(now))

    def later(self, now: datetime) -> datetime:
        """Each turn of the machines is a minute after the last, so that nothing waits for its retry."""
        return now + timedelta(minutes=next(self.minutes))

    def ticks(self, *, now: datetime = NOON) -> None:
        """The worker does what the clock owes; a duty that fails is a fault here."""
        with at("worker"):
            for duty in pipeline.DUTIES:
                duty(actor=WORKER, now=now)


def waiting() -> bool:
    return Handover.objects.filter(handled_at=None).exists()


def forget_calls_to_the_strongroom() -> None:
    """There is no strongroom in a service test: its events are handled by hand (`checks_duplicates`)."""
    names = ["application.submitted", "application.closed_unissued", "notice.asked"]
    Handover.objects.filter(name__in=names, handled_at=None).update(handled_at=NOON)


def staffed() -> World:
    """Register the staff; enough for everything that happens before something is signed."""
    for number, member in current().staff.items():
        register_staff(
            number=number,
            name=member.name,
            kind=ActorKind(member.kind),
            roles=[Role(role) for role in member.roles],
            outlet=member.outlet,
            vetted_on=(NOON - timedelta(days=1)).date(),
            nondisclosure_on=(NOON - timedelta(days=1)).date(),
            actor=FOUNDER,
            now=NOON - timedelta(days=1),
        )
    return World(owner_key=Ed25519PrivateKey.generate())


def found(folder: Path) -> World:
    """Register the staff, hold the ceremony, print envelopes; what was done once in this process is laid out again."""
    return founding.again_or_first(folder, _found)


def _found(folder: Path) -> World:
    world = staffed()
    world.token = founding.token_in(folder)
    create_hierarchy(
        current().hierarchy,
        token=world.token,
        randomness=secrets.token_bytes,
        actor=process("ceremony"),
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
    key: CertificateIssuerPrivateKeyTypes | None = None,
    name: str = "whatever the applicant writes",
    encoding: serialization.Encoding = serialization.Encoding.PEM,
) -> bytes:
    """A PKCS#10 request; its subject is not what will be printed."""
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    digest = None if isinstance(key, Ed25519PrivateKey) else hashes.SHA256()
    request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key or a_key(), digest)
    return request.public_bytes(encoding)


def spki_der(key: CertificateIssuerPrivateKeyTypes) -> bytes:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.DER, form)


def leaves() -> Iterator[dict[str, object]]:
    """The open parts of the log, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute("select entry from audit_leaf order by id")
        for (entry,) in cursor.fetchall():
            yield json.loads(bytes(entry))


def leaf_count() -> int:
    return sum(1 for _ in leaves())


def last_leaf() -> dict[str, object]:
    return list(leaves())[-1]


def last_payload() -> dict[str, object]:
    """What the newest leaf commits to, but for the rows that it promises: `test_promises.py` is about those."""
    with connection.cursor() as cursor:
        cursor.execute("select payload::text from audit_payload order by leaf_id desc limit 1")
        return {name: said for name, said in json.loads(cursor.fetchone()[0]).items() if name != "rows"}


def handed_on() -> list[str]:
    """Names of the hand-overs that wait, oldest first."""
    return list(Handover.objects.filter(handled_at=None).order_by("id").values_list("name", flat=True))
