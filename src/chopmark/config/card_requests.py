"""What an operator's words and files say of a card bureau's batch."""

import io
from collections.abc import Iterable
from datetime import datetime
from typing import BinaryIO

import click
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_der_x509_certificate, load_pem_x509_certificate

from chopmark.authority.campaigns import card_files, card_planning
from chopmark.authority.campaigns.card_planning import Line, Ours
from chopmark.authority.catalogue.selectors import agreement_in_force, certificate_type
from chopmark.authority.custody.token import KeyAlgorithm
from chopmark.authority.keymaking.errors import PoolAlgorithm


def named_lines(file: BinaryIO, bureau: str | None, batch: str | None) -> tuple[str, str, Iterable[Line]]:
    """Bureau, batch and lines: as a request file says them, or as an operator does for a file of records."""
    if bureau is None or batch is None:
        header = card_files.read_header(file)
        return header.bureau, header.batch, card_files.read_body(file, header)
    return bureau, batch, card_planning.read_records(io.TextIOWrapper(file, "utf-8", errors="replace"))


def ours_of(
    type_code: str, *, now: datetime, transport: BinaryIO | None, consent: str | None, algorithm: str | None
) -> Ours | None:
    """What an operator says of keys that we make: all of it, or nothing."""
    if transport is None and consent is None:
        return None
    if transport is None or consent is None:
        raise click.UsageError("--transport and --made-by-us-under go together: keys of ours need both")
    made = certificate_type(type_code, now).key.made
    try:
        kind = KeyAlgorithm(algorithm or (made.value if made else ""))
    except ValueError:
        raise PoolAlgorithm from None
    return Ours(
        algorithm=kind,
        agreement=agreement_in_force(now, consent).name,
        transport_certificate=_certificate_der(transport.read()),
    )


def _certificate_der(octets: bytes) -> bytes:
    load = load_pem_x509_certificate if octets.startswith(b"-----") else load_der_x509_certificate
    try:
        return load(octets).public_bytes(Encoding.DER)
    except ValueError:
        raise click.UsageError("the bureau's certificate cannot be read") from None
