"""Why an application is not approved."""

from chopmark.pki.refusals import Refusal


class EvidenceMissing(Refusal):
    """The type asks for evidence that nobody has recorded yet; `missing` names the kinds."""

    code = "evidence_missing"


class EvidenceRecordedAlready(Refusal):
    code = "evidence_recorded_already"


class EvidenceKindUnknown(Refusal):
    code = "evidence_kind_unknown"


class NotProven(Refusal):
    """A row says so, and the owner's signature or a second person's decision does not stand behind it."""

    code = "not_proven"


class FeeNotPaid(Refusal):
    code = "fee_not_paid"


class IdentityMismatch(Refusal):
    """The digits on the card are not those of the application: the desk compared them, we never see either."""

    code = "identity_mismatch"


class ApproverIsIntakeOfficer(Refusal):
    """Nobody approves her own intake (C4)."""

    code = "approver_is_intake_officer"


class ReleaseNotAsked(Refusal):
    code = "release_not_asked"


class SightingForAnother(Refusal):
    """The desk's receipt is genuine, and belongs to another case, officer or visit."""

    code = "sighting_for_another"


class SightingReplayed(Refusal):
    code = "sighting_replayed"


class NoEnvelopeNeeded(Refusal):
    """The applicant brought her own key: there is no PIN to hand over."""

    code = "no_envelope_needed"


class NotInIntake(Refusal):
    """Evidence is gathered between the desk's receipt and the request for release, not before or after."""

    code = "not_in_intake"
