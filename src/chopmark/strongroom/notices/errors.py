"""What is refused of a notice. Words: `notices/problems.py`."""

from chopmark.pki.refusals import Refusal


class NoticeUnknown(Refusal):
    """The owner's policy has no notice of this name."""

    code = "notice_unknown"


class NoticeParametersWrong(Refusal):
    """Not just the parameters that the notice names, each in its own shape."""

    code = "notice_parameters_wrong"


class NoticeReferenceTaken(Refusal):
    """Another notice was asked for under this reference."""

    code = "notice_reference_taken"


class NoticeNotAllowed(Refusal):
    """No case of the record's lets us write to its subject now."""

    code = "notice_not_allowed"


class PurposeOnlyDelivers(Refusal):
    """What the purpose opens is written to, and never shown."""

    code = "purpose_only_delivers"
