"""Asking the witnesses for cosignatures of the newest head; never inside a transaction (C2SP tlog-witness)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import httpx

from chopmark.pki.refusals import Refusal
from chopmark.pki.tlog.cosignature import cosignatures, with_cosignatures
from chopmark.pki.tlog.note import NoteUnsigned, format_signature, parse_signatures
from chopmark.pki.tlog.witnessing import Request, encode_request
from chopmark.publiclog.heads import Head
from chopmark.publiclog.tree import Tree
from chopmark.publiclog.witnesses import Book, Witness

TIMEOUT_SECONDS = 10.0
LONGEST_ANSWER = 100_000

# Status and body for an address and a request.
Post = Callable[[str, bytes], tuple[int, bytes]]


class AskersBook(Book, Protocol):
    """What a side's asker reads and writes besides."""

    def last_cosigned(self, witness: str) -> int:
        """The largest size under which this witness has a line; 0 if there is none."""

    def keep(self, size: int, witness: str, line: str, now: datetime) -> None:
        """Keep a line that was checked; another asker may have kept one for the same, and either is good."""

    def is_away(self, witness: Witness, why: str) -> None:
        """The witness does not answer: no refusal, and it is asked again."""

    def refused(self, witness: Witness, after_size: int, code: str, now: datetime) -> None:
        """The witness would not go on with this log: an alert with a leaf, once for each size after which it happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """One log as it asks its witnesses."""

    book: AskersBook
    tree: Tree
    post: Post

    def ask_all(self, witnesses: Sequence[Witness], *, now: datetime) -> int:
        """Ask every witness that has not cosigned the newest head; answers how many did."""
        newest = self.book.newest()
        if newest is None:
            return 0
        return sum(self._ask(witness, newest, now) for witness in witnesses)

    def _ask(self, witness: Witness, newest: Head, now: datetime) -> bool:
        # 1. From where it cosigned last, as far as we know.
        known = self.book.last_cosigned(str(witness.key))
        if known >= newest.size:
            return False
        try:
            status, body = self.post(witness.url, self._request(known, newest))
            # 2. It is further than we know: its answer was lost. Only at a size that we signed may we go on from there.
            if status == httpx.codes.CONFLICT and self._is_our_later_size(body, known):
                status, body = self.post(witness.url, self._request(int(body), newest))
        except httpx.HTTPError as error:
            self.book.is_away(witness, type(error).__name__)
            return False

        # 3. What it answers is checked before it is kept; a refusal is an alert.
        if status >= httpx.codes.INTERNAL_SERVER_ERROR:
            self.book.is_away(witness, f"status_{status}")
            return False
        try:
            line = _line(status, body, witness, newest)
        except _Refused as refused:
            self.book.refused(witness, known, refused.code, now)
            return False
        self.book.keep(newest.size, str(witness.key), line, now)
        return True

    def _request(self, old_size: int, newest: Head) -> bytes:
        path = self.tree.consistency_path(old_size, newest.size)
        return encode_request(Request(old_size, path, newest.note))

    def _is_our_later_size(self, body: bytes, known: int) -> bool:
        text = body.decode(errors="replace").strip()
        size = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
        return size > known and self.book.at(size) is not None


class _Refused(Exception):
    def __init__(self, code: str) -> None:
        self.code = code


def _line(status: int, body: bytes, witness: Witness, newest: Head) -> str:
    """The witness's own line, checked; the lines of keys that we do not know are passed over (C2SP tlog-witness)."""
    if status != httpx.codes.OK:
        raise _Refused(f"status_{status}")
    try:
        lines = parse_signatures(body.decode(errors="replace"))
        mine = [line for line in lines if (line.name, line.key_id) == (witness.key.name, witness.key.key_id)]
        if not mine:
            raise NoteUnsigned
        text = format_signature(mine[0])
        cosignatures(with_cosignatures(newest.note, [text]), [witness.key])
    except Refusal as refusal:
        raise _Refused(refusal.code) from None
    return text


def poster(client: httpx.Client) -> Post:
    """Post to a witness's address; a flood for an answer is cut off."""

    def post(url: str, body: bytes) -> tuple[int, bytes]:
        with client.stream("POST", f"{url.rstrip('/')}/add-checkpoint", content=body) as answer:
            octets = b""
            for piece in answer.iter_bytes():
                octets += piece
                if len(octets) > LONGEST_ANSWER:
                    break
            return answer.status_code, octets

    return post
