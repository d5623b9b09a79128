"""Preparing lists in the worker: on the clock, when news comes, or when an operator asks."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial

from django.db import connection

from chopmark.authority.audit.services import act, leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.custody import selectors as custody
from chopmark.authority.custody.printing import DELTA, FULL
from chopmark.authority.kernel import octets
from chopmark.authority.kernel.actors import Actor
from chopmark.authority.kernel.containing import each
from chopmark.authority.kernel.outbox import NotYet, hand_on
from chopmark.authority.participants.permissions import Permission
from chopmark.authority.participants.services import require_permission
from chopmark.authority.publication import files, selectors
from chopmark.authority.publication.errors import NoBaseYet, SecondTaken
from chopmark.authority.publication.events import CrlPublicationAsked
from chopmark.authority.publication.lists import (
    RevocationList,
    all_lists,
    list_of,
    lists_of,
    lists_of_serials,
)
from chopmark.authority.publication.models import Crl, CrlIntent
from chopmark.authority.publication.policy import COMMIT_MAY_TAKE, NOT_TO_WAIT, is_due
from chopmark.authority.publication.publishing import publish_signed
from chopmark.authority.publication.repository import publish_authorities
from chopmark.pki import der
from chopmark.pki.crl import CRLReason, read_tbs
from chopmark.pki.lint import lint_crl

__all__ = [
    "bring_forward",
    "due_lists",
    "prepare_all",
    "prepare_crl",
    "prepare_due",
    "publish_now",
]


@act(AuditTag.CRL_INTENDED)
def prepare_crl(*, issuer_id: int, shard: int, actor: Actor, now: datetime) -> CrlIntent:
    """Write down the list of an issuer as it is now, under the next number (CPS 4.9.7); the insert wakes the signer."""
    wanted = list_of(issuer_id, shard)
    _hold(issuer_id, min(selectors.numbered_with(shard)))
    if selectors.is_second_taken(issuer_id, shard, now):
        raise SecondTaken
    this_update = now.replace(microsecond=0)
    intent = CrlIntent(
        issuer_id=issuer_id,
        shard=shard,
        number=selectors.next_number(issuer_id, shard, public=_public_number(wanted)),
        this_update=this_update,
        next_update=this_update + wanted.valid_for,
        intended_at=now,
    )
    intent.tbs_cert_list = _build(wanted, intent)
    octets.insert(intent)
    leave(
        public={"issuer": issuer_id, "shard": shard, "number": intent.number},
        payload={"actor": actor.id},
        now=now,
    )
    return intent


def _hold(issuer_id: int, shard: int) -> None:
    """One writer of a list at a time, until the transaction ends; the unique number stands behind it."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('crl intent'), %s)", [issuer_id * 1000 + shard])


def _public_number(wanted: RevocationList) -> int:
    """The highest number that the world knows in this list's sequence."""
    shards = selectors.numbered_with(wanted.shard)
    return max(files.number_of(one) for one in lists_of(wanted.authority) if one.shard in shards)


def _build(wanted: RevocationList, intent: CrlIntent) -> bytes:
    base = _base(wanted)
    at = intent.this_update
    stretches = wanted.entries(at) if base is None else wanted.changes(at, base=base.this_update)
    tbs = wanted.printed(
        [stretch.entries for stretch in stretches],
        number=intent.number,
        this_update=at,
        next_update=intent.next_update,
        base_number=None if base is None else base.number,
    )
    return lint_crl(tbs, issuer_certificate_der=wanted.authority.certificate_der).tbs_cert_list


def _base(wanted: RevocationList) -> Crl | None:
    """The full list that a delta is to: one that everybody can have."""
    if not wanted.is_delta:
        return None
    base = selectors.published(wanted.authority.id, FULL)
    if base is None:
        raise NoBaseYet
    return base


def due_lists(*, now: datetime) -> list[RevocationList]:
    """The lists that the timetable or their age asks for now, or that were intended and came to nothing."""
    return [wanted for found in each(all_lists(), partial(_due, now=now)) for wanted in found]


def _due(wanted: RevocationList, *, now: datetime) -> list[RevocationList]:
    """This list if it is due, else none."""
    slot = wanted.slot(now)
    if wanted.is_delta:
        slot = _delta_slot(wanted, now)
        if slot is None:
            return []
    last, is_owed = selectors.last_and_whether_owed(wanted.authority.id, wanted.shard, now=now)
    is_wanted = is_owed or is_due(
        made_at=last.this_update if last else None,
        next_update=last.next_update if last else None,
        slot=slot,
        valid_for=wanted.valid_for,
        now=now,
    )
    return [wanted] if is_wanted else []


def _delta_slot(wanted: RevocationList, now: datetime) -> datetime | None:
    """Since when there ought to be a delta: since its base is public, and every so often; not before there is a base.

    It is never made together with its base: two of one moment would have to have one number (RFC 5280 §5.2.4).
    """
    base, rule = selectors.published(wanted.authority.id, FULL), wanted.rule.delta
    if base is None or rule is None:
        return None
    return max(base.this_update, now - timedelta(minutes=rule.every_minutes))


def prepare_due(*, actor: Actor, now: datetime) -> int:
    """Prepare every list that is due, then publish what is ready and was not heard of; answers how many were prepared.

    What fails with one list or certificate keeps no other waiting.
    """
    prepared = each(due_lists(now=now), partial(_prepare_if_free, actor=actor, now=now))
    publish_authorities(actor=actor, now=now)
    publish_signed(actor=actor, now=now)
    return sum(prepared)


def _prepare_if_free(wanted: RevocationList, *, actor: Actor, now: datetime) -> bool:
    """Whether it was prepared; a delta that is due with its full list comes with the next tick."""
    if selectors.is_second_taken(wanted.authority.id, wanted.shard, now):
        return False
    prepare_crl(issuer_id=wanted.authority.id, shard=wanted.shard, actor=actor, now=now)
    return True


def bring_forward(
    *,
    issuer_id: int,
    serial_numbers: Sequence[bytes],
    reason: CRLReason | None,
    actor: Actor,
    now: datetime,
    at: datetime | None = None,
) -> None:
    """Prepare the lists on which news of serial numbers must show, unless the newest intended ones are of after it.

    Of many that were revoked together each list is asked for the first that is on it: a list that has the least, has all.

    Where the full list has a delta, that carries the news, and the full list waits for its slot; not so with a compromised key,
    nor with news that no delta says since it is of `at`, before the full list.
    """
    wanted = lists_of_serials(issuer_id, serial_numbers)
    base = selectors.published(issuer_id, FULL)
    passed_over = DELTA
    if base and any(one.is_delta for one, _ in wanted):
        passed_over = DELTA if reason in NOT_TO_WAIT or _is_older(at, base, now) else FULL
    untold = [
        one
        for one, serial_number in wanted
        if one.shard != passed_over and not _is_said(one, serial_number, reason, now)
    ]
    _require_free(untold, now)
    for one in untold:
        prepare_crl(issuer_id=issuer_id, shard=one.shard, actor=actor, now=now)


def _require_free(wanted: Iterable[RevocationList], now: datetime) -> None:
    """News that comes with other news in one second is told again in the next, before anything is prepared for it."""
    if any(selectors.is_second_taken(one.authority.id, one.shard, now) for one in wanted):
        raise NotYet


def _is_older(at: datetime | None, base: Crl, now: datetime) -> bool:
    """Whether a delta passes over what is of this moment: one to the full list that is public, or to the one on its way."""
    coming = selectors.last_intent(base.issuer_id, FULL, now=now)
    newest = max(base.this_update, coming.this_update) if coming else base.this_update
    return at is not None and at <= newest - COMMIT_MAY_TAKE


def _is_said(wanted: RevocationList, serial_number: bytes, reason: CRLReason | None, now: datetime) -> bool:
    last = selectors.last_intent(wanted.authority.id, wanted.shard, now=now)
    return last is not None and _is_told(last, serial_number, reason)


def _is_told(intent: CrlIntent, serial_number: bytes, reason: CRLReason | None) -> bool:
    """Whether a list says of a serial number what is to be told; None: that it is on hold no longer."""
    facts = read_tbs(selectors.octets_of(intent))
    entry = der.serial_number(serial_number)
    at, end = facts.entries_at
    if entry not in memoryview(facts.tbs)[at:end].tobytes():
        return reason is None and facts.base_number is None
    listed = next(one for one in facts.entries() if one.serial_number == serial_number)
    if reason is None:
        return listed.reason is CRLReason.REMOVE_FROM_CRL
    return listed.reason is reason


@act(AuditTag.CRL_PUBLICATION_ASKED)
def publish_now(*, issuer_id: int, actor: Actor, now: datetime) -> int:
    """Have all lists of an issuer prepared at once because an operator asks; answers how many. Only the worker writes intents."""
    require_permission(actor, Permission.CONSOLE_CRL_PUBLISH)
    wanted = [one for one in lists_of(custody.authority(issuer_id)) if not one.is_delta]
    leave(public={"issuer": issuer_id}, payload={"actor": actor.id}, now=now)
    hand_on(CrlPublicationAsked(issuer_id))
    return len(wanted)


def prepare_all(*, issuer_id: int, actor: Actor, now: datetime) -> None:
    """Prepare every list of an issuer, whatever its timetable says."""
    # A delta follows when its new base is public.
    wanted = [one for one in lists_of(custody.authority(issuer_id)) if not one.is_delta]
    _require_free(wanted, now)
    for one in wanted:
        prepare_crl(issuer_id=issuer_id, shard=one.shard, actor=actor, now=now)
