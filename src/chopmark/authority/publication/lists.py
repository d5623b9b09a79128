"""Which lists there are, by the pack: an issuer's full list, its partitions if it has more than one, and its delta (C51)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from chopmark.authority.catalogue.pack import CrlList, Issuer
from chopmark.authority.catalogue.reading import current
from chopmark.authority.catalogue.words import CrlOccasion
from chopmark.authority.custody import selectors as custody
from chopmark.authority.custody.printing import (
    DELTA,
    FULL,
    crl_address,
    octets_of,
    printed_facts,
    shard_name,
    shard_of,
)
from chopmark.authority.custody.selectors import IssuingAuthority
from chopmark.authority.kernel.containing import each
from chopmark.authority.publication.errors import ListUnknown
from chopmark.authority.publication.policy import COMMIT_MAY_TAKE, NOT_TO_WAIT, last_slot, next_slot
from chopmark.authority.revocation import selectors as revocation
from chopmark.authority.revocation.selectors import Stretch
from chopmark.pki.crl import CRLReason, build_tbs


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationList:
    """One list of one issuer."""

    authority: IssuingAuthority
    issuer: Issuer
    shard: int
    rule: CrlList

    @property
    def file_name(self) -> str:
        return f"{self.issuer.slug}-{shard_name(self.shard)}.crl"

    @property
    def is_delta(self) -> bool:
        return self.shard == DELTA

    @property
    def valid_for(self) -> timedelta:
        if self.is_delta and self.rule.delta:
            return timedelta(minutes=self.rule.delta.valid_minutes)
        return timedelta(hours=self.rule.valid_hours)

    @property
    def distribution_point(self) -> str | None:
        """A partition says which it is, so that nobody takes it for the whole (RFC 5280 §5.2.5)."""
        return None if self.shard in (FULL, DELTA) else crl_address(self.issuer, self.shard)

    @property
    def freshest_url(self) -> str | None:
        """Where the full list says that its delta is (RFC 5280 §5.2.6)."""
        return crl_address(self.issuer, DELTA) if self.shard == FULL and self.rule.delta else None

    def has(self, serial_number: bytes) -> bool:
        """Whether news of this serial number shows up on it."""
        return self.shard in (FULL, DELTA, shard_of(serial_number, self.rule.partitions))

    def entries(self, at: datetime) -> Iterator[Stretch]:
        """What is revoked or on hold and belongs on it at a moment, in the order of serial numbers."""
        octets = None if self.shard == FULL else octets_of(self.shard, self.rule.partitions)
        return revocation.entries_at(self.authority.id, at, octets=octets)

    def changes(self, at: datetime, *, base: datetime) -> Iterator[Stretch]:
        """What a delta says of a moment, to a full list of another; what committed while that was made is said again."""
        return revocation.changes(self.authority.id, since=base - COMMIT_MAY_TAKE, at=at)

    def printed(
        self,
        entries: Sequence[bytes | memoryview],
        *,
        number: int,
        this_update: datetime,
        next_update: datetime,
        base_number: int | None,
    ) -> bytes:
        """The list to be signed, but for its entries all of our own facts: there is one way to write it, octet for octet."""
        return build_tbs(
            issuer=printed_facts(self.issuer, spki=self.authority.spki, shard=self.shard),
            signature_algorithm=self.authority.signature_algorithm,
            encoded=entries,
            number=number,
            this_update=this_update,
            next_update=next_update,
            distribution_point=self.distribution_point,
            base_number=base_number,
            freshest_url=self.freshest_url,
        )

    def slot(self, now: datetime) -> datetime | None:
        """The latest slot of the timetable, for lists that follow it."""
        if self.rule.made_by is not CrlOccasion.SLOT:
            return None
        pack = current()
        return last_slot(pack.crl.slots, zone=ZoneInfo(pack.authority.zone), now=now)


def all_lists() -> Iterator[RevocationList]:
    """Every list that the pack wants of an issuer that has its certificate; one that it does not know keeps no other waiting."""
    for lists in each(custody.authorities(), lambda authority: list(lists_of(authority))):
        yield from lists


def lists_of(authority: IssuingAuthority) -> Iterator[RevocationList]:
    pack = current()
    rule = pack.crl.lists.get(authority.slug)
    if rule is None:
        raise ListUnknown(issuer=authority.slug)
    partitions = () if rule.partitions == 1 else range(1, rule.partitions + 1)
    for shard in (FULL, *partitions, *((DELTA,) if rule.delta else ())):
        yield RevocationList(
            authority=authority, issuer=pack.hierarchy.issuers[authority.slug], shard=shard, rule=rule
        )


def list_of(issuer_id: int, shard: int) -> RevocationList:
    for found in lists_of(custody.authority(issuer_id)):
        if found.shard == shard:
            return found
    raise ListUnknown(issuer=issuer_id, shard=shard)


def lists_of_serials(issuer_id: int, serial_numbers: Sequence[bytes]) -> list[tuple[RevocationList, bytes]]:
    """The lists that news of these shows up on, partitions, full one and delta, each with the first number that is on it."""
    return [
        (one, on_it[0])
        for one in lists_of(custody.authority(issuer_id))
        if (on_it := [octets for octets in serial_numbers if one.has(octets)])
    ]


def foretold(authority: IssuingAuthority, *, reason: CRLReason, now: datetime) -> str:
    """When the lists of an issuer will have what is revoked for this reason; `services.bring_forward` does it."""
    has_delta = any(one.is_delta for one in lists_of(authority))
    if not has_delta or reason in NOT_TO_WAIT:
        return "full lists at once"
    pack = current()
    slot = next_slot(pack.crl.slots, zone=ZoneInfo(pack.authority.zone), now=now)
    return f"delta and partitions at once, full list at {slot.isoformat(timespec='minutes')}"
