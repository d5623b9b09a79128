"""Certificate revocation lists (RFC 5280 §5): encoded and read as a stream, signed elsewhere."""

from chopmark.pki.certificates import assemble
from chopmark.pki.crl.building import CrlScopeIllegal, build_tbs
from chopmark.pki.crl.entries import EntryIllegal, RevokedEntry, encode_entries
from chopmark.pki.crl.reading import Crl, CrlFacts, read_crl, read_entries, read_serial_numbers, read_tbs
from chopmark.pki.reasons import CRLReason

__all__ = [
    "CRLReason",
    "Crl",
    "CrlFacts",
    "CrlScopeIllegal",
    "EntryIllegal",
    "RevokedEntry",
    "assemble",
    "build_tbs",
    "encode_entries",
    "read_crl",
    "read_entries",
    "read_serial_numbers",
    "read_tbs",
]
