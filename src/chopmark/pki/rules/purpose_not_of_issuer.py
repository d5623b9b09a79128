"""An issuing authority is held to its purposes, and its certificates to those among them (OCSP delegates apart)."""

from collections.abc import Iterator

from chopmark.pki import oids
from chopmark.pki.rule import Given, purposes_of
from chopmark.pki.tbs import TbsCertificate

CITATION = "CPS §6.1.7; BR §7.1.2.10.6"
SHARED = True


def check(certificate: TbsCertificate, given: Given) -> Iterator[str]:
    held_to, purposes = purposes_of(given.issuer), purposes_of(certificate) - {oids.OCSP_SIGNING}
    if purposes and not held_to and not given.is_authority:
        yield "issuer.extensions.extKeyUsage"
    if held_to and not purposes <= held_to:
        yield "extensions.extKeyUsage"
