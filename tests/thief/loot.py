"""All that the thief has, and what is looked for in it: in small places in every form, in great ones as it is written."""

import contextlib
import json
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import psycopg

from chopmark.config.accounts import Part
from conformance.test_no_personal_data import columns
from conformance.traces import Search
from thief.accounts import THIEFS
from thief.crew import Crew
from thief.house import CHINESE_NAMES, House, known
from thief.scene import everything

Place = tuple[str, bytes]


def told_and_kept(house: House, crew: Crew) -> Iterator[Place]:
    """Every file of the home that one of his accounts can read, every column of the authority's database, all he was told."""
    yield from _read(
        house, crew, [path for path in everything(house) if path.is_relative_to(house.home.path)]
    )
    with psycopg.connect(house.superuser) as connection:
        yield from columns(connection)
    yield "what he was told", "\n".join(crew.heard).encode()


def great(house: House, crew: Crew) -> Iterator[Place]:
    """The authority's cluster with its write-ahead log, and the memory of every process of his."""
    yield from _read(
        house, crew, [path for path in everything(house) if not path.is_relative_to(house.home.path)]
    )
    for part in (Part.WEB, Part.WORKER, Part.SIGNER, Part.RESPONDER):
        for pid in house.processes(part):
            for octets in _memory(pid):
                yield f"memory of the {part}", octets


def _read(house: House, crew: Crew, paths: list[Path]) -> Iterator[Place]:
    files = [str(path) for path in paths if path.is_file()]
    for path in sorted({path for part in THIEFS for path in crew.does(part, "reads", paths=files)}):
        with contextlib.suppress(FileNotFoundError):  # a write-ahead log that was recycled
            yield path, Path(path).read_bytes()


def _memory(pid: int) -> Iterator[bytes]:
    """What a process has written into its memory, piece by piece."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it ended meanwhile
        maps = Path(f"/proc/{pid}/maps").read_text().splitlines()
        with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as file:
            for line in maps:
                where, mode, *_ = line.split()
                start, end = (int(one, 16) for one in where.split("-"))
                if mode.startswith("rw"):
                    with contextlib.suppress(OSError, OverflowError, ValueError):
                        file.seek(start)
                        yield file.read(end - start)


def in_every_form(house: House) -> tuple[Search, tuple[bytes, ...]]:
    """The numbers, dates and telephones of everybody; and the names that no certificate prints."""
    forms = [form for name in CHINESE_NAMES for form in _forms(name)]
    eve = asdict(house.people["eve"].particulars)
    return Search.of(known(house)), (*forms, eve["name"].encode(), eve["email"].encode())


def as_written(house: House) -> tuple[bytes, ...]:
    """The same as bytes of a file, or of a program's memory, have them."""
    found = [name.encode(kind) for name in CHINESE_NAMES for kind in ("utf-8", "utf-16-le")]
    for person in known(house):
        number, phone = str(person["hkid"]), str(person["phone"])
        texts = (number[:-3], number[:-3].lower(), phone, f"{phone[:4]} {phone[4:]}")
        found += [text.encode() for text in texts]
    eve = house.people["eve"].particulars
    return (*found, eve.name.encode(), eve.email.encode())


def _forms(name: str) -> tuple[bytes, ...]:
    octets = name.encode()
    return octets, octets.hex().encode(), json.dumps(name)[1:-1].encode(), b64encode(octets).rstrip(b"=")[:-2]
