"""The responder's own key, and the certificates that let it speak for each issuer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chopmark.authority.kernel.actors import process
from chopmark.authority.validation import selectors, services
from chopmark.authority.validation.delegation import proof_text
from chopmark.authority.validation.errors import NoDelegateYet, OcspIssuerUnknown
from chopmark.authority.validation.selectors import AnsweredIssuer, DelegateCertificate
from chopmark.pki.ocsp import CertId, HashAlgorithm, cert_id_hashes, responder_key_hash

# How long the signer is given before the same question is asked again: it may have died over the first.
ASK_AGAIN_AFTER = timedelta(seconds=20)
_ECDSA = ec.ECDSA(hashes.SHA256())


@dataclass(frozen=True, slots=True)
class Held:
    """One consistent state: our issuers by the hashes that questions name them by, and a certificate for each by id."""

    by_hashes: Mapping[tuple[bytes, bytes], AnsweredIssuer] = field(default_factory=dict)
    certificates: Mapping[int, DelegateCertificate] = field(default_factory=dict)

    def issuer_of(self, asked: CertId) -> AnsweredIssuer:
        """The issuer that a question names, if it is one of ours."""
        issuer = self.by_hashes.get((asked.issuer_name_hash, asked.issuer_key_hash))
        if issuer is None:
            raise OcspIssuerUnknown
        return issuer

    def certificate_for(self, issuer: AnsweredIssuer, now: datetime) -> DelegateCertificate:
        certificate = self.certificates.get(issuer.id)
        if certificate is None or not certificate.is_valid(now):
            raise NoDelegateYet
        return certificate

    def is_ready(self, now: datetime) -> bool:
        """Whether every issuing authority's certificates can be spoken of."""
        issuers = {issuer.id for issuer in self.by_hashes.values()}
        return bool(issuers) and all(
            issuer in self.certificates and self.certificates[issuer].is_valid(now) for issuer in issuers
        )


class Delegations:
    """A key that lives and dies with this process; asking and renewing is `refresh`, done now and then by one thread."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.spki = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.key_hash = responder_key_hash(self.spki)
        # Replaced as a whole, and only by another: whoever answers reads one state, and whoever keeps answers sees it go.
        self.held = Held()

    def refresh(self, now: datetime) -> None:
        """Ask for what is missing or past half its life, and take up what the signer gave."""
        issuers = selectors.answered_issuers()
        certificates: dict[int, DelegateCertificate] = {}
        for issuer in issuers:
            certificate = selectors.newest_delegate(issuer.id, self.spki)
            if certificate is None or certificate.wants_renewal(now):
                self._ask(issuer, now)
            if certificate is not None:
                certificates[issuer.id] = certificate
        held = Held({hashed: issuer for issuer in issuers for hashed in _hashes(issuer)}, certificates)
        if held != self.held:
            self.held = held

    def _ask(self, issuer: AnsweredIssuer, now: datetime) -> None:
        asked_at = selectors.last_request_at(issuer.id, self.spki)
        if asked_at is None or asked_at + ASK_AGAIN_AFTER <= now:
            services.request_delegate(
                issuer_id=issuer.id,
                spki=self.spki,
                proof=self.sign(proof_text(issuer.id, self.spki)),
                actor=process("responder"),
                now=now,
            )

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data, _ECDSA)


def _hashes(issuer: AnsweredIssuer) -> list[tuple[bytes, bytes]]:
    return [cert_id_hashes(issuer.name_der, issuer.spki, algorithm) for algorithm in HashAlgorithm]
