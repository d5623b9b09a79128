"""The owner's side of the tamper suite: everything that her audit reads has happened, most of it more than once."""

import contextlib
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import breach_stage
from notices_stage import certificate_is_made, deliver
from owners_stage import DEVI, FARAH, grant, officers_are_in
from people import ASHA, CHANDRA, ERRAND, ESHA, LATER, NOW, WORKER, asha_applies, asked
from requests_stage import ACCESS, NEW_PHONE, answer, make
from services_stage import agreed

from chopmark import software
from chopmark.config.audit.fault import Fault
from chopmark.config.audit.strongroom import LOG, PROMISING, faults
from chopmark.pki.refusals import Refusal
from chopmark.strongroom.actors import CLOCK, OWNER, SUBJECT
from chopmark.strongroom.breaches import freezing
from chopmark.strongroom.breaches.models import StepKind
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.leaves import act, leave
from chopmark.strongroom.log.publishing import publish_once
from chopmark.strongroom.log.signing import signing_key
from chopmark.strongroom.models import Opening, Outcome
from chopmark.strongroom.notices.models import Sending
from chopmark.strongroom.notices.sending import note_sent
from chopmark.strongroom.options import USUAL_POLICY
from chopmark.strongroom.policy.models import Finding, KnownCertificate
from chopmark.strongroom.policy.reading import read_file
from chopmark.strongroom.policy.registers import Risk
from chopmark.strongroom.purposes import AUTHORITY
from chopmark.strongroom.services import (
    alerts,
    assessments,
    bulk,
    choices,
    complaints,
    credentials,
    data_requests,
    officer_cases,
    openings,
    retention,
    suppression,
)
from chopmark.strongroom.services.assessments import Findings
from chopmark.strongroom.services.bulk import Batch
from chopmark.strongroom.services.choices import Use
from chopmark.strongroom.services.leave_to_open import SubjectSession
from chopmark.strongroom.services.officer_cases import Wanted
from chopmark.strongroom.services.starting import note_policy, note_start
from chopmark.strongroom.tags import Tag
from tampering.side import Side

STRONGROOM = Side(
    log=LOG,
    promising=PROMISING,
    keys={"strongroom_leaf": "id", "strongroom_leafpayload": "leaf_id", "strongroom_logcheckpoint": "size"},
    referred_to=frozenset({"strongroom_leaf"}),
    # Her leaves and their moments are in their entries.
    no_moment=frozenset(
        {"strongroom_leaf", "strongroom_leafpayload", "strongroom_frozenrecord", "strongroom_officercase"}
    ),
)
# So that one tile and one bundle are full, and there is a tile above them.
STARTS = 230
END = LATER + timedelta(days=365 * 30, minutes=1)  # just after the last that was done
OFFERS, REMINDERS = (
    Use(service="club", purpose=purpose, channel="email") for purpose in ("offers", "reminders")
)


@dataclass(frozen=True, slots=True)
class OwnersScene:
    """Her folder, and the hour at which she audits."""

    log: Path
    public: Path
    now: datetime
    side: Side = STRONGROOM

    def faults(self) -> list[Fault]:
        return list(faults(now=self.now))

    def sign(self, text: bytes) -> bytes:
        return signing_key().sign(text)


def populated(log: Path, public: Path) -> OwnersScene:
    officers_are_in()
    _starts()
    publish_once(log, LATER)
    of_asha = asha_applies()
    of_esha = asha_applies(errand=replace(ERRAND, reference="AP261100420", nonce="5f" * 16), particulars=ESHA)
    _opened(of_asha, of_esha)
    _granted([of_asha.record_id, of_esha.record_id])
    _chosen(of_asha.record_id)
    _held(of_asha.record_id, of_esha.record_id)
    _requested(of_asha.record_id, of_esha.record_id)
    _written_to(of_asha, of_esha)
    _known(of_asha.record_id, b"\x01")
    _known(of_esha.record_id, b"\x02")
    _complained(of_asha.record_id)
    _breached()
    _registered()
    _watched()
    publish_once(log, END)
    return OwnersScene(log, public, END + timedelta(minutes=5))


def _starts() -> None:
    policy = read_file(USUAL_POLICY)
    for digest in (policy.digest, b"\x01" * 32, b"\x02" * 32):
        note_policy(policy=replace(policy, digest=digest), actor=OWNER, now=NOW)
    running = software.running()
    for second in range(STARTS):
        note_start(software=running, actor=OWNER, now=NOW + timedelta(seconds=second))


def _opened(*submitted) -> None:
    for one, reference in zip(submitted, (ERRAND.reference, "AP261100420"), strict=True):
        ask = asked(one.case_id, "name", application=reference)
        for actor in (WORKER, CHANDRA):
            openings.open_fields(asked=ask, keys=keyring(), actor=actor, now=LATER)
        with contextlib.suppress(Refusal):
            openings.open_fields(
                asked=replace(ask, purpose="enquiry"), keys=keyring(), actor=WORKER, now=LATER
            )
    again = asha_applies(errand=replace(ERRAND, reference="AP261100421", nonce="60" * 16), particulars=ASHA)
    openings.find(
        asked=asked(again.case_id, "hkid", purpose="duplicate_check", application="AP261100421"),
        actor=WORKER,
        now=LATER,
    )


def _watched() -> None:
    """Somebody guesses cases until the door is stopped; the owner lets it go on, and it happens again."""
    for began in (LATER, LATER + timedelta(hours=6)):
        at = began
        while not (stopped := alerts.suspensions()):
            at += timedelta(seconds=31)
            with contextlib.suppress(Refusal):
                openings.open_fields(asked=asked(uuid4(), "name"), keys=keyring(), actor=WORKER, now=at)
        for suspension in stopped:
            alerts.release_asker(suspension_id=suspension.pk, finding=Finding.ORDINARY, actor=FARAH, now=at)
    for alert in alerts.open_alerts():
        alerts.acknowledge(alert_id=alert.pk, finding=Finding.MISUSE, actor=DEVI, now=at)


def _granted(record_ids) -> None:
    for _ in range(2):
        grant_id = grant(DEVI, FARAH)
        bulk.open_many(
            batch=Batch(
                grant_id=grant_id,
                purpose="renewal",
                fields=frozenset({"name", "email"}),
                caller=AUTHORITY,
                records=tuple(record_ids),
            ),
            keys=keyring(),
            actor=WORKER,
            now=LATER,
        )


def _chosen(record_id) -> None:
    session = SubjectSession(record_id=record_id, signed_in_at=LATER)
    for use in (OFFERS, REMINDERS):
        with contextlib.suppress(Refusal):
            choices.release(record_id=record_id, use=use, keys=keyring(), actor=WORKER, now=LATER)
        choices.allow(session=session, use=use, agreed=agreed(use), keys=keyring(), actor=SUBJECT, now=LATER)
    choices.release(record_id=record_id, use=OFFERS, keys=keyring(), actor=WORKER, now=LATER)
    choices.withdraw(session=session, use=OFFERS, actor=SUBJECT, now=LATER)


def _requested(*record_ids) -> None:
    """Each asks twice, agrees to a fee and is answered; each forbids marketing and permits it again."""
    for record_id in record_ids:
        session = SubjectSession(record_id=record_id, signed_in_at=LATER)
        request = make(record_id, ACCESS)
        data_requests.tell_fee(request_id=request.pk, amount_minor=100, actor=DEVI, now=LATER)
        data_requests.agree_fee(session=session, request_id=request.pk, actor=SUBJECT, now=LATER)
        answer(request)
        answer(make(record_id, NEW_PHONE))
        suppression.forbid(session=session, actor=SUBJECT, now=LATER)
        suppression.permit(session=session, actor=SUBJECT, now=LATER)


def _written_to(*submitted) -> None:
    for one in submitted:
        certificate_is_made(one)
        for number in (1, 2):
            deliver(one, reference=f"{one.record_id.hex[:8]}-{number}")
    # A server of mail of their own would be two files more: it says that it sent them.
    for sending in Sending.objects.all():
        note_sent(sending=sending, channel="email", actor=CLOCK, now=LATER)


def _held(*record_ids) -> None:
    for record_id in record_ids:
        hold_id = retention.place_hold(record_id=record_id, reason="litigation", actor=DEVI, now=LATER)
        retention.lift_hold(hold_id=hold_id, actor=FARAH, now=LATER + timedelta(minutes=record_id.int % 5))


@act(Tag.CERTIFICATE_MADE_KNOWN)
def _made_known(*, record_id, fingerprint, actor, now) -> None:
    known = KnownCertificate.objects.create(record_id=record_id, fingerprint=fingerprint, known_at=now)
    leave(actor=actor, payload={"record": str(record_id)}, now=now, rows=[known])


def _known(record_id, octet) -> None:
    _made_known(record_id=record_id, fingerprint=octet * 32, actor=SUBJECT, now=LATER)


def _complained(record_id) -> None:
    for line in Opening.objects.filter(record=record_id).order_by("leaf_id")[:2]:
        complaint = complaints.complain(record_id=record_id, leaf_id=line.leaf_id, actor=SUBJECT, now=LATER)
        for outcome in (Outcome.STILL_LOOKING, Outcome.IN_ORDER):
            complaints.answer_complaint(
                complaint_id=complaint.pk, outcome=outcome, words="", keys=keyring(), actor=DEVI, now=LATER
            )


def _breached() -> None:
    """Two breaches with a record each, each frozen twice; the owner takes them over, and lifts the first freezes."""
    at = LATER + timedelta(minutes=10)
    for number, reference in ((1, ERRAND.reference), (2, "AP261100420")):
        breach_stage.reported(
            detected_at=LATER, call=None, applications=frozenset({reference}), actor=CHANDRA, now=at
        )
        breach_stage.step(StepKind.TAKEN_OVER, number=number, now=at + timedelta(minutes=number))
        freezing.lift(number=number, reason="By mistake.", actor=DEVI, now=at + timedelta(minutes=number))
        freezing.release(actor=OWNER, now=at + timedelta(minutes=5), most=10)
        freezing.freeze(number=number, actor=FARAH, now=at + timedelta(minutes=5 + number))


def _registered() -> None:
    """Officers' own cases, assessments in two versions, and two orders to destroy what will be due by then."""
    for reference in (ERRAND.reference, "AP261100420"):
        wanted = Wanted(purpose="enquiry", application=reference, file="EN/7", why="She asks what she gave")
        officer_cases.open_case_by_officer(wanted=wanted, keys=keyring(), actor=CHANDRA, now=LATER)
    findings = Findings(
        title="Enquiries", changed="New", assessed_on=date(2026, 11, 2), assessor="Devi", risk=Risk.LOW, risks="None",
        measures="Masks", comments="", clauses="", next_review=date(2027, 11, 2), purposes=frozenset({"enquiry"}),
    )  # fmt: skip
    first = assessments.write_assessment(findings=findings, actor=DEVI, now=LATER)
    assessments.write_assessment(findings=findings, number=first.number, actor=FARAH, now=LATER)
    for reviewer, reviewed in ((DEVI, FARAH), (FARAH, DEVI)):
        credentials.confirm(number=reviewed.id, actor=reviewer, now=LATER)
    for years in (20, 30):
        then = LATER + timedelta(days=365 * years)
        due = retention.count_due(now=then)
        retention.confirm_shredding(expected=due, actor=DEVI, now=then)
