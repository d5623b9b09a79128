"""Where a log is read from: a folder of files, or the same files over HTTP (C2SP tlog-tiles)."""

from pathlib import Path
from typing import Protocol

import httpx

from chopmark.verifier.faults import Fault, FaultCode

# A bundle of 256 entries of the greatest length; whoever sends more means to fill our memory.
LONGEST_FILE = 256 * (2 + 0xFFFF)
TIMEOUT_SECONDS = 30.0
# What servers and object stores answer for a name that they have nothing under.
_NOT_THERE = frozenset({403, 404, 410})


class Source(Protocol):
    """Something that files of a log can be asked of, by their path."""

    def read(self, path: str) -> bytes | None:
        """The file, or None if there is none of this name."""
        ...


class DirectorySource:
    """A copy of a log on this machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, path: str) -> bytes | None:
        try:
            with (self._folder / path).open("rb") as file:
                return _within_limit(file.read(LONGEST_FILE + 1), path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise Fault(FaultCode.UNREADABLE, path=path, why=type(error).__name__) from None


class HttpSource:
    """A log where the world reads it."""

    def __init__(self, url: str, *, transport: httpx.BaseTransport | None = None) -> None:
        self._url = url.rstrip("/")
        self._client = httpx.Client(timeout=TIMEOUT_SECONDS, transport=transport)

    def read(self, path: str) -> bytes | None:
        try:
            with self._client.stream("GET", f"{self._url}/{path}") as answer:
                if answer.status_code in _NOT_THERE:
                    return None
                if answer.status_code != httpx.codes.OK:
                    raise Fault(FaultCode.UNREADABLE, path=path, why=str(answer.status_code))
                return _within_limit(_read_at_most(answer, LONGEST_FILE + 1), path)
        except httpx.HTTPError as error:
            raise Fault(FaultCode.UNREADABLE, path=path, why=type(error).__name__) from None


def source_of(place: str) -> Source:
    """The folder or the address that somebody typed."""
    if place.startswith(("http://", "https://")):
        return HttpSource(place)
    return DirectorySource(Path(place))


def _read_at_most(answer: httpx.Response, limit: int) -> bytes:
    octets = bytearray()
    for piece in answer.iter_bytes():
        octets += piece
        if len(octets) >= limit:
            break
    return bytes(octets)


def _within_limit(octets: bytes, path: str) -> bytes:
    if len(octets) > LONGEST_FILE:
        raise Fault(FaultCode.UNREADABLE, path=path, why="too_long")
    return octets
