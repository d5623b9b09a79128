"""What an issuer prints of itself in what it signs: its name, its key, and the addresses that its pack gives."""

from django.conf import settings

from chopmark.authority.catalogue import pack
from chopmark.pki.certificates import IssuerFacts
from chopmark.pki.keyids import key_identifier
from chopmark.pki.names import write_name

FULL = 0
DELTA = -1  # of the full list


def shard_of(serial_number: bytes, partitions: int) -> int:
    """The partition of its issuer's list that a serial number is on, for ever (C51): 1 and up, or the full list alone."""
    if partitions == 1:
        return FULL
    return serial_number[-1] % partitions + 1


def octets_of(shard: int, partitions: int) -> list[int]:
    """The last octets of the serial numbers on a partition. The pack allows powers of two only, so that each has as many."""
    return list(range(shard - 1, 256, partitions))


def shard_name(shard: int) -> str:
    return {FULL: "full", DELTA: "delta"}.get(shard, str(shard))


def name_der(issuer: pack.Issuer) -> bytes:
    """The distinguished name of an issuer, which is all literal."""
    return write_name([(row.attribute.value, row.literal or "") for row in issuer.subject]).der


def printed_facts(issuer: pack.Issuer, *, spki: bytes, shard: int = FULL) -> IssuerFacts:
    """What stands in each certificate of this issuer whose serial number is on this partition."""
    return IssuerFacts(
        name_der=name_der(issuer),
        key_identifier=key_identifier(spki),
        ca_issuers_url=_address(issuer.certificate_url, issuer, shard),
        crl_url=crl_address(issuer, shard),
        ocsp_url=_address(issuer.ocsp_url, issuer, shard) if issuer.ocsp_url else None,
    )


def crl_address(issuer: pack.Issuer, shard: int) -> str:
    return _address(issuer.crl_url, issuer, shard)


def _address(pattern: str, issuer: pack.Issuer, shard: int) -> str:
    return pattern.format(
        public=settings.CHOPMARK_REPOSITORY_URL,
        ocsp=settings.CHOPMARK_OCSP_URL,
        issuer=issuer.slug,
        shard=shard_name(shard),
    )
