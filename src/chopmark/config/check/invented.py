"""Invented applicants: an identity card number that nobody has but whose check digit fits, and a key pair."""

import json
import os
import secrets
from dataclasses import asdict
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from chopmark.config.check.browser import Browser
from chopmark.config.check.people import Applicant, Particulars
from chopmark.config.home import Home

# None of the demonstration's staff is called so: whoever looks for traces of an applicant must not find an officer.
SURNAMES = ("AU YEUNG", "CHAN", "CHEUNG", "FUNG", "KWOK", "LAM", "LEUNG", "TSANG", "WONG", "YIP")
GIVEN = ("Ka Yan", "Lai Kuen", "Man Kit", "Siu Fong", "Tai Man", "Wing Sze", "Yuk Lan")
WEIGHTS = (8, 7, 6, 5, 4, 3, 2)


def a_person() -> Particulars:
    surname, given = secrets.choice(SURNAMES), secrets.choice(GIVEN)
    return Particulars(
        name=f"{surname} {given}",
        email=f"{given.replace(' ', '.').lower()}.{secrets.token_hex(3)}@mail.example",
        hkid=an_identity_card_number(),
        phone=f"9{secrets.randbelow(10**7):07d}",
        born=(1 + secrets.randbelow(28), 1 + secrets.randbelow(12), 1950 + secrets.randbelow(50)),
    )


def an_applicant(home: Home) -> Applicant:
    """Somebody invented, remembered in the home, before her browser."""
    person = a_person()
    remember(home.path / "demo" / "people.json", person)
    return Applicant(
        particulars=person,
        password=secrets.token_urlsafe(12),
        web=home.address("web"),
        desk=home.address("desk"),
        browser=Browser(),
    )


def remember(path: Path, person: Particulars) -> None:
    """Add somebody to the file (0600) of everybody invented, by which one can look for traces of them later."""
    known = json.loads(path.read_text()) if path.exists() else []
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump([*known, asdict(person)], file, indent=1)


def an_identity_card_number() -> str:
    """One letter, six figures and the check digit that makes the weighted sum divisible by 11 (DOMAIN 1.2)."""
    letter, digits = secrets.choice("ABCDEGHKPRVYZ"), f"{secrets.randbelow(10**6):06d}"
    values = [ord(letter) - ord("A") + 10, *(int(digit) for digit in digits)]
    weighted = 9 * 36 + sum(weight * value for weight, value in zip(WEIGHTS, values, strict=True))
    return f"{letter}{digits}({'0A987654321'[weighted % 11]})"


def a_request() -> str:
    """A PKCS#10 request by a fresh P-256 key."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "request")])
    key = ec.generate_private_key(ec.SECP256R1())
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, SHA256())
    return request.public_bytes(Encoding.PEM).decode()
