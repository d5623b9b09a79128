"""People and things of the faces' tests: Asha applies, officers 20417 and 20588 work at the demonstration centre."""

import base64
import hashlib
import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import NameOID
from django.test import Client
from django_otp.oath import TOTP

from chopmark.authority.applications.models import Application
from chopmark.authority.delivery.models import Offer
from chopmark.authority.issuance.models import Certificate
from chopmark.authority.kernel import clock
from chopmark.authority.kernel.actors import ActorKind, process
from chopmark.authority.participants import services as participants
from chopmark.authority.participants.permissions import Role
from chopmark.authority.verification.models import SightingTicket
from chopmark.authority.verification.services import record_duplicate_check
from chopmark.strongroom.client import RECEIPT_CONTEXT

PASSWORD = "nine green harbours"
OWNERS_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OWNERS_PUBLIC_KEY = OWNERS_KEY.public_key().public_bytes_raw()
NAME = "SHARMA Asha"


def receipt(payload: dict[str, object]) -> str:
    """What the owner's desk sends home with the browser."""
    said = json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    parts = (said, OWNERS_KEY.sign(RECEIPT_CONTEXT + said))
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def own_request() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "request")])
    csr = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    return csr.public_bytes(serialization.Encoding.PEM).decode()


def begin(client: Client, *, key_source: str = "own", password: str = PASSWORD) -> str:
    """Asha goes through the pages until her application has a number."""
    csr = own_request() if key_source == "own" else ""
    client.post("/apply/personal/", {"outlet": "DEMO", "key_source": key_source, "csr_text": csr})
    page = client.get("/apply/personal/agreement")
    agreement = page.context["form"]["agreement"].value()
    answer = client.post(
        "/apply/personal/agreement",
        {"password": password, "again": password, "agreement": agreement, "agreed": "on"},
    )
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"].split("/")[3]


def desk_receipt(reference: str, **changes: object) -> str:
    application = Application.objects.get(reference=reference)
    return receipt(
        {
            "v": 1,
            "kind": "application",
            "id": str(uuid.uuid4()),
            "reference": reference,
            "nonce": bytes(application.nonce).hex(),
            "type": application.type_code,
            "record": str(uuid.uuid4()),
            "case": str(uuid.uuid4()),
            "name": NAME,
            "email": "asha@mail.example",
            "age_band": "adult",
            "at": int(clock.now().timestamp()),
        }
        | changes
    )


def come_home(reference: str) -> None:
    """The owner's desk posts the receipt, and the worker asks for duplicates."""
    answer = Client().post("/desk-return", {"receipt": desk_receipt(reference)})
    assert answer.status_code == 302, answer.content.decode()
    record_duplicate_check(reference=reference, others=0, actor=process("worker"), now=clock.now())


@dataclass
class Officer:
    number: str
    role: Role
    kind: ActorKind = ActorKind.OFFICER
    client: Client = field(default_factory=Client)
    key: bytes = b""

    def enter(self) -> "Officer":
        """By the welcome link, the password and the first codes, all through the pages."""
        token = participants.register_staff(
            number=self.number,
            name="Officer",
            kind=self.kind,
            roles=[self.role],
            outlet="DEMO" if self.kind is ActorKind.OFFICER else None,
            vetted_on=clock.now().date(),
            nondisclosure_on=clock.now().date(),
            actor=participants.FOUNDER,
            now=clock.now(),
        )
        self.client.post(f"/staff/welcome/{token}", {"password": PASSWORD, "again": PASSWORD})
        secret = self.client.get("/staff/authenticator").context["secret"]
        self.key = key = base64.b32decode(secret + "=" * (-len(secret) % 8))
        self.client.post("/staff/authenticator", {"code": code(key)})
        answer = self.client.post(
            "/staff/sign-in", {"number": self.number, "password": PASSWORD, "code": code(key, steps=1)}
        )
        assert answer.status_code == 302, answer.content.decode()
        return self


def code(key: bytes, *, steps: int = 0) -> str:
    totp = TOTP(key, 30, 0, 6)
    totp.time = clock.now().timestamp() + 30 * steps
    return f"{totp.token():06d}"


def sight(officer: Officer, reference: str, **changes: object) -> str:
    """The officer goes to the owner's desk and comes back; answers the receipt that the desk posted."""
    there = officer.client.post(f"/counter/cases/{reference}/sighting")
    assert there.status_code == 302, there.content.decode()
    ticket = SightingTicket.objects.filter(application_reference=reference).latest("made_at")
    application = Application.objects.get(reference=reference)
    text = receipt(
        {
            "v": 1,
            "kind": "sighting",
            "id": str(uuid.uuid4()),
            "reference": reference,
            "nonce": bytes(ticket.nonce).hex(),
            "case": str(application.case_id),
            "officer": officer.number,
            "matches": True,
            "fields": ["name", "birth_date", "hkid"],
            "at": int(clock.now().timestamp()),
        }
        | changes
    )
    Client().post("/counter/desk-return", {"receipt": text})
    return text


def issue(reference: str, *, now: datetime | None = None) -> Certificate:
    """What worker and signer would have done: a certificate recorded and offered."""
    now = now or clock.now()
    serial_number = bytes([0x45]) + hashlib.sha256(reference.encode()).digest()[:15]
    der = _certificate_der(serial_number, now)
    certificate = Certificate.objects.create(
        issuer_id=1,
        serial_number=serial_number,
        certificate_der=der,
        fingerprint_sha256=hashlib.sha256(der).digest(),
        application_reference=reference,
        type_code="personal",
        subject=f"CN={NAME},E=asha@mail.example,OU=0001540127,O=e-Cert (Personal),C=HK",
        not_before=now,
        not_after=now + timedelta(days=3 * 365),
        leaf_id=41,
        recorded_at=now,
    )
    Offer.objects.create(
        application_reference=reference, issuer_id=1, serial_number=serial_number, offered_at=now
    )
    Application.objects.filter(reference=reference).update(state="issued")
    return certificate


def _certificate_der(serial_number: bytes, now: datetime) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(int.from_bytes(serial_number, "big"))
        .not_valid_before(now.astimezone(UTC))
        .not_valid_after(now.astimezone(UTC) + timedelta(days=30))
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.DER)
    )
