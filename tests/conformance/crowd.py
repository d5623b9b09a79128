"""A big random world: people who come to a running installation through its pages, each as far as chance takes her."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from random import Random  # noqa: TID251  a crowd must come again by its seed

import httpx

from chopmark.config.check.browser import Browser
from chopmark.config.check.invented import a_request, an_applicant, an_identity_card_number
from chopmark.config.check.people import Applicant, Credentials, Officer, Particulars
from chopmark.config.home import Home

INTAKE, RELEASE, OUTLET = "20417", "20588", "DEMO"


@dataclass
class Crowd:
    """Who is there, what befell each, and what was answered where nobody should have said anything of herself."""

    home: Home
    random: Random
    fates: Counter[str] = field(default_factory=Counter)
    answers: list[tuple[Particulars, bytes]] = field(default_factory=list)

    def come(self, count: int) -> None:
        """The first few are told their fates, so that each befalls somebody; then chance decides."""
        fates = list(FATES)
        for number in range(count):
            # Whoever guesses at a sign-in too often locks out everybody who comes from there: the last fate, and once.
            name = fates[number] if number < len(fates) else self.random.choice(fates[:-1])
            FATES[name](self, an_applicant(self.home))
            self.fates[name] += 1

    @cached_property
    def staff(self) -> tuple[Officer, Officer]:
        credentials = Credentials.of(self.home.path / "demo" / "credentials.json")
        return self._officer(INTAKE, credentials), self._officer(RELEASE, credentials)

    def _officer(self, number: str, credentials: Credentials) -> Officer:
        officer = Officer(
            number=number,
            web=self.home.address("web"),
            desk=self.home.address("desk"),
            credentials=credentials,
            browser=Browser(),
        )
        officer.signs_in()
        return officer

    def is_answered(self, applicant: Applicant, answer: httpx.Response) -> None:
        """Kept, to be searched for what it says of her; a responder answers 200, whatever it is sent (RFC 6960)."""
        assert answer.status_code in (200, 301, 302, 400, 403, 404, 405, 422), answer.status_code
        self.answers.append((applicant.particulars, answer.content))


# --- fates: each what one person does, and what she may do wrong on the way ---


def begins(crowd: Crowd, her: Applicant) -> None:
    """She never comes to the desk."""
    her.begins(outlet=OUTLET, csr_pem=a_request())


def comes_home(crowd: Crowd, her: Applicant) -> None:
    begins(crowd, her)
    her.gives_particulars()


def mistypes(crowd: Crowd, her: Applicant) -> None:
    """Every field wrong once; the desk says so to her, and to nobody else."""
    begins(crowd, her)
    right = her.particulars
    body, digit = right.hkid[:-3], right.hkid[-2]
    wrong = (
        replace(right, hkid=f"{body}({'A' if digit != 'A' else '0'})"),
        replace(right, born=(31, 2, right.born[2])),
        replace(right, phone=f"{right.phone}00000000"),
        replace(right, email=right.email.replace("@", " at ")),
    )
    page = her.comes_to_desk()
    for given in wrong:
        page = her.types(page, given, expect=422)
    her.types(page, right)


def is_mistaken_for_another(crowd: Crowd, her: Applicant) -> None:
    """The officer types another card's number first."""
    comes_home(crowd, her)
    officer = crowd.staff[0]
    page = officer.browser.submit(officer.case(her.reference), form="/sighting")
    if "/officer/sign-in" in page.url:
        page = officer.enters_at_desk(page)
    officer.browser.submit(page, {"hkid": an_identity_card_number()}, expect=422)
    officer.sights(her.reference, her.particulars.hkid)


def is_served(crowd: Crowd, her: Applicant) -> None:
    comes_home(crowd, her)
    intake, release = crowd.staff
    intake.sights(her.reference, her.particulars.hkid)
    intake.takes_fee(her.reference)
    intake.asks_release(her.reference)
    release.releases(her.reference)
    her.accepts()


def reads_and_complains(crowd: Crowd, her: Applicant) -> None:
    """She signs in wrongly twice, then reads who looked, and says of a line that she does not know it."""
    comes_home(crowd, her)
    crowd.staff[0].sights(her.reference, her.particulars.hkid)
    page = her.browser.get(f"{her.desk}/history")
    for wrong in ({"hkid": an_identity_card_number()}, {"code": "AAAA AAAA AAAA"}):
        given = {"hkid": her.particulars.hkid, "code": her.access_code} | wrong
        page = her.browser.submit(page, given, expect=422)
    page = her.reads_history()
    line = page.document.xpath("//a[contains(@href, '/complaint')]/@href")[0]
    her.browser.submit(her.browser.get(f"{her.desk}{line}"))


def types_into_addresses(crowd: Crowd, her: Applicant) -> None:
    """What she is asked for is put where nobody asks: paths, queries, headers, bodies."""
    begins(crowd, her)
    for said in told(her.particulars):
        language = crowd.random.choice(["en", "zh-Hant"])
        strange = {"User-Agent": said, "Referer": quoted(said), "Accept-Language": language}
        with httpx.Client(trust_env=False, headers=strange) as client:
            for place in (her.web, her.desk):
                crowd.is_answered(her, client.get(f"{place}/{quoted(said)}"))
                crowd.is_answered(her, client.get(f"{place}/portal/receipts/x?who={quoted(said)}"))
                crowd.is_answered(her, client.post(f"{place}/apply", data={"hkid": said, said: said}))
            crowd.is_answered(her, client.post(f"{her.web}/desk-return", data={"receipt": said}))
            crowd.is_answered(her, client.post(f"{crowd.home.address('responder')}/", content=said.encode()))


def guesses_at_the_counter(crowd: Crowd, her: Applicant) -> None:
    """She types her own number into both sign-ins of the staff."""
    for place in (f"{her.web}/staff/sign-in", f"{her.desk}/officer/sign-in"):
        page = her.browser.get(place)
        her.browser.submit(
            page,
            {"number": her.particulars.hkid, "password": her.particulars.phone, "code": "123456"},
            expect=422,
        )


FATES: Mapping[str, Callable[[Crowd, Applicant], None]] = {
    fate.__name__: fate
    for fate in (
        begins,
        comes_home,
        mistypes,
        is_mistaken_for_another,
        is_served,
        reads_and_complains,
        types_into_addresses,
        guesses_at_the_counter,
    )
}


def told(person: Particulars) -> Iterator[str]:
    day, month, year = person.born
    yield from (person.hkid, person.phone, f"{year}-{month:02}-{day:02}", person.name, person.email)


def quoted(said: str) -> str:
    return str(httpx.QueryParams({"q": said}))[2:]
