"""What the register of breaches refuses; words: `breaches/problems.py`."""

from chopmark.pki.refusals import Refusal


class BreachUnknown(Refusal):
    """The register has no such breach."""

    code = "breach_unknown"


class BreachMomentWrong(Refusal):
    """A moment that has not come, or one before the breach was detected."""

    code = "breach_moment_wrong"


class BreachWordsMissing(Refusal):
    """Nothing was said where something must be."""

    code = "breach_words_missing"


class BreachWordsName(Refusal):
    """What was typed holds an identity card number or an e-mail address: the register is no place for it."""

    code = "breach_words_name"


class BreachResolved(Refusal):
    """The breach is resolved, so this is not done any more."""

    code = "breach_resolved"


class BreachNotResolved(Refusal):
    """The breach is not resolved, so this is not done yet."""

    code = "breach_not_resolved"


class EvidenceFrozenAlready(Refusal):
    """The breach's evidence is frozen already."""

    code = "evidence_frozen_already"


class EvidenceNotFrozen(Refusal):
    """No freeze of the breach's evidence is in force."""

    code = "evidence_not_frozen"


class HoldOfBreach(Refusal):
    """The hold keeps the evidence of a breach: it ends with the freeze."""

    code = "hold_of_breach"


class OpeningsChanged(Refusal):
    """The openings that were counted are not those that there are now."""

    code = "openings_changed"


class NoRecordsToTake(Refusal):
    """No record that is kept was opened so, or all of them are in the list already."""

    code = "no_records_to_take"


class TooManyRecordsAtOnce(Refusal):
    """More records than one act may take into a list."""

    code = "too_many_records_at_once"
