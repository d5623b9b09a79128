"""Why a person, an outlet or a moment is not accepted."""

from chopmark.pki.refusals import Refusal


class AccessDecided(Refusal):
    """This review has said already what becomes of her access."""

    code = "access_decided"


class AccessGivenByReviewer(Refusal):
    """Whoever gave somebody a role does not review it (C82)."""

    code = "access_given_by_reviewer"


class AccessNotInReview(Refusal):
    """The review that runs does not speak of this person."""

    code = "access_not_in_review"


class AccessOfOnesOwn(Refusal):
    """Nobody clears herself, reviews herself or lets herself go (C82)."""

    code = "access_of_ones_own"


class AccessSuspended(Refusal):
    """A review was due and had said nothing of her (C82)."""

    code = "access_suspended"


class ClearanceDayWrong(Refusal):
    """The day is yet to come, or so long ago that it counts no more."""

    code = "clearance_day_wrong"


class ContractNotInForce(Refusal):
    """The operator's contract does not cover this moment (C2)."""

    code = "contract_not_in_force"


class LeavingDayWrong(Refusal):
    """The day is more than a year away."""

    code = "leaving_day_wrong"


class LoginClosed(Refusal):
    code = "login_closed"


class LoginNumberTaken(Refusal):
    """There is a login with this number; a number is never given twice."""

    code = "login_number_taken"


class LoginUnknown(Refusal):
    code = "login_unknown"


class NondisclosureNotInForce(Refusal):
    """No non-disclosure agreement of hers counts today (C82)."""

    code = "nondisclosure_not_in_force"


class OneTimeCodeWrong(Refusal):
    """The six figures are not those of this moment, or were used already."""

    code = "one_time_code_wrong"


class OutletClosed(Refusal):
    """The outlet has no hours at this moment."""

    code = "outlet_closed"


class OutletNotAuthorised(Refusal):
    """The outlet is not authorised on this day (C28)."""

    code = "outlet_not_authorised"


class OutletNotSuspended(Refusal):
    code = "outlet_not_suspended"


class OutletSuspended(Refusal):
    code = "outlet_suspended"


class OutletUnknown(Refusal):
    code = "outlet_unknown"


class PasswordUnacceptable(Refusal):
    """Too short, too common, or nothing but figures."""

    code = "password_unacceptable"


class PermissionMissing(Refusal):
    code = "permission_missing"


class ReviewRunning(Refusal):
    """A review runs, and is neither complete nor due (C82)."""

    code = "review_running"


class RoleNotOfKind(Refusal):
    """No role was named, or one that this kind of login does not hold."""

    code = "role_not_of_kind"


class RolesConflict(Refusal):
    """One person never holds both of these roles (C4)."""

    code = "roles_conflict"


class SignInRefused(Refusal):
    """Number, password and code do not fit together; which of them is not said."""

    code = "sign_in_refused"


class VettingNotInForce(Refusal):
    """She was never vetted, or too long ago (C82)."""

    code = "vetting_not_in_force"


class WelcomeExpired(Refusal):
    code = "welcome_expired"


class WelcomeUnknown(Refusal):
    """No such link was ever given, or it was used."""

    code = "welcome_unknown"
