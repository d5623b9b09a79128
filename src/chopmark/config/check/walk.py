"""`chopmark up --check`: one e-Cert from application to revocation, over HTTP, as the people in it.

Asha brings her own key; her certificate is accepted, found good, revoked and found revoked. Bo has his key made behind a
PIN envelope. What a relying party could have kept of it is left in DIR/check/.
"""

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from chopmark.config.check import owners
from chopmark.config.check.browser import Browser, Unexpected
from chopmark.config.check.evidence import Evidence
from chopmark.config.check.invented import a_request, an_applicant
from chopmark.config.check.patience import until
from chopmark.config.check.people import Applicant, Credentials, Officer
from chopmark.config.folders import own_folder
from chopmark.config.home import Home, open_home

OUTLET = "DEMO"
INTAKE, RELEASE, OPERATOR = "20417", "20588", "31088"
OWNERS = "88001", "88002"
SUPERVISOR = "99001"


@dataclass
class Walk:
    """The walk through one home: who is in it, and how long each step took."""

    home: Home
    credentials: Credentials
    links: dict[str, str]
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - began, 3)
        print(f"  {self.seconds[name]:7.3f} s  {name}", flush=True)

    def officer(self, number: str) -> Officer:
        return Officer(
            number=number,
            web=self.home.address("web"),
            desk=self.home.address("desk"),
            credentials=self.credentials,
            browser=Browser(),
        )

    def applicant(self) -> Applicant:
        return an_applicant(self.home)


def main(path: Path) -> int:
    """Walk, leave the evidence, and answer the exit code."""
    home = open_home(path)
    demo = home.path / "demo"
    walk = Walk(
        home, Credentials.of(demo / "credentials.json"), json.loads((demo / "links.json").read_text())
    )
    try:
        _walk(walk, Evidence(own_folder(home.path / "check"), home))
    except (Unexpected, httpx.HTTPError) as fault:
        print(f"the walk stopped: {fault}", file=sys.stderr, flush=True)
        return 1
    return 0


def _walk(walk: Walk, evidence: Evidence) -> None:
    # 1. The staff use their links, once in the life of a home, and sign in.
    with walk.step("staff welcomed and signed in"):
        bikram, chandra = _staff(walk)

    # 2. Asha applies with a key of her own.
    asha = walk.applicant()
    with walk.step("applied"):
        asha.begins(outlet=OUTLET, csr_pem=a_request())
        asha.gives_particulars()

    # 3. Bikram sights the card at the owner's desk, takes the fee, asks for release; Chandra releases.
    with walk.step("identity sighted, fee taken, released"):
        _serve(asha, bikram, chandra)

    # 4. The certificate is made, logged and offered; she looks at it and accepts.
    with walk.step("issued and offered"):
        asha.waits_for_offer()
    with walk.step("accepted"):
        asha.accepts()
        certificate = evidence.keep_certificate(asha.downloads_certificate())

    # 5. Relying parties: good.
    with walk.step("found good"):
        evidence.keep_chain(certificate)
        until(lambda: evidence.keep_ocsp("before", certificate, expect="GOOD"), "OCSP says good")
        evidence.keep_crl("before", certificate, expect_listed=False)

    # 6. Asha revokes; an operator does not wait for the slot; relying parties: revoked.
    with walk.step("revoked"):
        asha.revokes(evidence.issuer_id(certificate), evidence.serial_hex(certificate))
        until(lambda: evidence.keep_ocsp("after", certificate, expect="REVOKED"), "OCSP says revoked")
    with walk.step("on the list"):
        _publish_lists(walk)
        until(lambda: evidence.keep_crl("after", certificate, expect_listed=True), "the list says so too")

    # 7. The strongroom has written to her, twice; she reads at the owner's desk who opened her record, and that.
    with walk.step("written to by the owner, read who opened the record"):
        _written_to(walk, asha, evidence.serial_hex(certificate))
        asha.reads_history().require(INTAKE).require("We wrote to you")

    # 8. At that desk: an officer's own case, which a second confirms, what the owner's officers keep, and the supervisor reads.
    with walk.step("a case of two officers, the owner's registers"):
        _at_the_owners_desk(walk, bikram, asha)

    # 9. Bo's key is made for him, behind the PIN of an envelope.
    with walk.step("a key made for an applicant"):
        _made_key(walk, bikram, chandra, evidence)

    # 10. The log verifies with the independent reader, and the audit finds nothing.
    with walk.step("log verified, books audited"):
        evidence.keep_log()
        _run(walk, "audit")
    evidence.keep_summary(certificate, asha.reference, walk.seconds)


def _staff(walk: Walk) -> tuple[Officer, Officer]:
    bikram, chandra, operator = (walk.officer(number) for number in (INTAKE, RELEASE, OPERATOR))
    for officer in (bikram, chandra, operator):
        if not officer.is_welcomed():
            officer.is_welcomed_by(walk.links[officer.number], secrets.token_urlsafe(12))
    if not bikram.is_welcomed(bikram.at_desk):
        bikram.is_welcomed_at_desk_by(walk.links[bikram.at_desk], secrets.token_urlsafe(12))
    bikram.signs_in()
    chandra.signs_in()
    return bikram, chandra


def _at_the_owners_desk(walk: Walk, bikram: Officer, asha: Applicant) -> None:
    devi, farah = (_in_at_desk(walk, number, "owner's pages") for number in OWNERS)
    ling = _in_at_desk(walk, SUPERVISOR, "supervisor's reading")
    owners.looks_and_asks(bikram, asha)
    owners.confirms(devi)
    owners.opens_confirmed(bikram)
    owners.keeps_registers(devi, farah, asha)
    owners.tells_of_a_breach(bikram, devi)
    owners.only_reads(ling)


def _in_at_desk(walk: Walk, number: str, what_for: str) -> Officer:
    officer = walk.officer(number)
    if not officer.is_welcomed(officer.at_desk):
        officer.is_welcomed_at_desk_by(walk.links[f"{number} for the {what_for}"], secrets.token_urlsafe(12))
    officer.signs_in_at_desk()
    return officer


def _serve(applicant: Applicant, intake: Officer, release: Officer, envelope: str | None = None) -> None:
    intake.sights(applicant.reference, applicant.particulars.hkid)
    intake.takes_fee(applicant.reference)
    if envelope:
        intake.hands_envelope(applicant.reference, envelope)
    intake.asks_release(applicant.reference)
    release.releases(applicant.reference)


def _made_key(walk: Walk, intake: Officer, release: Officer, evidence: Evidence) -> None:
    bo = walk.applicant()
    bo.begins(outlet=OUTLET, csr_pem=None)
    bo.gives_particulars()
    paper = _next_envelope(walk.home.path / "demo" / "envelopes")
    number, _, pin, *_ = paper.read_text().splitlines()
    _serve(bo, intake, release, envelope=number)
    bo.accepts()
    evidence.keep_keystore(bo.downloads_keystore(), pin)
    # The applicant takes the paper home.
    paper.unlink()


def _next_envelope(drawer: Path) -> Path:
    papers = sorted(drawer.glob("*.txt"))
    if not papers:
        raise Unexpected("the drawer has no envelopes left: print some")
    return papers[0]


def _written_to(walk: Walk, asha: Applicant, serial_hex: str) -> None:
    if "mail" in walk.home.config.get("owner", {}):
        return  # her letters went to the owner's server of mail
    ready, revoked = f"Applicationnumber:{asha.reference}", f"hasbeenrevoked:{serial_hex}"
    until(lambda: owners.has_written(walk.home, asha, ready), "the owner wrote that the certificate is ready")
    until(lambda: owners.has_written(walk.home, asha, revoked), "the owner wrote that it has been revoked")


def _publish_lists(walk: Walk) -> None:
    device = walk.credentials.device(OPERATOR)
    code = device.code()
    walk.credentials.keep(OPERATOR, walk.credentials.password(OPERATOR), device)
    _run(walk, "crl", "publish", "--now", "--as", OPERATOR, "--code", code)


def _run(walk: Walk, *words: str) -> None:
    command = [sys.executable, "-m", "chopmark.config", *words, "--home", str(walk.home.path)]
    done = subprocess.run(command, env=dict(os.environ), capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unexpected(
            f"chopmark {' '.join(words[:2])} ended with {done.returncode}: {done.stdout}{done.stderr}"
        )
