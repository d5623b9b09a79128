"""Why a certificate is not revoked."""

from chopmark.pki.refusals import Refusal


class AlreadyRevoked(Refusal):
    code = "already_revoked"


class NotTheSubscriber(Refusal):
    code = "not_the_subscriber"


class ReasonNotPermitted(Refusal):
    code = "reason_not_permitted"


class SerialUnknown(Refusal):
    """No certificate was ever recorded under this serial number."""

    code = "serial_unknown"
