"""What a relying party could have kept of the walk, in DIR/check/: certificates, lists, answers, the log's checkpoint."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

import httpx
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from chopmark.config.audit.story import ask
from chopmark.config.check.browser import Unexpected
from chopmark.config.home import Home

NAMES = {"root": "root.pem", "issuing": "issuing.pem", "own": "certificate.pem"}


@dataclass
class Evidence:
    """The folder, and the home whose addresses everything is fetched from."""

    folder: Path
    home: Home

    # --- what stands in the certificate ---

    def keep_certificate(self, der: bytes) -> x509.Certificate:
        certificate = x509.load_der_x509_certificate(der)
        self._keep_pem(NAMES["own"], certificate)
        return certificate

    def keep_chain(self, certificate: x509.Certificate) -> None:
        """Fetch issuer and root from where the certificates say they are (RFC 5280 §4.2.2.1)."""
        issuing = self._fetch_issuer(certificate)
        root = self._fetch_issuer(issuing)
        self._keep_pem(NAMES["issuing"], issuing)
        self._keep_pem(NAMES["root"], root)

    def _fetch_issuer(self, certificate: x509.Certificate) -> x509.Certificate:
        return x509.load_der_x509_certificate(
            fetch(_access(certificate, AuthorityInformationAccessOID.CA_ISSUERS))
        )

    def _keep_pem(self, name: str, certificate: x509.Certificate) -> None:
        (self.folder / name).write_bytes(certificate.public_bytes(Encoding.PEM))

    @property
    def issuing(self) -> x509.Certificate:
        return x509.load_pem_x509_certificate((self.folder / NAMES["issuing"]).read_bytes())

    def serial_hex(self, certificate: x509.Certificate) -> str:
        return f"{certificate.serial_number:032X}"

    def issuer_id(self, certificate: x509.Certificate) -> int:
        """Our own number of the issuer, as the portal's addresses have it: the CA's place in the hierarchy."""
        from chopmark.authority.custody import selectors as custody

        name = certificate.issuer.public_bytes()
        return next(one.id for one in custody.authorities() if one.name_der == name)

    # --- what relying parties are told ---

    def keep_ocsp(self, when: str, certificate: x509.Certificate, *, expect: str) -> bool | None:
        """The answer, kept once it says what is expected."""
        address = _access(certificate, AuthorityInformationAccessOID.OCSP)
        with httpx.Client(timeout=10, trust_env=False) as client:
            # SHA-1 names the certificate, as RFC 5019 §2.1.1 has it: what a client without options asks for.
            answer = ask(client, address, self.issuing, certificate.serial_number, SHA1())  # noqa: S303
        if answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            return None
        if answer.certificate_status.name != expect:
            return None
        (self.folder / f"ocsp-{when}.der").write_bytes(answer.public_bytes(Encoding.DER))
        return True

    def keep_crl(self, when: str, certificate: x509.Certificate, *, expect_listed: bool) -> bool | None:
        der = fetch(_crl_address(certificate))
        crl = x509.load_der_x509_crl(der)
        is_listed = crl.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None
        if is_listed != expect_listed:
            return None
        (self.folder / f"crl-{when}.der").write_bytes(der)
        return True

    # --- the rest ---

    def keep_keystore(self, pkcs12: bytes, pin: str) -> None:
        """The file and the paper side by side: in a demonstration only, so that a client can be shown both."""
        (self.folder / "keystore.p12").write_bytes(pkcs12)
        with os.fdopen(
            os.open(self.folder / "keystore.pin", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w"
        ) as pin_file:
            pin_file.write(pin + "\n")

    def keep_log(self) -> None:
        """The checkpoint and the key to verify it with; then the whole log, by the independent reader."""
        from chopmark.authority.transparency.keys import own_key
        from chopmark.verifier.log import verify_log
        from chopmark.verifier.sources import source_of

        key = own_key()
        verify_log(source_of(self.home.address("repository") + "/log"), key)
        (self.folder / "checkpoint").write_bytes(fetch(self.home.address("repository") + "/log/checkpoint"))
        (self.folder / "log.vkey").write_text(f"{key}\n")

    def keep_summary(self, certificate: x509.Certificate, reference: str, seconds: dict[str, float]) -> None:
        addresses = {name: self.home.address(name) for name in ("web", "desk", "responder")}
        summary = {
            "serial_number": self.serial_hex(certificate),
            "subscriber_reference_number": _srn(certificate),
            "type": "personal",
            "application": reference,
            "seconds": {**seconds, "total": round(sum(seconds.values()), 3)},
            "addresses": {
                **addresses,
                "crl": _crl_address(certificate),
                "issuer": _access(certificate, AuthorityInformationAccessOID.CA_ISSUERS),
                "log": self.home.address("repository") + "/log",
            },
        }
        (self.folder / "summary.json").write_text(json.dumps(summary, indent=2) + "\n")


def fetch(address: str) -> bytes:
    answer = httpx.get(address, timeout=10, trust_env=False)
    if answer.status_code != httpx.codes.OK:
        raise Unexpected(f"{address} answered {answer.status_code}")
    return answer.content


def _access(certificate: x509.Certificate, method: x509.ObjectIdentifier) -> str:
    access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    return str(next(one.access_location.value for one in access if one.access_method == method))


def _crl_address(certificate: x509.Certificate) -> str:
    points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    return str(next(name.value for point in points for name in point.full_name or ()))


def _srn(certificate: x509.Certificate) -> str:
    units = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)
    return str(units[0].value)
