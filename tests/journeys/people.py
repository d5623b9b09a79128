"""People at browsers: what they see, press and bring home from the owner's desk."""

import base64
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape

from django.http import HttpResponse
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext
from django_otp.oath import TOTP

from chopmark.authority.applications.selectors import by_reference
from chopmark.authority.participants.services import FOUNDER, welcome_again
from chopmark.authority.verification.models import SightingTicket
from world import PASSWORD, World, a_csr, at

TAGS = {"en": "en-HK", "zh-hant": "zh-Hant-HK"}


@dataclass
class Wall:
    """A clock that somebody moves."""

    now: datetime

    def passes(self, **time: int) -> None:
        self.now += timedelta(**time)


@dataclass
class Person:
    """Somebody at a browser, in her language; each page is served under the grants of the web process."""

    lang: str
    wall: Wall
    client: Client = field(default_factory=lambda: Client(enforce_csrf_checks=True))

    def __post_init__(self) -> None:
        self.sees(f"/?lang={self.lang}")

    def sees(self, address: str, status: int = 200) -> str:
        """The page's text; it is in her language, and so says the page itself."""
        with at("web"):
            answer = self.client.get(address)
        assert answer.status_code == status, f"{address}: {answer.status_code}"
        page = answer.content.decode()
        assert f'<html lang="{TAGS[self.lang]}"' in page
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())

    def presses(self, page: str, action: str = "", *, status: int = 302, **fields: str) -> HttpResponse:
        """Send the form that the page shows for this address, with its own hidden fields."""
        with at("web"):
            shown = self.client.get(page).content.decode()
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', shown)
            assert token, f"{page} has no form"
            if action:
                assert f'action="{action}"' in shown, f"{page} has no button for {action}"
            answer = self.client.post(
                action or page, {"csrfmiddlewaretoken": token[1], **hidden(shown), **fields}
            )
        assert answer.status_code == status, f"{action or page}: {answer.status_code}"
        return answer

    def fetches(self, address: str) -> bytes:
        with at("web"):
            answer = self.client.get(address)
        assert answer.status_code == 200
        return answer.content

    def brings(self, address: str, receipt: str, *, status: int = 302) -> str:
        """The owner's desk has her browser post its receipt: from another origin, so without our cookie."""
        with at("web"):
            answer = Client().post(address, {"receipt": receipt})
        assert answer.status_code == status
        return answer.get("Location", "")

    def words(self, english: str) -> str:
        """The product's words in her language; in Chinese they are not the English ones."""
        with translation.override(self.lang):
            said = str(gettext(english))
        assert (said == english) == (self.lang == "en"), f"{english!r} has no Chinese words"
        return said


def hidden(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)
    return {name: unescape(value) for name, value in found if name != "csrfmiddlewaretoken"}


@dataclass
class Applicant(Person):
    """Asha, who brings her own key."""

    reference: str = ""

    @property
    def page(self) -> str:
        return f"/portal/applications/{self.reference}/"

    def applies(self) -> None:
        self.presses("/apply/", kind="personal")
        csr = a_csr().decode()
        self.presses("/apply/personal/", outlet="DEMO", key_source="own", csr_text=csr)
        answer = self.presses("/apply/personal/agreement", password=PASSWORD, again=PASSWORD, agreed="on")
        self.reference = answer["Location"].split("/")[3]

    def gives_particulars(self, world: World) -> None:
        """At the owner's desk, which signs for it."""
        home = self.brings("/desk-return", world.receipt(by_reference(self.reference)))
        assert home == self.page

    def accepts(self) -> None:
        self.presses(self.page, f"{self.page}accept")

    def revokes(self, certificate: object, **given: str) -> HttpResponse:
        address = f"/portal/certificates/{certificate.issuer_id}/{certificate.serial_number.hex()}/revoke"
        return self.presses(address, **({"reason": "1", "password": PASSWORD, "status": 302} | given))


@dataclass
class Officer(Person):
    """Somebody behind the counter, with a password and a device."""

    number: str = ""
    secret: bytes = b""

    def enters(self) -> "Officer":
        """By a welcome link, once; then with password and code."""
        token = welcome_again(number=self.number, actor=FOUNDER, now=self.wall.now)
        self.presses(f"/staff/welcome/{token}", password=PASSWORD, again=PASSWORD)
        with at("web"):
            shown = self.client.get("/staff/authenticator").context["secret"]
        self.secret = base64.b32decode(shown + "=" * (-len(shown) % 8))
        self.presses("/staff/authenticator", code=self.code())
        self.wall.passes(minutes=1)
        self.presses("/staff/sign-in", number=self.number, password=PASSWORD, code=self.code())
        return self

    def code(self) -> str:
        totp = TOTP(self.secret, 30, 0, 6)
        totp.time = self.wall.now.timestamp()
        return f"{totp.token():06d}"

    def sights(self, world: World, reference: str, **changes: object) -> str:
        """To the owner's desk, and back with its receipt; answers the receipt."""
        case = f"/counter/cases/{reference}/"
        self.presses(case, f"{case}sighting")
        ticket = SightingTicket.objects.filter(application_reference=reference).latest("id")
        receipt = world.sighting(by_reference(reference), bytes(ticket.nonce), **changes)
        self.brings("/counter/desk-return", receipt, status=302 if changes.get("matches", True) else 409)
        return receipt

    def takes_fee(self, reference: str) -> None:
        case = f"/counter/cases/{reference}/"
        self.presses(case, f"{case}fee", method="cash")

    def asks_release(self, reference: str) -> None:
        case = f"/counter/cases/{reference}/"
        self.presses(case, f"{case}release")

    def releases(self, reference: str) -> None:
        page = f"/counter/releases/{reference}/"
        self.presses(page, f"{page}approve")
