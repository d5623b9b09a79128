"""What the counter's pages show of a case: its steps in order, and what was recorded."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from chopmark.authority.applications.states import ApplicationState
from chopmark.authority.catalogue import selectors as catalogue
from chopmark.authority.catalogue.reading import current as pack
from chopmark.authority.keymaking.envelopes import printed
from chopmark.authority.ledger import selectors as ledger
from chopmark.authority.verification.selectors import CaseFile, EvidenceLine, case_file
from chopmark.authority.web.counter.telling import ToldLine, told_lines
from chopmark.authority.web.subscribed import Subscribed, subscribed
from chopmark.authority.web.words import EVIDENCE, METHODS
from chopmark.look import formats

SIGHTED, DUPLICATES, ENVELOPE = "identity_sighted", "duplicate_check", "pin_envelope"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLine:
    """An application that waits: a number and a type, never a name."""

    reference: str
    type_name: str
    submitted_at: datetime | None

    @property
    def number(self) -> str:
        return self.reference[-5:]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One step of a case."""

    title: str
    part: str
    at: datetime | None = None
    note: str = ""
    href: str = ""
    link: str = ""
    state: str = "later"
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    title: str
    at: datetime
    by: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeLine:
    name: str
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    reference: str
    state: str
    type_name: str
    submitted_at: datetime | None
    subject_name: str
    subject_email: str
    own_key: bool
    dual_control: bool
    tasks: tuple[Task, ...]
    evidence: tuple[Recorded, ...]
    fee: int
    fee_lines: tuple[FeeLine, ...]
    may_refuse: bool
    awaits_release: bool
    is_mine: bool
    told: tuple[ToldLine, ...]
    subscription: Subscribed | None

    @property
    def now(self) -> Task | None:
        return next((task for task in self.tasks if task.state == "now"), None)


def outlet_name(code: str | None) -> str:
    outlet = pack().outlets.outlets.get(code or "")
    return str(outlet.names) if outlet else ""


def queue_line(application: Any) -> QueueLine:
    kind = catalogue.certificate_type(application.type_code, application.begun_at)
    return QueueLine(
        reference=application.reference, type_name=str(kind.names), submitted_at=application.submitted_at
    )


def case_shown(application: Any, *, officer: str, now: datetime) -> Case:
    file = case_file(application)
    kind = catalogue.certificate_type(application.type_code, application.begun_at)
    invoice = ledger.invoice_of(application.reference)
    return Case(
        reference=application.reference,
        # At the counter the work has begun; "waiting for the identity check" is what the applicant reads.
        state="processing" if application.state == ApplicationState.SUBMITTED else application.state,
        type_name=str(kind.names),
        submitted_at=application.submitted_at,
        subject_name=application.subject_name,
        subject_email=application.subject_email,
        own_key=application.key_source == "own",
        dual_control=file.dual_control,
        tasks=_in_turn(_tasks(application, file)),
        evidence=tuple(_recorded(line) for line in file.evidence.values()),
        fee=invoice.total_minor if invoice else 0,
        fee_lines=_fee_lines(invoice),
        may_refuse=application.state in (ApplicationState.SUBMITTED, ApplicationState.VERIFIED),
        awaits_release=application.state == ApplicationState.VERIFIED,
        is_mine=officer in file.intake,
        told=told_lines(application.reference),
        subscription=subscribed(application.reference, now),
    )


def _tasks(application: Any, file: CaseFile) -> list[Task]:
    """Every step that this type asks for, in the order in which an officer does them."""
    others = [kind for kind in (*file.evidence, *file.missing) if kind not in (SIGHTED, DUPLICATES, ENVELOPE)]
    tasks = [_evidence_task(file, SIGHTED, "identity"), _evidence_task(file, DUPLICATES, "waiting_check")]
    tasks += [_evidence_task(file, kind, "evidence") for kind in sorted(others)]
    tasks.append(_fee_task(application))
    if ENVELOPE in (*file.evidence, *file.missing):
        tasks.append(_evidence_task(file, ENVELOPE, "envelope"))
    return [*tasks, _release_task(application, file)]


def _evidence_task(file: CaseFile, kind: str, part: str) -> Task:
    line = file.evidence.get(kind)
    return Task(
        title=str(EVIDENCE.get(kind, kind)),
        part=f"web/counter/parts/{part}.html",
        at=line.recorded_at if line else None,
        note=_note(line) if line else "",
        kind=kind,
    )


def _note(line: EvidenceLine) -> str:
    if line.kind == SIGHTED:
        return _("Digits typed from the card fit the application; name and date of birth were confirmed.")
    if line.kind == DUPLICATES:
        others = line.note.get("others", 0)
        if not others:
            return _("The owner of the records holds no other record of this person.")
        return _("Other records of this person at the owner: %(count)s.") % {"count": others}
    if line.kind == ENVELOPE:
        return " ".join(formats.envelope(_with_figure(str(line.note.get("envelope", "")))))
    return str(line.note.get("document", ""))


def _with_figure(number: str) -> str:
    return printed(number) if len(number) == 8 else number


def _fee_task(application: Any) -> Task:
    invoice = ledger.invoice_of(application.reference)
    payment = ledger.payment_of(application.reference)
    part = "web/counter/parts/fee.html"
    if payment is not None:
        amount, method = formats.money(payment.amount_minor), METHODS.get(str(payment.method), payment.method)
        return Task(
            title=_("Fee %(amount)s taken") % {"amount": amount},
            part=part,
            at=payment.taken_at,
            note=str(method),
            href=f"/counter/receipts/{application.reference}",
            link=_("receipt %(number)s") % {"number": payment.receipt_number},
        )
    if invoice is not None and invoice.total_minor == 0:
        return Task(title=_("No fee"), part=part, at=invoice.raised_at)
    return Task(title=_("Fee"), part=part)


def _release_task(application: Any, file: CaseFile) -> Task:
    if application.state == ApplicationState.VERIFIED:
        return Task(title=_("Release by a second officer"), part="web/counter/parts/asked.html")
    if file.decided is not None:
        title = _("Refused") if file.decided.step == "refused" else _("Released")
        return Task(title=title, part="", at=file.decided.decided_at)
    title = _("Release by a second officer") if file.dual_control else _("Release")
    return Task(title=title, part="web/counter/parts/release.html")


def _in_turn(tasks: list[Task]) -> tuple[Task, ...]:
    """Done where it has a time; the first that has none is now; the rest come later."""
    waiting = next((place for place, task in enumerate(tasks) if task.at is None), len(tasks))

    def state(place: int, task: Task) -> str:
        return "done" if task.at is not None else "now" if place == waiting else "later"

    return tuple(replace(task, state=state(place, task)) for place, task in enumerate(tasks))


def _recorded(line: EvidenceLine) -> Recorded:
    by = _("Officer %(number)s") % {"number": line.actor_id} if line.actor_id.isdigit() else _("No person")
    place = outlet_name(line.outlet)
    return Recorded(
        title=str(EVIDENCE.get(line.kind, line.kind)),
        at=line.recorded_at,
        by=f"{by}, {place}" if place else by,
        note=_note(line),
    )


def _fee_lines(invoice: Any) -> tuple[FeeLine, ...]:
    if invoice is None:
        return ()
    tariff = pack().tariff
    return tuple(
        FeeLine(name=str(tariff[row.line].names), cents=row.amount_minor)
        for row in invoice.lines.order_by("position")
    )
