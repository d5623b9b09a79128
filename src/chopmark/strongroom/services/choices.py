"""Value-added services: what the owner approved, what the subject allowed, and nothing else leaves."""

from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from chopmark.pki.refusals import Refusal
from chopmark.strongroom import vault
from chopmark.strongroom.actors import Actor
from chopmark.strongroom.errors import CaseClosed, CaseExpired
from chopmark.strongroom.keys.keyring import Keyring
from chopmark.strongroom.leaves import act, leave, row_if_refused
from chopmark.strongroom.log import witnesses
from chopmark.strongroom.models import Case, Opening, Record
from chopmark.strongroom.policy.errors import NotChosen, RecordUnknown, ServiceNotApproved
from chopmark.strongroom.policy.models import Choice
from chopmark.strongroom.policy.reading import CHANNELS
from chopmark.strongroom.policy.shapes import CaseKind, Service
from chopmark.strongroom.purposes import AUTHORITY, terms
from chopmark.strongroom.services import cases, consent_texts, openings, suppression, watching
from chopmark.strongroom.services.consent_texts import Agreed
from chopmark.strongroom.services.leave_to_open import SubjectSession, require_signed_in
from chopmark.strongroom.services.openings import Asked
from chopmark.strongroom.services.present_keys import by_present_key
from chopmark.strongroom.services.watching import Verb
from chopmark.strongroom.tags import Tag

HERE = ZoneInfo("Asia/Hong_Kong")


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One service, one purpose, one channel: what is allowed or not, by itself."""

    service: str
    purpose: str
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a use stands with a subject: not allowed unless she said so."""

    use: Use
    service: Service
    is_allowed: bool
    since: datetime | None


@act(Tag.CHOICE_GIVEN)
def allow(
    *, session: SubjectSession, use: Use, agreed: Agreed, keys: Keyring, actor: Actor, now: datetime
) -> None:
    """The subject, signed in at the desk, lets a service reach her; allowing it again changes nothing."""
    # 1. Nothing is allowed under a word that nobody may contact her, and only what she read.
    record = require_signed_in(session, actor, now)
    suppression.require_permitted(record.pk)
    service = _require_approved(use, now)
    consent_texts.require_agreed(service, agreed, purpose=use.purpose, channel=use.channel)

    # 2. Her yes with what she read, and the case that it opens.
    choice = newest(record.pk, use)
    added = []
    if choice is None or not _is_live(choice, service, now):
        choice = _choice(record, use, _case(record, use, service, keys, now), now, agreed)
        added = [choice]
    leave(actor=actor, payload=_facts(choice), now=now, rows=added)


@act(Tag.CHOICE_WITHDRAWN)
def withdraw(*, session: SubjectSession, use: Use, actor: Actor, now: datetime) -> None:
    """The subject takes it back, approved or not: when this returns, no release follows."""
    record = require_signed_in(session, actor, now)
    choice = newest(record.pk, use)
    if choice is None:
        raise NotChosen
    # The case's row is what a release holds: one that runs is awaited, one that comes later finds it closed.
    case, added = cases.hold(choice.case_id), []
    if case.closed_at is None:
        case.closed_at = now
        case.save(update_fields=["closed_at"])
        choice = _choice(record, use, case, now)
        added = [choice]
    leave(actor=actor, payload=_facts(choice), now=now, rows=added)


def release(
    *, record_id: UUID, use: Use, keys: Keyring, actor: Actor, now: datetime
) -> dict[str, str | None]:
    """Give a service the one field by which it may reach her; an opening like any other, written down first."""
    record = _write_release(record_id=record_id, use=use, actor=actor, now=now)
    fields = by_present_key(record.locked, lambda locked: vault.unlock(locked, kek=keys.kek))
    return {CHANNELS[use.channel]: fields[CHANNELS[use.channel]]}


@act(Tag.CONTACT_RELEASED)
def _write_release(*, record_id: UUID, use: Use, actor: Actor, now: datetime) -> Record:
    # 1. The asker is free to ask and the witnesses are not late. A refusal is a line in her history, if there is such a person.
    watching.attend_at_door(actor, Verb.RELEASE, now, purpose=use.purpose)
    witnesses.require_in_time(now)
    if not Record.objects.filter(pk=record_id).exists():
        raise RecordUnknown
    row_if_refused(lambda refusal: _refused(record_id, use, actor, now, refusal))

    # 2. Her word that nobody may contact her beats everything: with the record locked, one that is being said is awaited.
    cases.hold_record(record_id)
    suppression.require_permitted(record_id)

    # 3. The owner approved the service today, and the subject's last word was yes.
    service = _require_approved(use, now)
    choice = newest(record_id, use)
    if choice is None or not choice.allowed or not _is_as_agreed(choice, service):
        raise NotChosen

    # 4. The opening, under the case that her choice opened; withdrawn since, it is closed.
    asked = Asked.of(choice.case_id, use.purpose, [CHANNELS[use.channel]], AUTHORITY, None)
    try:
        return openings.note_opening(asked, actor, now, Verb.RELEASE).record
    except (CaseClosed, CaseExpired):
        raise NotChosen from None


def standings(record_id: UUID, *, now: datetime) -> list[Standing]:
    """Every use that is approved today, and any other that she allowed and may still take back."""
    found = []
    for service in terms().services.values():
        for use in _uses(service):
            choice = newest(record_id, use)
            is_allowed = choice is not None and _is_live(choice, service, now)
            if is_allowed or service.is_approved(now.astimezone(HERE).date()):
                since = choice.chosen_at if choice is not None else None
                found.append(Standing(use=use, service=service, is_allowed=is_allowed, since=since))
    return found


def standing_of(record_id: UUID, use: Use, *, now: datetime) -> Standing:
    """How one use stands with her; one that is not approved today is none."""
    service = _require_approved(use, now)
    choice = newest(record_id, use)
    is_allowed = choice is not None and _is_live(choice, service, now)
    since = choice.chosen_at if choice is not None else None
    return Standing(use=use, service=service, is_allowed=is_allowed, since=since)


def newest(record_id: UUID, use: Use) -> Choice | None:
    """The subject's last word on a use."""
    words = Choice.objects.filter(
        record=record_id, service=use.service, purpose=use.purpose, channel=use.channel
    )
    return words.select_related("case").order_by("-id").first()


def _is_live(choice: Choice, service: Service, now: datetime) -> bool:
    # A case may also be closed by the door, which gives leave back: then her yes is worth nothing any more.
    is_open = choice.case.closed_at is None and choice.case.closes_at > now
    return choice.allowed and is_open and _is_as_agreed(choice, service)


def _is_as_agreed(choice: Choice, service: Service) -> bool:
    """The policy still says what she said yes to: a service that does something else asks her again."""
    if choice.text_digest is None:
        return False
    now = consent_texts.digest_of(
        service, purpose=choice.purpose, channel=choice.channel, language=choice.language
    )
    return bytes(choice.text_digest) == now


def _uses(service: Service) -> list[Use]:
    return [
        Use(service=service.name, purpose=purpose, channel=channel)
        for purpose in service.purposes
        for channel in service.channels
    ]


def _require_approved(use: Use, now: datetime) -> Service:
    service = terms().services.get(use.service)
    if service is None or not service.is_approved(now.astimezone(HERE).date()):
        raise ServiceNotApproved
    if use.purpose not in service.purposes or use.channel not in service.channels:
        raise ServiceNotApproved
    return service


def _case(record: Record, use: Use, service: Service, keys: Keyring, now: datetime) -> Case:
    case_id = keys.draw_id()
    return Case.objects.create(
        id=case_id,
        kind=CaseKind.CHOICE,
        record=record,
        application_reference="",
        type="",
        nonce=case_id.hex,
        purposes=[use.purpose],
        opened_at=now,
        closes_at=datetime.combine(service.approved_until, time(), tzinfo=HERE),
        confirmed_at=now,
    )


def _choice(record: Record, use: Use, case: Case, now: datetime, agreed: Agreed | None = None) -> Choice:
    """A yes with what she agreed to, or (without it) her no."""
    return Choice.objects.create(
        record=record,
        service=use.service,
        purpose=use.purpose,
        channel=use.channel,
        allowed=agreed is not None,
        chosen_at=now,
        case=case,
        text_digest=agreed.digest if agreed else None,
        text_version=terms().version if agreed else "",
        language=agreed.language if agreed else "",
        in_writing=agreed is not None and agreed.in_writing,
    )


def _refused(record_id: UUID, use: Use, actor: Actor, now: datetime, refusal: Refusal) -> Opening:
    return Opening(
        at=now,
        record_id=record_id,
        purpose=use.purpose[:64],
        fields=[CHANNELS[use.channel]] if use.channel in CHANNELS else [],
        caller=AUTHORITY,
        actor=actor.id,
        refused=refusal.code,
    )


def _facts(choice: Choice) -> dict[str, object]:
    facts: dict[str, object] = {
        "record": str(choice.record_id),
        "service": choice.service,
        "purpose": choice.purpose,
        "channel": choice.channel,
    }
    if choice.text_digest is not None:
        facts["text"] = bytes(choice.text_digest).hex()
    return facts
