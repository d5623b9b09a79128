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


class PoolAlgorithm(Refusal):
    """The pool makes no keys of this kind."""

    code = "pool_algorithm"


class PoolOrderTooLarge(Refusal):
    """An order is of one key at least, and of no more than a population has."""

    code = "pool_order_too_large"


class PoolOrderUnknown(Refusal):
    """No such order was given, or it was stopped already."""

    code = "pool_order_unknown"


class PoolBatchNotOrdered(Refusal):
    """No operator ordered such a batch, or another attempt made its keys."""

    code = "pool_batch_not_ordered"


class PoolShort(Refusal):
    """The pool has fewer free keys of this kind than lines need one."""

    code = "pool_short"


class PoolKeyNotProven(Refusal):
    """The key is not of the line that asks for it, or no copy of it is kept any more."""

    code = "pool_key_not_proven"
