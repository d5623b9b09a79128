"""Preparing lists in the worker: on the clock, when news comes, or when an operator asks."""

from datetime import datetime
from functools import partial

from django.db import connection

from chopmark.authority.audit.services import act, leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.custody import selectors as custody
from chopmark.authority.custody.printing import printed_facts
from chopmark.authority.kernel.actors import Actor
from chopmark.authority.kernel.containing import each
from chopmark.authority.kernel.outbox import hand_on
from chopmark.authority.participants.permissions import Permission
from chopmark.authority.participants.services import require_permission
from chopmark.authority.publication import files, selectors
from chopmark.authority.publication.events import CrlPublicationAsked
from chopmark.authority.publication.lists import RevocationList, all_lists, list_of, lists_of, lists_of_serial
from chopmark.authority.publication.models import CrlIntent
from chopmark.authority.publication.policy import is_due
from chopmark.authority.publication.publishing import publish_authorities, publish_signed
from chopmark.pki.crl import build_tbs, read_tbs
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
    _hold(issuer_id, shard)
    this_update = now.replace(microsecond=0)
    intent = CrlIntent(
        issuer_id=issuer_id,
        shard=shard,
        number=selectors.next_number(issuer_id, shard, public=files.number_of(wanted)),
        this_update=this_update,
        next_update=this_update + wanted.valid_for,
        intended_at=now,
    )
    intent.tbs_cert_list = _build(wanted, intent)
    intent.save(force_insert=True)
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


def _build(wanted: RevocationList, intent: CrlIntent) -> bytes:
    tbs = build_tbs(
        issuer=printed_facts(wanted.issuer, spki=wanted.authority.spki, shard=wanted.shard),
        signature_algorithm=wanted.authority.signature_algorithm,
        entries=wanted.entries(intent.this_update),
        number=intent.number,
        this_update=intent.this_update,
        next_update=intent.next_update,
        distribution_point=wanted.distribution_point,
    )
    return lint_crl(tbs, issuer_certificate_der=wanted.authority.certificate_der).tbs_cert_list


def due_lists(*, now: datetime) -> list[RevocationList]:
    """The lists that the timetable or their age asks for now, or that were intended and came to nothing."""
    return [wanted for found in each(all_lists(), partial(_due, now=now)) for wanted in found]


def _due(wanted: RevocationList, *, now: datetime) -> list[RevocationList]:
    """This list if it is due, else none."""
    last = selectors.last_intent(wanted.authority.id, wanted.shard, now=now)
    is_wanted = selectors.is_owed(wanted.authority.id, wanted.shard, now=now) or is_due(
        made_at=last.this_update if last else None,
        next_update=last.next_update if last else None,
        slot=wanted.slot(now),
        valid_for=wanted.valid_for,
        now=now,
    )
    return [wanted] if is_wanted else []


def prepare_due(*, actor: Actor, now: datetime) -> int:
    """Prepare every list that is due, then publish what is ready and was not heard of; answers how many were prepared.

    What fails with one list or certificate keeps no other waiting.
    """
    prepare = partial(prepare_crl, actor=actor, now=now)
    prepared = each(due_lists(now=now), lambda one: prepare(issuer_id=one.authority.id, shard=one.shard))
    publish_authorities(actor=actor, now=now)
    publish_signed(actor=actor, now=now)
    return len(prepared)


def bring_forward(*, issuer_id: int, serial_number: bytes, actor: Actor, now: datetime) -> None:
    """Prepare the lists on which a revocation must show, unless the newest intended ones have it already."""
    for wanted in lists_of_serial(issuer_id, serial_number):
        last = selectors.last_intent(issuer_id, wanted.shard, now=now)
        if last is None or serial_number not in set(read_tbs(bytes(last.tbs_cert_list)).serial_numbers()):
            prepare_crl(issuer_id=issuer_id, shard=wanted.shard, actor=actor, now=now)


@act(AuditTag.CRL_PUBLICATION_ASKED)
def publish_now(*, issuer_id: int, actor: Actor, now: datetime) -> int:
    """Have all lists of an issuer prepared at once because an operator asks; answers how many. Only the worker writes intents."""
    require_permission(actor, Permission.CONSOLE_CRL_PUBLISH)
    wanted = list(lists_of(custody.authority(issuer_id)))
    leave(public={"issuer": issuer_id}, payload={"actor": actor.id}, now=now)
    hand_on(CrlPublicationAsked(issuer_id))
    return len(wanted)


def prepare_all(*, issuer_id: int, actor: Actor, now: datetime) -> None:
    """Prepare every list of an issuer, whatever its timetable says."""
    for wanted in lists_of(custody.authority(issuer_id)):
        prepare_crl(issuer_id=issuer_id, shard=wanted.shard, actor=actor, now=now)
