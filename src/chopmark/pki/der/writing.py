"""Write DER: every function returns one whole element."""

from collections.abc import Iterable
from functools import lru_cache

from chopmark.pki.der import tags

_SHORT = [bytes([n]) for n in range(128)]


def header(tag: int, length: int) -> bytes:
    """Identifier and length octets, definite form, fewest octets (X.690 §10.1)."""
    if length < 128:
        return bytes((tag, length))
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets


def tlv(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 128:  # most elements are so short, and everything is made of them
        return bytes((tag, length)) + content
    return header(tag, length) + content


def retag(tag: int, element: bytes) -> bytes:
    """The same content under another identifier octet."""
    return bytes((tag,)) + element[1:]


def boolean(value: bool) -> bytes:
    return b"\x01\x01\xff" if value else b"\x01\x01\x00"


def integer(value: int) -> bytes:
    length = (value + (value < 0)).bit_length() // 8 + 1
    return tlv(tags.INTEGER, value.to_bytes(length, "big", signed=True))


def serial_number(content: bytes) -> bytes:
    """A certificate's serial number from its content octets, which is how the house keeps them."""
    return tlv(tags.INTEGER, content)


def enumerated(value: int) -> bytes:
    return retag(tags.ENUMERATED, integer(value))


def null() -> bytes:
    return b"\x05\x00"


@lru_cache(maxsize=1024)
def oid(dotted: str) -> bytes:
    """An object identifier from its dotted form (X.690 §8.19)."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    return tlv(tags.OID, b"".join(_base128(arc) for arc in (first * 40 + second, *rest)))


def _base128(arc: int) -> bytes:
    octets = [arc & 0x7F]
    while arc := arc >> 7:
        octets.append(0x80 | (arc & 0x7F))
    return bytes(reversed(octets))


def octet_string(content: bytes) -> bytes:
    return tlv(tags.OCTET_STRING, content)


def bit_string(content: bytes, unused: int = 0) -> bytes:
    return tlv(tags.BIT_STRING, _SHORT[unused] + content)


def named_bits(bits: Iterable[int]) -> bytes:
    """A named bit list: trailing zero bits are removed (X.690 §11.2.2)."""
    chosen = frozenset(bits)
    if not chosen:
        return bit_string(b"")
    highest = max(chosen)
    octets = bytearray(highest // 8 + 1)
    for bit in chosen:
        octets[bit // 8] |= 0x80 >> (bit % 8)
    return bit_string(bytes(octets), unused=7 - highest % 8)


def utf8_string(text: str) -> bytes:
    return tlv(tags.UTF8_STRING, text.encode())


def printable_string(text: str) -> bytes:
    return tlv(tags.PRINTABLE_STRING, text.encode("ascii"))


def ia5_string(text: str) -> bytes:
    return tlv(tags.IA5_STRING, text.encode("ascii"))


def sequence(*parts: bytes) -> bytes:
    return tlv(tags.SEQUENCE, b"".join(parts))


def set_of(*parts: bytes) -> bytes:
    """Elements in ascending order of their encodings (X.690 §11.6)."""
    return tlv(tags.SET, b"".join(sorted(parts)))


def context(number: int, content: bytes) -> bytes:
    """A primitive element [number], its content octets given."""
    return tlv(tags.CONTEXT | number, content)


def explicit(number: int, *parts: bytes) -> bytes:
    return tlv(tags.EXPLICIT | number, b"".join(parts))


def implicit(number: int, element: bytes) -> bytes:
    """[number] IMPLICIT: the element's own constructed bit stays (X.690 §8.14.4)."""
    return retag(tags.CONTEXT | (element[0] & tags.CONSTRUCTED) | number, element)
