"""One table of words for every refusal: what happened, and what to do about it; worded here and nowhere else."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from chopmark.authority.web.wording import (
    ASK_REGISTRAR,
    FROM_DESK,
    LOOK_AGAIN,
    NEW_KEY,
    NEW_REQUEST,
    NEXT_ENVELOPE,
    OTHER_TYPE,
    OURS,
    Problem,
)
from chopmark.authority.web.wording_inside import INSIDE
from chopmark.pki.refusals import Refusal

PROBLEMS: Final[dict[str, Problem]] = {
    "refused": Problem(_("That was refused"), LOOK_AGAIN),
    # Applications.
    "application_unknown": Problem(
        _("There is no application of that number"), _("Check the number: it looks like AP 2611 00419.")
    ),
    "application_moved": Problem(_("Somebody else has dealt with this application meanwhile"), LOOK_AGAIN),
    "agreement_not_accepted": Problem(
        _("The agreement has a new version"), _("Read the text in force now and accept it.")
    ),
    "key_repeated": Problem(
        _("Another application already names this key"), _("Make a new key pair, and a new request.")
    ),
    "key_source_not_offered": Problem(
        _("This type does not let the key be made that way"), _("Choose the other way of making the key.")
    ),
    "csr_missing": Problem(
        _("The certificate request is missing"),
        _("Paste the request or choose its file, or let us make the key."),
    ),
    "not_the_applicant": Problem(
        _("That is not an application of yours"), _("Sign in with the number of the application itself.")
    ),
    "receipt_for_another": Problem(_("The owner’s receipt belongs to another application"), FROM_DESK),
    "receipt_replayed": Problem(
        _("The owner’s receipt has arrived already"), _("Sign in to see the application.")
    ),
    "receipt_forged": Problem(_("The receipt was not signed by the owner’s desk"), FROM_DESK),
    "receipt_malformed": Problem(_("What arrived is not a receipt of the owner’s desk"), FROM_DESK),
    # The strongroom.
    "strongroom_unavailable": Problem(
        _("The owner’s record office does not answer"),
        _("Try again in a few minutes. Nothing has been changed."),
    ),
    "strongroom_refused": Problem(
        _("The owner of the records refused"),
        _("The person concerned can read the refusal at the owner’s desk."),
    ),
    # The log's witnesses.
    "witness_alert_unknown": Problem(_("No witness has raised an alert of that number"), LOOK_AGAIN),
    "witness_alert_acknowledged": Problem(_("Somebody has acknowledged this alert already"), LOOK_AGAIN),
    # Verification.
    "evidence_missing": Problem(
        _("Not everything that this type asks for is recorded"), _("Finish the steps that are still open.")
    ),
    "evidence_recorded_already": Problem(_("That step is recorded already"), LOOK_AGAIN),
    "evidence_kind_unknown": Problem(_("This type does not ask for that document"), LOOK_AGAIN),
    "receipt_expired": Problem(
        _("You came back from the owner’s desk too late"), _("Begin the application again. Nothing was paid.")
    ),
    "not_proven": Problem(
        _("What is recorded is not proven"),
        _("Do not release it. Tell the supervisor: a record may have been altered."),
    ),
    "fee_not_paid": Problem(_("The fee is not paid"), _("Take the fee first.")),
    "identity_mismatch": Problem(
        _("The card does not fit the application"),
        _("Look at the card again. If it still differs, refuse the case."),
    ),
    "approver_is_intake_officer": Problem(
        _("You took part in this case, so the second chop cannot be yours"),
        _("Ask another officer to look and decide."),
    ),
    "release_not_asked": Problem(_("Nobody has asked to release this case"), LOOK_AGAIN),
    "sighting_for_another": Problem(
        _("The owner’s receipt belongs to another case or officer"),
        _("Open the case and go to the owner’s desk again."),
    ),
    "sighting_replayed": Problem(_("This identity check is recorded already"), LOOK_AGAIN),
    "no_envelope_needed": Problem(
        _("This applicant brought her own key"), _("No PIN envelope is handed over. Go on to the next step.")
    ),
    "not_in_intake": Problem(_("This case takes no more evidence"), LOOK_AGAIN),
    # Envelopes and keys.
    "envelope_check_figure": Problem(
        _("The check figure of the envelope number does not fit"),
        _("Scan the envelope, or type its number again."),
    ),
    "envelope_unknown": Problem(
        _("No envelope of that number was printed"), _("Type the number as it stands outside.")
    ),
    "envelope_used": Problem(_("That envelope was handed over already"), NEXT_ENVELOPE),
    "envelope_elsewhere": Problem(_("That envelope belongs to another centre"), NEXT_ENVELOPE),
    "envelope_not_handed_over": Problem(
        _("The applicant was not given that envelope"), _("Record the hand-over first.")
    ),
    "key_requested": Problem(_("The key is being made"), LOOK_AGAIN),
    "key_unknown": Problem(_("No key was made for this application"), LOOK_AGAIN),
    "key_not_sealed": Problem(
        _("There is no key to download"), _("It is not ready yet, or you have told us to destroy our copy.")
    ),
    "key_not_yet_logged": Problem(
        _("Your key is waiting for its entry in the log"), _("Try again in a minute.")
    ),
    # Issuance and delivery.
    "application_not_approved": Problem(_("The application is not approved"), LOOK_AGAIN),
    "certificate_unknown": Problem(_("There is no such certificate"), _("Check the serial number.")),
    "nothing_offered": Problem(_("There is no certificate to accept yet"), LOOK_AGAIN),
    "already_accepted": Problem(
        _("You accepted this certificate already"), _("You may use it, or revoke it.")
    ),
    "already_rejected": Problem(
        _("This certificate was rejected or lapsed"), _("Apply again if you want another one.")
    ),
    # Revocation.
    "already_revoked": Problem(_("The certificate is revoked already"), _("There is nothing more to do.")),
    "already_suspended": Problem(
        _("The certificate is on hold already"), _("An officer at a counter releases it, or it is revoked.")
    ),
    "asker_not_permitted": Problem(
        _("Of this type nobody of that kind may ask for it"), _("Choose one of those on the page.")
    ),
    "certificate_expired": Problem(_("The certificate has expired"), _("There is nothing more to do.")),
    "not_suspended": Problem(_("The certificate is not on hold"), _("There is nothing to release.")),
    "suspension_not_offered": Problem(
        _("This type of e-Cert cannot be put on hold"), _("Revoke it if its key may be known to others.")
    ),
    "not_the_subscriber": Problem(
        _("That is not a certificate of yours"), _("Sign in with the number of its own application.")
    ),
    "reason_not_permitted": Problem(
        _("You may not give that reason"), _("Choose one of the reasons on the page.")
    ),
    "serial_unknown": Problem(_("We issued nothing under that serial number"), _("Check the serial number.")),
    # Campaigns.
    "campaign_unknown": Problem(_("There is no campaign of that number"), _("Choose one from the list.")),
    "campaign_moved": Problem(_("The campaign is not in a state for that any more"), LOOK_AGAIN),
    "campaign_not_approved": Problem(
        _("Too few operators have agreed to this campaign"), _("It can be started when enough of them have.")
    ),
    "campaign_already_approved": Problem(
        _("You have agreed to this campaign already"), _("Each operator agrees once: another one must, too.")
    ),
    "holders_cannot_answer": Problem(
        _("Some holders could not accept their certificate: they have no login at the portal"),
        _("Plan it for those who have one, or for a type that the agreement accepts."),
    ),
    "notices_outlast_answers": Problem(
        _("Telling all holders takes longer than they have to accept"),
        _("Plan fewer at a time, or have the owner let more notices go in a day."),
    ),
    "campaign_another_digest": Problem(
        _("The campaign is not the one that you have read"),
        _("Its digest is another. Load the page again, and read it anew."),
    ),
    "period_shortened": Problem(
        _("An earlier decision gave some of these certificates a longer free period"),
        _("Nothing that holders have is taken back: plan it for the others."),
    ),
    # The catalogue.
    "type_unknown": Problem(_("There is no such type of e-Cert"), _("Choose one of the types on offer.")),
    "type_not_in_force": Problem(_("This type is not offered today"), OTHER_TYPE),
    "type_not_recognised": Problem(_("This type is not recognised for issue today"), OTHER_TYPE),
    "subscriber_class_unknown": Problem(_("This type has no such class of subscribers"), OTHER_TYPE),
    "no_issuer": Problem(_("Nothing issues this type today"), OURS),
    "no_practice_statement": Problem(_("No practice statement is in force for this type"), OURS),
    "no_price": Problem(_("The tariff has no price for this"), OURS),
    "no_validity": Problem(_("The type gives no length of validity for today"), OURS),
    "no_agreement": Problem(_("No agreement is in force today"), OURS),
    "not_offered": Problem(
        _("That subscription or medium is not offered"), _("Choose one that the page offers.")
    ),
    "algorithm_stopped": Problem(_("That algorithm may not be used today"), NEW_REQUEST),
    # Requests and keys that applicants bring.
    "csr_malformed": Problem(
        _("That is not a certificate request"), _("Send a PKCS #10 request, as PEM text or as a file.")
    ),
    "csr_proof_failed": Problem(_("The request is not signed by its own key"), NEW_REQUEST),
    "csr_too_large": Problem(_("The request is too large"), NEW_REQUEST),
    "weak_key": Problem(_("That key is not good enough to be certified"), NEW_KEY),
    "weak_key_algorithm": Problem(_("This type does not take that kind of key"), NEW_KEY),
    "weak_key_close_primes": Problem(_("The key can be taken apart: its two primes are too close"), NEW_KEY),
    "weak_key_curve": Problem(_("This type does not take that curve"), NEW_KEY),
    "weak_key_exponent": Problem(_("The exponent of the key is not one we take"), NEW_KEY),
    "weak_key_malformed": Problem(_("The public key cannot be read"), NEW_REQUEST),
    "weak_key_point": Problem(_("The public key is not on its curve, or is compressed"), NEW_REQUEST),
    "weak_key_roca": Problem(_("The key was made by software with a known fault"), NEW_KEY),
    "weak_key_size": Problem(_("The key is too short or too long"), NEW_KEY),
    "weak_key_small_factor": Problem(_("The key can be taken apart: it has a small factor"), NEW_KEY),
    # People and places.
    "sign_in_refused": Problem(
        _("The number and what you typed do not fit together"),
        _("Check both and try again. After five tries, wait 15 minutes."),
    ),
    "one_time_code_wrong": Problem(
        _("The six figures are not those of this moment"), _("Wait for the next ones, and type those.")
    ),
    "password_unacceptable": Problem(
        _("That password is too easy to guess"), _("Choose 12 characters or more, and not a common word.")
    ),
    "permission_missing": Problem(
        _("Your role does not include this"), _("Ask an officer whose role it is.")
    ),
    "login_closed": Problem(_("This login is closed"), ASK_REGISTRAR),
    "login_unknown": Problem(_("There is no such login"), ASK_REGISTRAR),
    "login_number_taken": Problem(_("That number has been given before"), _("Choose another number.")),
    "role_not_of_kind": Problem(_("This kind of login does not hold that role"), _("Choose another role.")),
    "roles_conflict": Problem(_("One person never holds both of these roles"), _("Choose one of them.")),
    "vetting_not_in_force": Problem(
        _("Your vetting has lapsed, or was never recorded"),
        _("Whoever registers staff records the new one; until then nothing lets you in."),
    ),
    "nondisclosure_not_in_force": Problem(
        _("Your non-disclosure agreement has lapsed, or was never recorded"),
        _("Sign a new one with whoever registers staff; until then nothing lets you in."),
    ),
    "clearance_day_wrong": Problem(
        _("That day is yet to come, or so long ago that it counts no more"),
        _("Give the day on which it was really done."),
    ),
    "leaving_day_wrong": Problem(_("That day is more than a year away"), _("Check the day.")),
    "access_suspended": Problem(
        _("Your access is suspended: the last review of access passed you over"),
        _("Ask the supervisor or whoever registers staff to decide about it in the review."),
    ),
    "access_of_ones_own": Problem(_("Nobody does this for herself"), _("Ask another person who may do it.")),
    "access_given_by_reviewer": Problem(
        _("You gave this person her role"), _("Somebody else decides whether she keeps it.")
    ),
    "access_not_in_review": Problem(
        _("The review does not speak of this person"),
        _("She came after it was opened, and stands in the next one."),
    ),
    "access_decided": Problem(_("This review has decided about her already"), LOOK_AGAIN),
    "review_running": Problem(
        _("A review runs already"), _("Decide about everybody in it before you open the next.")
    ),
    "welcome_expired": Problem(_("The welcome link has expired"), ASK_REGISTRAR),
    "welcome_unknown": Problem(_("That welcome link was used, or never given"), ASK_REGISTRAR),
    "contract_not_in_force": Problem(
        _("No contract covers this moment"), _("Only the Government can change that. Nothing has been done.")
    ),
    "outlet_closed": Problem(_("The service centre is closed at this hour"), _("Go on when it opens.")),
    "outlet_not_authorised": Problem(
        _("This service centre is not authorised today"), _("Use another service centre.")
    ),
    "outlet_not_suspended": Problem(_("This service centre is not suspended"), LOOK_AGAIN),
    "outlet_suspended": Problem(_("This service centre is suspended"), _("Use another service centre.")),
    "outlet_unknown": Problem(_("There is no such service centre"), _("Choose one from the list.")),
    # Money.
    "invoice_already_paid": Problem(_("The fee is paid already"), LOOK_AGAIN),
    "invoice_unknown": Problem(
        _("There is no invoice yet"), _("It is written when the applicant’s details arrive.")
    ),
    "nothing_to_pay": Problem(_("There is nothing to pay"), _("Go on to the next step.")),
    "certificate_not_accepted": Problem(
        _("The certificate is not accepted yet"), _("It is published when its holder accepts it.")
    ),
    **INSIDE,
}


def problem_of(refusal: Refusal) -> Problem:
    """The words of a refusal; every class has a row, which a test insists on."""
    return PROBLEMS[refusal.code]
