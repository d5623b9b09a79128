"""A real browser through applying and the counter, in both languages and at two widths; axe finds nothing on any page."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from chopmark.config.check.invented import a_person, a_request
from chopmark.config.check.people import Credentials
from conformance.barriers import FLAGS, RULES, barriers
from conformance.conftest import Instance

PASSWORD = "a ferry to the islands"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    program = shutil.which("chromium")
    assert program, "chromium is not installed: a missing client is a failure"
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Visitor:
    """One person at one browser window, who judges every page she comes to."""

    page: Page
    language: str
    instance: Instance

    def goes(self, address: str) -> None:
        joint = "&" if "?" in address else "?"
        self.page.goto(f"{address}{joint}lang={self.language}")

    def fills(self, **values: str) -> None:
        for name, value in values.items():
            self.page.locator(f"[name={name}]").first.fill(value)

    def chooses(self, name: str, value: str) -> None:
        field = self.page.locator(f"[name={name}]").first
        if field.evaluate("e => e.tagName") == "SELECT":
            field.select_option(value)
        else:
            self.page.locator(f"[name={name}][value='{value}']").check()

    def presses(self, selector: str = "main form button.button") -> None:
        with self.page.expect_navigation():
            self.page.locator(selector).first.click()

    def judges(self, name: str) -> None:
        """Both widths: axe, no sideways scroll, no target under 24 px, the right language on <html>."""
        faults = [*barriers(self.page, f"{name}.{self.language}", RULES)]
        self.page.set_viewport_size({"width": 320, "height": 800})
        if self.page.evaluate("document.documentElement.scrollWidth") > 320:
            faults.append("it scrolls sideways at 320 px")
        self.page.set_viewport_size({"width": 1280, "height": 900})
        tag = self.page.locator("html").get_attribute("lang")
        if tag != {"en": "en-HK", "zh-hant": "zh-Hant-HK"}[self.language]:
            faults.append(f"it says that it is in {tag}")
        assert not faults, f"{name} ({self.page.url}): " + "; ".join(faults)


@pytest.fixture
def visitor(chromium, instance, request):
    """A window of her own for each person, closed at the end."""
    contexts = []

    def enter(language: str) -> Visitor:
        context = chromium.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
        contexts.append(context)
        return Visitor(context.new_page(), language, instance)

    yield enter
    for context in contexts:
        context.close()


def applies(asha: Visitor, own_key: bool) -> tuple[str, str]:
    """From the public home to the owner's desk and back; answers the application's number and the identity card's."""
    web = asha.instance.address("web")
    person = a_person()
    asha.goes(f"{web}/")
    asha.judges("home")
    asha.goes(f"{web}/apply/")
    asha.judges("choose")
    asha.goes(f"{web}/apply/personal/")
    asha.judges("key")
    asha.chooses("outlet", "DEMO")
    asha.chooses("key_source", "own" if own_key else "authority")
    if own_key:
        asha.fills(csr_text="this is no request")
        asha.presses()
        asha.judges("key-errors")
        asha.fills(csr_text=a_request())
    asha.presses()
    asha.judges("agreement")
    asha.fills(password=PASSWORD, again=PASSWORD)
    asha.page.locator("[name=agreed]").check()
    asha.presses()
    asha.judges("begun")
    found = re.search(r"/(AP\d+)/", asha.page.url)
    assert found
    with asha.page.expect_navigation():
        asha.page.locator("main a.button").first.click()
    asha.judges("particulars")

    # A wrong check digit first: nothing that was typed is lost.
    day, month, year = person.born
    wrong = person.hkid[:-2] + ("1" if person.hkid[-2] != "1" else "2") + ")"
    asha.fills(name=person.name, hkid=wrong, email=person.email, phone=person.phone)
    asha.fills(birth_date_day=str(day), birth_date_month=str(month), birth_date_year=str(year))
    asha.presses()
    asha.judges("particulars-errors")
    assert asha.page.locator(".error-summary").is_visible()
    assert asha.page.locator("[name=name]").input_value() == person.name
    asha.fills(hkid=person.hkid)
    asha.presses()
    asha.judges("recorded")
    asha.presses()
    asha.judges("submitted")
    return found.group(1), person.hkid


def enters(officer: Visitor, number: str, key: str, credentials: Credentials, picture: str) -> None:
    device = credentials.device(key)
    officer.judges(picture)
    officer.fills(number=number, password=credentials.password(key), code=device.code())
    officer.presses()
    credentials.keep(key, credentials.password(key), device)


def serves(
    bikram: Visitor, credentials: Credentials, reference: str, hkid: str, envelope: str | None
) -> None:
    web = bikram.instance.address("web")
    bikram.goes(f"{web}/staff/sign-in")
    enters(bikram, "20417", "20417", credentials, "staff-sign-in")
    bikram.goes(f"{web}/counter/")
    bikram.judges("counter")
    bikram.goes(f"{web}/counter/cases/{reference}/")
    bikram.judges("case-identity")
    bikram.presses("form[action$='/sighting'] button")
    enters(bikram, "20417", "20417 at the owner's desk", credentials, "desk-sign-in")
    bikram.judges("card")
    bikram.fills(hkid=hkid)
    bikram.presses()
    bikram.judges("declare")
    bikram.page.locator("[name=original]").check()
    bikram.page.locator("[name=face]").check()
    bikram.presses()
    bikram.judges("sighted")
    bikram.presses("form[action$='/counter/desk-return'] button")
    bikram.judges("case-fee")
    bikram.chooses("method", "cash")
    bikram.presses("form[action$='/fee'] button")
    if envelope:
        bikram.judges("case-envelope")
        bikram.fills(envelope="0000 0000-1")
        bikram.presses("form[action$='/envelope'] button")
        bikram.judges("case-envelope-error")
        bikram.fills(envelope=envelope)
        bikram.presses("form[action$='/envelope'] button")
    bikram.judges("case-release")
    bikram.presses("form[action$='/release'] button")
    bikram.judges("case-asked")
    bikram.goes(f"{web}/counter/receipts/{reference}")
    bikram.judges("receipt")


def releases(chandra: Visitor, credentials: Credentials, reference: str) -> None:
    web = chandra.instance.address("web")
    chandra.goes(f"{web}/staff/sign-in")
    enters(chandra, "20588", "20588", credentials, "staff-sign-in")
    chandra.goes(f"{web}/counter/releases/")
    chandra.judges("releases")
    chandra.goes(f"{web}/counter/releases/{reference}/")
    chandra.judges("release")
    chandra.presses("form[action$='/approve'] button")
    chandra.judges("released")


def accepts(asha: Visitor, reference: str) -> None:
    web = asha.instance.address("web")
    for _ in range(200):
        asha.goes(f"{web}/portal/applications/{reference}/")
        if asha.page.locator("form[action$='/accept']").count():
            break
        asha.page.wait_for_timeout(100)
    asha.judges("offered")
    asha.presses("form[action$='/accept'] button")
    asha.judges("accepted")
    asha.goes(f"{web}/portal/")
    asha.judges("my-certificates")
    asha.page.locator("a[href*='/revoke']").first.click()
    asha.judges("revoke")


@pytest.mark.parametrize("language", ["en", "zh-hant"])
@pytest.mark.parametrize("own_key", [True, False], ids=["own-key", "made-key"])
def test_the_journey_has_no_barrier(visitor, instance, language, own_key):
    credentials = Credentials.of(instance.home / "demo" / "credentials.json")
    asha, bikram, chandra = (visitor(language) for _ in range(3))

    reference, hkid = applies(asha, own_key)
    paper = None if own_key else min((instance.home / "demo" / "envelopes").glob("*.txt"))
    serves(bikram, credentials, reference, hkid, paper.stem if paper else None)
    releases(chandra, credentials, reference)
    accepts(asha, reference)
    if paper:
        paper.unlink()


def test_the_pages_need_no_script(chromium, instance):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(instance.address("web") + "/apply/personal/")
    page.locator("[name=key_source][value=own]").check()
    page.locator("[name=csr_text]").fill(a_request())
    page.locator("main form button.button").first.click()
    assert "agreement" in page.url
    context.close()
