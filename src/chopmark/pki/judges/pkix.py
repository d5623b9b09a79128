"""The second judge: pkilint's RFC 5280 and RFC 6960 validators, in process. Slow (milliseconds) and thorough.

Everything of pkilint is imported on first use: it takes a second, and most processes never lint.
"""

import re
from functools import cache
from typing import Any

from chopmark.pki.dnsnames import is_dns_name
from chopmark.pki.findings import Finding, Severity, Source

_SEVERITIES = {
    "FATAL": Severity.FATAL,
    "ERROR": Severity.ERROR,
    "WARNING": Severity.WARNING,
    "NOTICE": Severity.NOTICE,
}


def judge_certificate(certificate_der: bytes) -> list[Finding]:
    """Findings on a certificate, whose signature may be a dummy: none of these validators looks at it."""
    from pkilint import loader

    return _judge(loader.RFC5280CertificateDocumentLoader(), _certificate_validator(), certificate_der)


def judge_crl(crl_der: bytes) -> list[Finding]:
    from pkilint import loader

    return _judge(loader.RFC5280CertificateListDocumentLoader(), _crl_validator(), crl_der)


def judge_ocsp_response(response_der: bytes) -> list[Finding]:
    from pkilint import loader

    return _judge(loader.RFC6960OCSPResponseDocumentLoader(), _ocsp_validator(), response_der)


def _judge(document_loader: Any, validator: Any, encoded: bytes) -> list[Finding]:
    try:
        document = document_loader.load_der_document(encoded, "to-be-signed")
    except ValueError:
        # The text of a decoder's error can be megabytes long and hold values: it goes nowhere.
        return [Finding(Source.PKILINT, "not_decoded", Severity.FATAL, "")]
    return [found for result in validator.validate(document.root) for found in _findings(result)]


def _findings(result: Any) -> list[Finding]:
    node = result.node
    described = ((found.finding.code, found.finding.severity.name) for found in result.finding_descriptions)
    return [
        Finding(Source.PKILINT, code, _severity(code, severity, node), str(node.path))
        for code, severity in described
        if severity in _SEVERITIES and not _is_wildcard(code, node)
    ]


def _severity(code: str, severity: str, node: Any) -> Severity:
    """As pkilint says, but for the addresses of a home that has no domain yet: production refuses to start with them."""
    if code == "pkix.invalid_uri_syntax" and _LOCALHOST.match(str(node.pdu)):
        return Severity.WARNING
    return _SEVERITIES[severity]


# A name that always means this machine (RFC 6761 §6.3), where RFC 5280 §4.2.1.6 asks for a fully qualified one.
_LOCALHOST = re.compile(r"http://localhost(:[0-9]+)?(/|$)")


def _is_wildcard(code: str, node: Any) -> bool:
    """RFC 5280 §4.2.1.6 gives wildcards no meaning and pkilint refuses them; RFC 9525 §6.3 does, and our rule knows how."""
    name = str(node.pdu) if str(node.path).endswith(".dNSName") else ""
    return code == "pkix.invalid_domain_name_syntax" and name.startswith("*.") and is_dns_name(name)


@cache
def _certificate_validator() -> Any:
    from pkilint.pkix import certificate, extension, name

    return certificate.create_pkix_certificate_validator_container(
        certificate.create_decoding_validators(name.ATTRIBUTE_TYPE_MAPPINGS, extension.EXTENSION_MAPPINGS),
        [
            certificate.create_issuer_validator_container([]),
            certificate.create_validity_validator_container(),
            certificate.create_subject_validator_container([]),
            certificate.create_extensions_validator_container([]),
            certificate.create_spki_validator_container([]),
        ],
    )


@cache
def _crl_validator() -> Any:
    from pkilint import pkix
    from pkilint.pkix import crl, extension, name

    return crl.create_pkix_crl_validator_container(
        [
            pkix.create_attribute_decoder(name.ATTRIBUTE_TYPE_MAPPINGS),
            pkix.create_extension_decoder(extension.EXTENSION_MAPPINGS),
        ],
        [
            crl.create_issuer_validator_container([]),
            crl.create_validity_validator_container([]),
            crl.create_extensions_validator_container([]),
        ],
    )


@cache
def _ocsp_validator() -> Any:
    from pkilint import pkix
    from pkilint.pkix import extension, name, ocsp

    return ocsp.create_pkix_ocsp_response_validator_container(
        [
            ocsp.create_response_decoder(),
            pkix.create_attribute_decoder(name.ATTRIBUTE_TYPE_MAPPINGS),
            pkix.create_extension_decoder(extension.EXTENSION_MAPPINGS),
        ],
        [],
    )
