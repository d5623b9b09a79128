"""What the owner's policy refuses: leave, grants, two persons, patterns, retention, services. Words: `policy/problems.py`."""

from chopmark.pki.refusals import Refusal


# Leave and its checking.
class KindNotOfPurpose(Refusal):
    """The purpose is not one for which leave of this kind can be given."""

    code = "kind_not_of_purpose"


class RecordUnknown(Refusal):
    """No record has this identifier."""

    code = "record_unknown"


class SubjectNotSignedIn(Refusal):
    """Nobody signed in as this record's subject, or too long ago."""

    code = "subject_not_signed_in"


class CredentialOfOnesOwn(Refusal):
    """Nobody reviews or removes her own credential (C82)."""

    code = "credential_of_ones_own"


class OfficerNotSignedIn(Refusal):
    """Whoever asks is not an officer whom the owner lets in."""

    code = "officer_not_signed_in"


class OwnerOfficerNeeded(Refusal):
    """Only an officer of the owner's own may do this."""

    code = "owner_officer_needed"


class ChallengeUnknown(Refusal):
    """No such challenge is waiting for this: it was never made, has been answered, or is too old."""

    code = "challenge_unknown"


class CertificateNotTrusted(Refusal):
    """Not a certificate for signing, in force, of an issuing authority that the owner configured."""

    code = "certificate_not_trusted"


class CertificateNotOfRecord(Refusal):
    """The certificate is not one that this record's subject made known at the desk."""

    code = "certificate_not_of_record"


class CertificateRevoked(Refusal):
    """A list of the issuing authority names the certificate."""

    code = "certificate_revoked"


class RevocationStatusUnknown(Refusal):
    """No current list that speaks for this certificate is here, so nobody can say whether it is revoked."""

    code = "revocation_status_unknown"


class ChallengeSignatureWrong(Refusal):
    """The certificate's key did not sign this challenge."""

    code = "challenge_signature_wrong"


# An officer's own case.
class PurposeNotOfRole(Refusal):
    """The purpose is not one for which this officer may open a case of her own."""

    code = "purpose_not_of_role"


class CaseNotYours(Refusal):
    """The case was opened by another officer: her leave is not this one's."""

    code = "case_not_yours"


class ReasonMissing(Refusal):
    """Nothing was said of why this is needed."""

    code = "reason_missing"


# Grants.
class GrantUnknown(Refusal):
    """No grant has this identifier."""

    code = "grant_unknown"


class GrantTooWide(Refusal):
    """More records, or a longer time, than the owner's policy lets a grant give."""

    code = "grant_too_wide"


class GrantNotSigned(Refusal):
    """Two different officers of the owner have not both signed the grant."""

    code = "grant_not_signed"


class GrantAlreadySigned(Refusal):
    """This officer signed the grant already: a second signature is somebody else's."""

    code = "grant_already_signed"


class GrantOver(Refusal):
    """The grant has run out of time, or was ended."""

    code = "grant_over"


class GrantUsedUp(Refusal):
    """The grant's count of records is used up, or would be exceeded."""

    code = "grant_used_up"


class GrantNotForThis(Refusal):
    """The grant was signed for another door, purpose or set of fields."""

    code = "grant_not_for_this"


# Two persons, and how often.
class SecondPersonNeeded(Refusal):
    """The purpose wants a second officer, who has not confirmed this opening, or too long ago."""

    code = "second_person_needed"


class SecondPersonIsFirst(Refusal):
    """Whoever asked cannot confirm her own request."""

    code = "second_person_is_first"


class RequestUnknown(Refusal):
    """No such request is waiting: it was never made, is confirmed already, or is too old."""

    code = "request_unknown"


class PurposeLimitReached(Refusal):
    """Records have been opened for this purpose as often in an hour, or in a day, as it allows."""

    code = "purpose_limit_reached"


class PurposeOnlyCompares(Refusal):
    """The purpose lets a field be compared, and shows none."""

    code = "purpose_only_compares"


# Patterns.
class AskerSlowed(Refusal):
    """The asker asks in a way that is not ordinary, and must wait before the next."""

    code = "asker_slowed"


class AskerStopped(Refusal):
    """The asker is suspended until an officer of the owner lifts it."""

    code = "asker_stopped"


class AlertUnknown(Refusal):
    """No such alert or suspension is open."""

    code = "alert_unknown"


# Retention.
class RecordHeld(Refusal):
    """The owner holds the record, so it is not destroyed."""

    code = "record_held"


class HoldUnknown(Refusal):
    """No such hold is in force."""

    code = "hold_unknown"


class HoldReasonUnknown(Refusal):
    """Not one of the reasons for which the owner's policy lets a record be held."""

    code = "hold_reason_unknown"


class HoldEndsTooSoon(Refusal):
    """The day until which a record is to be held is past."""

    code = "hold_ends_too_soon"


class RetentionNotOver(Refusal):
    """The record's time has not run out, or a case on it is still open."""

    code = "retention_not_over"


class ShreddingNotConfirmed(Refusal):
    """The record is due, and no officer of the owner has confirmed its destruction yet."""

    code = "shredding_not_confirmed"


class NothingDue(Refusal):
    """Nothing is due that is not held, so there is nothing to confirm."""

    code = "nothing_due"


class DueChanged(Refusal):
    """What is due is not what the officer was shown."""

    code = "due_changed"


# Privacy impact assessments.
class AssessmentUnknown(Refusal):
    """The register has no such assessment."""

    code = "assessment_unknown"


class AssessmentDaysWrong(Refusal):
    """Assessed on a day that has not come, or to be reviewed no later than it was assessed."""

    code = "assessment_days_wrong"


# Value-added services.
class ServiceNotApproved(Refusal):
    """The owner has not approved this service for this purpose and channel on this day."""

    code = "service_not_approved"


class NotChosen(Refusal):
    """The subject has not allowed this service to reach her for this purpose by this channel."""

    code = "not_chosen"


class TextNotShown(Refusal):
    """What she said yes to is not the text that the policy has for this service in that language."""

    code = "text_not_shown"


class ConsentNotInWriting(Refusal):
    """The service hands data to a third person, so a yes must be a written statement of its own (s. 35K)."""

    code = "consent_not_in_writing"


class MarketingForbidden(Refusal):
    """The subject has said that nobody may contact her for marketing: no other leave counts."""

    code = "marketing_forbidden"


# Requests of subjects.
class RequestNotKnown(Refusal):
    """No request has this number, or it is another record's."""

    code = "request_not_known"


class RequestAnswered(Refusal):
    """The request has been answered: an answer is final."""

    code = "request_answered"


class ApplicationNotArrived(Refusal):
    """The application that this record was made for has not arrived, so nobody answers a request about it."""

    code = "application_not_arrived"


class RequestWaits(Refusal):
    """A request of the same kind about the same thing is still to be answered."""

    code = "request_waits"


class GroundNotAllowed(Refusal):
    """Something is refused on a ground that the policy does not have for this kind of request, or on none."""

    code = "ground_not_allowed"


class FeeNotAllowed(Refusal):
    """A correction is free, and access costs no more than the policy's ceiling, told once before the answer."""

    code = "fee_not_allowed"


class NoFeeTold(Refusal):
    """There is no fee to agree to."""

    code = "no_fee_told"


class AnswerNeedsWords(Refusal):
    """An answer says what was given or done, or why not."""

    code = "answer_needs_words"


class RecordKeptAsItIs(Refusal):
    """A record that is held, or frozen as evidence of a breach, is not written anew."""

    code = "record_kept_as_it_is"


class ApplicationStillOpen(Refusal):
    """An e-mail address cannot be corrected while an application carries the old one into a certificate."""

    code = "application_still_open"
