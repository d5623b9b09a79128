"""Why a certificate is not revoked."""

from chopmark.pki.refusals import Refusal


class AlreadyRevoked(Refusal):
    code = "already_revoked"


class AlreadySuspended(Refusal):
    code = "already_suspended"


class NotSuspended(Refusal):
    """It is not on hold: never was, was released, or is revoked for good."""

    code = "not_suspended"


class NotTheSubscriber(Refusal):
    code = "not_the_subscriber"


class ReasonNotPermitted(Refusal):
    code = "reason_not_permitted"


class SuspensionNotOffered(Refusal):
    """The certificate's type does not provide for suspension (CPS 4.9.13)."""

    code = "suspension_not_offered"


class SerialUnknown(Refusal):
    """No certificate was ever recorded under this serial number."""

    code = "serial_unknown"
