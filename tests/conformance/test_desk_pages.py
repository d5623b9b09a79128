"""A real browser at the owner's desk: what the subject reads and says, what the owner's officers see; axe finds nothing."""

import re
import secrets
from datetime import datetime, timedelta

import pytest

from chopmark.authority.kernel import clock
from chopmark.config.check.browser import Browser
from chopmark.config.check.invented import a_person, a_request
from chopmark.config.check.owners import HERE
from chopmark.config.check.patience import until
from chopmark.config.check.people import Applicant, Credentials
from conformance.test_browser import chromium, enters, visitor  # noqa: F401  fixtures, and how an officer signs in

OWNER = "88001"
AT_DESK = f"{OWNER} at the owner's desk"
SUPERVISOR = "99001"
BIKRAM = "20417"
PAGES = (
    "", "openings", "refusals", "complaints", "data-requests", "alerts", "alerts?show=all", "grants", "grants/new", "retention",
    "data-requests/refusals", "retention/shred", "retention/holds", "retention/holds/new", "assessments", "assessments/new",
    "assessments/1/new", "officers", f"officers/{BIKRAM}", f"officers/{BIKRAM}/remove", "keys", "log",
    "openings?by=outlet", "openings?by=officer&place=desk/", "openings/report",
    "breaches", "breaches?show=all", "breaches/new", "breaches/1/steps/preliminary", "breaches/1/steps/commissioner",
    "breaches/1/steps/people", "breaches/1/records", "breaches/1/applications", "breaches/1/lift",
)  # fmt: skip
# A supervisor's officer finds these, and no page that is a form alone.
READ = tuple(page for page in PAGES if not re.search("new|shred|remove|breaches/1", page))
# Each register, and where its first line leads.
LINKS = {
    "alerts?show=all": "alerts",
    "grants": "grants",
    "assessments": "assessments",
    "breaches?show=all": "breaches",
    "data-requests": "data-requests",
}
ACTS = {"retention/holds": "retention/holds"}  # and for the owner's own officers
GUESSES = 4  # in both languages: as many numbers that lead nowhere as the owner is told of, and not as many as slow the desk


@pytest.fixture
def asha(instance) -> Applicant:
    """Somebody whose record was opened once: the operator asked whether she had applied before."""
    web, desk = instance.address("web"), instance.address("desk")
    asha = Applicant(a_person(), secrets.token_urlsafe(12), web, desk, Browser())
    asha.begins(outlet="DEMO", csr_pem=a_request())
    asha.gives_particulars()
    until(lambda: "log entry" in asha.reads_history().text or None, "the duplicate check was written down")
    return asha


@pytest.fixture(scope="module")
def credentials(instance) -> Credentials:
    """Those of the staff, the owner's own officers among them, who used their one-time links in the walk."""
    credentials = Credentials.of(instance.home / "demo" / "credentials.json")
    assert AT_DESK in credentials.known, "the walk did not welcome the owner's officer"
    return credentials


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_the_subject_reads_chooses_and_complains_without_a_barrier(visitor, instance, asha, language):  # noqa: F811
    subject, desk = visitor(language), instance.address("desk")
    subject.goes(f"{desk}/history")
    subject.judges("history-sign-in")
    subject.fills(hkid=asha.particulars.hkid, code=asha.access_code)
    subject.presses()
    subject.judges("history")
    subject.goes(f"{desk}/history/choices")
    subject.judges("choices")
    subject.goes(f"{desk}/history/choices/partners/partner_offers/email")
    subject.judges("statement")
    subject.presses("main form.fields button")
    subject.judges("statement-errors")
    subject.goes(f"{desk}/history/choices")
    subject.presses("form[action$='/allow'] button")
    subject.presses("form[action$='/forbid'] button")
    subject.judges("choices-forbidden")
    _asks(subject, desk)
    subject.goes(f"{desk}/history/certificates")
    subject.judges("certificates")
    subject.presses("form[action$='/ask'] button")
    subject.judges("certificate-new")
    subject.fills(certificate="no", signature="§")
    subject.presses()
    subject.judges("certificate-errors")
    subject.goes(f"{desk}/history")
    with subject.page.expect_navigation():
        subject.page.locator("a[href$='/complaint']").first.click()
    subject.judges("complaint")
    subject.presses("main form[method=post] button")
    subject.judges("complained")


def _asks(subject, desk) -> None:
    """For a correction, with a mistake first, and for access, whose fee she is told below."""
    subject.goes(f"{desk}/history/requests")
    subject.judges("requests-none")
    subject.goes(f"{desk}/history/requests/new/correction")
    subject.judges("request-correction")
    subject.chooses("field", "phone")
    subject.fills(wrong="I gave it up.", right="12")
    subject.presses("main form.fields button")
    subject.judges("request-errors")
    subject.fills(right="9876 5432")
    subject.presses("main form.fields button")
    subject.goes(f"{desk}/history/requests/new/access")
    subject.judges("request-access")
    subject.fills(about="All that you keep about me, and whom you gave it.")
    subject.presses("main form.fields button")
    subject.judges("request")
    subject.goes(f"{desk}/history/requests")
    subject.judges("requests")


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_a_request_is_costed_and_answered_without_a_barrier(visitor, instance, asha, credentials, language):  # noqa: F811
    subject, farah, desk = visitor(language), visitor(language), instance.address("desk")
    subject.goes(f"{desk}/history")
    subject.fills(hkid=asha.particulars.hkid, code=asha.access_code)
    subject.presses()
    subject.goes(f"{desk}/history/requests/new/access")
    subject.fills(about="Whom you gave my address.")
    subject.presses("main form.fields button")
    mine = subject.page.url
    owners = mine.replace("/history/requests/", "/owner/data-requests/")
    farah.goes(f"{desk}/owner/")
    enters(farah, OWNER, AT_DESK, credentials, "request-sign-in")
    farah.goes(f"{owners}/fee")
    farah.judges("owner-data-request-fee")
    farah.fills(amount="500")
    farah.presses("main form.fields button")
    farah.judges("owner-data-request-fee-errors")
    farah.fills(amount="40")
    farah.presses("main form.fields button")
    farah.judges("owner-data-request")
    subject.goes(mine)
    subject.judges("request-fee")
    subject.presses("form[action$='/fee'] button")
    farah.goes(owners)
    farah.presses("main form.fields button")
    farah.judges("owner-data-request-errors")
    farah.chooses("outcome", "in_part")
    farah.chooses("ground", "data_of_another")
    farah.fills(words="A copy lies at the counter, without what names your brother.")
    farah.presses("main form.fields button")
    farah.judges("owner-data-request-answered")
    farah.goes(f"{desk}/owner/data-requests/refusals")
    farah.judges("owner-data-refusals")
    subject.goes(mine)
    subject.judges("request-answered")


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_an_officer_opens_a_case_of_her_own_without_a_barrier(visitor, instance, asha, credentials, language):  # noqa: F811
    bikram, desk = visitor(language), instance.address("desk")
    bikram.goes(f"{desk}/officer/cases")
    enters(bikram, BIKRAM, f"{BIKRAM} at the owner's desk", credentials, "case-sign-in")
    bikram.goes(f"{desk}/officer/cases")
    bikram.judges("cases")
    bikram.goes(f"{desk}/officer/cases/new")
    bikram.judges("case-new")
    # Numbers that lead nowhere: said at the field, and told to the owner when they are many.
    for _ in range(GUESSES):
        _opens_case(bikram, "enquiry", "AP000000000")
    bikram.judges("case-new-errors")
    bikram.goes(f"{desk}/officer/cases/new")
    _opens_case(bikram, "enquiry", asha.reference)
    bikram.judges("case")
    bikram.page.locator("[name=fields_asked][value='phone:masked']").check()
    bikram.presses("form[action$='/ask'] button")
    bikram.judges("case-shown")
    bikram.goes(f"{desk}/officer/cases/new")
    _opens_case(bikram, "correction", asha.reference)
    bikram.presses("form[action$='/ask'] button")
    bikram.judges("case-errors")
    bikram.page.locator("[name=fields_asked][value='phone']").check()
    bikram.fills(why="She says that it is another.")
    bikram.presses("form[action$='/ask'] button")
    bikram.judges("case-waits")


def _opens_case(officer, purpose: str, application: str) -> None:
    officer.chooses("purpose", purpose)
    officer.fills(application=application, file="DEMO-2", why="She asked at the counter.")
    officer.presses()


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_a_second_officer_answers_without_a_barrier(visitor, instance, credentials, language):  # noqa: F811
    farah, desk = visitor(language), instance.address("desk")
    farah.goes(f"{desk}/officer/requests")
    enters(farah, OWNER, AT_DESK, credentials, "second-sign-in")
    farah.goes(f"{desk}/officer/requests")
    farah.judges("requests")
    with farah.page.expect_navigation():
        farah.page.locator("main th a[href*='/officer/requests/']").first.click()
    farah.judges("request")
    farah.presses("form[action$='/decline'] button")
    farah.judges("request-errors")
    farah.chooses("because", "less_is_enough")
    farah.presses("form[action$='/decline'] button")


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_the_owners_officers_see_without_a_barrier(visitor, instance, credentials, language):  # noqa: F811
    farah, desk = visitor(language), instance.address("desk")
    farah.goes(f"{desk}/owner/")
    enters(farah, OWNER, AT_DESK, credentials, "owner-sign-in")
    _looks_around(farah, desk, PAGES, "owner", LINKS | ACTS)
    farah.goes(f"{desk}/owner/grants/new")
    farah.page.locator("[name=records]").fill("none")
    farah.presses()
    farah.judges("owner-grant-errors")
    farah.goes(f"{desk}/owner/complaints")
    with farah.page.expect_navigation():
        farah.page.locator("main a[href*='/owner/complaints/']").first.click()
    farah.judges("owner-complaint")


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_the_supervisors_officer_reads_without_a_barrier(visitor, instance, credentials, language):  # noqa: F811
    ling, desk = visitor(language), instance.address("desk")
    ling.goes(f"{desk}/owner/")
    enters(ling, SUPERVISOR, f"{SUPERVISOR} at the owner's desk", credentials, "supervisor-sign-in")
    _looks_around(ling, desk, READ, "supervisor", LINKS)
    assert ling.page.locator("main form[method=post], main a[href$='/new']").count() == 0


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_a_breach_is_told_to_its_subject_without_a_barrier(visitor, instance, asha, credentials, language):  # noqa: F811
    bikram, farah, subject = visitor(language), visitor(language), visitor(language)
    desk = instance.address("desk")
    bikram.goes(f"{desk}/officer/breaches")
    enters(bikram, BIKRAM, f"{BIKRAM} at the owner's desk", credentials, "breach-sign-in")
    bikram.goes(f"{desk}/officer/breaches")
    bikram.judges("breaches")
    bikram.goes(f"{desk}/officer/breaches/new")
    bikram.judges("breach-new")
    bikram.fills(whom=OWNER)
    bikram.presses()
    bikram.judges("breach-new-errors")
    farah.goes(f"{desk}/owner/breaches/1/applications")
    enters(farah, OWNER, AT_DESK, credentials, "breach-owner-sign-in")
    farah.goes(f"{desk}/owner/breaches/1/applications")
    farah.fills(applications=asha.reference)
    farah.presses()
    farah.judges("breach-with-records")
    farah.goes(f"{desk}/owner/breaches/1/records")
    farah.presses()
    farah.judges("breach-records-errors")
    now = clock.now().astimezone(HERE)
    begins, ends = now - timedelta(days=1), now + timedelta(days=1)
    farah.fills(
        officer="worker",
        begins_at="00:00",
        ends_at="00:00",
        **_day("begins_on", begins),
        **_day("ends_on", ends),
    )
    farah.presses()
    farah.judges("breach-counted")
    farah.goes(f"{desk}/owner/breaches/1/steps/people")
    farah.fills(done_at="23:59", people="1", words="By letter.", **_day("done_on", ends))
    farah.presses()
    farah.judges("breach-step-errors")
    farah.goes(f"{desk}/owner/breaches/1/steps/people")
    farah.fills(done_at=f"{now:%H:%M}", people="1", words="By letter.")
    farah.presses()
    farah.judges("breach-told")
    subject.goes(f"{desk}/history")
    subject.fills(hkid=asha.particulars.hkid, code=asha.access_code)
    subject.presses()
    subject.judges("history-breach")


def _day(name: str, moment: datetime) -> dict[str, str]:
    return {
        f"{name}_day": str(moment.day),
        f"{name}_month": str(moment.month),
        f"{name}_year": str(moment.year),
    }


def _looks_around(officer, desk, pages, who, links) -> None:
    """Each page, and the first line of each register."""
    for page in pages:
        officer.goes(f"{desk}/owner/{page}")
        officer.judges(f"{who}-{re.sub(r'[/?=&]', '-', page) or 'overview'}")
    for register, link in links.items():
        officer.goes(f"{desk}/owner/{register}")
        with officer.page.expect_navigation():
            officer.page.locator(
                f"main td a[href*='/owner/{link}/'], main th a[href*='/owner/{link}/']"
            ).first.click()
        officer.judges(f"{who}-{link.replace('/', '-')}-one")
