"""Reading revocations and suspensions: of one serial number, and as the entries of a list."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Exists, OuterRef, QuerySet

from chopmark.authority.kernel.identifiers import CertificateId
from chopmark.authority.kernel.octets import octets_cursor
from chopmark.authority.revocation.models import HoldRequest, Release, Revocation, Suspension

# How many entries are read at once: some megabytes, of a list that may have sixty.
STRETCH = 20_000

_REVOKED = """
    select serial_number, crl_entry from revocation_revocation
    where issuer_id = %(issuer)s and revoked_at > %(since)s and revoked_at <= %(at)s {partition}
"""
# Of several that are open at once the last to begin, as the responder says: two entries of one serial number are no list.
_SUSPENDED = """
    select serial_number, crl_entry from revocation_suspension suspension
    where issuer_id = %(issuer)s and suspended_at > %(since)s and suspended_at <= %(at)s {partition}
      and not exists (select from revocation_release release
                      where release.issuer_id = suspension.issuer_id and release.serial_number = suspension.serial_number
                        and release.suspended_at = suspension.suspended_at and release.released_at <= %(at)s)
      and not exists (select from revocation_suspension later
                      where later.issuer_id = suspension.issuer_id and later.serial_number = suspension.serial_number
                        and later.suspended_at > suspension.suspended_at and later.suspended_at <= %(at)s
                        and not exists (select from revocation_release over
                                        where over.issuer_id = later.issuer_id and over.serial_number = later.serial_number
                                          and over.suspended_at = later.suspended_at and over.released_at <= %(at)s))
      and not exists (select from revocation_revocation revoked
                      where revoked.issuer_id = suspension.issuer_id and revoked.serial_number = suspension.serial_number
                        and revoked.revoked_at <= %(at)s)
"""
# Released since, and neither revoked nor suspended again: its entry leaves the list (RFC 5280 §5.3.1, removeFromCRL).
_REMOVED = """
    select serial_number, chopmark_crl_entry(serial_number, max(released_at), 8, null)
    from revocation_release released
    where issuer_id = %(issuer)s and released_at > %(since)s and released_at <= %(at)s
      and not exists (select from revocation_revocation revoked
                      where revoked.issuer_id = released.issuer_id and revoked.serial_number = released.serial_number
                        and revoked.revoked_at <= %(at)s)
      and not exists (select from revocation_suspension again
                      where again.issuer_id = released.issuer_id and again.serial_number = released.serial_number
                        and again.suspended_at <= %(at)s
                        and not exists (select from revocation_release over
                                        where over.issuer_id = again.issuer_id and over.serial_number = again.serial_number
                                          and over.suspended_at = again.suspended_at and over.released_at <= %(at)s))
    group by serial_number
"""
# Ordered and cut short in each table by itself: the database then reads each index from where the last stretch ended. Of the
# union as a whole it would sort a million entries for each stretch anew.
_SOME = """
    (select serial_number, crl_entry from ({entries}) entry (serial_number, crl_entry)
     where serial_number > %(after)s order by serial_number limit %(limit)s)
"""
_NEXT = """
    select count(*), (array_agg(serial_number order by serial_number))[count(*)],
           string_agg(crl_entry, ''::bytea order by serial_number)
    from (select serial_number, crl_entry from ({some}) entry order by serial_number limit %(limit)s) stretch
"""
_PARTITION = "and get_byte(serial_number, length(serial_number) - 1) = any(%(octets)s)"


class Stretch(NamedTuple):
    """Some entries of a list as they stand in it, in the order of serial numbers, and the last of these."""

    last: bytes
    entries: bytes


def revocation_of(issuer_id: int, serial_number: bytes) -> Revocation | None:
    return Revocation.objects.filter(issuer_id=issuer_id, serial_number=serial_number).first()


def revoked_among(certificates: Iterable[CertificateId]) -> set[CertificateId]:
    """Which of some thousands at most are revoked."""
    of_issuer: dict[int, list[bytes]] = {}
    for one in certificates:
        of_issuer.setdefault(one.issuer_id, []).append(one.serial_number)
    return {
        CertificateId(issuer_id, bytes(octets))
        for issuer_id, asked in of_issuer.items()
        for octets in Revocation.objects.filter(issuer_id=issuer_id, serial_number__in=asked).values_list(
            "serial_number", flat=True
        )
    }


def open_suspensions(issuer_id: int, serial_number: bytes) -> QuerySet[Suspension]:
    """Those that nothing released, whatever the clocks say of their moments: two machines need not agree on a second."""
    own = {"issuer_id": issuer_id, "serial_number": serial_number}
    released = Release.objects.filter(**own, suspended_at=OuterRef("suspended_at"))
    return Suspension.objects.filter(**own).exclude(Exists(released)).order_by("suspended_at")


def held_since(issuer_id: int, serial_number: bytes, *, at: datetime) -> datetime | None:
    """Since when a certificate was on hold at a moment; nothing if it was not, or was revoked by then."""
    own = {"issuer_id": issuer_id, "serial_number": serial_number}
    if Revocation.objects.filter(**own).in_force(at).exists():
        return None
    over = Release.objects.filter(**own, suspended_at=OuterRef("suspended_at"), released_at__lte=at)
    begun = Suspension.objects.filter(**own, suspended_at__lte=at).exclude(Exists(over))
    return begun.order_by("suspended_at").values_list("suspended_at", flat=True).first()


def on_hold() -> QuerySet[Suspension]:
    """Every certificate that waits for a release or a revocation, the longest first."""
    own = {"issuer_id": OuterRef("issuer_id"), "serial_number": OuterRef("serial_number")}
    released = Release.objects.filter(**own, suspended_at=OuterRef("suspended_at"))
    revoked = Revocation.objects.filter(**own)
    return (
        Suspension.objects.exclude(Exists(released)).exclude(Exists(revoked)).order_by("suspended_at", "id")
    )


class Fact(NamedTuple):
    """Something that was done to a certificate, with what an officer took down of it, if one did."""

    act: str  # suspend, release or revoke
    at: datetime
    request: HoldRequest | None


def facts_of(issuer_id: int, serial_number: bytes) -> list[Fact]:
    """What was done to a certificate, the last first."""
    own = {"issuer_id": issuer_id, "serial_number": serial_number}
    taken = {(row.act, row.at): row for row in HoldRequest.objects.filter(**own)}
    told = [
        *(("suspend", one.suspended_at) for one in Suspension.objects.filter(**own)),
        *(("release", at) for at in {one.released_at for one in Release.objects.filter(**own)}),
        *(("revoke", one.revoked_at) for one in Revocation.objects.filter(**own)),
    ]
    order = ("suspend", "release", "revoke")
    told.sort(key=lambda one: (one[1], order.index(one[0])), reverse=True)
    return [Fact(act, at, taken.get((act, at))) for act, at in told]


def entries_at(issuer_id: int, at: datetime, *, octets: Sequence[int] | None = None) -> Iterator[Stretch]:
    """All that a CRL of this issuer holds at a moment: what is revoked, what is on hold (RFC 5280 §5.1.2.6).

    With `octets` only serial numbers that end in one of them, which is how an issuer's list is partitioned.
    """
    return _read([_REVOKED, _SUSPENDED], issuer_id, since=None, at=at, octets=octets)


def changes(issuer_id: int, *, since: datetime, at: datetime) -> Iterator[Stretch]:
    """What became of serial numbers after `since`: what is revoked or on hold now, and what was released (RFC 5280 §5.2.4)."""
    return _read([_REVOKED, _SUSPENDED, _REMOVED], issuer_id, since=since, at=at, octets=None)


def _read(
    tables: Sequence[str],
    issuer_id: int,
    *,
    since: datetime | None,
    at: datetime,
    octets: Sequence[int] | None,
) -> Iterator[Stretch]:
    partition = "" if octets is None else _PARTITION
    some = " union all ".join(_SOME.format(entries=table.format(partition=partition)) for table in tables)
    given = {
        "issuer": issuer_id,
        "since": since or "-infinity",
        "at": at,
        "octets": list(octets or ()),
        "limit": STRETCH,
    }
    last, count = b"", STRETCH
    while count == STRETCH:
        with octets_cursor() as cursor:
            cursor.execute(_NEXT.format(some=some), {**given, "after": last}, binary=True)
            count, last, entries = cursor.fetchone() or (0, b"", b"")
        if count:
            yield Stretch(last, entries)
