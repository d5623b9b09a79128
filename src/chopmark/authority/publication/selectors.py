"""Reading lists: what was intended, signed and published."""

from collections.abc import Iterator

from django.db.models import Exists, Max, OuterRef

from chopmark.authority.custody.claimers import dead
from chopmark.authority.publication.models import Crl, CrlClaim, CrlIntent, CrlPublication

AnyList = type[Crl] | type[CrlClaim] | type[CrlIntent] | type[CrlPublication]


def same_number(model: AnyList) -> Exists:
    """Whether another table has a row about the same list and number."""
    own = {"issuer_id": OuterRef("issuer_id"), "shard": OuterRef("shard"), "number": OuterRef("number")}
    return Exists(model.objects.filter(**own))


def last_intent(issuer_id: int, shard: int) -> CrlIntent | None:
    """The newest intent that is signed, or waits to be, or is being: not one whose signer died with it."""
    for intent in CrlIntent.objects.filter(issuer_id=issuer_id, shard=shard).order_by("-number")[:10]:
        if not _is_spent(intent):
            return intent
    return None


def _is_spent(intent: CrlIntent) -> bool:
    number = {"issuer_id": intent.issuer_id, "shard": intent.shard, "number": intent.number}
    claim = CrlClaim.objects.filter(**number).first()
    return claim is not None and not Crl.objects.filter(**number).exists() and bool(dead([claim.claimer]))


def last_number(model: AnyList, issuer_id: int, shard: int) -> int:
    """The highest number of a list in a table; 0 if there is none."""
    rows = model.objects.filter(issuer_id=issuer_id, shard=shard)
    return rows.aggregate(last=Max("number"))["last"] or 0


def waiting_for_signer(limit: int) -> list[CrlIntent]:
    """The newest intent of each list, if nobody took it; older ones would be out of date when signed."""
    newer = CrlIntent.objects.filter(
        issuer_id=OuterRef("issuer_id"), shard=OuterRef("shard"), number__gt=OuterRef("number")
    )
    intents = CrlIntent.objects.exclude(Exists(newer)).exclude(same_number(CrlClaim))
    return list(intents.order_by("id")[:limit])


def latest(issuer_id: int, shard: int) -> Crl | None:
    """The newest signed list, whether or not it is public yet."""
    return Crl.objects.filter(issuer_id=issuer_id, shard=shard).order_by("-number").first()


def published(issuer_id: int, shard: int) -> Crl | None:
    """The list that the world reads now."""
    rows = Crl.objects.filter(same_number(CrlPublication), issuer_id=issuer_id, shard=shard)
    return rows.order_by("-number").first()


def is_public(issuer_id: int, shard: int) -> bool:
    """Whether a list was ever published: before that its address is not to be printed."""
    return CrlPublication.objects.filter(issuer_id=issuer_id, shard=shard).exists()


def archived(issuer_id: int, shard: int) -> Iterator[Crl]:
    """Every list ever signed, oldest first (C54)."""
    return Crl.objects.filter(issuer_id=issuer_id, shard=shard).order_by("number").iterator()


def key_uses() -> int:
    """How often CA keys were used for lists, counting what was spent without a record (C34)."""
    return CrlClaim.objects.count()
