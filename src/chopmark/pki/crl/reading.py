"""Read a certificate revocation list without holding it: header and scope at once, entries as they are walked."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from chopmark.pki import der, extensions, oids
from chopmark.pki.algorithms import SignatureAlgorithm, read_algorithm_identifier
from chopmark.pki.crl.entries import RevokedEntry
from chopmark.pki.der import tags
from chopmark.pki.reasons import CRLReason
from chopmark.pki.tbs import ExtensionFacts, read_extension


@dataclass(frozen=True, slots=True, kw_only=True)
class CrlFacts:
    """What a TBSCertList says; the entries are walked anew by each `entries()`, never held all at once."""

    tbs: bytes = field(repr=False)
    signature_algorithm: SignatureAlgorithm
    issuer_der: bytes
    this_update: datetime
    next_update: datetime
    number: int
    base_number: int | None
    key_identifier: bytes | None
    distribution_point: str | None
    only_user: bool
    only_ca: bool
    entry_count: int
    entries_at: tuple[int, int]

    def entries(self, *, step: int = 1) -> Iterator[RevokedEntry]:
        """The entries in their order; with a step, the first and then one in so many, the others passed over unread."""
        days, seconds, tails = _Days(), _Seconds(), _Tails()
        reader = der.Reader(self.tbs, *self.entries_at)
        while reader:
            serial_number, moment, tail = _cut(reader.enter())
            revoked_at = days[moment[:-7]] + seconds[moment[-7:]]
            yield RevokedEntry(serial_number, revoked_at, *tails[tail])
            for _ in range(step - 1):
                if not reader:
                    return
                reader.bounds()

    def serial_numbers(self) -> Iterator[bytes]:
        reader = der.Reader(self.tbs, *self.entries_at)
        while reader:
            yield reader.enter().integer_octets()


@dataclass(frozen=True, slots=True, kw_only=True)
class Crl:
    """A whole CertificateList; the signature is not checked here."""

    facts: CrlFacts
    signature_algorithm: SignatureAlgorithm
    signature: bytes


def read_crl(crl_der: bytes) -> Crl:
    reader = der.read_one(crl_der)
    facts = read_tbs(reader.element(tags.SEQUENCE).encoded)
    algorithm = read_algorithm_identifier(reader.element(tags.SEQUENCE).encoded)
    signature = reader.whole_bits()
    reader.finish()
    if algorithm is not facts.signature_algorithm:
        raise der.MalformedDer(where="signature_algorithms_differ")
    return Crl(facts=facts, signature_algorithm=algorithm, signature=signature)


def read_tbs(tbs: bytes) -> CrlFacts:
    """Header, scope and number of a list of version 2; every entry's form is checked, none is kept."""
    reader = der.read_one(tbs)
    if reader.integer() != 1:
        raise der.MalformedDer(where="crl_version")
    algorithm = read_algorithm_identifier(reader.element(tags.SEQUENCE).encoded)
    issuer = reader.element(tags.SEQUENCE).encoded
    this_update, next_update = der.parse_time(reader.element()), der.parse_time(reader.element())
    entries_at = _entries_at(reader)
    found = _read_extensions(reader)
    reader.finish()
    scope = _read_scope(found.get(oids.ISSUING_DISTRIBUTION_POINT))
    return CrlFacts(
        tbs=tbs,
        signature_algorithm=algorithm,
        issuer_der=issuer,
        this_update=this_update,
        next_update=next_update,
        number=_require_integer(found.get(oids.CRL_NUMBER)),
        base_number=_read_integer(found.get(oids.DELTA_CRL_INDICATOR)),
        key_identifier=_read_key_identifier(found.get(oids.AUTHORITY_KEY_IDENTIFIER)),
        distribution_point=scope.url,
        only_user=scope.only_user,
        only_ca=scope.only_ca,
        entry_count=_count(der.Reader(tbs, *entries_at)),
        entries_at=entries_at,
    )


def _entries_at(reader: der.Reader) -> tuple[int, int]:
    if reader.peek() != tags.SEQUENCE:
        return reader.at, reader.at
    _, start, end = reader.bounds()
    if start == end:
        raise der.MalformedDer(where="revoked_certificates_empty")
    return start, end


def _count(reader: der.Reader) -> int:
    count = 0
    while reader:
        if reader.bounds()[0] != tags.SEQUENCE:
            raise der.MalformedDer(where="revoked_certificate")
        count += 1
    return count


def _read_extensions(reader: der.Reader) -> dict[str, ExtensionFacts]:
    wrapped = reader.enter(tags.EXPLICIT | 0)
    inner, found = wrapped.enter(), {}
    wrapped.finish()
    while inner:
        extension = read_extension(inner.enter())
        if extension.oid in found or (extension.critical and extension.oid not in _UNDERSTOOD):
            raise der.MalformedDer(where="crl_extension")
        found[extension.oid] = extension
    return found


_UNDERSTOOD = frozenset({oids.ISSUING_DISTRIBUTION_POINT, oids.DELTA_CRL_INDICATOR})


def _require_integer(extension: ExtensionFacts | None) -> int:
    value = _read_integer(extension)
    if value is None or value < 0:
        raise der.MalformedDer(where="crl_number")
    return value


def _read_integer(extension: ExtensionFacts | None) -> int | None:
    if extension is None:
        return None
    reader = der.Reader(extension.value)
    value = reader.integer()
    reader.finish()
    return value


def _read_key_identifier(extension: ExtensionFacts | None) -> bytes | None:
    return None if extension is None else extensions.read_authority_key_identifier(extension.value)


class _Scope(NamedTuple):
    url: str | None = None
    only_user: bool = False
    only_ca: bool = False


def _read_scope(extension: ExtensionFacts | None) -> _Scope:
    """The scope, if it is one of ours: an indirect list, or one by reasons or attributes, is refused."""
    if extension is None:
        return _Scope()
    reader = der.read_one(extension.value)
    name = reader.enter_optional(tags.EXPLICIT | 0)
    urls = [] if name is None else extensions.read_distribution_point_name(name)
    only_user = reader.peek() == tags.CONTEXT | 1 and reader.boolean(tags.CONTEXT | 1)
    only_ca = reader.peek() == tags.CONTEXT | 2 and reader.boolean(tags.CONTEXT | 2)
    reader.finish()
    return _Scope(urls[0] if urls else None, only_user, only_ca)


# Days, hours and extensions recur among entries, so each distinct encoding is parsed once.


class _Days(dict[bytes, datetime]):
    """Midnights, by the octets of a Time through its day."""

    def __missing__(self, octets: bytes) -> datetime:
        day = self[octets] = der.parse_time(der.Reader(octets + b"000000Z").element())
        return day


class _Seconds(dict[bytes, timedelta]):
    """Times of day, by the last seven octets of a Time."""

    def __missing__(self, octets: bytes) -> timedelta:
        moment = der.parse_time(der.Element(tags.UTC_TIME, b"000101" + octets, b""))
        since = self[octets] = moment - moment.replace(hour=0, minute=0, second=0)
        return since


_Tail = tuple[CRLReason, datetime | None]


class _Tails(dict[bytes, _Tail]):
    """What extensions say. Invalidity dates may all differ, so this one forgets."""

    def __missing__(self, octets: bytes) -> _Tail:
        if len(self) > 8192:
            self.clear()
        said = self[octets] = _read_tail(octets)
        return said


def _cut(entry: der.Reader) -> tuple[bytes, bytes, bytes]:
    """Serial number, encoded time, encoded extensions."""
    serial_number, at = entry.integer_octets(), entry.at
    entry.bounds()
    return serial_number, entry.data[at : entry.at], entry.data[entry.at : entry.end]


def _read_tail(tail: bytes) -> _Tail:
    reason, invalidity_date = CRLReason.UNSPECIFIED, None
    listed = der.read_one(tail) if tail else der.Reader(b"")
    while listed:
        oid, critical, value = read_extension(listed.enter())
        if oid == oids.CRL_REASON:
            reason = _read_reason(value)
        elif oid == oids.INVALIDITY_DATE:
            invalidity_date = der.parse_time(der.Reader(value).element(tags.GENERALIZED_TIME))
        elif critical:
            raise der.MalformedDer(where="crl_entry_extension")
    return reason, invalidity_date


def _read_reason(value: bytes) -> CRLReason:
    try:
        return CRLReason(der.Reader(value).enumerated())
    except ValueError:
        raise der.MalformedDer(where="crl_reason") from None
