"""A chunk at the certificate door: check, claim, sign, record, as `signing` does for one, for some thousands together.

Whoever calls has proved what will be printed: here it is composed again and must give what was intended, digest by digest.
The claim commits first. Certificates, a leaf for each, and one hand-over then commit together by COPY; a crash between the
two leaves a claimed chunk without certificates: it is spent as a whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from chopmark.authority.applications.population import reference_of
from chopmark.authority.audit.rows import promiser
from chopmark.authority.audit.services import Line, leave, leave_many
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.custody.certificate_signing import (
    Admitted,
    ToBeSigned,
    admit,
    require_key,
    sign_admitted,
)
from chopmark.authority.custody.token import Token
from chopmark.authority.issuance.claiming import claim_chunk
from chopmark.authority.issuance.errors import ChunkNotOurs
from chopmark.authority.issuance.events import ChunkRecorded
from chopmark.authority.issuance.holding import hold_claims_of
from chopmark.authority.issuance.models import (
    Certificate,
    IntendedChunk,
    Kind,
    RefusedChunk,
    SpentChunk,
)
from chopmark.authority.issuance.press import (
    SERIAL_OCTETS,
    Press,
    Printed,
    PrintLine,
    digest_of,
    places_from,
    split,
)
from chopmark.authority.kernel.copying import copy_rows
from chopmark.authority.kernel.outbox import hand_on
from chopmark.pki.refusals import Refusal
from chopmark.pki.tbs import read_tbs_certificate
from chopmark.pki.tlog.alike import payload_writer

MOST = 2000
GOOD_FOR = timedelta(days=7)
CLOCKS_DIFFER_BY = timedelta(minutes=5)
_CERTIFICATES = Certificate._meta.db_table  # noqa: SLF001  # Django's documented way to a model's table
# What each certificate of a chunk has of its own, and what all have alike.
_OWN = {
    "serial_number": "bytea",
    "certificate_der": "bytea",
    "fingerprint_sha256": "bytea",
    "application_reference": "text",
    "subject": "text",
}
_ALIKE = {
    "issuer_id": "int2",
    "kind": "text",
    "type_code": "text",
    "not_before": "timestamptz",
    "not_after": "timestamptz",
    "recorded_at": "timestamptz",
}


@dataclass(frozen=True, slots=True)
class Checked:
    """A chunk whose bytes are those that we would have written, and that the door has admitted."""

    chunk: IntendedChunk
    printed: Sequence[Printed]
    admitted: Admitted


def check_chunk(chunk: IntendedChunk, lines: Sequence[PrintLine], now: datetime) -> Checked:
    """The bytes that our own pack gives to these lines, if they are those that were intended, and the door takes them."""
    serials = split(bytes(chunk.serial_numbers), SERIAL_OCTETS)
    digests = split(bytes(chunk.tbs_digests), 32)
    _require(0 < len(lines) <= MOST, "count")
    _require([line.place for line in lines] == places_from(bytes(chunk.places)), "places")
    _require(len(serials) == len(digests) == len(lines) == len(set(serials)), "serial_numbers")
    # A certificate is not dated back to what was good enough then.
    _require(now - GOOD_FOR <= chunk.composed_at <= now + CLOCKS_DIFFER_BY, "moment")
    press = Press(chunk.type_code, chunk.composed_at)
    _require((press.issuer.id, press.day) == (chunk.issuer_id, chunk.policy_date), "row")
    printed = [press.compose(line, serial) for line, serial in zip(lines, serials, strict=True)]
    for one, digest in zip(printed, digests, strict=True):
        _require(digest_of(one.tbs_certificate) == digest, "bytes")
    batch = [ToBeSigned(one.tbs_certificate, one.template) for one in printed]
    return Checked(chunk, printed, admit(batch, press.issuer))


def sign_chunk(checked: Checked, *, token: Token, now: datetime, claimer: int) -> int:
    """Claim, sign and record a chunk that was checked; answers how many certificates came of it.

    `ChunkNotOurs`, before any key is used, if any of it was signed already.
    """
    # 1. Claim, once the key is there. After this line's commit all its serial numbers are used, whatever happens.
    chunk = checked.chunk
    require_key(checked.admitted.issuer, token)
    if not claim_chunk(chunk, claimer=claimer, now=now):
        return 0

    # 2. Sign what the door has admitted, and nothing else.
    signed = sign_admitted(checked.admitted, token=token)

    # 3. Record all, or nothing. A crash before this commit spends the chunk.
    with transaction.atomic():
        hold_claims_of(claimer)
        if SpentChunk.objects.filter(chunk_id=chunk.pk).exists():  # we were taken for dead
            return 0
        _record(chunk, checked.printed, signed, now)
        hand_on(ChunkRecorded(chunk.campaign_id, chunk.number, chunk.issuer_id))
    return len(signed)


def _record(chunk: IntendedChunk, printed: Sequence[Printed], signed: Sequence[bytes], now: datetime) -> None:
    serials = split(bytes(chunk.serial_numbers), SERIAL_OCTETS)
    first = read_tbs_certificate(printed[0].tbs_certificate)
    alike = {
        "issuer_id": chunk.issuer_id,
        "kind": Kind.CERTIFICATE.value,
        "type_code": chunk.type_code,
        "not_before": first.not_before,
        "not_after": first.not_after,
        "recorded_at": now,
    }
    promise, say = promiser(_CERTIFICATES, _OWN, alike), payload_writer({}, ("application", "rows"))
    rows, lines = [], []
    for one, serial, der in zip(printed, serials, signed, strict=True):
        fingerprint = digest_of(der)
        reference = reference_of(chunk.campaign_id, chunk.number, one.place)
        row = (serial, der, fingerprint, reference, one.subject)
        rows.append(row)
        public: dict[str, str | int] = {
            "issuer": chunk.issuer_id,
            "serial_number": serial.hex(),
            "fingerprint_sha256": fingerprint.hex(),
            "type": chunk.type_code,
        }
        lines.append(Line(public, say((f'"{reference}"', f'["{promise(row)}"]'))))
    leaves = leave_many(tag=AuditTag.CERTIFICATE_ISSUED, lines=lines, now=now)
    shared = tuple(alike.values())
    copy_rows(
        _CERTIFICATES,
        _OWN | {name: _ALIKE[name] for name in alike} | {"leaf_id": "int8"},
        ((*row, *shared, leaf_id) for row, leaf_id in zip(rows, leaves, strict=True)),
    )


@transaction.atomic
def refuse_chunk(chunk: IntendedChunk, refusal: Refusal, now: datetime) -> None:
    """Say for good that this will not be signed, with a leaf; no key was used."""
    RefusedChunk.objects.get_or_create(chunk_id=chunk.pk, defaults={"code": refusal.code, "refused_at": now})
    leave(
        tag=AuditTag.CHUNK_SIGNING_REFUSED,
        public={"issuer": chunk.issuer_id, "count": len(chunk.serial_numbers) // SERIAL_OCTETS},
        payload={
            "campaign": chunk.campaign_id,
            "chunk": chunk.number,
            "code": refusal.code,
            "details": refusal.details,
        },
        now=now,
    )


def _require(holds: bool, rule: str) -> None:
    if not holds:
        raise ChunkNotOurs(rule=rule)
