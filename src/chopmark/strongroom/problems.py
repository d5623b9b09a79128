"""The words for every refusal of the strongroom, in the page's language: what happened, then what to do."""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chopmark.pki.refusals import Refusal
from chopmark.strongroom.breaches.problems import ROWS as BREACH_ROWS
from chopmark.strongroom.log.problems import ROWS as WITNESS_ROWS
from chopmark.strongroom.notices.problems import ROWS as NOTICE_ROWS
from chopmark.strongroom.policy.problems import ROWS as POLICY_ROWS


@dataclass(frozen=True, slots=True)
class Words:
    """A status of HTTP, a sentence that can stand at a field or as a title, and the cure below it."""

    status: int
    says: Promise
    cure: Promise


_CORRECT = _("Correct what the page names, and send it again.")
_RETURN = _("Go back to where you came from, and follow the link there once more.")
_COUNTER = _("Go back to the counter page, and start this step again.")
_OWNER = _("Ask the office that keeps the records.")
_LATER = _("Wait 15 minutes, then send yours again. Nothing has been recorded.")
_STANDS_STILL = _("The log stands still until the office that keeps the records has looked at it.")
_HISTORY = _("Go back to the list of who looked at your record.")
_LIST = _("Go back to the list of complaints.")
_SET_UP = _("Whoever looks after this machine must put its key files right. Nothing was opened.")

WORDS: Final[dict[str, Words]] = {
    # What a person typed.
    "hkid_malformed": Words(
        422,
        _("Check the identity card number: one or two letters, six digits, and one figure in brackets"),
        _CORRECT,
    ),
    "hkid_check_digit_wrong": Words(
        422, _("Check the identity card number: the figure in brackets does not fit the rest"), _CORRECT
    ),
    "name_malformed": Words(
        422,
        _(
            "Enter the name in English letters, as on the identity card; "
            "spaces, commas, hyphens and apostrophes may be used"
        ),
        _CORRECT,
    ),
    "name_too_long": Words(422, _("Shorten the name: a certificate has room for 64 letters"), _CORRECT),
    "chinese_name_malformed": Words(
        422, _("Enter the name in Chinese characters, or leave it empty"), _CORRECT
    ),
    "birth_date_not_plausible": Words(
        422, _("Check the year of birth: nobody can have been born on that day"), _CORRECT
    ),
    "email_malformed": Words(
        422, _("Check the e-mail address: it should look like name@example.com"), _CORRECT
    ),
    "phone_malformed": Words(
        422,
        _("Check the mobile number: eight digits, or + and the country code for a number abroad"),
        _CORRECT,
    ),
    "password_too_weak": Words(
        422,
        _("Choose another password: at least 12 characters, not only figures, and not a common one"),
        _CORRECT,
    ),
    "passwords_differ": Words(
        422, _("The two passwords are not the same: type the same one twice"), _CORRECT
    ),
    # Who is asking.
    "link_broken": Words(400, _("This link is not complete"), _RETURN),
    "welcome_link_spent": Words(
        410,
        _("This link has been used, or is too old"),
        _("Ask the office that keeps the records for a new one."),
    ),
    "officer_number_malformed": Words(
        422, _("An officer’s number has 3 to 16 letters and figures"), _CORRECT
    ),
    "officer_already_registered": Words(409, _("This number already is, or was, an officer’s"), _OWNER),
    "officer_unknown": Words(404, _("No officer has this number"), _OWNER),
    "officer_sign_in_refused": Words(
        422, _("Check the number, the password and the one-time code: they do not fit together"), _CORRECT
    ),
    "one_time_code_wrong": Words(
        422, _("Check the one-time code: type the six figures that your device shows now"), _CORRECT
    ),
    "subject_sign_in_refused": Words(
        422, _("Check the identity card number and the access code: we have no record with both"), _CORRECT
    ),
    "too_many_attempts": Words(
        429,
        _("There were too many wrong tries"),
        _("Wait 15 minutes, then try again. Nothing has been changed."),
    ),
    "actor_malformed": Words(400, _("The request does not say for whom it is made"), _OWNER),
    # Records, cases and purposes.
    "application_already_recorded": Words(
        409,
        _("We already have other details for this application"),
        _("The first ones stand. To correct them, withdraw the application and begin a new one."),
    ),
    "application_forms_limit_reached": Words(
        429, _("Too many forms have been sent for this application"), _LATER
    ),
    "desk_forms_limit_reached": Words(429, _("Too many forms have been sent to this desk"), _LATER),
    "record_shredded": Words(
        410, _("This record has been destroyed, and nobody can read it"), _("Begin a new application.")
    ),
    "record_tampered": Words(500, _("This record is not as it was written, so we do not show it"), _OWNER),
    "case_unknown": Words(404, _("We have no such case"), _COUNTER),
    "case_closed": Words(403, _("The case is closed, so nothing can be opened under it"), _COUNTER),
    "case_expired": Words(403, _("The case has run out, so nothing can be opened under it"), _COUNTER),
    "application_not_of_case": Words(403, _("The case belongs to another application"), _COUNTER),
    "purpose_unknown": Words(403, _("The purpose is not one that was agreed"), _OWNER),
    "purpose_not_of_case": Words(403, _("The case was not opened for this purpose"), _OWNER),
    "purpose_not_for_caller": Words(403, _("This purpose may not be given at this door"), _OWNER),
    "field_not_of_purpose": Words(403, _("More was asked for than the purpose needs"), _OWNER),
    "nothing_asked": Words(400, _("No field was asked for"), _OWNER),
    "case_limit_reached": Words(403, _("This case has been opened as often as it may be"), _OWNER),
    "record_limit_reached": Words(
        403, _("This record has been opened as often as it may be in one day"), _OWNER
    ),
    "caller_limit_reached": Words(
        403, _("Too many records have been opened through this door in the last hour"), _OWNER
    ),
    "total_limit_reached": Words(403, _("Too many records have been opened in the last hour"), _OWNER),
    "identity_number_differs": Words(
        422,
        _("The number typed from the card is not the one on record"),
        _("Read the card again. If it still differs, refuse the case at the counter."),
    ),
    "too_many_mismatches": Words(
        403,
        _("The number has been typed wrongly too often in this case"),
        _("Refuse the case at the counter."),
    ),
    "sighting_not_checked": Words(403, _("You have not compared the card in the last 30 minutes"), _COUNTER),
    "sighting_taken": Words(409, _("Another officer has already confirmed this visit"), _COUNTER),
    # Complaints and the owner's pages.
    "line_unknown": Words(404, _("Your history has no such line"), _HISTORY),
    "complaint_already_opened": Words(
        409, _("You have already told us that you do not recognise this line"), _HISTORY
    ),
    "complaint_unknown": Words(404, _("No complaint has this number"), _LIST),
    "complaint_settled": Words(409, _("This complaint has had its final answer"), _LIST),
    "role_not_allowed": Words(
        403,
        _("This page is for other officers"),
        _("Sign out, and sign in with the credential for this page."),
    ),
    "supervisor_only_looks": Words(
        403,
        _("A supervisor’s officer only looks: she neither changes nor opens anything"),
        _("What is to be done is for an officer of the office that keeps the records."),
    ),
    # The log.
    "leaf_altered": Words(500, _("The log is not as it was written"), _STANDS_STILL),
    "positions_have_gap": Words(500, _("An entry of the log is missing"), _STANDS_STILL),
    "root_differs": Words(500, _("The log is not the one that was signed"), _STANDS_STILL),
    "last_checkpoint_altered": Words(500, _("What was signed of the log has been changed"), _STANDS_STILL),
    "leaf_not_under_checkpoint": Words(
        409,
        _("This entry is not under a signed checkpoint yet"),
        _("Wait a minute, then ask again. The entry itself is already in the log."),
    ),
    "database_behind_log": Words(
        500, _("The log was published further than this database knows"), _STANDS_STILL
    ),
    "log_key_differs": Words(503, _("The log’s key is not the one that was made for this log"), _SET_UP),
    # The doors and the keys.
    "request_malformed": Words(400, _("The request is not one that we know"), _OWNER),
    "key_file_missing": Words(503, _("A key file is missing"), _SET_UP),
    "key_file_too_open": Words(503, _("A key file can be read by others"), _SET_UP),
    "passphrase_wrong": Words(503, _("The passphrase does not open the keys"), _SET_UP),
    "token_unavailable": Words(503, _("The token that holds the key does not answer"), _SET_UP),
    "strongroom_sealed": Words(
        503,
        _("The records are sealed, and nobody can open them yet"),
        _("Those who hold the keys have been asked to come. Try again later."),
    ),
    "shares_missing": Words(503, _("The passphrase has not been given to several holders"), _SET_UP),
    "share_malformed": Words(422, _("This is not a whole share"), _SET_UP),
    "share_not_of_set": Words(422, _("This share belongs to another set"), _SET_UP),
    "share_repeated": Words(409, _("This share is not needed again"), _SET_UP),
    "shares_do_not_fit": Words(422, _("These shares do not open the keys: bring all of them again"), _SET_UP),
    "kek_unknown": Words(503, _("The key that protects this record is not here"), _SET_UP),
    "kek_in_use": Words(409, _("This key still protects records"), _SET_UP),
    "software_key_forbidden": Words(
        503, _("The keys are in files, and the owner has not allowed that here"), _SET_UP
    ),
    # The log's witnesses, notices, and the owner's policy.
    **{code: Words(*row) for code, row in WITNESS_ROWS.items()},
    **{code: Words(*row) for code, row in BREACH_ROWS.items()},
    **{code: Words(*row) for code, row in NOTICE_ROWS.items()},
    **{code: Words(*row) for code, row in POLICY_ROWS.items()},
}


def words_for(refusal: Refusal) -> Words:
    return WORDS[refusal.code]
