"""The bytes of one certificate with holes where its siblings differ: another is read along them in one walk.

For populations: taking every element apart, and writing all of them again to compare, costs ten times as much as a signature.
A mould only ever says yes. What does not fit it is for the reader of whole certificates to judge.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from chopmark.pki import der, extensions, oids
from chopmark.pki.attributes import AttributeRule, Form
from chopmark.pki.der import tags
from chopmark.pki.keyids import IDENTIFIER_OCTETS
from chopmark.pki.names import Rdn, rdns_of, value_beside
from chopmark.pki.profiles import NameKind
from chopmark.pki.tbs import ExtensionFacts, TbsCertificate

_LONG = range(0x100, 0x10000)  # lengths of two octets, which those of a certificate and of its extensions are
_NAMES = der.oid(oids.SUBJECT_ALT_NAME)
_BEFORE_MAILBOX = 2 + len(_NAMES) + 6
_BEFORE_IDENTIFIER = extensions.extension(
    oids.SUBJECT_KEY_IDENTIFIER, der.octet_string(bytes(IDENTIFIER_OCTETS))
)[:-IDENTIFIER_OCTETS]


class _Hole(Enum):
    """The extensions that differ between siblings."""

    KEY_IDENTIFIER = 1
    MAILBOX = 2


class _Misfit(Exception):
    """These octets are not of the mould; whatever they are is not decided here."""


class MouldImpossible(Exception):
    """A shape that is rare enough to be read whole each time."""


class Cut(NamedTuple):
    """What one certificate has in the holes; of its subject only the attributes in which it differs from the mould."""

    serial_number: bytes
    not_before: datetime
    not_after: datetime
    subject_der: bytes
    spki_der: bytes
    attributes: list[tuple[AttributeRule, str]]
    mailbox: str | None


class Mould:
    """One certificate that is known to be of its template; `cut` reads others of its shape, validity and list."""

    def __init__(self, certificate: TbsCertificate) -> None:
        """`MouldImpossible` if there are holes of kinds that this does not know, or a certificate would not fit itself."""
        encoded = certificate.encoded
        serial_at = encoded.index(der.serial_number(certificate.serial_number)) + 2
        subject_at = encoded.index(certificate.subject_der, serial_at)
        self._before_serial = encoded[4:serial_at]
        self._serial_octets = len(certificate.serial_number)
        self._before_subject = encoded[serial_at + self._serial_octets : subject_at]
        self._rdns = [_always_read(rdn) for rdn in rdns_of(certificate.subject_der)]
        self._before_key = _before_key(certificate.spki_der)
        self._key_octets = len(certificate.spki_der)
        self._pieces = tuple(_joined(certificate))
        self._validity = certificate.not_before, certificate.not_after
        if self.cut(encoded) is None:
            raise MouldImpossible

    def cut(self, tbs: bytes) -> Cut | None:
        """What differs, if every other octet is the mould's, every length is right, and the key has its own identifier."""
        try:
            return self._cut(tbs)
        except (_Misfit, IndexError, UnicodeDecodeError):
            return None

    def _cut(self, tbs: bytes) -> Cut:
        size = len(tbs)
        serial_at = 4 + len(self._before_serial)
        serial_end = serial_at + self._serial_octets
        subject_at = serial_end + len(self._before_subject)
        if (
            size - 4 not in _LONG
            or tbs[:4] != b"0\x82" + (size - 4).to_bytes(2, "big")
            or tbs[4:serial_at] != self._before_serial
            or tbs[serial_end:subject_at] != self._before_subject
        ):
            raise _Misfit
        attributes, key_at = self._walk_subject(tbs, subject_at)
        extensions_at = key_at + self._key_octets
        spki = tbs[key_at:extensions_at]
        if not spki.startswith(self._before_key):
            raise _Misfit
        return Cut(
            tbs[serial_at:serial_end],
            *self._validity,
            tbs[subject_at:key_at],
            spki,
            attributes,
            self._walk_extensions(tbs, extensions_at, spki),
        )

    def _walk_subject(self, tbs: bytes, at: int) -> tuple[list[tuple[AttributeRule, str]], int]:
        """The same attributes in the same order, and where the subject ends."""
        at, end = _content(tbs, at)
        differing = []
        for rdn in self._rdns:
            if rdn.encoded and tbs.startswith(rdn.encoded, at):
                at += len(rdn.encoded)
                continue
            text = value_beside(tbs, at, rdn)
            if text is None:
                raise _Misfit
            differing.append((rdn.rule, text))
            at += 2 + tbs[at + 1]
        if at != end:
            raise _Misfit
        return differing, end

    def _walk_extensions(self, tbs: bytes, at: int, spki: bytes) -> str | None:
        rest, mailbox = len(tbs) - at, None
        if rest - 8 not in _LONG or tbs[at : at + 8] != b"\xa3\x82%b0\x82%b" % (
            (rest - 4).to_bytes(2, "big"),
            (rest - 8).to_bytes(2, "big"),
        ):
            raise _Misfit
        at += 8
        for piece in self._pieces:
            if piece is _Hole.MAILBOX:
                mailbox = _mailbox(tbs, at)
                at += _BEFORE_MAILBOX + len(mailbox)
                continue
            expected = _identifier(spki[len(self._before_key) :]) if piece is _Hole.KEY_IDENTIFIER else piece
            if not tbs.startswith(expected, at):
                raise _Misfit
            at += len(expected)
        if at != len(tbs):
            raise _Misfit
        return mailbox


def _content(tbs: bytes, at: int) -> tuple[int, int]:
    """Where a SEQUENCE of fewer than 256 octets has its content."""
    length = tbs[at + 1]
    if tbs[at] != tags.SEQUENCE or length > 0x81 or (length == 0x81 and tbs[at + 2] < 0x80) or length == 0x80:
        raise _Misfit
    return (at + 3, at + 3 + tbs[at + 2]) if length == 0x81 else (at + 2, at + 2 + length)


def _always_read(rdn: Rdn) -> Rdn:
    """A mailbox is held against the alternative name also where it is the mould's own."""
    return rdn._replace(encoded=b"") if rdn.rule.form is Form.EMAIL else rdn


def _before_key(spki_der: bytes) -> bytes:
    """All of a SubjectPublicKeyInfo that stands before the key's own octets."""
    reader = der.read_one(spki_der)
    reader.enter()
    _, bits_at, _ = reader.bounds()
    return spki_der[: bits_at + 1]


def _identifier(key_bits: bytes) -> bytes:
    """The extension that names the key (RFC 7093 §2, method 1)."""
    return _BEFORE_IDENTIFIER + hashlib.sha256(key_bits).digest()[:IDENTIFIER_OCTETS]


def _mailbox(tbs: bytes, at: int) -> str:
    """The one rfc822Name of a subjectAltName, every length of which takes one octet."""
    total = tbs[at + 1]
    size = total + 2 - _BEFORE_MAILBOX
    if total >= 0x80 or size <= 0:
        raise _Misfit
    header = b"0%c%b\x04%c0%c\x81%c" % (total, _NAMES, size + 4, size + 2, size)
    if not tbs.startswith(header, at):
        raise _Misfit
    return tbs[at + _BEFORE_MAILBOX : at + 2 + total].decode("ascii")


def _joined(certificate: TbsCertificate) -> Iterator[bytes | _Hole]:
    """The extensions in their order, neighbouring ones that do not differ as one."""
    constant = b""
    for found in certificate.extension_list:
        piece = _piece(found, certificate)
        if isinstance(piece, bytes):
            constant += piece
        else:
            yield constant
            yield piece
            constant = b""
    yield constant


def _piece(found: ExtensionFacts, certificate: TbsCertificate) -> bytes | _Hole:
    encoded = extensions.extension(found.oid, found.value, critical=found.critical)
    if found.oid == oids.SUBJECT_KEY_IDENTIFIER:
        return _Hole.KEY_IDENTIFIER
    if found.oid == oids.SUBJECT_ALT_NAME:
        kinds = [kind for kind, _ in extensions.read_general_names(found.value)]
        if kinds != [NameKind.RFC822]:
            raise MouldImpossible
        return _Hole.MAILBOX
    return encoded
