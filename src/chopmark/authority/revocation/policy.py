"""Which reasons may be given, by whom (CPS 4.9.2). If this set changes, the CPS changes first."""

from collections.abc import Collection, Mapping

from chopmark.authority.catalogue.types import RevocationRule
from chopmark.authority.catalogue.words import Asker
from chopmark.authority.revocation.errors import AskerNotPermitted, ReasonNotPermitted, SuspensionNotOffered
from chopmark.pki.crl import CRLReason


def require_permitted(reason: CRLReason, permitted: Collection[CRLReason]) -> None:
    """The type's own list says what its subscriber may give (C8); an empty list permits nothing."""
    if reason not in permitted:
        raise ReasonNotPermitted(reason=reason.name.lower())


def require_suspension_offered(rules: Mapping[Asker, RevocationRule]) -> None:
    """A type whose rule says that unconfirmed requests suspend first provides for suspension; no other does (CPS 4.9.13)."""
    if not any(rule.suspends_first for rule in rules.values()):
        raise SuspensionNotOffered


def may_have_held(rules: Mapping[Asker, RevocationRule]) -> dict[Asker, RevocationRule]:
    """Of those who may ask, the ones whose request suspends first until it is confirmed, with what they may give as reason."""
    return {asker: rule for asker, rule in rules.items() if rule.suspends_first}


def require_may_ask(asker: Asker, reason: CRLReason | None, rules: Mapping[Asker, RevocationRule]) -> None:
    """An officer takes down what one of these asks for, and no reason that the type does not give her."""
    rule = rules.get(asker)
    if rule is None:
        raise AskerNotPermitted(asker=asker)
    if reason is not None:
        require_permitted(reason, rule.reasons)
