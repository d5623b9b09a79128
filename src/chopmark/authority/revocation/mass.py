"""Revoking thousands at once (CPS 4.9): by the authority, whose operators approved the very serial numbers (`campaigns`)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby

from django.db import connection

from chopmark.authority.audit.rows import promiser
from chopmark.authority.audit.services import Line, leave_many
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.kernel.actors import Actor
from chopmark.authority.kernel.copying import in_one
from chopmark.authority.kernel.identifiers import CertificateId
from chopmark.authority.kernel.outbox import hand_on
from chopmark.authority.revocation.events import HoldersToTell, ManyRevoked
from chopmark.authority.revocation.models import Revocation
from chopmark.pki.crl import CRLReason

# Of one hand-over: its notices are asked for well within the outbox's lease, which is its own: a drain takes one such row.
TOLD_AT_ONCE = 50
# No advisory lock for each: thousands of them in several workers would fill the database's table of locks. The unique
# constraint alone decides who revokes, and waits for whoever is at the same number; all go in one order, so none waits in a ring.
_ADD = """
    insert into revocation_revocation (issuer_id, serial_number, reason, revoked_at)
    select %(issuer)s, decode(asked, 'hex'), %(reason)s, %(at)s
    from unnest(string_to_array(%(serial_numbers)s, ',')) asked order by asked
    on conflict (issuer_id, serial_number) do nothing returning serial_number
"""
_TABLE = Revocation._meta.db_table  # noqa: SLF001  # Django's documented way to a model's table
_promise = promiser(_TABLE, ("issuer_id", "serial_number", "reason", "revoked_at", "invalidity_date"))


def revoke_many(
    *,
    certificates: Iterable[CertificateId],
    reason: CRLReason,
    behind: Mapping[str, str | int],
    actor: Actor,
    now: datetime,
) -> frozenset[CertificateId]:
    """Revoke these in the act that is running, a leaf for each; answers those that were not revoked already.

    The caller has proved that the authority asks for it; what stands `behind` it, each leaf commits to, and the audit asks.
    """
    revoked: set[CertificateId] = set()
    for issuer_id, group in groupby(sorted(certificates), key=lambda one: one.issuer_id):
        added = _add(issuer_id, [one.serial_number for one in group], reason, now)
        _leave(issuer_id, added, reason, {**behind, "actor": actor.id}, now)
        _hand_on(issuer_id, added, reason, now)
        revoked.update(CertificateId(issuer_id, octets) for octets in added)
    return frozenset(revoked)


def _add(issuer_id: int, serial_numbers: Sequence[bytes], reason: CRLReason, now: datetime) -> list[bytes]:
    asked: dict[str, int | str | datetime] = {
        "issuer": issuer_id,
        "reason": int(reason),
        "at": now.replace(microsecond=0),
        "serial_numbers": _in_hex(serial_numbers),
    }
    with connection.cursor() as cursor:
        cursor.execute(_ADD, asked)
        return sorted(bytes(octets) for (octets,) in cursor.fetchall())


def _leave(
    issuer_id: int,
    serial_numbers: Sequence[bytes],
    reason: CRLReason,
    payload: Mapping[str, str | int],
    now: datetime,
) -> None:
    """As `services._revoke` leaves one: the log alone can bring each back (`restoring`)."""
    at = now.replace(microsecond=0)
    said: dict[str, str | int] = {"issuer": issuer_id, "reason": reason.name.lower()}
    lines = [
        Line(
            {**said, "serial_number": octets.hex()},
            {**payload, "rows": [_promise((issuer_id, octets, int(reason), at, None))]},
        )
        for octets in serial_numbers
    ]
    leave_many(lines=lines, now=now, tag=AuditTag.CERTIFICATE_REVOKED_BY_AUTHORITY)


def _hand_on(issuer_id: int, serial_numbers: Sequence[bytes], reason: CRLReason, now: datetime) -> None:
    if not serial_numbers:
        return
    hand_on(ManyRevoked(issuer_id, _in_hex(_first_of_each_octet(serial_numbers)), int(reason)))
    for at in range(0, len(serial_numbers), TOLD_AT_ONCE):
        some = _in_hex(serial_numbers[at : at + TOLD_AT_ONCE])
        # After all else, news or put back (`last`): no list and no key's delivery waits until a million letters are asked for.
        hand_on(HoldersToTell(issuer_id, some, int(reason)), due_at=now)


def _in_hex(serial_numbers: Iterable[bytes]) -> str:
    return in_one(octets.hex() for octets in serial_numbers)


def _first_of_each_octet(serial_numbers: Iterable[bytes]) -> Iterator[bytes]:
    """One for every partition that a pack can have, whose lists are told apart by the last octet.

    The least: lists are read in the order of serial numbers, so that a list which has this one was read after all of them stood.
    """
    first = {octets[-1]: octets for octets in sorted(serial_numbers, reverse=True)}
    return iter(sorted(first.values()))
