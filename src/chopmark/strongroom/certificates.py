"""Whether a certificate is good for a signature now: chain, time, use and revocation, by what the owner has. Pure."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

from chopmark.pki import extensions, oids
from chopmark.pki.algorithms import SignatureAlgorithm
from chopmark.pki.certificates import CertificateFacts, read_certificate
from chopmark.pki.crl.reading import Crl, read_crl
from chopmark.pki.profiles import KeyUsage
from chopmark.pki.refusals import Refusal
from chopmark.pki.signatures import KeyNotForAlgorithm, SignatureForged, verify_signature
from chopmark.strongroom.options import KeyFiles
from chopmark.strongroom.policy.errors import (
    CertificateNotTrusted,
    CertificateRevoked,
    ChallengeSignatureWrong,
    RevocationStatusUnknown,
)

# What we look at, or what does not change who may sign; any other critical extension we would be ignoring.
_UNDERSTOOD = frozenset({oids.KEY_USAGE, oids.BASIC_CONSTRAINTS, oids.EXTENDED_KEY_USAGE})
# By what a holder signs a challenge, whichever her key can.
_SIGNING = (SignatureAlgorithm.ECDSA_SHA256, SignatureAlgorithm.RSA_SHA256, SignatureAlgorithm.ED25519)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """The issuing authorities whose subscribers may sign, and their lists, as the owner has them (DER)."""

    issuers: tuple[bytes, ...]
    lists: tuple[bytes, ...]

    @classmethod
    def read(cls, files: KeyFiles) -> Self:
        """From the owner's folders; an empty or absent one trusts nobody."""
        return cls(issuers=_contents(files.issuers), lists=_contents(files.revocation_lists))


def _contents(folder: Path) -> tuple[bytes, ...]:
    if not folder.is_dir():
        return ()
    # A name that begins with a dot is a file that is being written, and gone in a moment.
    paths = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    return tuple(path.read_bytes() for path in paths)


def require_good(certificate_der: bytes, *, trust: Trust, now: datetime) -> CertificateFacts:
    """The certificate, in force and for signing, of a configured authority whose current list does not name it."""
    # 1. What it is: an end entity's, whose key signs, at this moment.
    certificate = _read(certificate_der)
    if not certificate.not_before <= now <= certificate.not_after:
        raise CertificateNotTrusted
    _require_for_signing(certificate)

    # 2. Who issued it.
    issuer = _issuer_of(certificate, trust, now)

    # 3. Whether it is revoked; if nobody can say, that is the answer.
    newest = max(_lists_for(certificate, issuer, trust, now), key=lambda crl: crl.facts.number, default=None)
    if newest is None:
        raise RevocationStatusUnknown
    if any(serial == certificate.serial_number for serial in newest.facts.serial_numbers()):
        raise CertificateRevoked
    return certificate


def require_signed(certificate: CertificateFacts, *, signature: bytes, signed: bytes) -> None:
    """The certificate's key signed exactly these bytes."""
    for algorithm in _SIGNING:
        try:
            return verify_signature(
                spki_der=certificate.spki_der,
                signature_algorithm=algorithm,
                signature=signature,
                signed=signed,
            )
        except KeyNotForAlgorithm:
            continue
        except SignatureForged:
            break
    raise ChallengeSignatureWrong


def _read(certificate_der: bytes) -> CertificateFacts:
    try:
        return read_certificate(certificate_der)
    except Refusal:
        raise CertificateNotTrusted from None


def _require_for_signing(certificate: CertificateFacts) -> None:
    critical = {oid for oid, each in certificate.extensions.items() if each.critical}
    usage = certificate.extensions.get(oids.KEY_USAGE)
    if critical - _UNDERSTOOD or _is_authority(certificate) or usage is None:
        raise CertificateNotTrusted
    if KeyUsage.DIGITAL_SIGNATURE not in extensions.read_key_usage(usage.value):
        raise CertificateNotTrusted


def _is_authority(certificate: CertificateFacts) -> bool:
    constraints = certificate.extensions.get(oids.BASIC_CONSTRAINTS)
    return constraints is not None and extensions.read_basic_constraints(constraints.value).ca


def require_list(crl: Crl, trust: Trust, now: datetime) -> None:
    """Refuse a list that is not signed by a configured authority, or not current (RFC 5280 §6.3.3)."""
    is_current = crl.facts.this_update <= now < crl.facts.next_update
    if not is_current or not any(_signed_list(_read(issuer), crl) for issuer in trust.issuers):
        raise RevocationStatusUnknown


def _signed_list(issuer: CertificateFacts, crl: Crl) -> bool:
    return crl.facts.issuer_der == issuer.subject_der and _verifies(
        issuer, crl.signature_algorithm, crl.signature, crl.facts.tbs
    )


def _issuer_of(certificate: CertificateFacts, trust: Trust, now: datetime) -> CertificateFacts:
    for issuer in map(_read, trust.issuers):
        is_named = issuer.subject_der == certificate.issuer_der and _is_authority(issuer)
        if is_named and issuer.not_before <= now <= issuer.not_after and _signed(issuer, certificate):
            return issuer
    raise CertificateNotTrusted


def _signed(issuer: CertificateFacts, certificate: CertificateFacts) -> bool:
    return _verifies(issuer, certificate.signature_algorithm, certificate.signature, certificate.tbs.encoded)


def _verifies(
    issuer: CertificateFacts, algorithm: SignatureAlgorithm, signature: bytes, signed: bytes
) -> bool:
    try:
        verify_signature(
            spki_der=issuer.spki_der, signature_algorithm=algorithm, signature=signature, signed=signed
        )
    except (SignatureForged, KeyNotForAlgorithm):
        return False
    return True


def _lists_for(
    certificate: CertificateFacts, issuer: CertificateFacts, trust: Trust, now: datetime
) -> list[Crl]:
    """The complete lists of its issuer, current now, whose scope the certificate itself points to."""
    pointed = certificate.extensions.get(oids.CRL_DISTRIBUTION_POINTS)
    places = () if pointed is None else extensions.read_crl_distribution_points(pointed.value)
    return [
        crl
        for crl in _readable(trust.lists)
        if crl.facts.base_number is None
        and not crl.facts.only_ca
        and crl.facts.this_update <= now < crl.facts.next_update
        and crl.facts.distribution_point in (None, *places)
        and _signed_list(issuer, crl)
    ]


def _readable(lists: tuple[bytes, ...]) -> list[Crl]:
    found = []
    for each in lists:
        try:
            found.append(read_crl(each))
        except Refusal:
            continue  # a list that nobody can read speaks for nobody
    return found
