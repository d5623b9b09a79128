"""At the owner's desk, after an application: an officer's own case, and the owner's officers with their registers.

What they leave there is what a visitor of the demonstration finds on these pages.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from email import message_from_bytes, policy
from zoneinfo import ZoneInfo

from chopmark.authority.kernel import clock
from chopmark.config.check.browser import Page, Unexpected
from chopmark.config.check.people import Applicant, Officer
from chopmark.config.home import Home

HERE = ZoneInfo("Asia/Hong_Kong")  # what a form calls the time


def looks_and_asks(officer: Officer, applicant: Applicant) -> None:
    """Answer an enquiry, masked; then ask a second officer for a value in full, as a correction needs it."""
    page = _opens_case(officer, applicant, "enquiry", "The applicant asked which telephone number we have.")
    officer.browser.submit(page, {"fields_asked": ["name", "phone:masked"]}, form="/ask").require("••••")
    page = _opens_case(officer, applicant, "correction", "The applicant says that the number is wrong.")
    asked: dict[str, str | list[str]] = {
        "fields_asked": ["phone"],
        "why": "To compare it with the one on the form.",
    }
    officer.browser.submit(page, asked, form="/ask").require("Waiting for a second officer")


def confirms(officer: Officer) -> None:
    """As the second officer, look at what waits and confirm it."""
    page = officer.browser.get(f"{officer.desk}/officer/requests")
    officer.browser.submit(officer.browser.follow(page, "put your record right"), form="/confirm")


def opens_confirmed(officer: Officer) -> None:
    """Open, once, what the second officer has confirmed."""
    page = officer.browser.get(f"{officer.desk}/officer/cases")
    page = officer.browser.follow(page, "put your record right")
    officer.browser.submit(page, form="/open/").require("Mobile number in full")


def keeps_registers(first: Officer, second: Officer, applicant: Applicant) -> None:
    """An impact assessment, a grant that both sign, a hold: each once in the life of a home."""
    page = first.browser.get(f"{first.desk}/owner/assessments")
    if "The register is empty" in page.text:
        _assesses(first)
    page = first.browser.get(f"{first.desk}/owner/grants")
    if "There is no grant" in page.text:
        _grants(first, second)
    page = first.browser.get(f"{first.desk}/owner/retention/holds")
    if "Nothing is held" in page.text:
        page = first.browser.get(f"{first.desk}/owner/retention/holds/new")
        held = {"application": applicant.reference, "reason": "complaint", **day_of("until", days=90)}
        first.browser.submit(page, held).require("A complaint")


def tells_of_a_breach(reporter: Officer, owner: Officer) -> None:
    """The officer who finds a breach reports it, the owner's officer takes it over: once in the life of a home."""
    page = reporter.browser.get(f"{reporter.desk}/officer/breaches")
    if "You have reported no breach" not in page.text:
        return
    now = clock.now().astimezone(HERE)
    said: dict[str, str | list[str]] = {
        "kind": "disclosed",
        "what": "Demonstration: a printed list was left at the counter for a few minutes.",
        "whom": f"Records office, officer {owner.number}",
        "detected_at": f"{now:%H:%M}",
        "called_at": f"{now:%H:%M}",
        **_parts("detected_on", now.date()),
        **_parts("called_on", now.date()),
    }
    page = reporter.browser.get(f"{reporter.desk}/officer/breaches/new")
    reporter.browser.submit(page, said).require("BR-001")
    page = owner.browser.get(f"{owner.desk}/owner/breaches").require("BR-001")
    page = owner.browser.submit(owner.browser.follow(page, "BR-001"), form="/take-over")
    page = owner.browser.follow(page.require(f"Officer {owner.number}"), "Preliminary report")
    written: dict[str, str | list[str]] = {"words": "Demonstration: nobody is known to have read the list."}
    owner.browser.submit(page, written).require("nobody is known to have read")


def only_reads(officer: Officer) -> None:
    """As the supervisor's officer, read what was opened from where and how the log stands; find no way to write a grant."""
    officer.browser.get(f"{officer.desk}/owner/openings?by=outlet").require("operator’s word")
    if "Write a grant" in officer.browser.get(f"{officer.desk}/owner/grants").text:
        raise Unexpected("the supervisor's officer is offered an act of the owner's")
    officer.browser.get(f"{officer.desk}/owner/log").require("Newest signed head")


def has_written(home: Home, applicant: Applicant, said: str) -> bool | None:
    """Whether the strongroom wrote to this applicant, and to nobody else by the same message, something with these words."""
    return any(said in words for words in _letters(home, applicant.particulars.email)) or None


def _letters(home: Home, address: str) -> Iterator[str]:
    """What lies in the owner's outbox for an address, without the spaces of the numbers in it."""
    for file in (home.path / "owner" / "outbox" / "mail").glob("*.eml"):
        message = message_from_bytes(file.read_bytes(), policy=policy.default)
        body = message.get_body()
        if message["To"] == address and body is not None:
            yield f"{message['Subject']}\n{body.get_content()}".replace(" ", "")


def _opens_case(officer: Officer, applicant: Applicant, purpose: str, why: str) -> Page:
    page = officer.browser.get(f"{officer.desk}/officer/cases/new")
    wanted = {"purpose": purpose, "application": applicant.reference, "file": "DEMO-1", "why": why}
    return officer.browser.submit(page, wanted)


def _assesses(officer: Officer) -> None:
    page = officer.browser.get(f"{officer.desk}/owner/assessments/new")
    purposes = [str(value) for value in page.document.xpath("//input[@name='purposes']/@value")]
    said: dict[str, str | list[str]] = {
        "title": "Demonstration: the counter and the owner's desk",
        "changed": "The first assessment of this demonstration.",
        "assessor": "Nobody: this is a demonstration",
        "risk": "medium",
        "risks": "An officer looks at a record that is none of her business.",
        "measures": "A case with a reason, limits, and a line in the person's own history.",
        "purposes": [name for name in purposes if name != "lawful_request"],
    }
    said |= day_of("assessed_on") | day_of("next_review", days=180)
    officer.browser.submit(page, said).require("Version 1")


def _grants(first: Officer, second: Officer) -> None:
    page = first.browser.get(f"{first.desk}/owner/grants/new")
    scope: dict[str, str | list[str]] = {"purpose": "renewal", "fields_given": ["name"], "records": "100"}
    page = first.browser.submit(page, scope | day_of("last", days=14))
    first.browser.submit(page, form="/owner/grants/").require("1 of 2")
    second.browser.submit(second.browser.get(page.url), form="/owner/grants/").require("In force")


def day_of(name: str, *, days: int = 0) -> dict[str, str | list[str]]:
    return _parts(name, (clock.now() + timedelta(days=days)).date())


def _parts(name: str, day: date) -> dict[str, str | list[str]]:
    return {f"{name}_day": str(day.day), f"{name}_month": str(day.month), f"{name}_year": str(day.year)}
