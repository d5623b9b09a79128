"""The three-way gate before every signature (C36): own rules, pkilint, decode-and-compare. Nothing unlinted is signable.

Only this module makes a LintedCertificate, LintedCrl or LintedOcspResponse, and the signing doors take nothing else.
"""

from collections.abc import Callable
from dataclasses import InitVar, dataclass, field
from functools import partial
from typing import TypeVar

from chopmark.pki import certificates, ocsp
from chopmark.pki.algorithms import SignatureAlgorithm
from chopmark.pki.certificates import CertificateTemplate, NotThisTemplate, TemplateValues, shape_of
from chopmark.pki.crl import CrlFacts
from chopmark.pki.crl import read_tbs as read_crl_tbs
from chopmark.pki.findings import Finding, Severity, Source
from chopmark.pki.judges import decoded, decoded_status, own, own_status, pkix
from chopmark.pki.judges.kin import Kin
from chopmark.pki.refusals import Refusal
from chopmark.pki.rule import Given
from chopmark.pki.tbs import TbsCertificate, read_tbs_certificate

__all__ = [
    "Finding",
    "LintRefused",
    "LintedCertificate",
    "LintedCrl",
    "LintedOcspResponse",
    "NotMadeByLint",
    "Severity",
    "Source",
    "lint_certificate",
    "lint_crl",
    "lint_ocsp",
    "lint_sibling",
    "require_sibling",
]

_MAKER = object()  # who does not hold this did not lint
_DUMMY_SIGNATURE = bytes(64)  # no judge looks at it: they judge what is to be signed
PKILINT_ENTRIES = 1000  # pkilint walks a CRL at some thousand entries a second


class LintRefused(Refusal):
    """The gate stays shut; `findings` says why, and `details` names the first of them."""

    code = "lint_refused"

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self.findings = findings
        worst = max(findings, key=lambda finding: finding.severity)
        super().__init__(finding=worst.code, source=worst.source.value, count=len(findings))


class NotMadeByLint(Refusal):
    """Something tried to call bytes linted that were not."""

    code = "not_made_by_lint"


def _require_maker(maker: object) -> None:
    if maker is not _MAKER:
        raise NotMadeByLint


@dataclass(frozen=True, slots=True, kw_only=True)
class LintedCertificate:
    """To-be-signed content that three judges let pass; the findings it carries are none that stop a signature."""

    tbs_certificate: bytes
    template: CertificateTemplate
    values: TemplateValues
    given: Given
    findings: tuple[Finding, ...]
    shape: object  # what its siblings have in common with it, beside the template
    kin: Kin = field(
        default_factory=Kin, repr=False, compare=False
    )  # this one and those that passed beside it
    maker: InitVar[object]

    def __post_init__(self, maker: object) -> None:
        _require_maker(maker)
        self.kin.welcome(read_tbs_certificate(self.tbs_certificate))


@dataclass(frozen=True, slots=True, kw_only=True)
class LintedCrl:
    tbs_cert_list: bytes
    facts: CrlFacts
    findings: tuple[Finding, ...]
    maker: InitVar[object]

    def __post_init__(self, maker: object) -> None:
        _require_maker(maker)


@dataclass(frozen=True, slots=True, kw_only=True)
class LintedOcspResponse:
    response_data: bytes
    facts: ocsp.ResponseData
    findings: tuple[Finding, ...]
    maker: InitVar[object]

    def __post_init__(self, maker: object) -> None:
        _require_maker(maker)


def lint_certificate(
    tbs: bytes, template: CertificateTemplate, *, issuer_certificate_der: bytes | None
) -> LintedCertificate:
    """Let three judges see a to-be-signed certificate; without an issuer's certificate it is a root and its own issuer."""
    certificate = _parse_certificate(tbs)
    given = _given(certificate, template, issuer_certificate_der)
    values = _read_as(template, certificate)
    dummy = certificates.assemble(tbs, template.signature_algorithm, _DUMMY_SIGNATURE)
    findings = [
        *own.judge(certificate, given),
        *pkix.judge_certificate(dummy),
        *(_not_this_template() if values is None else decoded.judge(dummy, decoded.Meant(template, values))),
    ]
    kept = _require_passed(findings)
    if values is None:
        raise LintRefused(tuple(findings))
    return LintedCertificate(
        tbs_certificate=tbs,
        template=template,
        values=values,
        given=given,
        findings=kept,
        shape=shape_of(values),
        maker=_MAKER,
    )


def lint_sibling(tbs: bytes, sibling: LintedCertificate) -> LintedCertificate:
    """For populations: equality with the template, and the rules on what varies, beside a sibling that all judges saw.

    Same template, same issuer, same kind of key, same parts present: what the other judges would look at is the same.
    """
    certificate = _parse_certificate(tbs)
    values = _read_as(sibling.template, certificate)
    if values is None:
        raise LintRefused(tuple(_not_this_template()))
    if shape_of(values) != sibling.shape:
        raise LintRefused((Finding(Source.OWN, "not_a_sibling", Severity.ERROR, "tbsCertificate"),))
    return LintedCertificate(
        tbs_certificate=tbs,
        template=sibling.template,
        values=values,
        given=sibling.given,
        findings=_require_passed(own.judge_sibling(certificate, sibling.given)),
        shape=sibling.shape,
        kin=sibling.kin,
        maker=_MAKER,
    )


def require_sibling(tbs: bytes, sibling: LintedCertificate) -> None:
    """The same, keeping nothing: along the octets of those that passed, and by `lint_sibling` where it does not fit them."""
    if sibling.kin.passes(tbs) is None:
        lint_sibling(tbs, sibling)


def lint_crl(tbs: bytes, *, issuer_certificate_der: bytes) -> LintedCrl:
    """Judge a TBSCertList; pkilint joins in only where the list is short enough to wait for."""
    facts = _parse(partial(_read_whole_list, tbs))
    issuer = certificates.read_certificate(issuer_certificate_der).tbs
    findings = own_status.judge_crl(facts, issuer)
    dummy = certificates.assemble(tbs, facts.signature_algorithm, _DUMMY_SIGNATURE)
    findings += decoded_status.judge_crl(dummy, facts)
    if facts.entry_count <= PKILINT_ENTRIES:
        findings += pkix.judge_crl(dummy)
    return LintedCrl(tbs_cert_list=tbs, facts=facts, findings=_require_passed(findings), maker=_MAKER)


def _read_whole_list(tbs: bytes) -> CrlFacts:
    facts = read_crl_tbs(tbs)
    _ = facts.entry_count  # looks at the form of every entry
    return facts


def lint_ocsp(
    response_data: bytes,
    *,
    signature_algorithm: SignatureAlgorithm,
    responder_certificate_der: bytes,
    issuer_certificate_der: bytes,
) -> LintedOcspResponse:
    """Judge ResponseData as it would leave, with its delegate's certificate beside it."""
    data = _parse(partial(ocsp.read_response_data, response_data))
    responder = certificates.read_certificate(responder_certificate_der).tbs
    issuer = certificates.read_certificate(issuer_certificate_der).tbs
    dummy = ocsp.assemble(response_data, signature_algorithm, _DUMMY_SIGNATURE, [responder_certificate_der])
    findings = [
        *own_status.judge_ocsp(data, responder, issuer),
        *pkix.judge_ocsp_response(dummy),
        *decoded_status.judge_ocsp(dummy, data),
    ]
    return LintedOcspResponse(
        response_data=response_data, facts=data, findings=_require_passed(findings), maker=_MAKER
    )


def _given(
    certificate: TbsCertificate, template: CertificateTemplate, issuer_certificate_der: bytes | None
) -> Given:
    issuer = certificate
    if issuer_certificate_der is not None:
        issuer = certificates.read_certificate(issuer_certificate_der).tbs
    return Given(profile=template.profile, signature_algorithm=template.signature_algorithm, issuer=issuer)


_Parsed = TypeVar("_Parsed")


def _parse(read: Callable[[], _Parsed]) -> _Parsed:
    try:
        return read()
    except Refusal as refusal:
        finding = Finding(Source.OWN, "not_decoded", Severity.FATAL, refusal.code)
        raise LintRefused((finding,)) from refusal


def _parse_certificate(tbs: bytes) -> TbsCertificate:
    return _parse(partial(read_tbs_certificate, tbs))


def _read_as(template: CertificateTemplate, certificate: TbsCertificate) -> TemplateValues | None:
    try:
        return template.prove(certificate)
    except NotThisTemplate:
        return None


def _not_this_template() -> list[Finding]:
    return [Finding(Source.OWN, NotThisTemplate.code, Severity.ERROR, "tbsCertificate")]


def _require_passed(findings: list[Finding]) -> tuple[Finding, ...]:
    if any(finding.severity >= Severity.ERROR for finding in findings):
        raise LintRefused(tuple(findings))
    return tuple(findings)
