"""The words that a subject says yes to: one text a use and language, its digest, and whether it must be in writing."""

import hashlib
import json
from dataclasses import dataclass

from chopmark.strongroom.policy.errors import ConsentNotInWriting, TextNotShown
from chopmark.strongroom.policy.privacy import Transfer
from chopmark.strongroom.policy.shapes import Service
from chopmark.strongroom.purposes import terms

LANGUAGES = ("en", "zh-hant")


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What a subject says that she read: by its digest, in which language, and as a written statement or not."""

    digest: bytes
    language: str
    in_writing: bool = False


def text_of(service: Service, *, purpose: str, channel: str, language: str) -> bytes:
    """Every word that Part 6A demands of this use, and its facts, as JSON with sorted keys."""
    chinese = language != "en"
    agreed, notice = terms().purposes[purpose], service.notice
    said = {
        "service": service.name,
        "brand": service.brand_zh if chinese else service.brand_en,
        "purpose": agreed.zh if chinese else agreed.en,
        "channel": channel,
        "data": notice.data.said(chinese=chinese),
        "marketing": notice.marketing.said(chinese=chinese),
        "transfer": notice.transfer.value,
        "given_to": notice.given_to.said(chinese=chinese) if notice.given_to else "",
        "opt_out": notice.opt_out.said(chinese=chinese),
        "language": language,
        "until": service.approved_until.isoformat(),
    }
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest_of(service: Service, *, purpose: str, channel: str, language: str) -> bytes:
    return hashlib.sha256(text_of(service, purpose=purpose, channel=channel, language=language)).digest()


def require_agreed(service: Service, agreed: Agreed, *, purpose: str, channel: str) -> None:
    """She read what the policy says now, and said it in writing if her data are handed on."""
    if agreed.language not in LANGUAGES:
        raise TextNotShown
    if agreed.digest != digest_of(service, purpose=purpose, channel=channel, language=agreed.language):
        raise TextNotShown
    if service.notice.transfer is not Transfer.NONE and not agreed.in_writing:
        raise ConsentNotInWriting
