"""Door: certificate revocation lists (CPS 4.9.7). Importer: publication.signing. Tag: crl:signed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chopmark.authority.custody.rules import handle_of, require, require_algorithm
from chopmark.authority.custody.selectors import IssuingAuthority
from chopmark.authority.custody.token import Token
from chopmark.pki.crl import assemble, read_tbs

# A list is signed when it is made: one dated back or ahead would say what was or will be revoked, on our word.
OF_NOW = timedelta(minutes=10)
# How many numbers may be passed over: those of lists that were intended and never signed, two years of them at one every
# ten minutes. A number near the end of the range would leave none for any list to come.
PASSED_OVER = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """Where a list stands among the lists of its kind: its number and its two moments."""

    number: int
    this_update: datetime
    next_update: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SoFar:
    """What went before a list, and how long it may say that it is good."""

    number: int  # the highest that a claim was made for; 0 if none was
    this_update: datetime | None  # of the last one that was signed
    valid_for: timedelta
    base_number: int | None = None  # of the list that a delta is to; None: it must be none


def sign_crl(
    tbs_cert_list: bytes, *, issuer: IssuingAuthority, so_far: SoFar, token: Token, now: datetime
) -> bytes:
    """The list, if it is this issuer's, of this moment, and the next of its kind (RFC 5280 §5.2.3)."""
    facts = read_tbs(tbs_cert_list)
    require(facts.issuer_der == issuer.name_der, "issuer_name")
    require(facts.key_identifier == issuer.key_identifier, "issuer_key")
    require_algorithm(facts.signature_algorithm, issuer)
    require(issuer.not_before <= facts.this_update, "this_update_within_issuer")
    require(facts.base_number == so_far.base_number, "base_of_delta")
    require(facts.base_number is None or facts.base_number < facts.number, "base_before_delta")
    moments = Moments(number=facts.number, this_update=facts.this_update, next_update=facts.next_update)
    require_next(moments, so_far=so_far, now=now)
    # In the order of the serial numbers' octets nothing can stand in a list twice; it looks at the form of every entry too.
    require(facts.is_in_order, "entries_in_order")
    algorithm = issuer.signature_algorithm
    return assemble(tbs_cert_list, algorithm, token.sign(handle_of(issuer, token), tbs_cert_list, algorithm))


def require_key(issuer: IssuingAuthority, token: Token) -> None:
    """Refuse while the token does not hold the issuer's key: a caller asks before it claims, so that an outage spends nothing."""
    handle_of(issuer, token)


def require_next(moments: Moments, *, so_far: SoFar, now: datetime) -> None:
    """What this door asks of number and moments; a caller asks before it claims, or the claim itself would use up the number."""
    require(so_far.number < moments.number, "crl_number_grows")
    require(moments.number <= so_far.number + PASSED_OVER, "crl_number_near")
    require(abs(moments.this_update - now) <= OF_NOW, "this_update_now")
    require(so_far.this_update is None or so_far.this_update <= moments.this_update, "this_update_grows")
    require(moments.this_update < moments.next_update, "this_update_before_next_update")
    require(moments.next_update - moments.this_update <= so_far.valid_for, "validity_of_list")
