"""Why a status is not told, or nobody is made to tell it."""

from chopmark.pki.refusals import Refusal


class StatusNotKnown(Refusal):
    """Nobody has told us for too long what the database holds: nothing is said, least of all that a certificate is good."""

    code = "status_not_known"


class DelegateKeyNotProven(Refusal):
    """Who asks did not show that it holds the key, or the key is not of the kind that delegates have."""

    code = "delegate_key_not_proven"


class NoResponderForIssuer(Refusal):
    """The pack gives this issuer no OCSP responder."""

    code = "no_responder_for_issuer"


class OcspIssuerUnknown(Refusal):
    """A question about another authority's certificate."""

    code = "ocsp_issuer_unknown"


class OcspSerialUnknown(Refusal):
    """A question about a serial number that we never issued."""

    code = "ocsp_serial_unknown"


class NoDelegateYet(Refusal):
    """The responder has no certificate for this issuer at the moment."""

    code = "no_delegate_yet"


class StatusStoreInUse(Refusal):
    """Another process holds this status store; each responder has its own."""

    code = "status_store_in_use"


class DatabaseIsStandby(Refusal):
    """The database replays another's work and cannot say how far behind it is: status is read from the one that writes."""

    code = "database_is_standby"


class DatabaseLeftBehind(Refusal):
    """The database is the one that was written before another took over from it: what was revoked since, it does not know."""

    code = "database_left_behind"
