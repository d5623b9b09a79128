"""The words for what the owner's policy refuses; `strongroom/problems.py` has the shape and the rest."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

_OWNER = _("Ask the office that keeps the records.")
_SIGN_IN = _("Sign in at the desk and try again.")

# Status of HTTP, what happened, what to do.
ROWS: Final[dict[str, tuple[int, Any, Any]]] = {
    "kind_not_of_purpose": (403, _("This purpose cannot be allowed in this way"), _OWNER),
    "record_unknown": (404, _("We have no such record"), _OWNER),
    "subject_not_signed_in": (403, _("You are not signed in to this record"), _SIGN_IN),
    "officer_not_signed_in": (403, _("You are not signed in as an officer"), _SIGN_IN),
    "credential_of_ones_own": (
        403,
        _("Nobody reviews or removes her own credential"),
        _("Ask another officer of the office that keeps the records."),
    ),
    "owner_officer_needed": (
        403,
        _("Only an officer of the office that keeps the records may do this"),
        _OWNER,
    ),
    "challenge_unknown": (
        403,
        _("What was signed has been used already, or is too old"),
        _("Ask for a new text, and sign that."),
    ),
    "certificate_not_trusted": (
        403,
        _("The certificate is not in force, not for signing, or not from an authority that we know"),
        _("Use another certificate, or sign in with your number and access code."),
    ),
    "certificate_not_of_record": (
        403,
        _("The certificate has not been made known for this record"),
        _("Sign in with your number and access code, and make it known first."),
    ),
    "certificate_revoked": (
        403,
        _("The certificate has been revoked"),
        _("Use another certificate, or sign in with your number and access code."),
    ),
    "revocation_status_unknown": (
        503,
        _("We cannot say now whether the certificate has been revoked"),
        _("Try again later, or sign in with your number and access code. Nothing was opened."),
    ),
    "challenge_signature_wrong": (
        403,
        _("The signature does not fit the certificate"),
        _("Sign the text with the key of your certificate, and send it again."),
    ),
    "purpose_not_of_role": (403, _("You may not open a case for this purpose"), _OWNER),
    "case_not_yours": (
        403,
        _("Another officer opened this case"),
        _("Open a case of your own, and say why you need it."),
    ),
    "reason_missing": (
        422,
        _("Say why you need this"),
        _("Go back, and write the reason. The person may ask for it."),
    ),
    "grant_unknown": (404, _("There is no such grant"), _OWNER),
    "grant_too_wide": (422, _("The policy does not allow a grant for so many records or so long"), _OWNER),
    "grant_not_signed": (
        403,
        _("Two officers of the office that keeps the records have not both signed the grant"),
        _("Ask the second officer to sign it."),
    ),
    "grant_already_signed": (
        409,
        _("You have signed this grant already"),
        _("Another officer must sign it too."),
    ),
    "grant_over": (403, _("The grant has run out or was ended"), _OWNER),
    "grant_used_up": (403, _("The grant is not good for so many records"), _OWNER),
    "grant_not_for_this": (403, _("The grant was signed for something else"), _OWNER),
    "second_person_needed": (
        403,
        _("A second officer has not confirmed this"),
        _("Ask another officer to confirm it, then open it within the time allowed."),
    ),
    "second_person_is_first": (403, _("You cannot confirm your own request"), _("Ask another officer.")),
    "request_unknown": (404, _("No such request is waiting"), _("Make the request again.")),
    "purpose_limit_reached": (
        403,
        _("Records have been opened for this purpose as often as they may be"),
        _OWNER,
    ),
    "purpose_only_compares": (403, _("What this purpose compares is never shown"), _OWNER),
    "asker_slowed": (
        429,
        _("Too much has been asked in a short time"),
        _("Wait, then ask again. The office that keeps the records has been told."),
    ),
    "asker_stopped": (
        403,
        _("Asking has been stopped until the office that keeps the records allows it"),
        _OWNER,
    ),
    "alert_unknown": (404, _("No such alert or suspension is open"), _OWNER),
    "record_held": (409, _("This record is held, so it is not destroyed"), _OWNER),
    "hold_unknown": (404, _("No such hold is in force"), _OWNER),
    "hold_reason_unknown": (422, _("The policy does not know this reason for holding a record"), _OWNER),
    "hold_ends_too_soon": (
        422,
        _("The day until which a record is held must be later than today"),
        _("Enter a later day, or leave it empty."),
    ),
    "retention_not_over": (409, _("The time for which this record is kept has not run out"), _OWNER),
    "shredding_not_confirmed": (
        409,
        _("Nobody has confirmed yet that this record is to be destroyed"),
        _OWNER,
    ),
    "nothing_due": (409, _("Nothing is due that is not held"), _("Go back to the list.")),
    "due_changed": (
        409,
        _("What is due has changed since you looked"),
        _("Look at the list again, then confirm it. Nothing was destroyed."),
    ),
    "assessment_unknown": (404, _("The register has no such assessment"), _("Go back to the register.")),
    "assessment_days_wrong": (
        422,
        _("The day of the assessment must have come, and the next review must be later"),
        _("Correct the days, and send it again."),
    ),
    "service_not_approved": (403, _("The service has not been approved for this"), _OWNER),
    "not_chosen": (403, _("The person has not allowed this service to use this"), _OWNER),
    "text_not_shown": (
        409,
        _("The words about this service have changed since you read them"),
        _("Go back to your choices, read them again, then choose."),
    ),
    "consent_not_in_writing": (
        422,
        _("This service gives data to somebody else, so your consent must be a written statement"),
        _("Go back to your choices, and tick the statement."),
    ),
    "marketing_forbidden": (
        403,
        _("The person has said that nobody may contact her for marketing"),
        _("Only she can permit it again, at this desk under My choices."),
    ),
    "request_not_known": (404, _("We have no such request"), _("Go back to the list of requests.")),
    "request_answered": (
        409,
        _("The request has been answered already"),
        _("Go back to the list of requests."),
    ),
    "application_not_arrived": (
        409,
        _("The application of this record has not arrived"),
        _("Send the application in, then ask again. A record without one is destroyed after some days."),
    ),
    "request_waits": (
        409,
        _("A request of yours about the same thing is still to be answered"),
        _("Read it under My requests. We answer it by the day that stands there."),
    ),
    "ground_not_allowed": (
        422,
        _("Choose the ground on which it is refused, if anything is, and none if nothing is"),
        _OWNER,
    ),
    "fee_not_allowed": (
        422,
        _("Correction is free; access costs no more than the policy allows, told once before the answer"),
        _OWNER,
    ),
    "no_fee_told": (409, _("There is no fee to agree to"), _("Go back to the list of requests.")),
    "answer_needs_words": (
        422,
        _("Write what was given or done, or why not"),
        _("Correct what the page names, and send it again."),
    ),
    "record_kept_as_it_is": (
        409,
        _("This record is held, so nothing in it is written anew"),
        _("Answer that it is complied with in part, and say so; or answer once the hold is lifted."),
    ),
    "application_still_open": (
        409,
        _("An application of this person is still open, and its certificate carries the old e-mail address"),
        _("Answer once the application has ended."),
    ),
}
