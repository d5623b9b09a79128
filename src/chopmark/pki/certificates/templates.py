"""Compiled templates: what is the same for all of a kind is encoded once, and a finished one can be proved to be of its kind."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from chopmark.pki import der
from chopmark.pki.algorithms import SignatureAlgorithm, algorithm_identifier
from chopmark.pki.certificates.parts import Part, Values, compile_parts, fields_of
from chopmark.pki.certificates.refusals import (
    AlgorithmNotInProfile,
    NotThisTemplate,
    SerialNumberIllegal,
    ValueNotInTemplate,
)
from chopmark.pki.certificates.values import TemplateValues, values_of
from chopmark.pki.der import MalformedDer, tags
from chopmark.pki.profiles import CertificateProfile, IssuerFacts
from chopmark.pki.refusals import Refusal
from chopmark.pki.tbs import TbsCertificate, read_tbs_certificate

_V3 = der.explicit(0, der.integer(2))


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateTemplate:
    """A profile of one issuer under one algorithm, compiled. Compare by `profile` and `issuer`."""

    profile: CertificateProfile
    issuer: IssuerFacts
    signature_algorithm: SignatureAlgorithm
    algorithm_and_issuer: bytes = field(repr=False)
    parts: tuple[Part, ...] = field(repr=False, compare=False)
    fields: frozenset[str]

    def fill(
        self,
        *,
        serial_number: bytes,
        not_before: datetime,
        not_after: datetime,
        subject_der: bytes,
        spki_der: bytes,
        values: Values | None = None,
    ) -> bytes:
        """The TBSCertificate (RFC 5280 §4.1.2) of these values."""
        prepared = self.prepare(not_before=not_before, not_after=not_after)
        return prepared.fill(
            serial_number=serial_number, subject_der=subject_der, spki_der=spki_der, values=values or {}
        )

    def prepare(self, *, not_before: datetime, not_after: datetime) -> "PreparedTemplate":
        """The same for many that begin and end together."""
        return PreparedTemplate(self, self.algorithm_and_issuer + _validity(not_before, not_after))

    def read(self, tbs: bytes) -> TemplateValues:
        """The values that this TBSCertificate was filled with; proved by filling again and finding the same bytes."""
        try:
            return self.prove(read_tbs_certificate(tbs))
        except MalformedDer as malformed:
            raise NotThisTemplate(why=malformed.code) from malformed

    def prove(self, tbs: TbsCertificate) -> TemplateValues:
        """The same for one already taken apart."""
        try:
            found = values_of(self.profile, tbs)
            again = self.fill(
                serial_number=found.serial_number,
                not_before=found.not_before,
                not_after=found.not_after,
                subject_der=found.subject_der,
                spki_der=found.spki_der,
                values=found.values,
            )
        except NotThisTemplate:
            raise
        except Refusal as refusal:
            raise NotThisTemplate(why=refusal.code) from refusal
        if again != tbs.encoded:
            raise NotThisTemplate(why="bytes_differ")
        return found


@lru_cache(maxsize=64)
def _validity(not_before: datetime, not_after: datetime) -> bytes:
    return der.sequence(der.time(not_before), der.time(not_after))


@dataclass(frozen=True, slots=True)
class PreparedTemplate:
    """A template with its validity encoded: what is left is the serial number, the subject, its key and its values."""

    template: CertificateTemplate
    algorithm_issuer_validity: bytes = field(repr=False)

    def fill(self, *, serial_number: bytes, subject_der: bytes, spki_der: bytes, values: Values) -> bytes:
        if not values.keys() <= self.template.fields:
            raise ValueNotInTemplate(field=min(values.keys() - self.template.fields))
        require_serial_number(serial_number)
        written = b"".join(
            [part if isinstance(part, bytes) else part(spki_der, values) for part in self.template.parts]
        )
        extensions = der.tlv(tags.EXPLICIT | 3, der.tlv(tags.SEQUENCE, written))
        return der.tlv(
            tags.SEQUENCE,
            b"%b%b%b%b%b%b"
            % (
                _V3,
                der.serial_number(serial_number),
                self.algorithm_issuer_validity,
                subject_der,
                spki_der,
                extensions,
            ),
        )


def require_serial_number(content: bytes) -> None:
    if not 1 <= len(content) <= 20 or content[0] > 0x7F or content == b"\x00":
        raise SerialNumberIllegal
    if len(content) > 1 and content[0] == 0 and content[1] < 0x80:
        raise SerialNumberIllegal


def compile_template(
    profile: CertificateProfile, *, issuer: IssuerFacts, signature_algorithm: SignatureAlgorithm
) -> CertificateTemplate:
    """Encode all that a profile, an issuer and an algorithm settle; a self-signed root is its own issuer."""
    if signature_algorithm not in profile.signature_algorithms:
        raise AlgorithmNotInProfile
    return CertificateTemplate(
        profile=profile,
        issuer=issuer,
        signature_algorithm=signature_algorithm,
        algorithm_and_issuer=algorithm_identifier(signature_algorithm) + issuer.name_der,
        parts=compile_parts(profile, issuer),
        fields=fields_of(profile),
    )
