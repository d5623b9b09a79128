"""The people of the walk. Each has a browser, knows what she was told, and does her own part, over HTTP only."""

import base64
import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from django_otp.oath import TOTP

from chopmark.authority.kernel import clock
from chopmark.config.check.browser import Browser, Page, Unexpected
from chopmark.config.check.patience import until

STEP_SECONDS = 30
ACCEPTED_AHEAD = 1
SECRET = re.compile(r"\b(?:[A-Z2-7]{4} ?){7}[A-Z2-7]{4}\b")  # Base32, whole or in fours


@dataclass
class Device:
    """An authenticator app. A code is good once: after it the next step's is shown, as soon as that one is taken."""

    secret: str
    last_step: int = 0

    def code(self) -> str:
        step = max(_step_now(), self.last_step + 1)
        until(
            lambda: True if step <= _step_now() + ACCEPTED_AHEAD else None, "the next one-time code is good"
        )
        self.last_step = step
        totp = TOTP(base64.b32decode(self.secret))
        totp.time = step * STEP_SECONDS
        return f"{totp.token():06d}"


def _step_now() -> int:
    return int(clock.now().timestamp() // STEP_SECONDS)


@dataclass
class Credentials:
    """What an officer keeps from one visit to the next: in the demonstration, in a file of the home that only we can read."""

    path: Path
    known: dict[str, dict[str, str | int]] = field(default_factory=dict)

    @classmethod
    def of(cls, path: Path) -> "Credentials":
        return cls(path, json.loads(path.read_text()) if path.exists() else {})

    def device(self, who: str) -> Device:
        kept = self.known[who]
        return Device(str(kept["secret"]), int(kept["last_step"]))

    def password(self, who: str) -> str:
        return str(self.known[who]["password"])

    def keep(self, who: str, password: str, device: Device) -> None:
        self.known[who] = {"password": password, "secret": device.secret, "last_step": device.last_step}
        with os.fdopen(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(self.known, file)


def secret_on(page: Page) -> str:
    """The key that an authenticator page shows to those who cannot scan."""
    found = SECRET.search(page.text)
    if found is None:
        raise Unexpected(f"{page.url} shows no key for an authenticator")
    return found.group().replace(" ", "")


@dataclass
class Officer:
    """Somebody behind the counter: a number, a password, a device, and a second set of all that at the owner's desk."""

    number: str
    web: str
    desk: str
    credentials: Credentials
    browser: Browser

    def is_welcomed(self, key: str | None = None) -> bool:
        return (key or self.number) in self.credentials.known

    def is_welcomed_by(self, link: str, password: str) -> None:
        """Use the one-time link: choose a password, enrol a device."""
        page = self.browser.submit(self.browser.get(link), {"password": password, "again": password})
        device = Device(secret_on(page))
        code = device.code()
        # Her device knows the secret by now, whatever becomes of the answer.
        self.credentials.keep(self.number, password, device)
        self.browser.submit(page, {"code": code})

    def is_welcomed_at_desk_by(self, link: str, password: str) -> None:
        page = self.browser.get(link)
        device = Device(secret_on(page))
        code = device.code()
        self.credentials.keep(self.at_desk, password, device)
        self.browser.submit(page, {"password": password, "again": password, "code": code})

    @property
    def at_desk(self) -> str:
        return f"{self.number} at the owner's desk"

    def signs_in(self) -> Page:
        return self._enter(self.browser.get(f"{self.web}/staff/sign-in"), self.number)

    def signs_in_at_desk(self) -> Page:
        return self._enter(self.browser.get(f"{self.desk}/officer/sign-in"), self.at_desk)

    def enters_at_desk(self, page: Page) -> Page:
        return self._enter(page, self.at_desk)

    def _enter(self, page: Page, who: str) -> Page:
        device = self.credentials.device(who)
        password = self.credentials.password(who)
        page = self.browser.submit(page, {"number": self.number, "password": password, "code": device.code()})
        self.credentials.keep(who, password, device)
        return page

    def case(self, reference: str) -> Page:
        return self.browser.get(f"{self.web}/counter/cases/{reference}/")

    def sights(self, reference: str, hkid: str) -> Page:
        """Go to the owner's desk, type the digits from the card, and come back with what the desk signed."""
        page = self.browser.submit(self.case(reference), form="/sighting")
        if "/officer/sign-in" in page.url:
            page = self.enters_at_desk(page)
        page = self.browser.submit(page, {"hkid": hkid})
        page = self.browser.submit(page, {"original": "on", "face": "on"})
        return self.browser.submit(page, form="/counter/desk-return")

    def takes_fee(self, reference: str) -> Page:
        page = self._case_with("/fee", reference)  # the duplicate check comes before it, and is not hers
        return self.browser.submit(page, {"method": "cash"}, form="/fee")

    def hands_envelope(self, reference: str, number: str) -> Page:
        return self.browser.submit(self.case(reference), {"envelope": number}, form="/envelope")

    def asks_release(self, reference: str) -> Page:
        return self.browser.submit(self._case_with("/release", reference), form="/release")

    def _case_with(self, form: str, reference: str) -> Page:
        def ready() -> Page | None:
            page = self.case(reference)
            return page if any(form in (known.action or "") for known in page.document.forms) else None

        return until(ready, f"the case has come to {form}")

    def releases(self, reference: str) -> Page:
        page = self.browser.get(f"{self.web}/counter/releases/{reference}/")
        return self.browser.submit(page, form="/approve")


@dataclass(frozen=True)
class Particulars:
    """An invented person. None of this may be found on the operator's side afterwards, but for what is printed."""

    name: str
    email: str
    hkid: str
    phone: str
    born: tuple[int, int, int]  # day, month, year


@dataclass
class Applicant:
    """Somebody who wants an e-Cert."""

    particulars: Particulars
    password: str
    web: str
    desk: str
    browser: Browser
    reference: str = ""
    access_code: str = ""

    def begins(self, *, outlet: str, csr_pem: str | None) -> None:
        """Choose the type, the key and the centre, accept the agreement; from here on she has a number."""
        self.agrees(self.chooses(outlet=outlet, csr_pem=csr_pem))

    def chooses(self, *, outlet: str, csr_pem: str | None) -> Page:
        """The page with the agreement, for what she has chosen."""
        source = {"key_source": "own", "csr_text": csr_pem} if csr_pem else {"key_source": "authority"}
        page = self.browser.get(f"{self.web}/apply/personal/")
        return self.browser.submit(page, {"outlet": outlet, **source})

    def agrees(self, page: Page) -> None:
        choice = {"password": self.password, "again": self.password, "agreed": "on"}
        page = self.browser.submit(page, choice)
        found = re.search(r"/portal/applications/(AP\d+)/", page.url)
        if found is None:
            raise Unexpected(f"no application number in {page.url}")
        self.reference = found.group(1)

    def gives_particulars(self) -> Page:
        """At the owner's desk; what comes back to the portal is the owner's signed receipt."""
        page = self.types(self.comes_to_desk(), self.particulars)
        self.access_code = str(page.one("//span[contains(@class, 'serial')]").text_content()).strip()
        return self.browser.submit(page, form="/desk-return")

    def comes_to_desk(self) -> Page:
        return self.browser.follow(self._application(), "owner’s desk")

    def types(self, page: Page, given: Particulars, *, expect: int = 200) -> Page:
        """Send the desk's form with these particulars."""
        day, month, year = map(str, given.born)
        values = {"name": given.name, "hkid": given.hkid, "email": given.email, "phone": given.phone}
        values |= {"birth_date_day": day, "birth_date_month": month, "birth_date_year": year}
        return self.browser.submit(page, values, expect=expect)

    def _application(self) -> Page:
        return self.browser.get(f"{self.web}/portal/applications/{self.reference}/")

    def waits_for_offer(self) -> Page:
        def offered() -> Page | None:
            page = self._application()
            return page if any("/accept" in (form.action or "") for form in page.document.forms) else None

        return until(offered, "the certificate is offered")

    def accepts(self) -> Page:
        return self.browser.submit(self.waits_for_offer(), form="/accept")

    def downloads_certificate(self) -> bytes:
        return self.browser.download(f"{self.web}/portal/applications/{self.reference}/certificate")

    def downloads_keystore(self) -> bytes:
        return self.browser.download(f"{self.web}/portal/applications/{self.reference}/key")

    def revokes(self, issuer_id: int, serial_hex: str) -> Page:
        address = f"{self.web}/portal/certificates/{issuer_id}/{serial_hex}/revoke"
        page = self.browser.get(address)
        return self.browser.submit(page, {"reason": "1", "password": self.password}, form="/revoke")

    def reads_history(self) -> Page:
        """Who opened my record? Asked at the owner's desk, with the access code that only she was shown."""
        page = self.browser.get(f"{self.desk}/history")
        if not page.document.xpath("//input[@name='code']"):
            return page  # she is signed in: an answer that was lost had let her in
        return self.browser.submit(page, {"hkid": self.particulars.hkid, "code": self.access_code})
