"""Why an envelope or a key is not given."""

from chopmark.pki.refusals import Refusal


class EnvelopeCheckFigure(Refusal):
    """What was typed is not an envelope number: its check figure does not agree."""

    code = "envelope_check_figure"


class EnvelopeUnknown(Refusal):
    """No such envelope was printed."""

    code = "envelope_unknown"


class EnvelopeUsed(Refusal):
    """The envelope was handed over already."""

    code = "envelope_used"


class EnvelopeElsewhere(Refusal):
    """The envelope belongs to another outlet's stock."""

    code = "envelope_elsewhere"


class EnvelopeNotHandedOver(Refusal):
    """A key is asked for under an envelope that this applicant was not given."""

    code = "envelope_not_handed_over"


class KeyRequested(Refusal):
    """A key is being made for this application, or was made."""

    code = "key_requested"


class KeyUnknown(Refusal):
    """No key was made for this application."""

    code = "key_unknown"


class KeyOfAnother(Refusal):
    """The certificate is not about the key that was made for this application."""

    code = "key_of_another"


class KeyNotSealed(Refusal):
    """There is nothing to collect: not sealed yet, or purged."""

    code = "key_not_sealed"


class KeyNotYetLogged(Refusal):
    """The sealed key waits for its leaf to be under a checkpoint."""

    code = "key_not_yet_logged"
