"""Reading lists: what was intended, signed and published."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, Max, OuterRef, QuerySet

from chopmark.authority.custody.claimers import dead
from chopmark.authority.custody.printing import DELTA, FULL
from chopmark.authority.kernel import octets
from chopmark.authority.publication.models import Crl, CrlClaim, CrlIntent, CrlPublication, RefusedCrl
from chopmark.authority.publication.policy import NUMBERS_NEAR, SIGNED_WITHIN

# A list that the signer refused is refused again until somebody has looked: not every five seconds.
REFUSED_AGAIN_AFTER = timedelta(minutes=10)

AnyList = type[Crl] | type[CrlClaim] | type[CrlIntent] | type[CrlPublication] | type[RefusedCrl]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicList:
    """A list as it was public from some moment; `crl_der` is the list itself."""

    number: int
    this_update: datetime
    next_update: datetime
    published_at: datetime
    crl_der: bytes


def same_number(model: AnyList) -> Exists:
    """Whether another table has a row about the same list and number."""
    own = {"issuer_id": OuterRef("issuer_id"), "shard": OuterRef("shard"), "number": OuterRef("number")}
    return Exists(model.objects.filter(**own))


def last_intent(issuer_id: int, shard: int, *, now: datetime) -> CrlIntent | None:
    """The intent of the list to come, if it is on its way; else of the newest that was signed."""
    return last_and_whether_owed(issuer_id, shard, now=now)[0]


def last_and_whether_owed(issuer_id: int, shard: int, *, now: datetime) -> tuple[CrlIntent | None, bool]:
    """The same, and whether nothing came of the newest: the news that it was to carry waits for another one, not for a slot."""
    intents = _intents(issuer_id, shard)
    newest = intents.first()
    if newest is None or not _is_spent(newest, now):
        return newest, False
    return intents.filter(same_number(Crl)).first(), True


def _intents(issuer_id: int, shard: int) -> QuerySet[CrlIntent]:
    """Those of a list, the newest first; not by number, since a forged one that was refused may have any."""
    return CrlIntent.objects.filter(issuer_id=issuer_id, shard=shard).defer("tbs_cert_list").order_by("-id")


def _is_spent(intent: CrlIntent, now: datetime) -> bool:
    """Whether nothing will come of it: nobody took it in time, its signer died, or refused it a while ago."""
    number = {"issuer_id": intent.issuer_id, "shard": intent.shard, "number": intent.number}
    if Crl.objects.filter(**number).exists():
        return False
    refused = RefusedCrl.objects.filter(**number).first()
    if refused is not None:
        return refused.refused_at <= now - REFUSED_AGAIN_AFTER
    claim = CrlClaim.objects.filter(**number).first()
    if claim is None:
        return intent.this_update < now - SIGNED_WITHIN
    return bool(dead([claim.claimer]))


def numbered_with(shard: int) -> tuple[int, ...]:
    """A full list and its delta share one sequence of numbers (RFC 5280 §5.2.3); every partition has its own."""
    return (FULL, DELTA) if shard in (FULL, DELTA) else (shard,)


def is_second_taken(issuer_id: int, shard: int, now: datetime) -> bool:
    """Whether the other list of its sequence, full or delta, was intended in this very second: this one waits for the next."""
    others = CrlIntent.objects.filter(issuer_id=issuer_id, shard__in=numbered_with(shard)).exclude(
        shard=shard
    )
    return others.filter(this_update=now.replace(microsecond=0)).exists()


def last_number(model: AnyList, issuer_id: int, shard: int) -> int:
    """The highest number of a list in a table; 0 if there is none."""
    rows = model.objects.filter(issuer_id=issuer_id, shard=shard)
    return rows.aggregate(last=Max("number"))["last"] or 0


def next_number(issuer_id: int, shard: int, *, public: int) -> int:
    """Above every list that was claimed, intended, or is `public`: after a restore the world may know one that we do not."""
    shards = numbered_with(shard)
    known = max(public, *(last_number(CrlClaim, issuer_id, one) for one in shards))
    near = CrlIntent.objects.filter(issuer_id=issuer_id, shard__in=shards, number__lte=known + NUMBERS_NEAR)
    return max(known, near.aggregate(last=Max("number"))["last"] or 0) + 1


def waiting_for_signer(limit: int, *, now: datetime) -> list[CrlIntent]:
    """The newest intent of each list, if nobody took or refused it; older ones would be out of date when signed."""
    newer = CrlIntent.objects.filter(
        issuer_id=OuterRef("issuer_id"), shard=OuterRef("shard"), id__gt=OuterRef("id")
    )
    intents = CrlIntent.objects.filter(this_update__gte=now - SIGNED_WITHIN).exclude(Exists(newer))
    intents = intents.exclude(same_number(CrlClaim)).exclude(same_number(RefusedCrl))
    return list(intents.defer("tbs_cert_list").order_by("id")[:limit])


def latest(issuer_id: int, shard: int) -> Crl | None:
    """The newest signed list, whether or not it is public yet; its octets are for `octets_of` to fetch."""
    return _signed(issuer_id, shard).order_by("-number").first()


def published(issuer_id: int, shard: int) -> Crl | None:
    """The list that the world reads now; its octets are for `octets_of` to fetch."""
    return _signed(issuer_id, shard).filter(same_number(CrlPublication)).order_by("-number").first()


def signed(issuer_id: int, shard: int, number: int) -> Crl | None:
    return _signed(issuer_id, shard).filter(number=number).first()


def _signed(issuer_id: int, shard: int) -> QuerySet[Crl]:
    return Crl.objects.filter(issuer_id=issuer_id, shard=shard).defer("crl_der")


def octets_of(row: Crl | CrlIntent) -> bytes:
    """A list as it was signed, or is to be."""
    return octets.read(row, "crl_der" if isinstance(row, Crl) else "tbs_cert_list")


def public_at(issuer_id: int, shard: int, at: datetime) -> PublicList | None:
    """The list that the world read at a moment: of those that were public by then, the newest."""
    published = CrlPublication.objects.filter(issuer_id=issuer_id, shard=shard, published_at__lte=at)
    newest = published.order_by("-number").first()
    if newest is None:
        return None
    signed = _signed(issuer_id, shard).get(number=newest.number)
    return PublicList(
        number=signed.number,
        this_update=signed.this_update,
        next_update=signed.next_update,
        published_at=newest.published_at,
        crl_der=octets_of(signed),
    )


def key_uses() -> int:
    """How often CA keys were used for lists, counting what was spent without a record (C34)."""
    return CrlClaim.objects.count()
