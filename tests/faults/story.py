"""One applicant and the staff, who do not give up: they load a page again, press again, and know what was done already."""

import re
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urljoin

import httpx
from cryptography import x509

from chopmark.config.check.browser import Browser, Page, Unexpected
from chopmark.config.check.invented import a_person, a_request
from chopmark.config.check.patience import until
from chopmark.config.check.people import Applicant, Officer
from faults.stage import Stage
from faults.table import STEPS, Cell
from patience import SETTLED_WITHIN

OUTLET = "DEMO"
INTAKE, RELEASE = "20417", "20588"
PRESS_AGAIN_AFTER = 0.25


@dataclass
class Staff:
    """Those who are there all day, signed in: one takes cases in, the other releases them."""

    stage: Stage
    intake: Officer
    release: Officer

    @classmethod
    def signed_in(cls, stage: Stage) -> "Staff":
        links, credentials = stage.links(), stage.credentials()
        intake, release = (
            Officer(number, *_addresses(stage), credentials, Browser()) for number in (INTAKE, RELEASE)
        )
        for officer in (intake, release):
            officer.is_welcomed_by(links[officer.number], a_password())
            officer.signs_in()
        intake.is_welcomed_at_desk_by(links[intake.at_desk], a_password())
        return cls(stage, intake, release)


def _addresses(stage: Stage) -> tuple[str, str]:
    return stage.home.address("web"), stage.home.address("desk")


@dataclass
class Story:
    """The whole thread once, with one blow in it."""

    staff: Staff
    cell: Cell
    seed: str
    asha: Applicant = field(init=False)
    certificate: x509.Certificate | None = None

    def __post_init__(self) -> None:
        web, desk = _addresses(self.staff.stage)
        self.asha = Applicant(a_person(), a_password(), web, desk, Browser())
        self.csr = None if self.cell.step.key_is_made else a_request()
        # Somebody new comes in only where the blow falls there; everybody else came long ago.
        self.newcomer = self._register() if self.cell.step.name == "staff welcomed" else None
        self.welcomed: set[str] = set()
        self.agreement: Page | None = None
        self.envelope = ""

    def run(self) -> None:
        for step in STEPS:
            act, is_done = self._acts()[step.name]
            if step == self.cell.step:
                self._with_blow(act, is_done)
            else:
                insist(act, is_done)

    def _with_blow(self, act: Callable[[], object], is_done: Callable[[], bool]) -> None:
        delay = self.cell.delay(self.seed)
        if not delay:
            self.staff.stage.kill(self.cell.process)
            insist(act, is_done)
            return
        blow = threading.Timer(delay, self.staff.stage.kill, [self.cell.process])
        blow.start()
        insist(act, is_done)
        blow.join()

    def _acts(self) -> dict[str, tuple[Callable[[], object], Callable[[], bool]]]:
        """What each step does, and how its person sees that it was done already."""
        asha, intake, release = self.asha, self.staff.intake, self.staff.release
        reference = asha.reference
        return {
            "staff welcomed": (self._welcome, lambda: False),
            "begun": (self._begin, lambda: bool(asha.reference)),
            "particulars": (asha.gives_particulars, self._is_submitted),
            "sighted": (
                lambda: intake.sights(reference, asha.particulars.hkid),
                lambda: not has_form(intake.case(reference), "/sighting"),
            ),
            "fee": (
                lambda: intake.takes_fee(reference),
                lambda: bool(
                    intake.case(reference).document.xpath("//a[contains(@href, '/counter/receipts/')]")
                ),
            ),
            "envelope": (self._hand_envelope, lambda: has_form(intake.case(reference), "/release")),
            "release asked": (lambda: intake.asks_release(reference), self._is_release_asked),
            "released": (lambda: release.releases(reference), lambda: not self._is_release_asked()),
            "issued": (asha.waits_for_offer, lambda: False),
            "offered": (asha.waits_for_offer, lambda: False),
            "accepted": (asha.accepts, lambda: "is in force" in self._application().text),
            "revoked": (self._revoke, lambda: self._revoke_link() is None),
            "list published": (self._wait_for_list, lambda: False),
            "history": (lambda: asha.reads_history().require(INTAKE), lambda: False),
        }

    # --- somebody new ---

    def _register(self) -> Officer:
        number = f"7{secrets.randbelow(10**4):04d}"
        self.links = self.staff.stage.register(number)
        return Officer(number, *_addresses(self.staff.stage), self.staff.intake.credentials, Browser())

    def _welcome(self) -> None:
        if (newcomer := self.newcomer) is None:
            return
        web, desk = self.links
        self._use(lambda: newcomer.is_welcomed_by(web, a_password()), newcomer.signs_in, newcomer.number)
        self._use(
            lambda: newcomer.is_welcomed_at_desk_by(desk, a_password()),
            newcomer.signs_in_at_desk,
            newcomer.at_desk,
        )

    def _use(self, link: Callable[[], object], sign_in: Callable[[], object], who: str) -> None:
        """Use a link, once; one that is spent although the answer was lost leads to a sign-in that succeeds."""
        if who in self.welcomed:
            return
        try:
            link()
        except Unexpected:
            if who not in self.staff.intake.credentials.known:
                raise
            sign_in()
        self.welcomed.add(who)

    # --- the applicant ---

    def _begin(self) -> None:
        """Press again on the page that is there; go back to the first one if that leads nowhere."""
        if self.agreement is None:
            self.agreement = self.asha.chooses(outlet=OUTLET, csr_pem=self.csr)
        try:
            self.asha.agrees(self.agreement)
        except Unexpected as fault:
            if "answered 5" not in str(fault):
                self.agreement = None
            raise

    def _application(self) -> Page:
        return self.asha.browser.get(f"{self.asha.web}/portal/applications/{self.asha.reference}/")

    def _is_submitted(self) -> bool:
        return bool(self.asha.access_code) and not self._application().document.xpath(
            "//main//a[contains(@href, '/apply?')]"
        )

    def _revoke(self) -> None:
        self.certificate = x509.load_der_x509_certificate(self.asha.downloads_certificate())
        link = self._revoke_link()
        if link is None:
            raise Unexpected("the portal has no link to revoke")
        issuer_id, serial = re.search(r"/certificates/(\d+)/([0-9A-Fa-f]+)/", link).groups()  # type: ignore[union-attr]
        self.asha.revokes(int(issuer_id), serial)

    def _revoke_link(self) -> str | None:
        page = self.asha.browser.get(f"{self.asha.web}/portal/")
        found = page.document.xpath("//a[contains(@href, '/revoke')]/@href")
        return urljoin(page.url, found[0]) if found else None

    def _wait_for_list(self) -> None:
        certificate = self.certificate
        assert certificate is not None
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
        address = str(next(name.value for point in points for name in point.full_name or ()))

        def listed() -> bool | None:
            crl = x509.load_der_x509_crl(self.asha.browser.download(address))
            return crl.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None or None

        until(listed, "the list has it")

    # --- the staff ---

    def _hand_envelope(self) -> None:
        if self.csr is not None:
            return
        if not self.envelope:
            # Out of the drawer before it is typed: if the answer is lost, nobody else is given it.
            paper = min((self.staff.stage.home.path / "demo" / "envelopes").glob("*.txt"))
            self.envelope = paper.read_text().splitlines()[0]
            paper.unlink()
        self.staff.intake.hands_envelope(self.asha.reference, self.envelope)

    def _is_release_asked(self) -> bool:
        """Whether it waits for the second officer, who sees it in her list."""
        release = self.staff.release
        page = release.browser.get(f"{release.web}/counter/releases/")
        return bool(page.document.xpath(f"//a[contains(@href, '/{self.asha.reference}/')]"))


def a_password() -> str:
    return secrets.token_urlsafe(12)


def has_form(page: Page, action: str) -> bool:
    return any(action in (form.action or "") for form in page.document.forms)


def insist(act: Callable[[], object], is_done: Callable[[], bool]) -> None:
    """Do it; when the answer is lost, look whether it was done, and do it again if not."""
    end = time.monotonic() + SETTLED_WITHIN
    while True:
        try:
            act()
        except (Unexpected, httpx.HTTPError):
            if time.monotonic() > end:
                raise
        else:
            return
        time.sleep(PRESS_AGAIN_AFTER)
        if look(is_done, end):
            return


def look(is_done: Callable[[], bool], end: float) -> bool:
    """What the page says, as soon as there is one."""
    while time.monotonic() < end:
        try:
            return is_done()
        except (Unexpected, httpx.HTTPError):
            time.sleep(PRESS_AGAIN_AFTER)
    return False
