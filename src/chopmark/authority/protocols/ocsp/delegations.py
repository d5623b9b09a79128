"""The responder's own key, and the certificates that let it speak for each issuer."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chopmark.authority.kernel.actors import process
from chopmark.authority.validation import selectors, services
from chopmark.authority.validation.delegation import proof_text
from chopmark.authority.validation.errors import NoDelegateYet, OcspIssuerUnknown
from chopmark.authority.validation.selectors import AnsweredIssuer, DelegateCertificate
from chopmark.pki.ocsp import CertId, HashAlgorithm, cert_id_hashes

# How long the signer is given before the same question is asked again: it may have died over the first.
ASK_AGAIN_AFTER = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Delegation:
    """One issuer that this responder may speak for."""

    issuer: AnsweredIssuer
    certificate: DelegateCertificate


class Delegations:
    """A key that lives and dies with this process; asking and renewing is `refresh`, done now and then by one thread."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.spki = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        # Replaced as a whole, so that answering threads always read one consistent state.
        self._held: dict[int, Delegation] = {}
        self._by_hashes: dict[tuple[bytes, bytes], AnsweredIssuer] = {}

    def refresh(self, now: datetime) -> None:
        """Ask for what is missing or past half its life, and take up what the signer gave."""
        issuers = selectors.answered_issuers()
        held: dict[int, Delegation] = {}
        for issuer in issuers:
            certificate = selectors.newest_delegate(issuer.id, self.spki)
            if certificate is None or certificate.wants_renewal(now):
                self._ask(issuer, now)
            if certificate is not None:
                held[issuer.id] = Delegation(issuer, certificate)
        self._by_hashes = {hashed: issuer for issuer in issuers for hashed in _hashes(issuer)}
        self._held = held

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
        return self._key.sign(data, ec.ECDSA(hashes.SHA256()))

    def issuer_of(self, asked: CertId) -> AnsweredIssuer:
        """The issuer that a question names, if it is one of ours."""
        issuer = self._by_hashes.get((asked.issuer_name_hash, asked.issuer_key_hash))
        if issuer is None:
            raise OcspIssuerUnknown
        return issuer

    def certificate_for(self, issuer: AnsweredIssuer, now: datetime) -> bytes:
        held = self._held.get(issuer.id)
        if held is None or not held.certificate.is_valid(now):
            raise NoDelegateYet
        return held.certificate.certificate_der

    def is_ready(self, now: datetime) -> bool:
        """Whether every issuing authority's certificates can be spoken of."""
        issuers = set(self._by_hashes.values())
        held = self._held
        return bool(issuers) and all(
            issuer.id in held and held[issuer.id].certificate.is_valid(now) for issuer in issuers
        )


def _hashes(issuer: AnsweredIssuer) -> list[tuple[bytes, bytes]]:
    return [cert_id_hashes(issuer.name_der, issuer.spki, algorithm) for algorithm in HashAlgorithm]
