"""Read a certificate revocation list without holding it: header and scope at once, entries as they are walked."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from chopmark.pki import der, extensions, oids
from chopmark.pki.algorithms import SignatureAlgorithm, read_algorithm_identifier
from chopmark.pki.crl.entries import RevokedEntry
from chopmark.pki.der import tags
from chopmark.pki.reasons import CRLReason
from chopmark.pki.tbs import ExtensionFacts, read_extension

# Of a list that is too long to look at every entry of, one in so many is looked at.
SAMPLED = 50


@dataclass(frozen=True, kw_only=True)
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
    freshest_url: str | None
    entries_at: tuple[int, int]

    @cached_property
    def _found(self) -> tuple[int, list[int]]:
        return _count(self.tbs, *self.entries_at)

    @property
    def entry_count(self) -> int:
        """How many there are; each is one element, and the last ends where the list does."""
        return self._found[0]

    def sample(self) -> Iterator[RevokedEntry]:
        """The first entry and one in `SAMPLED` after it."""
        return _read_from(self.tbs, self._found[1], self.entries_at[1])

    @property
    def is_in_order(self) -> bool:
        """Whether the serial numbers ascend, so that nothing stands twice."""
        return _is_in_order(self.tbs, *self.entries_at)

    def entries(self) -> Iterator[RevokedEntry]:
        """The entries in their order."""
        return read_entries(self.tbs, *self.entries_at)

    def serial_numbers(self) -> Iterator[bytes]:
        return read_serial_numbers(self.tbs, *self.entries_at)


def read_entries(data: bytes, start: int, end: int) -> Iterator[RevokedEntry]:
    """The entries that stand in a stretch of octets, one after another."""
    return _read_each(_elements(der.Reader(data, start, end)))


def _elements(reader: der.Reader) -> Iterator[der.Reader]:
    while reader:
        yield reader.enter()


def _read_from(data: bytes, starts: Iterable[int], end: int) -> Iterator[RevokedEntry]:
    """The entry that begins at each of these places."""
    return _read_each(der.Reader(data, start, end).enter() for start in starts)


def _read_each(entries: Iterable[der.Reader]) -> Iterator[RevokedEntry]:
    days, seconds, tails = _Days(), _Seconds(), _Tails()
    for entry in entries:
        serial_number, moment, tail = _cut(entry)
        revoked_at = days[moment[:-7]] + seconds[moment[-7:]]
        yield RevokedEntry(serial_number, revoked_at, *tails[tail])


def read_serial_numbers(data: bytes, start: int, end: int) -> Iterator[bytes]:
    """The serial numbers in a stretch of entries. Lists of a million are walked with this: short lengths are read in place."""
    while start < end:
        if (
            start + 5 <= end
            and data[start] == tags.SEQUENCE
            and data[start + 2] == tags.INTEGER
            and data[start + 3] + 2 <= data[start + 1] < 128
            and 0 < data[start + 4] < 0xFF  # such a first octet cannot be superfluous
        ):
            yield data[start + 4 : start + 4 + data[start + 3]]
            start += 2 + data[start + 1]
        else:
            reader = der.Reader(data, start, end)
            yield reader.enter().integer_octets()
            start = reader.at


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
    """Header, scope and number of a list of version 2; the entries are looked at when they are counted or walked."""
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
        freshest_url=_read_freshest(found.get(oids.FRESHEST_CRL)),
        entries_at=entries_at,
    )


def _entries_at(reader: der.Reader) -> tuple[int, int]:
    if reader.peek() != tags.SEQUENCE:
        return reader.at, reader.at
    _, start, end = reader.bounds()
    if start == end:
        raise der.MalformedDer(where="revoked_certificates_empty")
    return start, end


def _count(data: bytes, at: int, end: int) -> tuple[int, list[int]]:
    """How many entries there are, and where one in so many begins; each is a SEQUENCE that ends where the next begins."""
    count, sampled = 0, []
    while at < end:
        if data[at] != tags.SEQUENCE:
            raise der.MalformedDer(where="revoked_certificate")
        if not count % SAMPLED:
            sampled.append(at)
        if at + 1 < end and (length := data[at + 1]) < 128:
            at += 2 + length
        else:
            reader = der.Reader(data, at, end)
            reader.bounds()
            at = reader.at
        count += 1
    if at != end:
        raise der.MalformedDer(where="revoked_certificate")
    return count, sampled


def _is_in_order(data: bytes, at: int, end: int) -> bool:
    """A door walks a million before it signs: what an entry begins with is judged once for all that begin alike."""
    plain, last = _Plain(), b""
    while at + 4 < end:
        size, serial_length = plain[data[at : at + 4]]
        if not size:
            break
        serial_number = data[at + 4 : at + 4 + serial_length]
        # A first octet between these cannot be superfluous, and they ascend: what comes next has one that is no less.
        if serial_number <= last:
            return False
        if not last and not serial_number[0]:
            break
        last = serial_number
        at += size
    if last[:1] == b"\xff" or at > end:
        raise der.MalformedDer(where="revoked_certificate")
    return _is_in_order_slowly(data, at, end, last)


def _is_in_order_slowly(data: bytes, at: int, end: int, last: bytes) -> bool:
    """The rest of the entries, by the strict reader."""
    for serial_number in read_serial_numbers(data, at, end):
        if serial_number <= last:
            return False
        last = serial_number
    return True


class _Plain(dict[bytes, tuple[int, int]]):
    """By the first four octets of an entry: how long it is, and its serial number, if both lengths are of the short form."""

    def __missing__(self, head: bytes) -> tuple[int, int]:
        is_plain = head[0] == tags.SEQUENCE and head[2] == tags.INTEGER and 0 < head[3] <= head[1] - 2 < 126
        sizes = self[head] = (2 + head[1], head[3]) if is_plain else (0, 0)
        return sizes


def _read_freshest(extension: ExtensionFacts | None) -> str | None:
    urls = () if extension is None else extensions.read_crl_distribution_points(extension.value)
    return urls[0] if urls else None


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
