"""The to-be-signed content of a certificate revocation list (RFC 5280 §5.1.2)."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from chopmark.pki import der, extensions, oids
from chopmark.pki.algorithms import SignatureAlgorithm, algorithm_identifier
from chopmark.pki.crl.entries import RevokedEntry, encode_entries
from chopmark.pki.der import tags
from chopmark.pki.profiles import IssuerFacts
from chopmark.pki.refusals import Refusal


class CrlScopeIllegal(Refusal):
    """A list is for users, for authorities or for both; never for neither (RFC 5280 §5.2.5)."""

    code = "crl_scope_illegal"


def build_tbs(
    *,
    issuer: IssuerFacts,
    signature_algorithm: SignatureAlgorithm,
    entries: Iterable[RevokedEntry] = (),
    encoded: Sequence[bytes | memoryview] = (),
    number: int,
    this_update: datetime,
    next_update: datetime,
    distribution_point: str | None = None,
    only_user: bool = False,
    only_ca: bool = False,
    base_number: int | None = None,
    freshest_url: str | None = None,
) -> bytes:
    """A TBSCertList; with `base_number` it is a delta to that list (RFC 5280 §5.2.4).

    `encoded` are entries that `encode_entries` or the database wrote, in stretches: of a million there is one copy more.
    """
    head = b"".join((
        der.integer(1),
        algorithm_identifier(signature_algorithm),
        issuer.name_der,
        der.time(this_update),
        der.time(next_update),
    ))  # fmt: skip
    tail = der.explicit(0, der.sequence(
        extensions.extension(
            oids.AUTHORITY_KEY_IDENTIFIER, extensions.authority_key_identifier(issuer.key_identifier)
        ),
        extensions.extension(oids.CRL_NUMBER, der.integer(number)),
        _delta_indicator(base_number),
        _issuing_distribution_point(distribution_point, only_user=only_user, only_ca=only_ca),
        _freshest(freshest_url),
    ))  # fmt: skip
    return _joined(head, [encode_entries(entries), *encoded], tail)


def _joined(head: bytes, stretches: Sequence[bytes | memoryview], tail: bytes) -> bytes:
    size = sum(map(len, stretches))
    # An empty list is absent, not empty (RFC 5280 §5.1.2.6).
    opening = der.header(tags.SEQUENCE, size) if size else b""
    whole = der.header(tags.SEQUENCE, len(head) + len(opening) + size + len(tail))
    return b"".join((whole, head, opening, *stretches, tail))


def _freshest(url: str | None) -> bytes:
    """Where the delta to this list is; never critical, and never in a delta (RFC 5280 §5.2.6)."""
    if url is None:
        return b""
    return extensions.extension(oids.FRESHEST_CRL, extensions.crl_distribution_points(url))


def _delta_indicator(base_number: int | None) -> bytes:
    if base_number is None:
        return b""
    return extensions.extension(oids.DELTA_CRL_INDICATOR, der.integer(base_number), critical=True)


def _issuing_distribution_point(url: str | None, *, only_user: bool, only_ca: bool) -> bytes:
    """Critical: who cannot read it must not take a shard for the whole (RFC 5280 §5.2.5). Absent if it would be empty."""
    if only_user and only_ca:
        raise CrlScopeIllegal
    name = b"" if url is None else extensions.distribution_point_name(url)
    user = der.implicit(1, der.boolean(True)) if only_user else b""
    ca = der.implicit(2, der.boolean(True)) if only_ca else b""
    scope = name + user + ca
    if not scope:
        return b""
    return extensions.extension(oids.ISSUING_DISTRIBUTION_POINT, der.sequence(scope), critical=True)
