"""What others may know: which envelope an application has, whether its key is made, sealed, purged."""

from chopmark.authority.custody.claimers import dead
from chopmark.authority.keymaking.models import (
    EnvelopeHandOver,
    KeyClaim,
    KeyRequest,
    MadeKey,
    Purge,
    SealedKey,
    SealRequest,
)
from chopmark.authority.keymaking.policy import Progress


def envelope_of(application_reference: str) -> str | None:
    """The number of the envelope that was last handed over for an application."""
    rows = EnvelopeHandOver.objects.filter(application_reference=application_reference)
    return rows.order_by("-id").values_list("number", flat=True).first()


def made_key(application_reference: str) -> bytes | None:
    """The SubjectPublicKeyInfo of the key that was made for an application."""
    spki = (
        MadeKey.objects.filter(application_reference=application_reference)
        .values_list("spki", flat=True)
        .first()
    )
    return bytes(spki) if spki is not None else None


def is_sealed(application_reference: str) -> bool:
    """Whether the PKCS#12 was made: it waits to be collected, or was destroyed since."""
    made = MadeKey.objects.filter(application_reference=application_reference).values_list("request_id")
    purged = Purge.objects.filter(request_id__in=made, what=Purge.What.SEALED)
    return purged.exists() or SealedKey.objects.filter(request_id__in=made).exists()


def is_held(application_reference: str) -> bool:
    """Whether we hold a PKCS#12 that could be collected."""
    made = MadeKey.objects.filter(application_reference=application_reference).values_list("request_id")
    return SealedKey.objects.filter(request_id__in=made).exists()


def is_sealing_requested(application_reference: str) -> bool:
    """Whether the signer was asked to seal the key with its certificate, done or not."""
    made = MadeKey.objects.filter(application_reference=application_reference).values_list("request_id")
    return SealRequest.objects.filter(request_id__in=made).exists()


def is_purged(application_reference: str) -> bool:
    """Whether we hold no copy of the key any more, wrapped or sealed (C30)."""
    made = MadeKey.objects.filter(application_reference=application_reference).values_list("request_id")
    return Purge.objects.filter(request_id__in=made).count() == len(Purge.What)


def unmade_claims() -> int:
    """How many claims made no key: each may have made one that nobody kept."""
    return KeyClaim.objects.exclude(request_id__in=MadeKey.objects.values("request_id")).count()


def progress_of(application_reference: str) -> dict[int, Progress]:
    """What became of each attempt to make a key for an application."""
    requests = dict(
        KeyRequest.objects.filter(application_reference=application_reference).values_list("attempt", "id")
    )
    claims = dict(
        KeyClaim.objects.filter(request_id__in=requests.values()).values_list("request_id", "claimer")
    )
    made = set(MadeKey.objects.filter(request_id__in=requests.values()).values_list("request_id", flat=True))
    gone = dead(claims.values())

    def progress(request_id: int) -> Progress:
        if request_id in made:
            return Progress.MADE
        if request_id not in claims:
            return Progress.WAITING
        return Progress.SPENT if claims[request_id] in gone else Progress.CLAIMED

    return {attempt: progress(request_id) for attempt, request_id in requests.items()}
