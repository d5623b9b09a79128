"""How a refusal is said in OCSP, where there is one word for many reasons (RFC 6960 §2.3, §4.2.1)."""

from collections.abc import Mapping

from chopmark.authority.validation.errors import NoDelegateYet, OcspIssuerUnknown, StatusNotKnown
from chopmark.pki.ocsp import OcspMalformed, OcspNonceLength, OcspResponseStatus, OcspTooLarge
from chopmark.pki.refusals import Refusal

STATUSES: Mapping[type[Refusal], OcspResponseStatus] = {
    OcspMalformed: OcspResponseStatus.MALFORMED_REQUEST,
    OcspNonceLength: OcspResponseStatus.MALFORMED_REQUEST,
    OcspTooLarge: OcspResponseStatus.MALFORMED_REQUEST,
    OcspIssuerUnknown: OcspResponseStatus.UNAUTHORIZED,
    NoDelegateYet: OcspResponseStatus.TRY_LATER,
    StatusNotKnown: OcspResponseStatus.TRY_LATER,
}


def status_for(refusal: Refusal) -> OcspResponseStatus:
    """A refusal that nobody thought of is a fault of ours, and never an answer about a certificate."""
    return STATUSES.get(type(refusal), OcspResponseStatus.INTERNAL_ERROR)
