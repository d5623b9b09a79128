"""What is public is what the rows say was published: the same bytes, and no list that the database does not know."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from cryptography import x509

from chopmark.config.audit.fault import Fault, rows

LISTS = """
    select distinct on (published.issuer_id, published.shard)
           signed.crl_der, published.sha256, published.issuer_id, published.shard, published.number
    from publication_crlpublication published
    join publication_crl signed using (issuer_id, shard, number)
    order by published.issuer_id, published.shard, published.number desc
"""
UNACCOUNTED = """
    select signed.issuer_id, signed.shard, signed.number from publication_crl signed
    left join publication_crlclaim claim using (issuer_id, shard, number)
    where claim.id is null
"""


def check_published(folder: Path) -> Iterator[Fault]:
    """Every published list's newest bytes are in the folder, and every signed one was claimed first."""
    found = {hashlib.sha256(path.read_bytes()).digest(): path for path in folder.glob("*.crl")}
    for crl_der, sha256, issuer_id, shard, number in rows(LISTS):
        name = f"{issuer_id}/{shard} number {number}"
        if hashlib.sha256(bytes(crl_der)).digest() != bytes(sha256):
            yield Fault("published", name, "its row names another list than was signed")
        if bytes(sha256) not in found:
            yield Fault("published", name, "no file holds it")
    known = {bytes(sha256) for _, sha256, *_ in rows(LISTS)}
    for digest, path in sorted(found.items()):
        if digest not in known:
            crl = x509.load_der_x509_crl(path.read_bytes())
            number = crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
            yield Fault(
                "published", path.name, f"the database does not know its number {number} as the newest"
            )
    for issuer_id, shard, number in rows(UNACCOUNTED):
        yield Fault("published", f"{issuer_id}/{shard} number {number}", "it was signed without a claim")
