"""The entries of a CRL as a stream of octets: a million are about a second's work, and no step is quadratic (RFC 5280 §5.3)."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from chopmark.pki import der, extensions, oids
from chopmark.pki.reasons import CRLReason
from chopmark.pki.refusals import Refusal

_CHUNK = 8192  # entries joined at once, so that small pieces are freed early
_EPOCH = datetime(1950, 1, 1, tzinfo=UTC)  # where UTCTime begins


class EntryIllegal(Refusal):
    """An entry that no list may carry: a serial number of no or too many octets, a time with fractions of a second."""

    code = "crl_entry_illegal"


class RevokedEntry(NamedTuple):
    """One serial number on a list. A tuple, because a million of them are made for one CRL."""

    serial_number: bytes
    revoked_at: datetime
    reason: CRLReason | int = CRLReason.UNSPECIFIED
    invalidity_date: datetime | None = None


def encode_entries(entries: Iterable[RevokedEntry]) -> bytes:
    """The entries one after another, in the order given: the content of revokedCertificates."""
    heads, days, seconds, tails = _Heads(), _Days(), _Seconds(), _Tails()
    chunks: list[bytes] = []
    pieces: list[bytes] = []
    room = _CHUNK
    for serial_number, revoked_at, reason, invalidity_date in entries:
        since = revoked_at - _EPOCH
        if since.microseconds:
            raise EntryIllegal(where="revoked_at")
        day, tail = days[since.days], tails[reason, invalidity_date]
        head = heads[len(serial_number), len(day) + len(tail)]
        pieces += head, serial_number, day, seconds[since.seconds], tail
        room -= 1
        if not room:
            chunks.append(b"".join(pieces))
            pieces.clear()
            room = _CHUNK
    return b"".join([*chunks, *pieces])


# Each part of an entry that recurs is encoded once: dict lookups, filled on a miss.


class _Heads(dict[tuple[int, int], bytes]):
    """The octets before a serial number, by its length and by the length of what follows the hour."""

    def __missing__(self, key: tuple[int, int]) -> bytes:
        serial_length, rest = key
        if not 1 <= serial_length <= 20:
            raise EntryIllegal(where="serial_number")
        content = 2 + serial_length + rest + len("hhmmssZ")
        head = self[key] = der.header(0x30, content) + bytes((0x02, serial_length))
        return head


class _Days(dict[int, bytes]):
    """The first octets of a Time, through the day, by days since the epoch."""

    def __missing__(self, days: int) -> bytes:
        day = self[days] = der.time(_EPOCH + timedelta(days=days))[: -len("hhmmssZ")]
        return day


class _Seconds(dict[int, bytes]):
    """The last octets of a Time, by seconds since midnight."""

    def __missing__(self, seconds: int) -> bytes:
        minutes, second = divmod(seconds, 60)
        rest = self[seconds] = b"%02d%02d%02dZ" % (*divmod(minutes, 60), second)
        return rest


class _Tails(dict[tuple[CRLReason | int, datetime | None], bytes]):
    """Entry extensions. Invalidity dates may all differ, so this one forgets."""

    def __missing__(self, key: tuple[CRLReason | int, datetime | None]) -> bytes:
        if len(self) > _CHUNK:
            self.clear()
        reason, invalidity_date = key
        tail = self[key] = _entry_extensions(CRLReason(reason), invalidity_date)
        return tail


def _entry_extensions(reason: CRLReason, invalidity_date: datetime | None) -> bytes:
    """Reason and invalidity date; "unspecified" is left out (RFC 5280 §5.3.1)."""
    written = []
    if reason is not CRLReason.UNSPECIFIED:
        written.append(extensions.extension(oids.CRL_REASON, der.enumerated(reason.value)))
    if invalidity_date is not None:
        # Always GeneralizedTime here (RFC 5280 §5.3.2).
        written.append(extensions.extension(oids.INVALIDITY_DATE, der.generalized_time(invalidity_date)))
    return der.sequence(*written) if written else b""
