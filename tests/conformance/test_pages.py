"""Every page of the faces in a browser: axe, reflow, targets, policy, at both widths and in both languages (design 11)."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright

import cluster
from authority.web.conftest import (  # noqa: F401  # fixtures
    asha,
    faces,
    her_number,
    intake,
    registrar,
    second,
    submitted,
    supervisor,
    visitor,
)
from authority.web.world import Officer, begin, come_home, issue, sight
from chopmark.authority.kernel import clock
from chopmark.authority.kernel.actors import ActorKind
from chopmark.authority.participants import services as participants
from chopmark.authority.participants.permissions import Role

pytestmark = pytest.mark.django_db(transaction=True)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SPACED = "*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}"
REFLOW = [(320, ""), (640, "html{font-size:200%}"), (390, SPACED)]
SMALL = """() => [...document.querySelectorAll('a[href],button,input,select,summary')]
  .map(e => [e, e.getBoundingClientRect()])
  .filter(([e, r]) => r.width && (r.height < 24 || r.width < 24) && getComputedStyle(e).display != 'inline'
                      && !e.closest('.skip-link'))
  .map(([e, r]) => `${e.outerHTML.slice(0, 90)} is ${Math.round(r.width)} x ${Math.round(r.height)}`)"""
WIDTHS = (1280, 390)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Closed at the end of the module: one thread has one Playwright at a time."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    program = shutil.which("chromium")
    assert program, "chromium is not installed: a missing client is a failure"
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=program, args=FLAGS)
        yield chromium
        chromium.close()


@dataclass
class Watch:
    """A browser that looks hard at each page."""

    browser: Browser
    origin: str
    pictures: Path

    def look(self, client: Client, name: str, path: str, *, fill: dict[str, str] | None = None) -> None:
        for code in ("en", "zh-hant"):
            faults = [*self._judge(client, name, path, code, fill)]
            assert faults == [], f"{path} in {code}: {faults}"

    def _judge(
        self, client: Client, name: str, path: str, code: str, fill: dict[str, str] | None
    ) -> Iterator[str]:
        for width in WIDTHS:
            page = self._open(client, path, code, width, fill)
            page.screenshot(path=self.pictures / f"{name}.{code[:2]}.{width}.png", full_page=True)
            found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
            yield from (f"axe {one['id']} at {width}: {one['nodes'][0]['html'][:120]}" for one in found)
            yield from page.evaluate(SMALL)
            yield from _refused_by_policy(page)
            if width == WIDTHS[0]:
                yield from self._reflow(page)
            page.context.close()

    def _open(self, client: Client, path: str, code: str, width: int, fill: dict[str, str] | None) -> Page:
        context = self.browser.new_context(
            viewport={"width": width, "height": 900}, reduced_motion="reduce", timezone_id="Asia/Hong_Kong"
        )
        context.add_cookies(
            [
                {"name": key, "value": morsel.value, "url": self.origin}
                for key, morsel in client.cookies.items()
            ]
        )
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        said: list[str] = []
        page.said = said  # type: ignore[attr-defined]
        between = "&" if "?" in path else "?"
        address, _, anchor = path.partition("#")
        page.goto(f"{self.origin}{address}{between}lang={code}{anchor and '#' + anchor}")
        if fill is not None:
            for field, value in fill.items():
                page.fill(f"[name={field}]", value)
            page.click("main form button:not(.linkbutton)")
        return page

    def _reflow(self, page: Page) -> Iterator[str]:
        for width, css in REFLOW:
            page.set_viewport_size({"width": width, "height": 800})
            if css:
                # Past the policy: this is the reader's own style sheet.
                page.evaluate("css => { const s = new CSSStyleSheet(); s.replaceSync(css);"
                              "document.adoptedStyleSheets = [s]; }", css)  # fmt: skip
            if page.evaluate("document.documentElement.scrollWidth") > width:
                yield f"scrolls sideways at {width} {css}"
            page.evaluate("document.adoptedStyleSheets = []")


def _refused_by_policy(page: Page) -> list[str]:
    said: list[str] = page.said  # type: ignore[attr-defined]
    return [words for words in said if "Content Security Policy" in words]


@pytest.fixture
def watch(browser, live_server, tmp_path) -> Watch:
    # Playwright's loop gives this thread a connection object of its own: it empties tables as the first one does.
    connection.ops.execute_sql_flush = cluster._empty_tables
    return Watch(browser, live_server.url, tmp_path)


def test_it_works(watch, visitor):
    watch.look(visitor, "public-home", "/")
    watch.look(visitor, "public-check-error", "/check?serial=xyz")
    watch.look(visitor, "public-unknown", "/check?serial=5E0C91D73A48F2B60D17C4E982AB6F35")
    watch.look(visitor, "not-found", "/nowhere")


def test_the_answers(watch, asha, submitted):
    certificate = issue(submitted)
    serial = certificate.serial_number.hex()
    watch.look(Client(), "public-not-accepted", f"/check?serial={serial}")
    asha.post(f"/portal/applications/{submitted}/accept")
    watch.look(Client(), "public-good", f"/check?serial={serial}")
    watch.look(asha, "portal-home", "/portal/")
    watch.look(asha, "portal-accepted", f"/portal/applications/{submitted}/")
    address = f"/portal/certificates/1/{serial}/revoke"
    watch.look(asha, "portal-revoke", address)
    watch.look(asha, "portal-revoke-error", address, fill={"password": "wrong"})
    asha.post(address, {"reason": "1", "password": "nine green harbours"})
    watch.look(Client(), "public-revoked", f"/check?serial={serial}")
    watch.look(asha, "portal-home-revoked", "/portal/")


def test_applying(watch, asha, visitor):
    watch.look(visitor, "portal-sign-in", "/portal/sign-in")
    watch.look(
        visitor, "portal-sign-in-error", "/portal/sign-in", fill={"number": "AP261100001", "password": "x"}
    )
    watch.look(visitor, "portal-choose", "/apply/")
    watch.look(visitor, "portal-begin", "/apply/personal/")
    watch.look(visitor, "portal-begin-error", "/apply/personal/", fill={"csr_text": ""})
    number = begin(asha)
    watch.look(asha, "portal-begun", f"/portal/applications/{number}/")
    asha.post("/apply/personal/", {"outlet": "DEMO", "key_source": "authority"})
    watch.look(asha, "portal-agree", "/apply/personal/agreement")
    watch.look(asha, "portal-agree-error", "/apply/personal/agreement", fill={"password": "short"})
    come_home(number)
    watch.look(asha, "portal-submitted", f"/portal/applications/{number}/")
    watch.look(asha, "portal-home-empty", "/portal/")
    issue(number)
    watch.look(asha, "portal-offered", f"/portal/applications/{number}/")
    watch.look(asha, "portal-reject", f"/portal/applications/{number}/reject")


def test_the_counter(watch, intake, second, asha, submitted):
    watch.look(intake.client, "counter-desk", "/counter/")
    watch.look(intake.client, "counter-desk-error", "/counter/", fill={"reference": "AP1"})
    case = f"/counter/cases/{submitted}/"
    watch.look(intake.client, "counter-case-1", case)
    sight(intake, submitted)
    watch.look(intake.client, "counter-case-3", case)
    intake.client.post(f"{case}fee", {"method": "cash"})
    watch.look(intake.client, "counter-case-5", case)
    watch.look(intake.client, "counter-receipt", f"/counter/receipts/{submitted}")
    watch.look(intake.client, "counter-refuse", f"{case}refuse")
    intake.client.post(f"{case}release")
    watch.look(intake.client, "counter-asked", case)
    watch.look(asha, "portal-verified", f"/portal/applications/{submitted}/")
    watch.look(second.client, "counter-releases", "/counter/releases/")
    watch.look(second.client, "counter-decide", f"/counter/releases/{submitted}/")
    watch.look(intake.client, "counter-decide-own", f"/counter/releases/{submitted}/")
    number = begin(asha, key_source="authority")
    come_home(number)
    sight(intake, number)
    intake.client.post(f"/counter/cases/{number}/fee", {"method": "cash"})
    watch.look(intake.client, "counter-case-4", f"/counter/cases/{number}/")


def test_staff_come_in(watch, visitor):
    watch.look(visitor, "staff-sign-in", "/staff/sign-in")
    token = participants.register_staff(
        number="20999", name="New", kind=ActorKind.OFFICER, roles=[Role.INTAKE_OFFICER], outlet="DEMO",
        vetted_on=clock.now().date(), nondisclosure_on=clock.now().date(),
        actor=participants.FOUNDER, now=clock.now(),
    )  # fmt: skip
    watch.look(visitor, "staff-welcome", f"/staff/welcome/{token}")
    newcomer = Officer("20999", Role.INTAKE_OFFICER)
    newcomer.client.post(
        f"/staff/welcome/{token}", {"password": "nine green harbours", "again": "nine green harbours"}
    )
    watch.look(newcomer.client, "staff-authenticator", "/staff/authenticator")
    watch.look(visitor, "staff-problem", "/staff/welcome/spent")


def test_the_register_of_staff(watch, registrar, supervisor, intake):
    people = "/staff/people/20417/"
    watch.look(registrar.client, "staff-people", "/staff/people/")
    watch.look(supervisor.client, "staff-review-none", "/staff/review/")
    supervisor.client.post("/staff/review/open")
    watch.look(supervisor.client, "staff-review", "/staff/review/")
    watch.look(supervisor.client, "staff-person-review", people)
    watch.look(supervisor.client, "staff-withdraw", f"{people}withdraw")
    watch.look(registrar.client, "staff-person", people)
    watch.look(registrar.client, "staff-cleared", f"{people}cleared")
    watch.look(registrar.client, "staff-cleared-error", f"{people}cleared", fill={"done_on_day": "99"})
    watch.look(registrar.client, "staff-leaves", f"{people}leaves")


def test_who_left_and_a_review_that_is_complete(watch, registrar, supervisor, intake):
    supervisor.client.post("/staff/review/open")
    people = "/staff/people/20417/"
    today = clock.now().date()
    day = {"leaves_on_day": today.day, "leaves_on_month": today.month, "leaves_on_year": today.year}
    registrar.client.post(f"{people}leaves", {"reason": "resigned", **day})
    watch.look(registrar.client, "staff-person-left", people)
    watch.look(registrar.client, "staff-people-left", "/staff/people/")
    supervisor.client.post("/staff/people/31099/confirm")
    registrar.client.post("/staff/people/70031/confirm")
    watch.look(supervisor.client, "staff-review-complete", "/staff/review/")
