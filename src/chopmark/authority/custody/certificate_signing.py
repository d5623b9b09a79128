"""Door: end-entity certificates (CPS 4.3). Importer: issuance.signing. Tag: certificate:issued.

It takes whole TBSCertificates in batches, each with the template that the signer's own copy of the pack gives.
"""

from collections.abc import Sequence
from dataclasses import InitVar, dataclass
from typing import NamedTuple

from chopmark.authority.custody.rules import OwnReader, handle_of, require, require_within
from chopmark.authority.custody.selectors import IssuingAuthority
from chopmark.authority.custody.token import Token
from chopmark.pki.certificates import CertificateTemplate, assemble
from chopmark.pki.profiles import ExtendedKeyUsage

SERIAL_NUMBER_OCTETS = 16


class ToBeSigned(NamedTuple):
    """A TBSCertificate and the template that it must be of."""

    tbs_certificate: bytes
    template: CertificateTemplate


@dataclass(frozen=True, slots=True)
class Admitted:
    """What this door has looked at, every byte of it, and will sign. Only `admit` makes one."""

    batch: tuple[ToBeSigned, ...]
    issuer: IssuingAuthority
    maker: InitVar[object]

    def __post_init__(self, maker: object) -> None:
        require(maker is _MAKER, "admitted")


_MAKER = object()  # who does not hold this did not look


def sign_certificates(batch: Sequence[ToBeSigned], *, issuer: IssuingAuthority, token: Token) -> list[bytes]:
    """The certificates, in the order of the batch; one that breaks a rule refuses the whole batch, before any signature."""
    return sign_admitted(admit(batch, issuer), token=token)


def admit(batch: Sequence[ToBeSigned], issuer: IssuingAuthority) -> Admitted:
    """Look at a whole batch; a caller does it before it claims, so that no serial number is spent on a refusal."""
    require(bool(batch), "batch_not_empty")
    reader = OwnReader(issuer)
    for item in batch:
        _require_signable(item, issuer, reader)
    return Admitted(tuple(batch), issuer, _MAKER)


def sign_admitted(admitted: Admitted, *, token: Token) -> list[bytes]:
    """The certificates of a batch that was admitted, in its order."""
    handle, algorithm = handle_of(admitted.issuer, token), admitted.issuer.signature_algorithm
    return [
        assemble(item.tbs_certificate, algorithm, token.sign(handle, item.tbs_certificate, algorithm))
        for item in admitted.batch
    ]


def require_key(issuer: IssuingAuthority, token: Token) -> None:
    """Refuse while the token does not hold the issuer's key: a caller asks before it claims, so that an outage spends nothing."""
    handle_of(issuer, token)


def require_signable(item: ToBeSigned, issuer: IssuingAuthority) -> None:
    """What this door would refuse; a caller asks before it claims, so that no serial number is spent on a refusal."""
    admit([item], issuer)


def _require_signable(item: ToBeSigned, issuer: IssuingAuthority, reader: OwnReader) -> None:
    profile = item.template.profile
    require(not issuer.is_root, "not_by_a_root")
    require(not profile.basic_constraints.ca, "end_entity")
    # Delegates have a door of their own; no key usage at all would be any usage (RFC 5280 §4.2.1.12).
    require(bool(profile.extended_key_usage), "purpose_named")
    require(ExtendedKeyUsage.OCSP_SIGNING not in profile.extended_key_usage, "not_a_delegate")
    values = reader.read(item.tbs_certificate, item.template)
    require(len(values.serial_number) == SERIAL_NUMBER_OCTETS, "serial_number_length")
    require(values.subject_der != issuer.name_der and values.spki_der != issuer.spki, "subject_is_not_issuer")
    require_within(issuer, values.not_before, values.not_after)
