"""A campaign in a running installation, as its people do it: the owner's grant at her desk, everything else at the terminal."""

import base64
import json
import os
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chopmark.config.check.browser import Browser
from chopmark.config.check.owners import day_of
from chopmark.config.check.people import Credentials, Officer
from chopmark.config.check.walk import OPERATOR, OWNERS
from chopmark.config.home import Home
from chopmark.config.roles import AUTHORITY_DATABASE
from patience import ENDS_WITHIN

CHOPMARK = [sys.executable, "-m", "chopmark.config"]
OPERATORS = (OPERATOR, "31102")
GRANT = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass
class Operators:
    """Two operators at a terminal and the owner's two officers at her desk."""

    home: Home
    credentials: Credentials
    said: list[str] = field(default_factory=list)  # whatever the terminal printed

    @classmethod
    def of(cls, home: Home) -> "Operators":
        return cls(home, Credentials.of(home.path / "demo" / "credentials.json"))

    def officer(self, number: str) -> Officer:
        web, desk = self.home.address("web"), self.home.address("desk")
        return Officer(number=number, web=web, desk=desk, credentials=self.credentials, browser=Browser())

    def come_in(self) -> None:
        """Whoever has not used her link yet does."""
        links = json.loads((self.home.path / "demo" / "links.json").read_text())
        for number in OPERATORS:
            if not (officer := self.officer(number)).is_welcomed():
                officer.is_welcomed_by(links[number], secrets.token_urlsafe(12))

    def granted(self, records: int) -> str:
        """Both of the owner's officers sign that so many records may be opened for a population; the grant's number."""
        first, second = (self.officer(number) for number in OWNERS)
        first.signs_in_at_desk()
        second.signs_in_at_desk()
        page = first.browser.get(f"{first.desk}/owner/grants/new")
        scope = {"purpose": "population_issue", "fields_given": ["name", "email"], "records": str(records)}
        page = first.browser.submit(page, scope | day_of("last", days=2))
        first.browser.submit(page, form="/owner/grants/")
        second.browser.submit(second.browser.get(page.url), form="/owner/grants/").require("In force")
        (number,) = set(GRANT.findall(page.url))
        return str(number)

    def campaign(self, verb: str, *words: object, by: str = "", expect: int = 0) -> dict[str, Any]:
        """One command of the terminal, with a fresh code of whoever gives it."""
        command = [*CHOPMARK, "campaign", verb, *map(str, words), "--home", str(self.home.path), "--json"]
        if by:
            device = self.credentials.device(by)
            command += ["--as", by, "--code", device.code()]
            self.credentials.keep(by, self.credentials.password(by), device)
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=ENDS_WITHIN)
        self.said.append(done.stdout + done.stderr)
        assert done.returncode == expect, f"campaign {verb}: {done.stdout}{done.stderr}"
        found: dict[str, Any] = json.loads(done.stdout) if done.stdout else {}
        return found

    def issue(self, file: Path, *, grant: str) -> dict[str, Any]:
        """Planned, agreed to by both, started, and waited for."""
        plan = ["--type", "smart-id", "--input", "keys", "--grant", grant]
        planned = self.campaign("plan", file, *plan, by=OPERATORS[0])
        for number in OPERATORS:
            self.campaign("approve", planned["campaign"], "--digest", planned["digest"], by=number)
        self.campaign("start", planned["campaign"], by=OPERATORS[0])
        end = time.monotonic() + ENDS_WITHIN
        while (status := self.campaign("status", planned["campaign"]))["pending"] or status[
            "state"
        ] != "finished":
            assert time.monotonic() < end, status
            time.sleep(1)
        return planned | status


def records_of(home: Home) -> list[str]:
    """Of everybody whose application came home."""
    with psycopg.connect(home.clusters()[0].dsn(database=AUTHORITY_DATABASE)) as connection:
        query = "select record_id from applications_application where record_id is not null order by id"
        return [str(record) for (record,) in connection.execute(query)]


def certificates_over(home: Home, keys: Collection[bytes]) -> list[x509.Certificate]:
    """What was issued over these keys, each the DER of a SubjectPublicKeyInfo."""
    with psycopg.connect(home.clusters()[0].dsn(database=AUTHORITY_DATABASE)) as connection:
        rows = connection.execute("select certificate_der from issuance_certificate order by id")
        found = [x509.load_der_x509_certificate(bytes(der)) for (der,) in rows]
    return [one for one in found if spki_of(one.public_key()) in keys]


def spki_of(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def written(path: Path, records: list[str]) -> dict[str, bytes]:
    """The file of a population, a fresh key for each record; answers the keys."""
    keys = dict(_keys(records))
    lines = (f"{record},{base64.b64encode(spki).decode()}\n" for record, spki in keys.items())
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.writelines(lines)
    return keys


def _keys(records: list[str]) -> Iterator[tuple[str, bytes]]:
    for record in records:
        yield record, spki_of(ec.generate_private_key(ec.SECP256R1()).public_key())
