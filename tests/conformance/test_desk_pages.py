"""A real browser at the owner's desk: what the subject reads and says, what the owner's officers see; axe finds nothing."""

import json
import secrets

import pytest

from chopmark.config.check.browser import Browser
from chopmark.config.check.invented import a_person, a_request
from chopmark.config.check.patience import until
from chopmark.config.check.people import Applicant, Credentials, Officer
from conformance.test_browser import chromium, enters, visitor  # noqa: F401  fixtures, and how an officer signs in

OWNER = "88001"
AT_DESK = f"{OWNER} at the owner's desk"


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
    """Those of the staff, the owner's own officer among them, who used her one-time link."""
    credentials = Credentials.of(instance.home / "demo" / "credentials.json")
    links = json.loads((instance.home / "demo" / "links.json").read_text())
    officer = Officer(OWNER, instance.address("web"), instance.address("desk"), credentials, Browser())
    officer.is_welcomed_at_desk_by(links[f"{OWNER} for the owner's pages"], secrets.token_urlsafe(12))
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
    subject.goes(f"{desk}/history")
    with subject.page.expect_navigation():
        subject.page.locator("a[href$='/complaint']").first.click()
    subject.judges("complaint")
    subject.presses("main form[method=post] button")
    subject.judges("complained")


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_the_owners_officers_see_without_a_barrier(visitor, instance, credentials, language):  # noqa: F811
    farah, desk = visitor(language), instance.address("desk")
    farah.goes(f"{desk}/owner/")
    enters(farah, OWNER, AT_DESK, credentials, "owner-sign-in")
    for page in ("", "openings", "refusals", "complaints"):
        farah.goes(f"{desk}/owner/{page}")
        farah.judges(f"owner-{page or 'overview'}")
    with farah.page.expect_navigation():
        farah.page.locator("main a[href*='/owner/complaints/']").first.click()
    farah.judges("owner-complaint")
