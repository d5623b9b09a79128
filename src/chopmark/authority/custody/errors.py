"""Why a token, a ceremony or a door will not do it."""

from chopmark.pki.refusals import Refusal


class KeyNotInToken(Refusal):
    """The token holds no key of this label, or the passphrase does not open it."""

    code = "key_not_in_token"


class LabelTaken(Refusal):
    """There is a key of this label already; keys are never replaced."""

    code = "label_taken"


class AlgorithmNotOfKey(Refusal):
    """The key cannot do what is asked, or would do it in a way that its algorithm does not name."""

    code = "algorithm_not_of_key"


class SoftwareTokenForbidden(Refusal):
    """Keys in files are for development: in production they need a waiver that the owner signed."""

    code = "software_token_forbidden"


class CeremonyRunning(Refusal):
    """Another process holds a ceremony; there is one at a time."""

    code = "ceremony_running"


class HierarchyChanged(Refusal):
    """The pack names an issuer otherwise than the ceremony that made it did."""

    code = "hierarchy_changed"


class IssuerUnknown(Refusal):
    code = "issuer_unknown"


class DoorRefused(Refusal):
    """What was brought to a signing door is not what this door signs; `rule` says which rule it breaks."""

    code = "door_refused"


class SealBroken(Refusal):
    """A sealed value does not open with this key in this context."""

    code = "seal_broken"
