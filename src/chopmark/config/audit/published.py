"""What is public is what the rows say was published: the same bytes, and no list that the database does not know."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from cryptography import x509

from chopmark.config.audit.fault import Fault, rows

LISTS = """
    select distinct on (published.issuer_id, published.shard)
           signed.crl_der, published.sha256, published.issuer_id, published.shard, published.number,
           authority.slug || '-' || case published.shard when 0 then 'full' when -1 then 'delta'
                                   else published.shard::text end || '.crl'
    from publication_crlpublication published
    join publication_crl signed using (issuer_id, shard, number)
    join custody_cacertificate authority on authority.subject_id = published.issuer_id
    order by published.issuer_id, published.shard, published.number desc
"""
UNACCOUNTED = """
    select signed.issuer_id, signed.shard, signed.number from publication_crl signed
    left join publication_crlclaim claim using (issuer_id, shard, number)
    where claim.id is null
"""


CERTIFICATES = """
    select published.issuer_id, published.serial_number, recorded.certificate_der, recorded.file_name
    from publication_certificatepublication published
    left join (select issuer_id, serial_number, certificate_der,
                      'repository/' || upper(encode(serial_number, 'hex')) || '.crt' as file_name
               from issuance_certificate where kind = 'certificate'
               union all
               select issuer_id, serial_number, certificate_der, 'ca/' || slug || '.crt' from custody_cacertificate
              ) recorded using (issuer_id, serial_number)
    order by published.id
"""


def check_published(folder: Path) -> Iterator[Fault]:
    """Every published list's newest bytes are in the folder, and every signed one was claimed first."""
    found = {path.name: hashlib.sha256(path.read_bytes()).digest() for path in folder.glob("*.crl")}
    known: dict[str, bytes] = {}
    for crl_der, sha256, issuer_id, shard, number, file_name in rows(LISTS):
        known[file_name] = bytes(sha256)
        name = f"{issuer_id}/{shard} number {number}"
        if hashlib.sha256(bytes(crl_der)).digest() != bytes(sha256):
            yield Fault("published", name, "its row names another list than was signed")
        if file_name not in found:
            yield Fault("published", name, f"there is no {file_name}")
    for file_name, digest in sorted(found.items()):
        if known.get(file_name) != digest:
            said = _number(folder / file_name)
            yield Fault("published", file_name, f"the database does not know {said} as the newest")
    for issuer_id, shard, number in rows(UNACCOUNTED):
        yield Fault("published", f"{issuer_id}/{shard} number {number}", "it was signed without a claim")


def _number(path: Path) -> str:
    try:
        crl = x509.load_der_x509_crl(path.read_bytes())
        return f"its number {crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number}"
    except (ValueError, x509.ExtensionNotFound):
        return "what is no list at all"


def check_repository(folder: Path) -> Iterator[Fault]:
    """Every published certificate is in the folder as it was recorded, and nothing else is."""
    paths = [path for name in ("ca", "repository") for path in folder.glob(f"{name}/*.crt")]
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    known: dict[str, bytes] = {}
    for issuer_id, serial_number, der, file_name in rows(CERTIFICATES):
        name = f"{issuer_id}/{bytes(serial_number).hex()}"
        if der is None:
            yield Fault("published", name, "it was published and is not recorded")
            continue
        known[file_name] = bytes(der)
        if file_name not in found:
            yield Fault("published", name, f"there is no {file_name}")
    for file_name, der in sorted(found.items()):
        if known.get(file_name) != der:
            yield Fault("published", file_name, "it is not the certificate that was published there")
