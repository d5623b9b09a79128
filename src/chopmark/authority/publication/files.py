"""The files that the world reads, as they are on the disk now."""

import hashlib
from collections.abc import Mapping

from django.conf import settings

from chopmark.authority.publication.lists import RevocationList
from chopmark.pki.crl import read_crl
from chopmark.pki.refusals import Refusal
from chopmark.pki.signatures import verify_signature
from chopmark.publiclog import durable


def put(name: str, content: bytes) -> None:
    """The whole file is there and on the disk when this returns; readers see the old one or the new one."""
    put_all({name: content})


def put_all(contents: Mapping[str, bytes]) -> None:
    """The same for several files, by their names."""
    public = settings.CHOPMARK_PUBLIC_DIR
    public.mkdir(parents=True, exist_ok=True)
    durable.write(public, contents)


def sha256_of(name: str) -> bytes | None:
    """The hash over a published file; None if there is none."""
    content = _read(name)
    return None if content is None else hashlib.sha256(content).digest()


def number_of(wanted: RevocationList) -> int:
    """The number of the list that the world reads now; 0 if there is none that its issuer signed."""
    content = _read(f"crl/{wanted.file_name}")
    if content is None:
        return 0
    try:
        crl = read_crl(content)
        # Anybody who can write the file could otherwise say a number that no list of ours may follow.
        verify_signature(
            spki_der=wanted.authority.spki,
            signature_algorithm=crl.signature_algorithm,
            signature=crl.signature,
            signed=crl.facts.tbs,
        )
    except Refusal:
        return 0
    return crl.facts.number


def _read(name: str) -> bytes | None:
    try:
        return bytes((settings.CHOPMARK_PUBLIC_DIR / name).read_bytes())
    except FileNotFoundError:
        return None
