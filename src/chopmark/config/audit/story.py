"""One story of every serial number: the database, the published CRLs and the responder say the same of it.

CRLs and answers are read by `cryptography`, not by our own readers.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp
from pyasn1.codec.der.decoder import decode as der_decode
from pyasn1_alt_modules.rfc5280 import SubjectPublicKeyInfo

from chopmark.authority.publication.policy import COMMIT_MAY_TAKE
from chopmark.config.audit.fault import Fault, rows

CERTIFICATES = """
    select issuer_id, serial_number, certificate_der from issuance_certificate where kind = 'certificate'
    union all
    select issuer_id, serial_number, certificate_der from custody_cacertificate where issuer_id <> subject_id
"""
REVOKED = "select issuer_id, serial_number, revoked_at from revocation_revocation"
HELD = """
    select issuer_id, serial_number, suspended_at, released_at from revocation_suspension
    left join revocation_release using (issuer_id, serial_number, suspended_at)
"""
BASES = "select issuer_id, number, this_update from publication_crl where shard = 0"
AUTHORITIES = "select subject_id, certificate_der from custody_cacertificate order by id"


@dataclass(frozen=True, slots=True)
class Known:
    """What the database says of one serial number, and on which list its certificate says it would be."""

    issuer_id: int
    serial_number: int
    crl_address: str | None  # None: no certificate was recorded
    revoked_at: datetime | None
    holds: tuple[tuple[datetime, datetime | None], ...] = ()  # from when, until when

    @property
    def name(self) -> str:
        return f"{self.issuer_id}/{self.serial_number:x}"

    @property
    def is_recorded(self) -> bool:
        return self.crl_address is not None

    def listed_since(self, at: datetime) -> datetime | None:
        """The date that a list of a moment gives; None: it does not have it."""
        if self.revoked_at is not None and self.revoked_at <= at:
            return self.revoked_at
        held = [begun for begun, ended in self.holds if begun <= at and (ended is None or ended > at)]
        return max(held, default=None)

    def may_be_listed_since(self, at: datetime) -> set[datetime | None]:
        """The dates that a list of a moment may give: without what may have committed after it was read, or with it."""
        surely = at - COMMIT_MAY_TAKE
        return {self.listed_since(moment) for moment in (surely, *self._changes(surely, at), at)}

    def must_be_told(self, base: datetime, at: datetime) -> bool:
        """Whether a delta of a moment must have an entry of it: another state than a list of the base may have had is sure."""
        before = {self.listed_since(base - COMMIT_MAY_TAKE), self.listed_since(base)}
        is_changed = bool(self._changes(base - COMMIT_MAY_TAKE, at - COMMIT_MAY_TAKE))
        return is_changed and not before <= self.may_be_listed_since(at)

    def _changes(self, since: datetime, at: datetime) -> list[datetime]:
        moments = (self.revoked_at, *(moment for hold in self.holds for moment in hold))
        return [moment for moment in moments if moment is not None and since < moment <= at]


def known_serials() -> list[Known]:
    revoked = {(issuer, bytes(serial)): at for issuer, serial, at in rows(REVOKED)}
    held: dict[tuple[int, bytes], list[tuple[datetime, datetime | None]]] = {}
    for issuer, serial, begun, ended in rows(HELD):
        held.setdefault((issuer, bytes(serial)), []).append((begun, ended))
    addresses: dict[tuple[int, bytes], str | None] = dict.fromkeys([*revoked, *held])
    for issuer, serial, der in rows(CERTIFICATES):
        addresses[issuer, bytes(serial)] = _crl_address(bytes(der))
    return [
        Known(
            issuer,
            int.from_bytes(serial, "big"),
            address,
            revoked.get((issuer, serial)),
            tuple(held.get((issuer, serial), ())),
        )
        for (issuer, serial), address in addresses.items()
    ]


def _crl_address(certificate_der: bytes) -> str:
    certificate = x509.load_der_x509_certificate(certificate_der)
    points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    return str(next(name.value for point in points for name in point.full_name or ()))


def authorities() -> dict[int, x509.Certificate]:
    return {subject: x509.load_der_x509_certificate(bytes(der)) for subject, der in rows(AUTHORITIES)}


def check_crls(folder: Path, now: datetime) -> Iterator[Fault]:
    """Each published list is its issuer's, in date, and holds exactly what was revoked when it was made."""
    issuers = authorities()
    serials = known_serials()
    bases = {(issuer_id, number): this_update for issuer_id, number, this_update in rows(BASES)}
    listed: set[tuple[int, int]] = set()
    for path in sorted(folder.glob("*.crl")):
        try:
            crl = x509.load_der_x509_crl(path.read_bytes())
        except ValueError:
            yield Fault("crl", path.name, "it is not a list")
            continue
        issuer_id = _issuer_of(crl, issuers)
        if issuer_id is None:
            yield Fault("crl", path.name, "no authority of ours signed it")
            continue
        if crl.next_update_utc is None or crl.next_update_utc < now:
            yield Fault("crl", path.name, "its nextUpdate has passed")
        listed |= {(issuer_id, entry.serial_number) for entry in crl}
        own, base = [known for known in serials if known.issuer_id == issuer_id], _base_of(crl)
        if base is None:
            yield from _compare(path.name, crl, own)
        else:
            yield from _compare_delta(path.name, crl, own, bases.get((issuer_id, base)))
    yield from _compare_unrecorded(folder, serials, listed)


def _compare_unrecorded(folder: Path, serials: list[Known], listed: set[tuple[int, int]]) -> Iterator[Fault]:
    """A serial number revoked without a certificate stands on one of its issuer's lists: no certificate says on which."""
    for known in serials:
        if known.is_recorded or known.revoked_at is None or (known.issuer_id, known.serial_number) in listed:
            continue
        if known.revoked_at < _oldest(folder) - COMMIT_MAY_TAKE:
            yield Fault("crl", known.name, "it is revoked and on no list")


def _oldest(folder: Path) -> datetime:
    return min(x509.load_der_x509_crl(path.read_bytes()).last_update_utc for path in folder.glob("*.crl"))


def _issuer_of(crl: x509.CertificateRevocationList, issuers: dict[int, x509.Certificate]) -> int | None:
    for issuer_id, certificate in issuers.items():
        if certificate.subject == crl.issuer and crl.is_signature_valid(certificate.public_key()):  # type: ignore[arg-type]  # CA keys only
            return issuer_id
    return None


def _compare(name: str, crl: x509.CertificateRevocationList, serials: list[Known]) -> Iterator[Fault]:
    listed = {entry.serial_number: entry.revocation_date_utc for entry in crl}
    addresses = _covered(crl)
    for known in serials:
        belongs = addresses is None or known.crl_address in addresses
        since, may = listed.get(known.serial_number), known.may_be_listed_since(crl.last_update_utc)
        if since is None and belongs and None not in may:
            yield Fault("crl", known.name, f"{name} leaves it out")
        elif since and known.is_recorded and (not belongs or may == {None}):
            yield Fault("crl", known.name, f"{name} lists it")
        elif since and belongs and since not in may:
            yield Fault("crl", known.name, f"{name} gives another date")
    yield from _strangers(name, set(listed), serials)


def _strangers(name: str, listed: set[int], serials: list[Known]) -> Iterator[Fault]:
    for stranger in listed - {known.serial_number for known in serials if known.revoked_at or known.holds}:
        yield Fault("crl", f"{stranger:x}", f"{name} lists what was never revoked")


def _compare_delta(
    name: str, crl: x509.CertificateRevocationList, serials: list[Known], base: datetime | None
) -> Iterator[Fault]:
    """With the list that it is to, a delta says of every serial number what the rows say (RFC 5280 §5.2.4).

    What may have committed after that list was read it says again.
    """
    if base is None:
        yield Fault("crl", name, "the list that it is to was never signed")
        return
    at = crl.last_update_utc
    listed = {entry.serial_number: entry for entry in crl}
    for known in serials:
        entry, may = listed.get(known.serial_number), known.may_be_listed_since(at)
        if entry is None:
            if known.must_be_told(base, at):
                yield Fault("crl", known.name, f"{name} leaves it out")
        elif (since := _since(entry)) not in may:
            is_other = since is None or may == {None}
            yield Fault("crl", known.name, f"{name} {'says otherwise' if is_other else 'gives another date'}")
    yield from _strangers(name, set(listed), serials)


def _since(entry: x509.RevokedCertificate) -> datetime | None:
    """The date that a delta gives; None: the entry leaves the list (RFC 5280 §5.3.1, removeFromCRL)."""
    said = [one.value.reason for one in entry.extensions if isinstance(one.value, x509.CRLReason)]
    return None if x509.ReasonFlags.remove_from_crl in said else entry.revocation_date_utc


def _base_of(crl: x509.CertificateRevocationList) -> int | None:
    """The number of the list that a delta is to; None: it is no delta."""
    found = [one.value.crl_number for one in crl.extensions if isinstance(one.value, x509.DeltaCRLIndicator)]
    return found[0] if found else None


def _covered(crl: x509.CertificateRevocationList) -> set[str] | None:
    """The addresses of the partition that a list is for (RFC 5280 §5.2.5); None: it is the whole list."""
    try:
        point = crl.extensions.get_extension_for_class(x509.IssuingDistributionPoint).value
    except x509.ExtensionNotFound:
        return None
    return {str(address.value) for address in point.full_name} if point.full_name else None


def check_ocsp(address: str) -> Iterator[Fault]:
    """The responder's answer to every serial number of an issuing authority; roots have their ARL, and no responder."""
    issuers = authorities()
    with httpx.Client(timeout=10, trust_env=False) as client:
        for known in known_serials():
            issuer = issuers[known.issuer_id]
            if issuer.subject == issuer.issuer:
                continue
            answer = ask(client, address, issuer, known.serial_number)
            expected = _expected(known)
            if answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
                yield Fault("ocsp", known.name, f"the responder says {answer.response_status.name}")
            elif answer.certificate_status is not expected:
                yield Fault("ocsp", known.name, f"{answer.certificate_status.name} and not {expected.name}")


def _expected(known: Known) -> ocsp.OCSPCertStatus:
    if known.revoked_at is not None or any(ended is None for _, ended in known.holds):
        return ocsp.OCSPCertStatus.REVOKED
    return ocsp.OCSPCertStatus.GOOD if known.is_recorded else ocsp.OCSPCertStatus.UNKNOWN


def ask(
    client: httpx.Client,
    address: str,
    issuer: x509.Certificate,
    serial_number: int,
    algorithm: HashAlgorithm | None = None,
) -> ocsp.OCSPResponse:
    """One question by serial number (RFC 6960 §4.1), as a relying party that holds only the issuer would ask it."""
    chosen = algorithm or SHA256()
    name_hash, key_hash = _hashes(issuer, chosen.name)
    request = (
        ocsp.OCSPRequestBuilder().add_certificate_by_hash(name_hash, key_hash, serial_number, chosen).build()
    )
    answer = client.post(
        address,
        content=request.public_bytes(Encoding.DER),
        headers={"Content-Type": "application/ocsp-request"},
    )
    return ocsp.load_der_ocsp_response(answer.content)


def _hashes(issuer: x509.Certificate, algorithm: str) -> tuple[bytes, bytes]:
    """The hash over the issuer's name, and over the key's bit string without its algorithm (RFC 6960 §4.1.1)."""
    spki_der = issuer.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    key_bits = decode_key_bits(spki_der)
    return hashlib.new(algorithm, issuer.subject.public_bytes()).digest(), hashlib.new(
        algorithm, key_bits
    ).digest()


def decode_key_bits(spki_der: bytes) -> bytes:
    spki, _ = der_decode(spki_der, asn1Spec=SubjectPublicKeyInfo())
    return bytes(spki["subjectPublicKey"].asOctets())
