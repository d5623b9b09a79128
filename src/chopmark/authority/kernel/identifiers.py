"""Identifiers with types of their own, so that one cannot be passed for another."""

from typing import NamedTuple, NewType

IssuerId = NewType("IssuerId", int)
ApplicationId = NewType("ApplicationId", int)
LeafId = NewType("LeafId", int)
SerialNumber = NewType("SerialNumber", bytes)


class CertificateId(NamedTuple):
    """A certificate as the world names it: who signed, and under which serial number (RFC 5280 §4.1.2.2)."""

    issuer_id: int
    serial_number: bytes

    @property
    def serial_hex(self) -> str:
        return self.serial_number.hex().upper()


def serial_from(randomness: bytes) -> bytes:
    """A serial number of 16 octets that is positive and always of the same length, from 16 random octets (126 random bits)."""
    if len(randomness) != 16:
        raise ValueError("a serial number is made from 16 random octets")
    return bytes([0x40 | (randomness[0] & 0x3F)]) + randomness[1:]
