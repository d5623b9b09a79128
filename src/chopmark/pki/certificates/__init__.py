"""Certificates (RFC 5280 §4) from compiled templates: filled fast, read back with proof, signed elsewhere."""

from chopmark.pki.certificates.parts import Value, Values
from chopmark.pki.certificates.reading import CertificateFacts, assemble, read_certificate
from chopmark.pki.certificates.refusals import (
    AlgorithmNotInProfile,
    NotThisTemplate,
    ProfileAmbiguous,
    ProfileIncomplete,
    SerialNumberIllegal,
    ValueMissing,
    ValueNotInTemplate,
)
from chopmark.pki.certificates.templates import (
    CertificateTemplate,
    PreparedTemplate,
    compile_template,
    require_serial_number,
)
from chopmark.pki.certificates.values import TemplateValues, shape_of
from chopmark.pki.der import MalformedDer
from chopmark.pki.keyids import key_identifier
from chopmark.pki.profiles import IssuerFacts

__all__ = [
    "AlgorithmNotInProfile",
    "CertificateFacts",
    "CertificateTemplate",
    "IssuerFacts",
    "MalformedDer",
    "NotThisTemplate",
    "PreparedTemplate",
    "ProfileAmbiguous",
    "ProfileIncomplete",
    "SerialNumberIllegal",
    "TemplateValues",
    "Value",
    "ValueMissing",
    "ValueNotInTemplate",
    "Values",
    "assemble",
    "compile_template",
    "key_identifier",
    "read_certificate",
    "require_serial_number",
    "shape_of",
]
