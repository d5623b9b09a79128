"""A campaign as the tables have it, without anybody's keys: what the console's tests and pictures look at."""

import hashlib
import re
import uuid
from datetime import datetime, timedelta
from typing import Any

from chopmark.authority.applications.population import reference_of
from chopmark.authority.campaigns.models import (
    Campaign,
    CampaignApproval,
    CampaignChunk,
    CampaignFailure,
    CampaignStep,
    CampaignTerms,
    RevokedChunk,
)
from chopmark.authority.campaigns.planning import CHUNK
from chopmark.authority.delivery.models import Answer, Offer
from chopmark.authority.issuance.models import Certificate, ChunkClaim, IntendedChunk, SpentChunk
from chopmark.authority.kernel import clock

LIST = "/console/campaigns/"


def text(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def page_of(campaign, verb="") -> str:
    return f"{LIST}{campaign.reference}/{verb}"


def planned(count: int = 3, *, number: int = 1, now: datetime | None = None) -> Campaign:
    """Written down by 31088; nobody has agreed."""
    now = now or clock.now()
    chunks = -(-count // CHUNK)
    campaign = Campaign.objects.create(
        reference=f"C2611{number:04d}", kind="population_issue", type_code="smart-id", input="keys",
        agreement="terms 1", grant_id=uuid.UUID(int=number), purpose="population_issue", count=count,
        digest=hashlib.sha256(bytes([number])).digest(), planned_by="31088", planned_at=now,
        facts={"certificates": count, "chunks": chunks, "issuer": "identity-1", "currency": "HKD",
               "fee_each_minor": 0, "fees_minor": 0, "seconds_estimated": -(-count // 5000), "openings": count,
               "notices": {"certificate_issued": count}, "notices_none": 0, "notices_a_day": 20000,
               "notice_days": -(-count // 20000), "cannot_answer": 0,
               "counter_people": {"DEMO": count - 1, "none": 1}, "counter_days": {"DEMO": -(-count // 240)},
               "counter_until": {"DEMO": "2026-12-18"}, "counter_late": {}, "counter_unknown": {"none": 1}},
    )  # fmt: skip
    CampaignChunk.objects.bulk_create(
        CampaignChunk(campaign_id=campaign.pk, number=place, items=b"", digest=bytes(32),
                      count=min(CHUNK, count - place * CHUNK))
        for place in range(chunks)
    )  # fmt: skip
    return campaign


def planned_revocation(
    count: int = 3,
    *,
    number: int = 1,
    now: datetime | None = None,
    more_terms: dict[str, Any] | None = None,
    other_facts: dict[str, Any] | None = None,
) -> Campaign:
    """Certificates of a weak key, as a mass revocation's dry run finds them."""
    terms = {
        "matching": {"type": "smart-id", "issuer": "identity-1", "key": "rsa-2048",
                     "issued_before": "2026-11-01T00:00:00+08:00"},
        "reason": "key_compromise",
    }  # fmt: skip
    facts = {**terms, **_found(count), "chunks": -(-count // CHUNK)} | (other_facts or {})
    return _planned("mass_revocation", count, terms | (more_terms or {}), facts, number, now)


def planned_replacement(
    count: int = 3, *, lines: int = 2, then: str = "report", number: int = 1, now: datetime | None = None
) -> Campaign:
    """Certificates that go by the first of March; for so many of them the file has a new key, a chunk of each at the most."""
    now = now or clock.now()
    asked = {
        "matching": {"serial_numbers": count}, "reason": "superseded",
        "by": "2027-03-01T00:00:00+08:00", "then": then, "overlap_days": 14,
    }  # fmt: skip
    issue = {"certificates": lines, "chunks": 1, "issuer": "identity-2", "currency": "HKD", "openings": lines,
             "fee_each_minor": 5000, "fees_minor": lines * 5000, "seconds_estimated": 1}  # fmt: skip
    counts = {"lines": lines, "line_chunks": 1}
    facts = {
        **asked,
        **counts,
        **_found(count),
        "with_key": lines,
        "without_key": count - lines,
        "notices": {
            "certificate_replaced": lines,
            "certificate_revoked": lines,
            "certificate_to_replace": count - lines,
        },
        "counter_people": {"DEMO": count - lines},
        "counter_days": {"DEMO": 31},
        "counter_until": {"DEMO": "2027-03-09"},
        "counter_late": {"DEMO": 60},
        "counter_unknown": {},
        "issue": issue,
    }
    return _planned("mass_replacement", count, {**asked, **counts}, facts, number, now)


def _planned(
    kind: str, count: int, terms: dict[str, Any], facts: dict[str, Any], number: int, now: datetime | None
) -> Campaign:
    issues = kind == "mass_replacement"
    campaign = Campaign.objects.create(
        reference=f"C2611{number:04d}", kind=kind, type_code="smart-id", count=count,
        input="keys" if issues else "certificates", agreement="terms 1" if issues else "",
        grant_id=uuid.UUID(int=number) if issues else None, purpose="population_issue" if issues else "",
        digest=hashlib.sha256(bytes([number])).digest(), planned_by="31088", planned_at=now or clock.now(),
        facts=facts,
    )  # fmt: skip
    CampaignTerms.objects.create(campaign_id=campaign.pk, terms=terms)
    lines = terms.get("lines")
    for place, many in enumerate([lines, lines, count - lines] if issues else [count]):
        CampaignChunk.objects.create(
            campaign_id=campaign.pk, number=place, count=many, items=b"", digest=bytes(32)
        )
    return campaign


def _found(count: int) -> dict[str, Any]:
    return {
        "certificates": count, "already_revoked": 7, "expired": 11, "types": {"smart-id": count},
        "issuers": {"identity-1": count}, "lists": {"identity-1.crl": count, "identity-1-3.crl": count - 1},
        "outlets": {"DEMO": count - 1, "none": 1}, "seconds_estimated": 90,
        "listed": {"identity-1": "full lists at once"},
        "notices": {"certificate_revoked": count}, "notices_none": 0, "notices_a_day": 20000, "notice_days": 1,
    }  # fmt: skip


def offered(campaign: Campaign, *words: str) -> None:
    """The first certificates of its first chunk are offered, and answered so; an empty word is no answer yet."""
    for place, word in enumerate(words):
        made = {
            "application_reference": reference_of(campaign.pk, 0, place),
            "issuer_id": 1,
            "serial_number": campaign.pk.to_bytes(4, "big") + bytes([0xAF, place]),
        }
        Offer.objects.create(**made, offered_at=clock.now())
        if word:
            Answer.objects.create(**made, word=word, answered_at=clock.now())


def revoked(campaign: Campaign, number: int, count: int, *, at: datetime, is_last: bool = True) -> None:
    """So many certificates of one chunk have gone."""
    RevokedChunk.objects.create(
        campaign_id=campaign.pk, number=number, part=0, is_last=is_last, revoked=count, revoked_at=at
    )


def agreed(campaign: Campaign, *officers: str) -> None:
    for officer in officers:
        CampaignApproval.objects.create(
            campaign_id=campaign.pk, digest=campaign.digest, officer=officer, approved_at=clock.now()
        )


def stepped(campaign: Campaign, step: str, *, at: datetime | None = None) -> None:
    CampaignStep.objects.create(
        campaign_id=campaign.pk, step=step, actor="31088", at=at or clock.now(),
        report_sha256=bytes(32) if step == "finished" else None,
    )  # fmt: skip


def done(campaign: Campaign, number: int, count: int, *, at: datetime, attempt: int = 0) -> None:
    """So many certificates of one chunk, intended, claimed and recorded at a moment."""
    chunk = _claimed(campaign, number, count, attempt, at)
    Certificate.objects.create(
        issuer_id=1, serial_number=bytes(chunk.serial_numbers)[:16], certificate_der=b"",
        fingerprint_sha256=hashlib.sha256(bytes(chunk.serial_numbers)[:16]).digest(), type_code="smart-id",
        application_reference=f"CP{campaign.pk:04d}{number:05d}0000", subject="", leaf_id=number,
        not_before=at, not_after=at + timedelta(days=1000), recorded_at=at,
    )  # fmt: skip


def lost(campaign: Campaign, number: int, count: int, *, at: datetime) -> None:
    """A crash spent all serial numbers of one chunk."""
    chunk = _claimed(campaign, number, count, 0, at)
    SpentChunk.objects.create(chunk_id=chunk.pk, spent_at=at)


def failed(campaign: Campaign, number: int, place: int, code: str) -> None:
    CampaignFailure.objects.create(
        campaign_id=campaign.pk, number=number, place=place, code=code, failed_at=clock.now()
    )


def _claimed(campaign: Campaign, number: int, count: int, attempt: int, at: datetime) -> IntendedChunk:
    first = hashlib.sha256(f"{campaign.pk} {number} {attempt}".encode()).digest()[:16]
    numbers = first + bytes(16 * (count - 1))
    chunk = IntendedChunk.objects.create(
        issuer_id=1, campaign_id=campaign.pk, number=number, attempt=attempt, type_code="smart-id",
        policy_date=at.date(), places=b"", serial_numbers=numbers, tbs_digests=b"", composed_at=at,
        rule_set="1", intended_at=at,
    )  # fmt: skip
    ChunkClaim.objects.create(chunk_id=chunk.pk, claimer=1, claimed_at=at)
    return chunk
