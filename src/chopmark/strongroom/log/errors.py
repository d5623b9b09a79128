"""Why the strongroom's log is not signed, or nothing is opened; `publiclog/errors.py` has what may be wrong with any log."""

from chopmark.pki.refusals import Refusal


class LogKeyDiffers(Refusal):
    """The sealed log key is not the one behind the public key of this log."""

    code = "log_key_differs"


class OpeningsWaitForWitnesses(Refusal):
    """No quorum of witnesses has cosigned this log for longer than the setting allows: it could be another for everybody."""

    code = "openings_wait_for_witnesses"


class CosignatureAltered(Refusal):
    """What is kept of a witness is no cosignature of a head of this log."""

    code = "cosignature_altered"
