"""Which lists there are, by the pack: an issuer's full list, and its partitions if it has more than one (C51)."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from chopmark.authority.catalogue.pack import CrlList, Issuer
from chopmark.authority.catalogue.reading import current
from chopmark.authority.catalogue.words import CrlOccasion
from chopmark.authority.custody import selectors as custody
from chopmark.authority.custody.printing import FULL, crl_address, shard_name, shard_of
from chopmark.authority.custody.selectors import IssuingAuthority
from chopmark.authority.kernel.containing import each
from chopmark.authority.publication.errors import ListUnknown
from chopmark.authority.publication.policy import last_slot
from chopmark.authority.revocation import selectors as revocation
from chopmark.pki.crl import RevokedEntry


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
    def valid_for(self) -> timedelta:
        return timedelta(hours=self.rule.valid_hours)

    @property
    def distribution_point(self) -> str | None:
        """A partition says which it is, so that nobody takes it for the whole (RFC 5280 §5.2.5)."""
        return None if self.shard == FULL else crl_address(self.issuer, self.shard)

    def entries(self, at: datetime) -> Generator[RevokedEntry, None, None]:
        """The revocations that belong on it at a moment, in the order of serial numbers."""
        for entry in revocation.revoked_entries(self.authority.id, at):
            if self.shard in (FULL, shard_of(entry.serial_number, self.rule.partitions)):
                yield entry

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
    shards = (FULL,) if rule.partitions == 1 else range(FULL, rule.partitions + 1)
    for shard in shards:
        yield RevocationList(
            authority=authority, issuer=pack.hierarchy.issuers[authority.slug], shard=shard, rule=rule
        )


def list_of(issuer_id: int, shard: int) -> RevocationList:
    for found in lists_of(custody.authority(issuer_id)):
        if found.shard == shard:
            return found
    raise ListUnknown(issuer=issuer_id, shard=shard)


def lists_of_serial(issuer_id: int, serial_number: bytes) -> list[RevocationList]:
    """The lists that a revocation of this serial number shows up on: its partition and the full one."""
    found = list(lists_of(custody.authority(issuer_id)))
    return [one for one in found if one.shard in (FULL, shard_of(serial_number, one.rule.partitions))]
