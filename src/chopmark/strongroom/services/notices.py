"""Writing to a record's subject: the leave for it, and what is on disk before anything is sent. `notices/sending.py` sends."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from chopmark.pki.refusals import Refusal
from chopmark.strongroom.actors import Actor
from chopmark.strongroom.errors import CaseUnknown, RecordShredded
from chopmark.strongroom.keys.keyring import Keyring
from chopmark.strongroom.leaves import act, leave, leave_with, row_if_refused
from chopmark.strongroom.log import witnesses
from chopmark.strongroom.models import Case, Opening
from chopmark.strongroom.notices.errors import (
    NoticeNotAllowed,
    NoticeParametersWrong,
    NoticeReferenceTaken,
)
from chopmark.strongroom.notices.models import Notice, Sending
from chopmark.strongroom.notices.parameters import PARAMETERS
from chopmark.strongroom.policy.shapes import CaseKind, Template
from chopmark.strongroom.policy.templates import DELIVERED_BY
from chopmark.strongroom.purposes import AUTHORITY, terms
from chopmark.strongroom.services import cases, openings, watching
from chopmark.strongroom.services.openings import Asked
from chopmark.strongroom.services.watching import Verb
from chopmark.strongroom.tags import Tag

# Until the record is shredded; the row wants a day, and no record is kept as long.
STANDS_FOR = timedelta(days=36525)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the authority wants a subject to be told, and its own name for it."""

    reference: str
    record_id: UUID
    template: str
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a notice stands; never where it goes."""

    state: str
    channel: str
    ended_at: datetime | None


@act(Tag.CASE_OPENED_FOR_NOTICES)
def open_case_for_notices(*, case_id: UUID, keys: Keyring, actor: Actor, now: datetime) -> None:
    """Close an application's case, and leave of it what lets us write to its subject; again changes nothing.

    Whoever asks gives up more than it gets: that is what can be checked here of a certificate that was made.
    """
    # 1. Guesses are counted; the record before its case, in the order in which all do.
    watching.attend_at_door(actor, Verb.CASE, now)
    found = Case.objects.filter(pk=case_id, kind=CaseKind.APPLICATION).first()
    if found is None:
        raise CaseUnknown
    record = cases.hold_record(found.record_id)
    case = cases.hold(case_id)

    # 2. It was done before.
    standing = Case.objects.filter(record=record, kind=CaseKind.NOTICES).first()
    if standing is None:
        # 3. The application came home, and its case is live: one that is over gives nothing any more.
        cases.require_live(case, now)
        if case.confirmed_at is None:
            raise NoticeNotAllowed
        case.closed_at = now
        case.save(update_fields=["closed_at"])
        standing = _stand(case, keys, now)
    payload = {"case": str(standing.pk), "record": str(record.pk), "of": str(case.pk)}
    leave(actor=actor, payload=payload, now=now)


@act(Tag.NOTICE_QUEUED)
def deliver(*, wanted: Wanted, actor: Actor, now: datetime) -> Standing:
    """Have something written to a record's subject, once for one reference; asked again, the answer is how it stands.

    The opening, its line in the history, and what is to be sent are on disk when this returns; no address leaves.
    """
    # 1. The asker is free to ask.
    template = terms().templates.get(wanted.template)
    watching.attend_at_door(actor, Verb.DELIVER, now, purpose=template.purpose if template else "")

    # 2. It was asked before. With the record held, two at once find one another.
    record = cases.hold_record(wanted.record_id)
    known = Notice.objects.select_related("sending", "opening").filter(reference=wanted.reference).first()
    if known is not None:
        return _again(known, wanted, actor, now)

    # 3. The witnesses are not late; from here on a refusal is also a line in the subject's history.
    witnesses.require_in_time(now)
    row_if_refused(lambda refusal: _refused(wanted, template, actor, now, refusal))

    # 4. The owner wrote such a notice, and nothing else is to be said in it.
    agreed = terms().template(wanted.template)
    _require_parameters(agreed, wanted.parameters)

    # 5. A case of the record's lets us write; the opening under it is within every limit.
    if record.shredded_at is not None:
        raise RecordShredded
    fields = [DELIVERED_BY[channel] for channel in agreed.channels]
    asked = Asked.of(_case_of(wanted.record_id, now), agreed.purpose, fields, AUTHORITY, None)
    opening = openings.note_opening(asked, actor, now, Verb.DELIVER)

    # 6. What is to be sent: no address, no text.
    return _queue(wanted, opening, actor, now)


def _stand(case: Case, keys: Keyring, now: datetime) -> Case:
    case_id = keys.draw_id()
    return Case.objects.create(
        id=case_id,
        kind=CaseKind.NOTICES,
        record=case.record,
        application_reference="",
        type="",
        nonce=case_id.hex,
        purposes=terms().purposes_of(CaseKind.NOTICES),
        opened_at=now,
        closes_at=now + STANDS_FOR,
        confirmed_at=now,
    )


def _again(known: Notice, wanted: Wanted, actor: Actor, now: datetime) -> Standing:
    is_same = (known.opening.record_id, known.template, known.parameters) == (
        wanted.record_id,
        wanted.template,
        dict(wanted.parameters),
    )
    if not is_same:
        raise NoticeReferenceTaken
    leave(actor=actor, payload={"notice": known.pk}, now=now, tag=Tag.NOTICE_ASKED_AGAIN)
    return _standing(known.sending)


def _standing(sending: Sending) -> Standing:
    return Standing(state=str(sending.state), channel=sending.channel, ended_at=sending.ended_at)


def _require_parameters(template: Template, given: Mapping[str, str]) -> None:
    if given.keys() != set(template.parameters):
        raise NoticeParametersWrong
    if not all(PARAMETERS[name].fits(value) for name, value in given.items()):
        raise NoticeParametersWrong


def _case_of(record_id: UUID, now: datetime) -> UUID:
    """The case for notices; before there is one, the application's own, once it came home."""
    live = Case.objects.filter(
        record=record_id,
        kind__in=(CaseKind.APPLICATION, CaseKind.NOTICES),
        closed_at=None,
        closes_at__gt=now,
        confirmed_at__isnull=False,
    )
    found = live.order_by("-opened_at").values_list("pk", flat=True).first()
    if found is None:
        raise NoticeNotAllowed
    return found


def _queue(wanted: Wanted, opening: Opening, actor: Actor, now: datetime) -> Standing:
    notice = Notice(
        reference=wanted.reference,
        opening=opening,
        template=wanted.template,
        parameters=dict(wanted.parameters),
        asked_at=now,
    )
    payload = {
        "record": str(wanted.record_id),
        "reference": wanted.reference,
        "template": wanted.template,
        "opening": opening.leaf_id,
    }
    leave_with(notice, actor=actor, payload=payload, now=now)
    return _standing(Sending.objects.create(notice=notice, due_at=now))


def _refused(
    wanted: Wanted, template: Template | None, actor: Actor, now: datetime, refusal: Refusal
) -> Opening:
    return Opening(
        at=now,
        record_id=wanted.record_id,
        purpose=template.purpose if template else "",
        fields=[],
        caller=AUTHORITY,
        actor=actor.id,
        refused=refusal.code,
    )
