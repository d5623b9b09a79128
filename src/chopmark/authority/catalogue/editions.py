"""A change of the policy, and of what things cost, is an act with its leaf: noted when a process starts by another pack."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction

from chopmark.authority.audit import AuditTag
from chopmark.authority.audit.services import act, leave
from chopmark.authority.catalogue.models import Edition
from chopmark.authority.catalogue.pack import Pack, TariffLine
from chopmark.authority.kernel.actors import Actor


@dataclass(frozen=True, slots=True)
class PackFiles:
    """The files of a pack by name, "demo/tariff.toml", each as SHA-256 in hex."""

    digests: Mapping[str, str]

    @property
    def digest(self) -> bytes:
        """SHA-256 over names and digests as JSON with sorted keys."""
        return hashlib.sha256(json.dumps(self.digests, sort_keys=True).encode()).digest()


def files_of(folders: Sequence[Path]) -> PackFiles:
    """The files that `read_packs` reads, as octets: a comment is a change too."""
    return PackFiles(
        {
            f"{folder.name}/{path.relative_to(folder).as_posix()}": hashlib.sha256(
                path.read_bytes()
            ).hexdigest()
            for folder in folders
            for path in sorted(folder.rglob("*.toml"))
        }
    )


def note_pack(*, pack: Pack, files: PackFiles, actor: Actor, now: datetime) -> bool:
    """Leave leaves for the pack that this process works by, if it is not the one noted last; answers whether it did.

    Two that start at once by the same pack note it once; two that go on by different packs are each seen to.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(hashtext('catalogue edition'))")
        last = Edition.objects.order_by("-id").first()
        if last is not None and bytes(last.digest) == files.digest:
            return False
        _note_pack(pack=pack, files=files, last=last, actor=actor, now=now)
    return True


@act(AuditTag.PACK_CHANGED)
def _note_pack(*, pack: Pack, files: PackFiles, last: Edition | None, actor: Actor, now: datetime) -> None:
    fees = fees_of(pack)
    edition = Edition.objects.create(
        digest=files.digest, files=dict(files.digests), fees=fees, process=actor.id, noted_at=now
    )
    changed = changes({} if last is None else last.files, files.digests)
    leave(
        public={"pack": files.digest.hex()},
        payload={"actor": actor.id, "files": changed},
        now=now,
        rows=[edition],
    )
    if last is not None:
        for line, charged in changes(last.fees, fees).items():
            leave(tag=AuditTag.FEE_CHANGED, public={"line": line}, payload=charged, now=now)


def changes(before: Mapping[str, object], after: Mapping[str, object]) -> dict[str, dict[str, object]]:
    """What differs, by name: as it was and as it is, None where it was not or is no more."""
    return {
        name: {"before": before.get(name), "after": after.get(name)}
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    }


def fees_of(pack: Pack) -> dict[str, list[list[str | int | None]]]:
    """Every tariff line with its prices and promotions by day, in cents, as JSON keeps it."""
    return {line: [*_dated(tariff)] for line, tariff in pack.tariff.items()}


def _dated(tariff: TariffLine) -> Iterator[list[str | int | None]]:
    for kind, series in (("price", tariff.prices), ("promotion", tariff.promotions)):
        for row in series:
            last = None if row.last_day is None else row.last_day.isoformat()
            yield [kind, row.first_day.isoformat(), last, row.cents]
