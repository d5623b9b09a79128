"""Why a certificate is not revoked."""

from chopmark.pki.refusals import Refusal


class AlreadyRevoked(Refusal):
    code = "already_revoked"


class AlreadySuspended(Refusal):
    code = "already_suspended"


class AskerNotPermitted(Refusal):
    """Of this type nobody of that kind may ask for it (CPS 4.9.2)."""

    code = "asker_not_permitted"


class CertificateExpired(Refusal):
    """It is over: nothing is left to put on hold."""

    code = "certificate_expired"


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
