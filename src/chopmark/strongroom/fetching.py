"""The revocation lists that the owner relies on, fetched from where the public does; older or forged ones are not kept."""

import hashlib
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import httpx

from chopmark.pki.crl.reading import Crl, read_crl
from chopmark.pki.refusals import Refusal
from chopmark.publiclog import durable
from chopmark.strongroom import clock
from chopmark.strongroom.certificates import Trust, require_list
from chopmark.strongroom.journal import log_failure
from chopmark.strongroom.options import KeyFiles, Options

TIMEOUT_SECONDS = 30.0
# A million entries are some forty megabytes (RFC 5280 §5.1.2.6); what is longer is cut off unread.
LONGEST = 100_000_000
# A server that keeps sending, a little at a time, is left after this; else it would keep all the others waiting.
MOST_SECONDS = 600.0
# Not packed: what arrives is what is counted.
_AS_IT_IS = {"Accept-Encoding": "identity"}
# The lists are public, and the folder is in the owner's: nobody else looks in.
_PRIVATE_FOLDER = 0o700

# The octets at an address, or `httpx.HTTPError`.
Get = Callable[[str], bytes]


class ListTooLong(httpx.HTTPError):
    """What is at the address is no list that anybody could use."""


class ListTooSlow(httpx.HTTPError):
    """What is at the address takes longer than any list should."""


def fetch(*addresses: str) -> list[str]:
    """One round through these addresses, or through all of config.toml; answers those that gave no list."""
    options = Options.read()
    with httpx.Client(timeout=TIMEOUT_SECONDS) as client:
        get = getter(client, seconds=time.monotonic)
        wanted = addresses or options.list_addresses
        return fetch_all(wanted, files=options.keys, get=get, now=clock.now())


def fetch_all(addresses: Sequence[str], *, files: KeyFiles, get: Get, now: datetime) -> list[str]:
    """Fetch each list and keep the good and newer ones; answers the addresses that gave none."""
    trust = Trust.read(files)
    return [address for address in addresses if not _fetch(address, files.revocation_lists, trust, get, now)]


def _fetch(address: str, folder: Path, trust: Trust, get: Get, now: datetime) -> bool:
    """Whether this address gave a list that is now the one in the folder; if not, why is logged and the next is asked."""
    try:
        return _keep(folder, address, get(address), trust, now)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, Refusal) as failure:
        log_failure(__name__, failure)
        return False


def _keep(folder: Path, address: str, octets: bytes, trust: Trust, now: datetime) -> bool:
    name = f"{hashlib.sha256(address.encode()).hexdigest()[:16]}.crl"
    fetched = read_crl(octets)
    require_list(fetched, trust, now)
    kept = _kept(folder / name)
    if kept is not None and _same_kind(kept, fetched) and fetched.facts.number <= kept.facts.number:
        return (
            fetched.facts.number == kept.facts.number
        )  # an older one was put in its place: ours is the better
    _make(folder)
    durable.write(folder, {name: octets})
    return True


def _make(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        folder.chmod(_PRIVATE_FOLDER)  # however close the umask


def _kept(path: Path) -> Crl | None:
    try:
        return read_crl(path.read_bytes())
    except (FileNotFoundError, Refusal):
        return None


def _same_kind(one: Crl, other: Crl) -> bool:
    return one.facts.issuer_der == other.facts.issuer_der


def getter(client: httpx.Client, *, seconds: Callable[[], float]) -> Get:
    """What reads an address as far as a list may be long, and no longer than one may take by a clock that only goes on."""

    def get(address: str) -> bytes:
        octets, end = bytearray(), seconds() + MOST_SECONDS
        with client.stream("GET", address, headers=_AS_IT_IS) as answer:
            answer.raise_for_status()
            for piece in answer.iter_raw():
                octets += piece
                if len(octets) > LONGEST:
                    raise ListTooLong("too long")
                if seconds() > end:
                    raise ListTooSlow("too slow")
        return bytes(octets)

    return get
