"""Every page of the faces in a browser: axe, reflow, targets, policy, at both widths and in both languages (design 11)."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright

import cluster
from authority.web import campaigns, cohorts
from authority.web.conftest import (  # noqa: F401  # fixtures
    asha,
    faces,
    her_number,
    intake,
    operator,
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
from chopmark.authority.revocation.models import Suspension
from conformance.barriers import FLAGS, RULES, barriers

pytestmark = pytest.mark.django_db(transaction=True)
SPACED = "*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}"
REFLOW = [(320, ""), (640, "html{font-size:200%}"), (390, SPACED)]


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
    """A browser that looks hard at each page: one tab, so that one renderer serves them all."""

    page: Page
    origin: str
    said: list[str]

    def look(self, client: Client, name: str, path: str, *, fill: dict[str, str] | None = None) -> None:
        for code in ("en", "zh-hant"):
            faults = [*self._judge(client, name, path, code, fill)]
            assert faults == [], f"{path} in {code}: {faults}"

    def _judge(
        self, client: Client, name: str, path: str, code: str, fill: dict[str, str] | None
    ) -> Iterator[str]:
        self.open(client, path, code, fill)
        yield from barriers(self.page, f"{name}.{code}", [*RULES, "best-practice"])
        yield from self._reflow(self.page)
        yield from self.refused_by_policy()

    def open(self, client: Client, path: str, code: str, fill: dict[str, str] | None = None) -> None:
        self.page.context.clear_cookies()
        self.page.context.add_cookies(
            [
                {"name": key, "value": morsel.value, "url": self.origin}
                for key, morsel in client.cookies.items()
            ]
        )
        self.said.clear()
        self.page.set_viewport_size({"width": 1280, "height": 900})
        between = "&" if "?" in path else "?"
        address, _, anchor = path.partition("#")
        self.page.goto(f"{self.origin}{address}{between}lang={code}{anchor and '#' + anchor}")
        if fill is not None:
            for field, value in fill.items():
                self.page.fill(f"[name={field}]", value)
            with self.page.expect_navigation():
                self.page.click("main form button:not(.linkbutton)")

    def refused_by_policy(self) -> list[str]:
        return [words for words in self.said if "Content Security Policy" in words]

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


@pytest.fixture
def watch(browser, live_server) -> Iterator[Watch]:
    # Playwright's loop gives this thread a connection object of its own: it empties tables as the first one does.
    connection.ops.execute_sql_flush = cluster._empty_tables
    context = browser.new_context(reduced_motion="reduce", timezone_id="Asia/Hong_Kong")
    said: list[str] = []
    context.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    yield Watch(context.new_page(), live_server.url, said)
    context.close()


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


def test_campaigns_at_the_console(watch, operator):
    watch.look(operator.client, "console-none", "/console/campaigns/")
    now = clock.now()
    done = campaigns.planned(6, number=1, now=now - timedelta(days=9))
    campaigns.agreed(done, "31088", "31102")
    campaigns.stepped(done, "started", at=now - timedelta(days=9))
    campaigns.done(done, 0, 6, at=now - timedelta(days=9))
    campaigns.stepped(done, "finished", at=now - timedelta(days=9))
    campaigns.offered(done, "accepted", "accepted", "rejected", "lapsed", "")
    runs = campaigns.planned(1_260_000, number=2, now=now - timedelta(hours=3))
    campaigns.agreed(runs, "31088", "31102")
    campaigns.stepped(runs, "started", at=now - timedelta(minutes=30))
    for number in range(40):
        campaigns.done(runs, number, 2000, at=now - timedelta(seconds=5 * number))
    campaigns.lost(runs, 41, 2000, at=now)
    for place in range(60):
        campaigns.failed(runs, 7, place, "record_unknown" if place % 3 else "key_repeated")
    waits = campaigns.planned(200_000, number=3)
    campaigns.agreed(waits, "31088")
    for number in range(4, 24):
        campaigns.planned(2000, number=number)
    page, page_3 = "/console/campaigns/C26110002/", "/console/campaigns/C26110003/"
    watch.look(operator.client, "console-list", "/console/campaigns/?page=2")
    watch.look(operator.client, "console-running", page)
    watch.look(operator.client, "console-waiting", page_3)
    watch.look(operator.client, "console-approve", f"{page_3}approve")
    watch.look(operator.client, "console-approve-error", f"{page_3}approve", fill={"code": "000000"})
    watch.look(operator.client, "console-start-refused", f"{page_3}start", fill={"code": "000000"})
    watch.look(operator.client, "console-pause", f"{page}pause")
    watch.look(operator.client, "console-failures", f"{page}failures")
    watch.look(operator.client, "console-no-failures", f"{page_3}failures")
    watch.look(operator.client, "console-report", "/console/campaigns/C26110001/report")
    watch.look(operator.client, "console-finished", "/console/campaigns/C26110001/")
    campaigns.agreed(waits, "31140")
    watch.look(operator.client, "console-approved", page_3)
    watch.look(operator.client, "console-problem", "/console/campaigns/C26119999/")


def test_campaigns_that_revoke_or_replace(watch, operator):
    now = clock.now()
    goes = campaigns.planned_revocation(4000, number=1)
    replaces = campaigns.planned_replacement(
        1000, lines=700, then="revoke", number=2, now=now - timedelta(days=2)
    )
    campaigns.agreed(replaces, "31088", "31102")
    campaigns.stepped(replaces, "started", at=now - timedelta(minutes=20))
    campaigns.done(replaces, 0, 400, at=now - timedelta(minutes=1))
    for place in range(3):
        campaigns.failed(replaces, 0, place, "key_repeated")
    campaigns.failed(replaces, 2, 0, "unreachable")
    page, page_2 = campaigns.page_of(goes), campaigns.page_of(replaces)
    watch.look(operator.client, "console-revocation", page)
    watch.look(operator.client, "console-revocation-approve", f"{page}approve")
    watch.look(operator.client, "console-replacement", page_2)
    watch.look(operator.client, "console-replacement-failures", f"{page_2}failures")
    watch.look(operator.client, "console-replacement-report", f"{page_2}report")
    campaigns.agreed(goes, "31088", "31102")
    watch.look(operator.client, "console-revocation-start", f"{page}start")


def test_a_cohort_that_is_free_for_longer(watch, operator, intake, asha, submitted):
    campaign = cohorts.planned_cohort()
    page = campaigns.page_of(campaign)
    watch.look(operator.client, "console-cohort", page)
    watch.look(operator.client, "console-cohort-approve", f"{page}approve")
    campaigns.agreed(campaign, "31088", "31102")
    campaigns.stepped(campaign, "started")
    issue(submitted)
    asha.post(f"/portal/applications/{submitted}/accept")
    watch.look(asha, "portal-subscription-paid", f"/portal/applications/{submitted}/")
    cohorts.decided(campaign, type_code="personal", before=clock.now().date() + timedelta(days=2))
    campaigns.stepped(campaign, "finished")
    watch.look(operator.client, "console-cohort-finished", page)
    watch.look(operator.client, "console-cohort-report", f"{page}report")
    watch.look(asha, "portal-subscription-free", f"/portal/applications/{submitted}/")
    watch.look(intake.client, "counter-subscription", f"/counter/cases/{submitted}/")


def test_a_running_campaign_refreshes_itself(watch, operator):
    now = clock.now()
    campaign = campaigns.planned(6000)
    campaigns.agreed(campaign, "31088", "31102")
    campaigns.stepped(campaign, "started", at=now)
    watch.open(operator.client, f"/console/campaigns/{campaign.reference}/", "en")
    page = watch.page
    page.get_by_text("0 / 6,000").wait_for()
    campaigns.done(campaign, 0, 2000, at=now)
    page.get_by_text("2,000 / 6,000").wait_for(timeout=30_000)
    campaigns.stepped(campaign, "finished")
    page.locator("[data-refresh] .tag", has_text="Finished").wait_for(timeout=30_000)
    assert watch.refused_by_policy() == []


def test_holds_at_the_counter(watch, intake, second, asha, submitted):
    certificate = issue(submitted)
    asha.post(f"/portal/applications/{submitted}/accept")
    serial = certificate.serial_number.hex().upper()
    page = f"/counter/holds/1/{serial}/"
    watch.look(intake.client, "holds-none", "/counter/holds/")
    watch.look(intake.client, "holds-find-error", "/counter/holds/?serial=xyz")
    watch.look(intake.client, "hold-good", page)
    watch.look(second.client, "hold-good-second", page)
    watch.look(intake.client, "hold-suspend", f"{page}suspend")
    watch.look(intake.client, "hold-suspend-error", f"{page}suspend", fill={"document": ""})
    asked = {"asked_by": "subscriber", "means": "telephone", "reason": "1", "document": "CALL 2611-004"}
    intake.client.post(f"{page}suspend", asked)
    long_ago = clock.now() - timedelta(days=3)
    Suspension.objects.create(issuer_id=1, serial_number=b"\x46" * 16, suspended_at=long_ago)
    watch.look(intake.client, "holds", "/counter/holds/")
    watch.look(intake.client, "hold-suspended", page)
    watch.look(second.client, "hold-suspended-second", page)
    watch.look(intake.client, "hold-release", f"{page}release")
    watch.look(second.client, "hold-revoke", f"{page}revoke")
    watch.look(Client(), "public-suspended", f"/check?serial={serial}")
    watch.look(asha, "portal-home-suspended", "/portal/")
    second.client.post(f"{page}revoke", {**asked, "means": "letter", "document": "LETTER 2611-017"})
    watch.look(second.client, "hold-revoked", page)
