"""Those who ask the strongroom without pause. Each asking has a name of its own, and whoever asked knows what she was told."""

import itertools
import re
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID, uuid4

import httpx

from chopmark.config.check.browser import Browser, Unexpected
from chopmark.config.check.invented import a_person
from chopmark.config.check.people import Particulars
from chopmark.strongroom.client import (
    ApplicationReceipt,
    Strongroom,
    StrongroomRefused,
    StrongroomUnavailable,
    read_receipt,
)
from guarantee.house import House

Told = TypeVar("Told")
OPENERS = 2
IN_A_BATCH = 12
PAUSE, BETWEEN_FORMS, BETWEEN_READINGS, AWAY = 0.02, 0.5, 1.0, 0.2


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who gave her particulars, and the leave that came of it."""

    particulars: Particulars
    reference: str
    case: UUID
    record: UUID
    access_code: str

    @property
    def fields(self) -> dict[str, str]:
        return {"name": self.particulars.name, "email": self.particulars.email}


@dataclass(slots=True)
class Asking:
    """One thing asked: how many leaves an answer stands for, and whether there was one."""

    name: str
    verb: str
    leaves: int
    answered: bool = False
    refused: str = ""
    record: UUID | None = None


@dataclass
class Callers:
    """Everybody who asks, all they were told, and what they were told wrongly."""

    house: House
    stop: threading.Event = field(default_factory=threading.Event)
    people: list[Person] = field(default_factory=list)
    asked: list[Asking] = field(default_factory=list)
    forms: dict[str, bool] = field(default_factory=dict)  # by reference: whether its receipt came
    faults: list[str] = field(default_factory=list)
    read: int = 0
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def run(self) -> list[threading.Thread]:
        acts = [*[self.opens] * OPENERS, self.opens_many, self.is_refused, self.applies, self.reads]
        threads = [threading.Thread(target=self._again, args=(act,), name=act.__name__) for act in acts]
        for thread in threads:
            thread.start()
        return threads

    def _again(self, act: Callable[[Strongroom], float]) -> None:
        door = self.house.door()
        while not self.stop.is_set():
            self.stop.wait(act(door) if self.people or act == self.applies else PAUSE)

    # --- at the machine door ---

    def opens(self, door: Strongroom) -> float:
        person = secrets.choice(self.people)
        told = self._ask(
            "open",
            lambda name: door.open(
                case=person.case,
                purpose="certificate",
                fields=["name", "email"],
                actor=name,
                application=person.reference,
            ),
            record=person.record,
        )
        if told is not None and told != person.fields:
            self.faults.append(f"{person.reference} was opened as somebody else")
        return PAUSE

    def opens_many(self, door: Strongroom) -> float:
        chosen = {person.record: person for person in self.people[-IN_A_BATCH:]}
        told = self._ask(
            "open many",
            lambda name: door.open_batch(
                grant=UUID(self.house.grant),
                purpose="renewal",
                fields=["name", "email"],
                records=list(chosen),
                actor=name,
            ),
            leaves=len(chosen),
        )
        if told is not None and told != {record: person.fields for record, person in chosen.items()}:
            self.faults.append("a batch was opened as somebody else's")
        return 5 * PAUSE

    def is_refused(self, door: Strongroom) -> float:
        """A case that nobody gave, and a field that no purpose of hers allows."""
        person = secrets.choice(self.people)
        case, fields = secrets.choice([(uuid4(), ["name"]), (person.case, ["phone"])])
        told = self._ask(
            "refused",
            lambda name: door.open(
                case=case, purpose="certificate", fields=fields, actor=name, application=person.reference
            ),
            refused=True,
        )
        if told is not None:
            self.faults.append("what must be refused was opened")
        return 2 * PAUSE

    def _ask(
        self,
        verb: str,
        ask: Callable[[str], Told],
        *,
        leaves: int = 1,
        record: UUID | None = None,
        refused: bool = False,
    ) -> Told | None:
        asking = Asking(f"k{next(self._numbers):07d}", verb, leaves, record=record)
        self.asked.append(asking)
        try:
            told = ask(asking.name)
        except StrongroomUnavailable:
            self.stop.wait(AWAY)
            return None
        except StrongroomRefused as refusal:
            asking.answered, asking.refused = True, refusal.reason
            if not refused:
                self.faults.append(f"{verb} was refused: {refusal.reason}")
            return None
        asking.answered = True
        return told

    # --- at the desk ---

    def applies(self, door: Strongroom) -> float:
        """Give particulars, pressing again until the receipt is there; nobody is recorded twice."""
        particulars, reference = a_person(), f"AP26{next(self._numbers):07d}"
        link = f"{self.house.home.address('desk')}/apply?application={reference}&nonce={secrets.token_hex(16)}&type=personal"
        self.forms[reference] = False
        while not self.stop.is_set():
            try:
                person = self._gives(particulars, reference, link)
            except (Unexpected, httpx.HTTPError, StrongroomUnavailable):
                self.stop.wait(AWAY)
            else:
                self.forms[reference] = True
                self.people.append(person)
                break
        return BETWEEN_FORMS

    def _gives(self, particulars: Particulars, reference: str, link: str) -> Person:
        day, month, year = map(str, particulars.born)
        with Browser() as browser:
            page = browser.submit(
                browser.get(link),
                {
                    "name": particulars.name,
                    "hkid": particulars.hkid,
                    "birth_date_day": day,
                    "birth_date_month": month,
                    "birth_date_year": year,
                    "email": particulars.email,
                    "phone": particulars.phone,
                },
            )
        text = str(page.one("//form//input[@name='receipt']/@value"))
        receipt = read_receipt(text, key=self._receipt_key())
        assert isinstance(receipt, ApplicationReceipt)
        code = str(page.one("//span[contains(@class, 'serial')]").text_content()).strip()
        return Person(particulars, reference, receipt.case, receipt.record, code)

    def _receipt_key(self) -> bytes:
        return (self.house.home.path / "owner" / "strongroom" / "receipt.pub").read_bytes()

    def reads(self, door: Strongroom) -> float:
        """Who opened my record? She finds the newest opening that its asker had an answer to before she looked."""
        person = secrets.choice(self.people)
        known = [one.name for one in self.asked if one.record == person.record and one.answered]
        try:
            with Browser() as browser:
                page = browser.get(f"{self.house.home.address('desk')}/history")
                page = browser.submit(
                    page, {"hkid": person.particulars.hkid, "code": re.sub(r"\s", "", person.access_code)}
                )
        except (Unexpected, httpx.HTTPError):
            return AWAY
        self.read += 1
        if known and known[-1] not in page.text:
            self.faults.append(f"{person.reference} does not read that {known[-1]} opened her record")
        return BETWEEN_READINGS
