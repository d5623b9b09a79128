"""What every signing door asks of what is brought to it, before a key is touched."""

from datetime import datetime

from chopmark.authority.custody.errors import DoorRefused
from chopmark.authority.custody.selectors import IssuingAuthority
from chopmark.authority.custody.token import KeyHandle, Token
from chopmark.pki.algorithms import SignatureAlgorithm
from chopmark.pki.certificates import (
    CertificateTemplate,
    MalformedDer,
    NotThisTemplate,
    TemplateValues,
    read_certificate,
    shape_of,
)
from chopmark.pki.certificates.moulds import Cut
from chopmark.pki.judges import own
from chopmark.pki.judges.kin import Kin
from chopmark.pki.rule import Given
from chopmark.pki.tbs import TbsCertificate, read_tbs_certificate


def require(holds: bool, rule: str) -> None:
    if not holds:
        raise DoorRefused(rule=rule)


def handle_of(authority: IssuingAuthority, token: Token) -> KeyHandle:
    """The issuer's key in the token, if it is the key that the issuer's certificate is about."""
    handle = token.handle(authority.key_label)
    require(token.public_key_der(handle) == authority.spki, "key_of_issuer")
    return handle


def read_own(tbs: bytes, template: CertificateTemplate, authority: IssuingAuthority) -> TemplateValues | Cut:
    """What the bytes say, if they keep our own rules and are exactly what this template of this issuer writes."""
    return OwnReader(authority).read(tbs, template)


class OwnReader:
    """The same for many of one issuer: each is proved; of siblings the first is asked what all have in common."""

    def __init__(self, authority: IssuingAuthority) -> None:
        self._authority = authority
        self._issuer = read_certificate(authority.certificate_der).tbs
        self._given: dict[
            int, tuple[CertificateTemplate, Given]
        ] = {}  # by identity; the template is kept alive
        self._kin: dict[int, Kin] = {}
        self._judged: set[object] = set()

    def read(self, tbs: bytes, template: CertificateTemplate) -> TemplateValues | Cut:
        """Along the octets of one that was read whole, or as a whole."""
        _, given = self._given.get(id(template)) or self._take(template)
        kin = self._kin[id(template)]
        return kin.passes(tbs) or self._read_whole(tbs, template, given, kin)

    def _read_whole(
        self, tbs: bytes, template: CertificateTemplate, given: Given, kin: Kin
    ) -> TemplateValues:
        certificate = _taken_apart(tbs)
        values = template.prove(certificate)
        shape = id(template), shape_of(values)
        judge = own.judge_sibling if shape in self._judged else own.judge
        for finding in judge(certificate, given):
            raise DoorRefused(rule=finding.code)
        self._judged.add(shape)
        kin.welcome(certificate)
        return values

    def _take(self, template: CertificateTemplate) -> tuple[CertificateTemplate, Given]:
        require(template.issuer.name_der == self._authority.name_der, "issuer_name")
        require(template.issuer.key_identifier == self._authority.key_identifier, "issuer_key")
        require_algorithm(template.signature_algorithm, self._authority)
        given = Given(
            profile=template.profile, signature_algorithm=template.signature_algorithm, issuer=self._issuer
        )
        self._given[id(template)] = template, given
        self._kin[id(template)] = Kin()
        return template, given


def _taken_apart(tbs: bytes) -> TbsCertificate:
    try:
        return read_tbs_certificate(tbs)
    except MalformedDer as malformed:
        raise NotThisTemplate(why=malformed.code) from malformed


def require_rules_kept(
    tbs: bytes, template: CertificateTemplate, issuer_certificate_der: bytes | None
) -> None:
    """The gate's first judge again, on this side of the wall (C36); a root is its own issuer."""
    certificate = read_tbs_certificate(tbs)
    issuer = certificate if issuer_certificate_der is None else read_certificate(issuer_certificate_der).tbs
    given = Given(profile=template.profile, signature_algorithm=template.signature_algorithm, issuer=issuer)
    for finding in own.judge(certificate, given):
        raise DoorRefused(rule=finding.code)


def require_algorithm(algorithm: SignatureAlgorithm, authority: IssuingAuthority) -> None:
    require(algorithm is authority.signature_algorithm, "signature_algorithm")


def require_within(authority: IssuingAuthority, not_before: datetime, not_after: datetime) -> None:
    """No certificate outlives its issuer's, nor begins before it (C59)."""
    require(authority.not_before <= not_before < not_after <= authority.not_after, "validity_within_issuer")
