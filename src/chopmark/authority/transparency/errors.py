"""What the authority's log refuses to people; `publiclog/errors.py` has what may be wrong with any log."""

from chopmark.pki.refusals import Refusal


class WitnessAlertUnknown(Refusal):
    """No alert of a witness has this number."""

    code = "witness_alert_unknown"


class WitnessAlertAcknowledged(Refusal):
    """Somebody has acknowledged this alert already, with her reason."""

    code = "witness_alert_acknowledged"
