"""Why a person, an outlet or a moment is not accepted."""

from chopmark.pki.refusals import Refusal


class ContractNotInForce(Refusal):
    """The operator's contract does not cover this moment (C2)."""

    code = "contract_not_in_force"


class LoginClosed(Refusal):
    code = "login_closed"


class LoginNumberTaken(Refusal):
    """There is a login with this number; a number is never given twice."""

    code = "login_number_taken"


class LoginUnknown(Refusal):
    code = "login_unknown"


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


class RoleNotOfKind(Refusal):
    """No role was named, or one that this kind of login does not hold."""

    code = "role_not_of_kind"


class RolesConflict(Refusal):
    """One person never holds both of these roles (C4)."""

    code = "roles_conflict"


class SignInRefused(Refusal):
    """Number, password and code do not fit together; which of them is not said."""

    code = "sign_in_refused"


class WelcomeExpired(Refusal):
    code = "welcome_expired"


class WelcomeUnknown(Refusal):
    """No such link was ever given, or it was used."""

    code = "welcome_unknown"
