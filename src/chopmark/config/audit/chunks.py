"""Campaigns: what was signed of a chunk is what was intended, claimed and approved, line by line; and nothing else is of it.

Chunk by chunk, so that a population is never held at once; with `some`, only these chunks.
"""

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from cryptography import x509

from chopmark.authority.campaigns import selectors
from chopmark.authority.campaigns.models import Campaign
from chopmark.authority.catalogue.reading import current
from chopmark.authority.revocation.selectors import revoked_among
from chopmark.config.audit.fault import Fault, rows
from chopmark.config.audit.key_uses import public_part

CHUNKS = """
    select chunk.id, chunk.issuer_id, chunk.campaign_id, chunk.number, chunk.attempt,
           chunk.places, chunk.serial_numbers, chunk.tbs_digests,
           exists (select from issuance_chunkclaim claim where claim.chunk_id = chunk.id),
           exists (select from issuance_spentchunk spent where spent.chunk_id = chunk.id),
           exists (select from issuance_refusedchunk refused where refused.chunk_id = chunk.id)
    from issuance_intendedchunk chunk order by chunk.id
"""
CERTIFICATES = """
    select recorded.serial_number, recorded.certificate_der, recorded.application_reference, leaf.entry
    from issuance_certificate recorded left join audit_leaf leaf on leaf.id = recorded.leaf_id
    where recorded.issuer_id = %s and recorded.kind = 'certificate'
      and recorded.application_reference between %s and %s
"""
REVOKED = """
    select count(*) from revocation_revocation
    where issuer_id = %s and serial_number in (
        select substring(chunk.serial_numbers from 16 * place + 1 for 16) from issuance_intendedchunk chunk,
               generate_series(0, length(chunk.serial_numbers) / 16 - 1) place where chunk.id = %s)
"""
ISSUERS = "select subject_id, certificate_der from custody_cacertificate order by id"
UNAPPROVED = """
    select campaign.reference, count(distinct approval.officer) from campaigns_campaign campaign
    left join campaigns_campaignapproval approval
      on approval.campaign_id = campaign.id and approval.digest = campaign.digest
    where exists (select from issuance_intendedchunk chunk where chunk.campaign_id = campaign.id)
       or exists (select from campaigns_revokedchunk chunk where chunk.campaign_id = campaign.id)
    group by campaign.id having count(distinct approval.officer) < %s
"""
STRANGERS = """
    select reference from applications_application application
    where key_source = 'campaign' and not exists (
        select from campaigns_campaignchunk chunk
        where reference = 'CP' || lpad(chunk.campaign_id::text, 4, '0') || lpad(chunk.number::text, 5, '0')
                               || right(reference, 4)
          and right(reference, 4)::int < chunk.count)
"""

REVOKED_CHUNKS = """
    select done.campaign_id, done.number, sum(done.revoked), bool_or(done.is_last), chunk.count,
           sha256(chunk.items) = chunk.digest,
           (select count(*) from campaigns_campaignfailure failed
            where failed.campaign_id = done.campaign_id and failed.number = done.number
              and failed.code in ('unreachable', 'line_refused'))
    from campaigns_revokedchunk done
    left join campaigns_campaignchunk chunk on chunk.campaign_id = done.campaign_id and chunk.number = done.number
    group by done.campaign_id, done.number, chunk.id order by done.campaign_id, done.number
"""


@dataclass(frozen=True, slots=True)
class _Chunk:
    id: int
    issuer_id: int
    campaign_id: int
    number: int
    attempt: int
    places: bytes
    serial_numbers: bytes
    tbs_digests: bytes
    claimed: bool
    spent: bool
    refused: bool

    @property
    def name(self) -> str:
        return f"campaign {self.campaign_id} chunk {self.number} attempt {self.attempt}"

    @property
    def span(self) -> tuple[str, str]:
        stem = f"CP{self.campaign_id:04d}{self.number:05d}"
        return f"{stem}0000", f"{stem}9999"

    def intended(self) -> dict[bytes, tuple[int, bytes]]:
        """By serial number, the place of its line and the digest of what was to be signed."""
        return {
            self.serial_numbers[16 * n : 16 * n + 16]: (
                int.from_bytes(self.places[2 * n : 2 * n + 2], "big"),
                self.tbs_digests[32 * n : 32 * n + 32],
            )
            for n in range(len(self.serial_numbers) // 16)
        }


def check_campaigns() -> Iterator[Fault]:
    """Of no campaign is anything intended that not enough operators approved, and no application is of none."""
    for reference, count in rows(UNAPPROVED, [current().authority.campaign_approvals]):
        yield Fault(
            "campaign",
            reference,
            f"something of it is intended or revoked, and {count} operators approved it",
        )
    for (reference,) in rows(STRANGERS):
        yield Fault(
            "campaign", reference, "the application says that it is of a campaign that has no such line"
        )


def check_revoked_chunks() -> Iterator[Fault]:
    """Of a chunk whose certificates went, it is the one that operators approved, and all went that were to go."""
    for campaign_id, number, revoked, is_last, count, is_whole, given_up in rows(REVOKED_CHUNKS):
        campaign = Campaign.objects.get(id=campaign_id)
        name = f"campaign {campaign.reference} chunk {number}"
        if not is_whole:
            yield Fault("chunk", name, "it was revoked and is not what was approved")
            continue
        asked = selectors.certificates_in(campaign, number)
        gone = len(revoked_among(asked))
        owed = count - given_up if is_last else revoked
        if gone < owed:
            yield Fault("chunk", name, f"{owed - gone} of its certificates are not revoked")
        if revoked > count:
            yield Fault("chunk", name, "it says that it revoked more than it has")


def check_chunks(*, settled: bool, some: Collection[int] | None = None) -> Iterator[Fault]:
    """Every certificate of a chunk has its intent, its claim and the intended bytes; a spent chunk is revoked whole."""
    issuers = {number: x509.load_der_x509_certificate(bytes(der)) for number, der in rows(ISSUERS)}
    for found in rows(CHUNKS):
        chunk = _Chunk(*found)
        if some is None or chunk.id in some:
            yield from _check(chunk, issuers[chunk.issuer_id], settled=settled)


def _check(chunk: _Chunk, issuer: x509.Certificate, *, settled: bool) -> Iterator[Fault]:
    intended = chunk.intended()
    recorded = {bytes(serial): rest for serial, *rest in rows(CERTIFICATES, [chunk.issuer_id, *chunk.span])}
    mine = recorded.keys() & intended.keys()
    if mine and (chunk.spent or not chunk.claimed):
        yield Fault(
            "chunk", chunk.name, "certificates of it are recorded, and it was not claimed or was spent"
        )
    if mine and mine != intended.keys():
        yield Fault("chunk", chunk.name, f"{len(intended) - len(mine)} of its certificates are not recorded")
    if settled:
        yield from _check_settled(chunk, has_certificates=bool(mine), count=len(intended))
    for serial_number in sorted(mine):
        place, digest = intended[serial_number]
        der, reference, entry = recorded[serial_number]
        name = f"{chunk.issuer_id}/{serial_number.hex()}"
        if reference != f"{chunk.span[0][:-4]}{place:04d}":
            yield Fault("certificate", name, "it is of another line than was intended")
        yield from _check_certificate(name, bytes(der), serial_number, digest, issuer)
        if public_part(bytes(entry or b"")).get("fingerprint_sha256") != hashlib.sha256(der).hexdigest():
            yield Fault("certificate", name, "its leaf names another fingerprint")


def _check_settled(chunk: _Chunk, *, has_certificates: bool, count: int) -> Iterator[Fault]:
    if chunk.claimed and not has_certificates and not chunk.spent:
        yield Fault("chunk", chunk.name, "neither certificates nor a verdict came of its claim")
    if chunk.spent:
        ((revoked,),) = rows(REVOKED, [chunk.issuer_id, chunk.id])
        if revoked != count:
            yield Fault(
                "chunk", chunk.name, f"it was spent and {count - revoked} of its numbers are not revoked"
            )
    if chunk.refused:
        yield Fault("ticket", chunk.name, "the signer refused it, and it waits for an operator")


def _check_certificate(
    name: str, der: bytes, serial_number: bytes, digest: bytes, issuer: x509.Certificate
) -> Iterator[Fault]:
    try:
        certificate = x509.load_der_x509_certificate(der)
    except ValueError:
        yield Fault("certificate", name, "it is not a certificate")
        return
    if hashlib.sha256(certificate.tbs_certificate_bytes).digest() != digest:
        yield Fault("certificate", name, "it is not what was intended")
    if certificate.serial_number != int.from_bytes(serial_number, "big"):
        yield Fault("certificate", name, "it carries another serial number")
    try:
        certificate.verify_directly_issued_by(issuer)
    except Exception as error:  # noqa: BLE001  # whatever the library says, it is not issued by its issuer
        yield Fault("certificate", name, f"its signature does not verify ({type(error).__name__})")
