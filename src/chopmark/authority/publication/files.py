"""The files that the world reads, as they are on the disk now."""

import hashlib
from typing import TYPE_CHECKING, cast

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_der_public_key
from django.conf import settings

from chopmark.authority.publication.lists import RevocationList
from chopmark.publiclog import durable

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPublicKeyTypes


def put(name: str, content: bytes) -> None:
    """The whole file is there and on the disk when this returns; readers see the old one or the new one."""
    public = settings.CHOPMARK_PUBLIC_DIR
    public.mkdir(parents=True, exist_ok=True)
    durable.write(public, {name: content})


def sha256_of(name: str) -> bytes | None:
    """The hash over a published file; None if there is none."""
    content = _read(name)
    return None if content is None else hashlib.sha256(content).digest()


def number_of(wanted: RevocationList) -> int:
    """The number of the list that the world reads now; 0 if there is none that its issuer signed."""
    content = _read(f"crl/{wanted.file_name}")
    if content is None:
        return 0
    # Anybody who can write the file could otherwise say a number that no list of ours may follow.
    key = cast("CertificateIssuerPublicKeyTypes", load_der_public_key(wanted.authority.spki))
    try:
        crl = x509.load_der_x509_crl(content)
        number = crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
        return number if crl.is_signature_valid(key) else 0
    except (ValueError, x509.ExtensionNotFound):
        return 0


def _read(name: str) -> bytes | None:
    try:
        return bytes((settings.CHOPMARK_PUBLIC_DIR / name).read_bytes())
    except FileNotFoundError:
        return None
