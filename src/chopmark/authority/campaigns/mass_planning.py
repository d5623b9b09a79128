"""The dry run of a mass revocation: exactly which certificates, of which kinds, and when the lists will have them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chopmark.authority.campaigns.errors import (
    CampaignEmpty,
    CampaignFaulty,
    CertificateLineMalformed,
    EverythingMatches,
    LineRepeated,
    SerialOfSeveral,
)
from chopmark.authority.campaigns.foretelling import Telling
from chopmark.authority.campaigns.matching import Match, Matching, matches
from chopmark.authority.campaigns.packing import pack_certificates
from chopmark.authority.campaigns.planning import CHUNK, FAULTS_SHOWN, Planned, numbered
from chopmark.authority.catalogue import selectors as catalogue
from chopmark.authority.catalogue.words import Asker
from chopmark.authority.custody import selectors as custody
from chopmark.authority.issuance.models import Certificate, Kind
from chopmark.authority.kernel.identifiers import CertificateId
from chopmark.authority.notices.policy import Template
from chopmark.authority.publication.lists import foretold, lists_of
from chopmark.authority.revocation.errors import SerialUnknown
from chopmark.authority.revocation.policy import require_permitted
from chopmark.pki.crl import CRLReason

# Revocations in a second by one worker, for the estimate only.
PACE = 2000
_LONGEST = 20  # octets of a serial number (RFC 5280 §4.1.2.2)
_DIGEST = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoking:
    """Which certificates are to be revoked, and why."""

    matching: Matching
    reason: CRLReason

    def as_terms(self) -> dict[str, Any]:
        return {"matching": self.matching.as_terms(), "reason": self.reason.name.lower()}


@dataclass(slots=True)
class Tally:
    """What a plan counts, certificate by certificate."""

    left_out: Counter[str] = field(default_factory=Counter)
    types: Counter[str] = field(default_factory=Counter)
    outlets: Counter[str] = field(default_factory=Counter)
    telling: Telling = field(default_factory=Telling)

    def takes(self, match: Match, now: datetime) -> bool:
        """Whether it is to be revoked; what is revoked or over already needs nothing."""
        if match.is_revoked or match.not_after < now:
            self.left_out["already_revoked" if match.is_revoked else "expired"] += 1
            return False
        self.types[match.type_code] += 1
        self.outlets[match.outlet or "none"] += 1
        if match.record_id is None:
            self.telling.untold += 1
        else:
            self.telling.notices[Template.CERTIFICATE_REVOKED] += 1
        return True


def dry_run(wanted: Revoking, *, now: datetime) -> Planned:
    """Find every certificate that is as asked, and write nothing; a reason that the authority may not give is refused."""
    tally = Tally()
    found = [match.id for match in find(wanted, tally, now)]
    chunks = [found[at : at + CHUNK] for at in range(0, len(found), CHUNK)]
    return Planned(
        count=len(found),
        chunks=[(len(chunk), pack_certificates(chunk)) for chunk in chunks],
        facts={
            **wanted.as_terms(),
            "chunks": len(chunks),
            **facts_of(found, tally, wanted.reason, now),
            **tally.telling.facts(),
        },
    )


def find(wanted: Revoking, tally: Tally, now: datetime) -> list[Match]:
    """Every certificate that is as asked and still good."""
    if wanted.matching.is_of_everything:
        raise EverythingMatches
    found = [match for match in matches(wanted.matching) if tally.takes(match, now)]
    if not found:
        raise CampaignEmpty(**tally.left_out)
    for code in tally.types:
        rule = catalogue.certificate_type(code, now).revocation.get(Asker.AUTHORITY)
        require_permitted(wanted.reason, rule.reasons if rule else ())
    return found


def facts_of(
    found: Sequence[CertificateId], tally: Tally, reason: CRLReason, now: datetime
) -> Mapping[str, Any]:
    """What operators read of certificates that are to be revoked."""
    by_issuer = Counter(one.issuer_id for one in found)
    authorities = {issuer_id: custody.authority(issuer_id) for issuer_id in by_issuer}
    return {
        "certificates": len(found),
        "already_revoked": tally.left_out["already_revoked"],
        "expired": tally.left_out["expired"],
        "types": dict(tally.types),
        "issuers": {authorities[issuer_id].slug: many for issuer_id, many in by_issuer.items()},
        "lists": dict(_by_list(found)),
        "outlets": dict(tally.outlets),
        "seconds_estimated": -(-len(found) // PACE),
        "listed": {one.slug: foretold(one, reason=reason, now=now) for one in authorities.values()},
    }


def _by_list(found: Sequence[CertificateId]) -> Counter[str]:
    """How many entries each list is to have more, by its file; of a delta nobody knows what its base will have."""
    octets = Counter((one.issuer_id, one.serial_number[-1:]) for one in found)
    counts = Counter[str]()
    for issuer_id in {one.issuer_id for one in found}:
        for wanted in lists_of(custody.authority(issuer_id)):
            if not wanted.is_delta:
                counts[wanted.file_name] = sum(
                    many for (of, last), many in octets.items() if of == issuer_id and wanted.has(last)
                )
    return counts


def read_serial_numbers(lines: Iterable[str], *, issuer: str | None = None) -> frozenset[bytes]:
    """A serial number a line, in hexadecimal; `CampaignFaulty` names the lines of which this issuer has no certificate recorded.

    A number is an issuer's own: where several have it, and none is named, nobody can say which is meant.
    """
    numbers = _read(lines, range(1, _LONGEST + 1))
    asked = list(numbers)
    of = {"issuer_id": custody.authority_by_slug(issuer).id} if issuer else {}
    known = Counter[bytes]()
    for at in range(0, len(asked), CHUNK):
        rows = Certificate.objects.filter(
            kind=Kind.CERTIFICATE, serial_number__in=asked[at : at + CHUNK], **of
        )
        known.update(bytes(octets) for octets in rows.values_list("serial_number", flat=True))
    _refuse(
        (line, SerialOfSeveral.code if known[octets] else SerialUnknown.code)
        for octets, line in numbers.items()
        if known[octets] != 1
    )
    return frozenset(asked)


def read_keys(lines: Iterable[str]) -> frozenset[bytes]:
    """SHA-256 of a SubjectPublicKeyInfo a line, in hexadecimal: a list of weak keys, say, most of which nobody of ours has."""
    return frozenset(_read(lines, range(_DIGEST, _DIGEST + 1)))


def _read(lines: Iterable[str], lengths: range) -> dict[bytes, int]:
    """Each line's octets, with its number."""
    found: dict[bytes, int] = {}
    faults: list[tuple[int, str]] = []
    for number, line in numbered(lines):
        octets = _octets(line)
        if len(octets) not in lengths:
            faults.append((number, CertificateLineMalformed.code))
        elif octets in found:
            faults.append((number, LineRepeated.code))
        else:
            found[octets] = number
    _refuse(faults)
    if not found:
        raise CampaignEmpty
    return found


def _octets(line: str) -> bytes:
    try:
        return bytes.fromhex(line.strip().replace(":", ""))
    except ValueError:
        return b""


def _refuse(faults: Iterable[tuple[int, str]]) -> None:
    found = sorted(faults)[:FAULTS_SHOWN]
    if found:
        raise CampaignFaulty(found)
