"""Every refusal of the strongroom: what it means; `problems.py` has the words, in both languages."""

from chopmark.pki.refusals import Refusal


# What a person typed.
class HkidMalformed(Refusal):
    """Not one or two letters, six digits and a check digit."""

    code = "hkid_malformed"


class HkidCheckDigitWrong(Refusal):
    """The figure in brackets does not follow from the rest."""

    code = "hkid_check_digit_wrong"


class NameMalformed(Refusal):
    """Not a name in English letters."""

    code = "name_malformed"


class NameTooLong(Refusal):
    """Longer than a common name may be (X.520, ub-common-name)."""

    code = "name_too_long"


class ChineseNameMalformed(Refusal):
    """Not a name in Chinese characters."""

    code = "chinese_name_malformed"


class BirthDateNotPlausible(Refusal):
    """A day that has not come yet, or longer ago than anybody has lived."""

    code = "birth_date_not_plausible"


class EmailMalformed(Refusal):
    """Not an address that an rfc822Name can carry (RFC 5280 §4.2.1.6)."""

    code = "email_malformed"


class PhoneMalformed(Refusal):
    """Neither a Hong Kong number nor an international one with its +."""

    code = "phone_malformed"


class PasswordTooWeak(Refusal):
    """Too short, or among the common ones."""

    code = "password_too_weak"


class PasswordsDiffer(Refusal):
    """The two typings of a new password are not the same."""

    code = "passwords_differ"


# Who is asking.
class LinkBroken(Refusal):
    """The address lacks the reference, nonce, type or case that the sender must put there."""

    code = "link_broken"


class WelcomeLinkSpent(Refusal):
    """The one-time link is unknown, used or too old."""

    code = "welcome_link_spent"


class OfficerNumberMalformed(Refusal):
    """An officer's number is digits and letters only."""

    code = "officer_number_malformed"


class OfficerAlreadyRegistered(Refusal):
    """This number has signed in before, or its officer has left: a number is one person's, in every history."""

    code = "officer_already_registered"


class OfficerUnknown(Refusal):
    """Nobody was registered under this number."""

    code = "officer_unknown"


class OfficerSignInRefused(Refusal):
    """Number, password and one-time code do not fit together; which of them is not said."""

    code = "officer_sign_in_refused"


class OneTimeCodeWrong(Refusal):
    """The six figures are not those of the device at this moment."""

    code = "one_time_code_wrong"


class SubjectSignInRefused(Refusal):
    """No live record has this number and this access code; which of them is not said."""

    code = "subject_sign_in_refused"


class TooManyAttempts(Refusal):
    """Wrong sign-ins for one number, or for the whole desk, have reached their limit for now."""

    code = "too_many_attempts"


class ActorMalformed(Refusal):
    """The caller did not say for whom it asks, in the form of a number or a process's name."""

    code = "actor_malformed"


# Records, cases and purposes.
class ApplicationAlreadyRecorded(Refusal):
    """This visit's link was answered here with other particulars or of another type: the first ones stand."""

    code = "application_already_recorded"


class ApplicationFormsLimitReached(Refusal):
    """As many forms for one reference are waiting for their application as the limit of a quarter allows."""

    code = "application_forms_limit_reached"


class DeskFormsLimitReached(Refusal):
    """As many forms of the whole desk are waiting for their application as the limit of a quarter allows."""

    code = "desk_forms_limit_reached"


class RecordShredded(Refusal):
    """The record key is destroyed; nobody can read the record again."""

    code = "record_shredded"


class RecordTampered(Refusal):
    """A ciphertext or a wrapped key is not what was written: AES-GCM did not authenticate it."""

    code = "record_tampered"


class CaseUnknown(Refusal):
    """No case has this identifier."""

    code = "case_unknown"


class CaseClosed(Refusal):
    """The case is over, so nothing may be opened under it."""

    code = "case_closed"


class CaseExpired(Refusal):
    """The case has run past the moment until which it was opened."""

    code = "case_expired"


class ApplicationNotOfCase(Refusal):
    """The case was opened for another application."""

    code = "application_not_of_case"


class PurposeUnknown(Refusal):
    """No such purpose is agreed with the operator."""

    code = "purpose_unknown"


class PurposeNotOfCase(Refusal):
    """The purpose exists, but the case was not opened for it."""

    code = "purpose_not_of_case"


class PurposeNotForCaller(Refusal):
    """The purpose belongs to the other door."""

    code = "purpose_not_for_caller"


class FieldNotOfPurpose(Refusal):
    """A field was asked for that the purpose does not need."""

    code = "field_not_of_purpose"


class NothingAsked(Refusal):
    """No field was named, so there is nothing to check and nothing to open."""

    code = "nothing_asked"


class CaseLimitReached(Refusal):
    """The case has been opened as often as its limit allows."""

    code = "case_limit_reached"


class RecordLimitReached(Refusal):
    """The record has been opened as often in a day as its limit allows."""

    code = "record_limit_reached"


class CallerLimitReached(Refusal):
    """The door has opened as many records in an hour as its limit allows."""

    code = "caller_limit_reached"


class TotalLimitReached(Refusal):
    """The strongroom as a whole has opened as many records in an hour as its limit allows."""

    code = "total_limit_reached"


class IdentityNumberDiffers(Refusal):
    """What was typed from the card is not the number on record."""

    code = "identity_number_differs"


class TooManyMismatches(Refusal):
    """The number has been typed wrongly too often in this case: typing is not for guessing."""

    code = "too_many_mismatches"


class SightingNotChecked(Refusal):
    """This officer has not compared the card in this case, or too long ago."""

    code = "sighting_not_checked"


class SightingTaken(Refusal):
    """Another officer has already answered this request of the counter."""

    code = "sighting_taken"


# Complaints.
class LineUnknown(Refusal):
    """The history of this record has no such line."""

    code = "line_unknown"


class ComplaintAlreadyOpened(Refusal):
    """This line has been complained of before: one line, one complaint."""

    code = "complaint_already_opened"


class ComplaintUnknown(Refusal):
    """No complaint has this number."""

    code = "complaint_unknown"


class ComplaintSettled(Refusal):
    """The complaint has had its final answer."""

    code = "complaint_settled"


class RoleNotAllowed(Refusal):
    """The officer is signed in, and this page is for officers of another role."""

    code = "role_not_allowed"


class SupervisorOnlyLooks(Refusal):
    """A supervisor's officer asked for more than to read a register."""

    code = "supervisor_only_looks"


# The doors and the keys.


class RequestMalformed(Refusal):
    """What came through the machine door is not one of its requests."""

    code = "request_malformed"


class KeyFileMissing(Refusal):
    """A sealed key file is not where it should be; the ceremony makes it."""

    code = "key_file_missing"


class KeyFileTooOpen(Refusal):
    """A sealed key file can be read by others than its owner."""

    code = "key_file_too_open"


class PassphraseWrong(Refusal):
    """The passphrase does not open the sealed key, or the file was changed."""

    code = "passphrase_wrong"


class TokenUnavailable(Refusal):
    """The token that holds a key-encryption key does not answer, or has no such key."""

    code = "token_unavailable"


class StrongroomSealed(Refusal):
    """Not enough holders have brought their shares since the start: no door opens."""

    code = "strongroom_sealed"


class SharesMissing(Refusal):
    """In production the passphrase must be in the hands of several holders, and no set of shares was made."""

    code = "shares_missing"


class ShareMalformed(Refusal):
    """Not a share file, or one that was changed: its checksum is another."""

    code = "share_malformed"


class ShareNotOfSet(Refusal):
    """The share belongs to another set than the one that opens this home."""

    code = "share_not_of_set"


class ShareRepeated(Refusal):
    """This share was given already, or none is needed any more."""

    code = "share_repeated"


class SharesDoNotFit(Refusal):
    """Enough shares were given and they do not open the keys; which of them is wrong nobody can say."""

    code = "shares_do_not_fit"


class KekUnknown(Refusal):
    """A secret is wrapped by a key-encryption key that is not open here: retired, or not yet brought."""

    code = "kek_unknown"


class KekInUse(Refusal):
    """A key-encryption key still wraps records, or is the newest: it cannot be retired."""

    code = "kek_in_use"


class SoftwareKeyForbidden(Refusal):
    """A key-encryption key in a file is for evaluation: in production it needs a waiver that the owner signed."""

    code = "software_key_forbidden"
