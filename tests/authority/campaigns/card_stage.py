"""A card bureau's request files, and what an operator makes of them."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_der_private_key
from cryptography.hazmat.primitives.serialization.pkcs7 import pkcs7_decrypt_der

from campaign_stage import GRANT, Drive
from chopmark.authority.campaigns import foretelling, handlers
from chopmark.authority.campaigns.matching import Matching
from chopmark.authority.campaigns.selectors import by_reference
from chopmark.authority.issuance.models import Certificate
from chopmark.authority.kernel import clock
from chopmark.authority.keymaking import pool
from chopmark.config import cards as terminal
from chopmark.pki.crl import CRLReason
from world import NOON, WORKER, a_key, at, spki_der


def requests(lines, *, bureau="CARDCO", batch="2026-0001", **changes) -> bytes:
    """A request file as the bureau sends it, unless told otherwise."""
    body = "".join(f"{line}\n" for line in lines).encode()
    said = {"bureau": bureau, "batch": batch, "count": len(lines), "sha256": hashlib.sha256(body).hexdigest()}
    head = "".join(f"{name}: {value}\n" for name, value in (said | changes).items())
    return f"chopmark-card-requests 1\n{head}\n".encode() + body


def read_response(octets: bytes) -> tuple[dict[str, str], list[list[str]]]:
    """As the bureau reads it: the header's fields and the lines; counts and digest hold."""
    head, _, body = octets.partition(b"\n\n")
    first, *fields = head.decode().split("\n")
    said = dict(one.split(": ", 1) for one in fields)
    lines = [line.split(",") for line in body.decode().splitlines()]
    assert first == "chopmark-card-response 1"
    assert said["sha256"] == hashlib.sha256(body).hexdigest()
    assert int(said["count"]) == len(lines) == int(said["issued"]) + int(said["failed"])
    return said, lines


@dataclass
class Bureau:
    """The bureau, the operators who serve it, and the machines between."""

    drive: Drive
    folder: Path
    transport_key: rsa.RSAPrivateKey
    keys: dict[str, bytes] = field(default_factory=dict)

    def chip(self, number: str, record=None) -> str:
        """A request whose card made its own key."""
        self.keys[number] = spki_der(a_key())
        return f"{number},{record or self.drive.person()},{base64.b64encode(self.keys[number]).decode()}"

    def ours(self, number: str, record=None) -> str:
        """A request whose key we are to make."""
        return f"{number},{record or self.drive.person()}"

    def types(self, verb, *arguments, who="31088", ok=True, parsed=True):
        command = terminal.cards.commands[verb]
        words = [*map(str, arguments), "--as", who, "--code", "123456", "--json"]
        with at("operator"):
            result = CliRunner().invoke(command, words)
        assert (result.exit_code == 0) is ok, result.output or result.exception
        return json.loads(result.output) if ok and parsed else result.output

    def plans(self, octets: bytes, *more, ok=True):
        file = self.folder / "requests"
        file.write_bytes(octets)
        return self.types("plan", file, "--type", "personal", "--grant", GRANT, *more, ok=ok)

    def sealing(self, **changes) -> tuple:
        """What an operator says of keys that are ours, unless told otherwise."""
        file = self.folder / "transport.der"
        file.write_bytes(self.certificate(**changes))
        return ("--transport", file, "--made-by-us-under", "terms")

    def certificate(self, *, key=None, before=NOON, after=NOON + timedelta(days=365), usage=True) -> bytes:
        """The bureau's transport certificate, of an authority of its own."""
        key = key or self.transport_key
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "CARDCO transport")])
        builder = x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key())
        builder = builder.serial_number(7).not_valid_before(before).not_valid_after(after)
        names = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment")
        names += ("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
        said = dict.fromkeys(names, False) | {"key_encipherment": usage, "digital_signature": True}
        builder = builder.add_extension(x509.KeyUsage(**said), critical=True)
        return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)

    def opens(self, sealed: str):
        """The private key that came sealed."""
        transport = x509.load_der_x509_certificate((self.folder / "transport.der").read_bytes())
        octets = base64.b64decode(sealed)
        return load_der_private_key(pkcs7_decrypt_der(octets, transport, self.transport_key, []), None)

    def fills(self, count: int, algorithm="P-256") -> None:
        """An operator orders keys, and the machines make them."""
        with at("operator"):
            pool.order(algorithm=algorithm, count=count, actor=self.drive.operators()[0], now=NOON)
        self.drive.world.turns()

    def begins(self, octets: bytes, *more):
        """Planned, approved and started."""
        campaign = by_reference(self.plans(octets, *more)["campaign"])
        self.drive.approves(campaign)
        self.drive.starts(campaign)
        return campaign

    def finishes(self, campaign) -> None:
        self.drive.works(campaign)
        self.drive.world.turns()
        with at("worker"):
            handlers.go_on(actor=WORKER, now=NOON)
        self.drive.world.turns()

    def done(self, octets: bytes, *more):
        campaign = self.begins(octets, *more)
        self.finishes(campaign)
        return campaign

    def certificates(self, stem: str) -> list[Certificate]:
        found = Certificate.objects.filter(application_reference__startswith=stem)
        return list(found.order_by("application_reference"))

    def revokes(self, *certificates) -> None:
        numbers = frozenset(bytes(one.serial_number) for one in certificates)
        campaign = self.drive.plans_revocation(Matching(serial_numbers=numbers), CRLReason.SUPERSEDED)
        self.drive.approves(campaign)
        self.drive.starts(campaign)
        self.drive.revokes(campaign)
        self.drive.world.turns()

    def response(self, campaign, *, ok=True, name="response"):
        out = self.folder / name
        said = self.types("response", campaign.reference, "--out", out, ok=ok)
        return (said, out.read_bytes()) if ok else said


@pytest.fixture
def bureau(world, drive, tmp_path, monkeypatch, transport_key) -> Bureau:
    monkeypatch.setattr(terminal, "become", lambda home, process: None)
    monkeypatch.setattr(clock, "now", lambda: NOON)
    monkeypatch.setattr(foretelling.holders, "with_login", len)  # as `campaign_stage.answering`
    monkeypatch.setattr(
        "chopmark.authority.participants.sign_in.enter_by_code", lambda *, number, **_: world.staff(number)
    )
    return Bureau(drive, tmp_path, transport_key)


@pytest.fixture(scope="session")
def transport_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 3072)
