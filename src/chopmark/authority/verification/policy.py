"""Is this application ready, and may this officer say so? Pure: facts in, a refusal or nothing out."""

from collections.abc import Collection

from chopmark.authority.catalogue.words import Evidence as EvidenceKind
from chopmark.authority.catalogue.words import KeySource
from chopmark.authority.verification.errors import ApproverIsIntakeOfficer, EvidenceMissing

# Recorded by a step of their own, each with its own proof; the others by an officer's word and a document's number.
OWN_STEP = frozenset({EvidenceKind.IDENTITY_SIGHTED, EvidenceKind.DUPLICATE_CHECK, EvidenceKind.PIN_ENVELOPE})


def kinds_needed(of_type: Collection[str], of_class: Collection[str], key_source: str) -> frozenset[str]:
    """The type's and the class's lists; a PIN envelope if the authority makes the key (C31); the duplicate check (C20)."""
    needed = {*of_type, *of_class, EvidenceKind.DUPLICATE_CHECK}
    if key_source == KeySource.AUTHORITY:
        needed.add(EvidenceKind.PIN_ENVELOPE)
    return frozenset(str(kind) for kind in needed)


def require_complete(needed: Collection[str], recorded: Collection[str]) -> None:
    missing = sorted(set(needed) - set(recorded))
    if missing:
        raise EvidenceMissing(missing=", ".join(missing))


def require_second_person(approver: str, intake: Collection[str]) -> None:
    """Role separation, C4: whoever gathered any of the evidence, or asked for release, cannot be the one who approves."""
    if approver in intake:
        raise ApproverIsIntakeOfficer
