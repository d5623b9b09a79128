"""Which reasons may be given, by whom (CPS 4.9.2). If this set changes, the CPS changes first."""

from collections.abc import Collection

from chopmark.authority.revocation.errors import ReasonNotPermitted
from chopmark.pki.crl import CRLReason


def require_permitted(reason: CRLReason, permitted: Collection[CRLReason]) -> None:
    """The type's own list says what its subscriber may give (C8); an empty list permits nothing."""
    if reason not in permitted:
        raise ReasonNotPermitted(reason=reason.name.lower())
