"""Read DER strictly: what is not the one right encoding is refused, with the place where it went wrong."""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from chopmark.pki.der import tags
from chopmark.pki.refusals import Refusal


class MalformedDer(Refusal):
    """The bytes are not the distinguished encoding of what should stand here (X.690 §10)."""

    code = "malformed_der"


class Element(NamedTuple):
    """One element: its identifier octet, its content, and the whole encoding."""

    tag: int
    content: bytes
    encoded: bytes

    def reader(self) -> "Reader":
        return Reader(self.content)


class Reader:
    """Walks over elements that stand side by side; `finish` refuses whatever is left over."""

    __slots__ = ("at", "data", "end")

    def __init__(self, data: bytes, at: int = 0, end: int | None = None) -> None:
        self.data = data
        self.at = at
        self.end = len(data) if end is None else end

    def __bool__(self) -> bool:
        return self.at < self.end

    def peek(self) -> int | None:
        """The next identifier octet, or None at the end."""
        return self.data[self.at] if self.at < self.end else None

    def bounds(self) -> tuple[int, int, int]:
        """Tag, where the content starts, where it ends; moves on without copying (a CRL is tens of megabytes)."""
        data, start, end = self.data, self.at, self.end
        if end - start < 2:
            raise MalformedDer(where="header", at=start)
        tag, length, content_at = data[start], data[start + 1], start + 2
        if tag & 0x1F == 0x1F:
            raise MalformedDer(where="high_tag_number", at=start)
        if length >= 0x80:
            length, content_at = self._long_length(length & 0x7F, content_at)
        if content_at + length > end:
            raise MalformedDer(where="length_past_end", at=start)
        self.at = content_at + length
        return tag, content_at, self.at

    def _long_length(self, count: int, at: int) -> tuple[int, int]:
        octets = self.data[at : min(at + count, self.end)]
        if count == 0 or count > 4 or len(octets) != count:
            raise MalformedDer(where="length", at=at)
        length = int.from_bytes(octets, "big")
        if length < 0x80 or octets[0] == 0:
            raise MalformedDer(where="length_not_minimal", at=at)
        return length, at + count

    def element(self, tag: int | None = None) -> Element:
        start = self.at
        found, content_at, end = self.bounds()
        if tag is not None and found != tag:
            self.at = start
            raise MalformedDer(where="tag", at=start, expected=tag, found=found)
        return Element(found, self.data[content_at:end], self.data[start:end])

    def encoded(self, tag: int) -> bytes:
        """The whole encoding of the next element."""
        start = self.at
        found, _, end = self.bounds()
        if found != tag:
            self.at = start
            raise MalformedDer(where="tag", at=start, expected=tag, found=found)
        return self.data[start:end]

    def optional(self, tag: int) -> Element | None:
        return self.element(tag) if self.peek() == tag else None

    def elements(self) -> Iterator[Element]:
        while self.at < self.end:
            yield self.element()

    def enter(self, tag: int = tags.SEQUENCE) -> "Reader":
        """A reader of the content of the next element."""
        start = self.at
        found, content_at, end = self.bounds()
        if found != tag:
            self.at = start
            raise MalformedDer(where="tag", at=start, expected=tag, found=found)
        return Reader(self.data, content_at, end)

    def enter_optional(self, tag: int) -> "Reader | None":
        return self.enter(tag) if self.peek() == tag else None

    def finish(self) -> None:
        if self.at != self.end:
            raise MalformedDer(where="trailing_bytes", at=self.at)

    def integer_octets(self) -> bytes:
        """An INTEGER's content octets, which must be the fewest (X.690 §8.3.2)."""
        return _minimal(self.element(tags.INTEGER).content)

    def integer(self) -> int:
        return int.from_bytes(self.integer_octets(), "big", signed=True)

    def enumerated(self) -> int:
        return int.from_bytes(_minimal(self.element(tags.ENUMERATED).content), "big", signed=True)

    def boolean(self, tag: int = tags.BOOLEAN) -> bool:
        content = self.element(tag).content
        if content not in (b"\xff", b"\x00"):
            raise MalformedDer(where="boolean")
        return content == b"\xff"

    def oid(self) -> str:
        return dotted(self.element(tags.OID).content)

    def octets(self) -> bytes:
        return self.element(tags.OCTET_STRING).content

    def bits(self) -> tuple[bytes, int]:
        """A BIT STRING's octets and how many bits of the last are unused (those must be zero, X.690 §11.2.1)."""
        content = self.element(tags.BIT_STRING).content
        if not content or content[0] > 7 or (content[0] and len(content) == 1):
            raise MalformedDer(where="bit_string")
        if content[0] and content[-1] & ((1 << content[0]) - 1):
            raise MalformedDer(where="bit_string_padding")
        return content[1:], content[0]

    def whole_bits(self) -> bytes:
        octets, unused = self.bits()
        if unused:
            raise MalformedDer(where="bit_string_unused")
        return octets

    def named_bits(self) -> frozenset[int]:
        octets, unused = self.bits()
        if octets and not octets[-1] & (1 << unused):
            raise MalformedDer(where="named_bits_not_minimal")
        return frozenset(n for n in range(len(octets) * 8) if octets[n // 8] & (0x80 >> (n % 8)))


def read_one(data: bytes, tag: int = tags.SEQUENCE) -> Reader:
    """A reader of the content of the single element that `data` must be."""
    outer = Reader(data)
    inner = outer.enter(tag)
    outer.finish()
    return inner


def _minimal(content: bytes) -> bytes:
    if not content:
        raise MalformedDer(where="integer_empty")
    if len(content) > 1 and (content[0], content[1] >> 7) in ((0x00, 0), (0xFF, 1)):
        raise MalformedDer(where="integer_not_minimal")
    return content


@lru_cache(maxsize=1024)
def dotted(content: bytes) -> str:
    """The dotted form of an object identifier's content octets."""
    if not content or content[-1] & 0x80 or len(content) > 64:
        raise MalformedDer(where="oid")
    arcs, arc, starting = [], 0, True
    for octet in content:
        if starting and octet == 0x80:
            raise MalformedDer(where="oid_not_minimal")
        arc = (arc << 7) | (octet & 0x7F)
        starting = not octet & 0x80
        if starting:
            arcs.append(arc)
            arc = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(str(a) for a in (first, arcs[0] - 40 * first, *arcs[1:]))
