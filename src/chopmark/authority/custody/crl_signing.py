"""Door: certificate revocation lists (CPS 4.9.7). Importer: publication.signing. Tag: crl:signed."""

from chopmark.authority.custody.rules import handle_of, require, require_algorithm
from chopmark.authority.custody.selectors import IssuingAuthority
from chopmark.authority.custody.token import Token
from chopmark.pki.crl import CrlFacts, assemble, read_tbs


def sign_crl(tbs_cert_list: bytes, *, issuer: IssuingAuthority, last_number: int, token: Token) -> bytes:
    """The list, if it is this issuer's, numbered above every list that a claim was made for (RFC 5280 §5.2.3)."""
    facts = read_tbs(tbs_cert_list)
    require(facts.issuer_der == issuer.name_der, "issuer_name")
    require(facts.key_identifier == issuer.key_identifier, "issuer_key")
    require_algorithm(facts.signature_algorithm, issuer)
    require(facts.number > last_number, "crl_number_grows")
    require(issuer.not_before <= facts.this_update < facts.next_update, "this_update_before_next_update")
    _require_ordered(facts)
    algorithm = issuer.signature_algorithm
    return assemble(tbs_cert_list, algorithm, token.sign(handle_of(issuer, token), tbs_cert_list, algorithm))


def _require_ordered(facts: CrlFacts) -> None:
    """Our lists are in the order of the serial numbers' octets, so that nothing can stand in one twice."""
    last = b""
    for serial_number in facts.serial_numbers():
        require(serial_number > last, "entries_in_order")
        last = serial_number
