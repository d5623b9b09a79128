"""Why a certificate is not made from its template, or not of it."""

from chopmark.pki.refusals import Refusal


class NotThisTemplate(Refusal):
    """The bytes differ from their template outside the fields that may differ."""

    code = "not_this_template"


class AlgorithmNotInProfile(Refusal):
    """The profile does not allow this signature algorithm."""

    code = "algorithm_not_in_profile"


class ProfileIncomplete(Refusal):
    """The profile prints an address that the issuer does not have, or no key usage at all."""

    code = "profile_incomplete"


class ProfileAmbiguous(Refusal):
    """Two alternative-name sources of one kind, or two notices by one name: values could not be told apart again."""

    code = "profile_ambiguous"


class ValueMissing(Refusal):
    """The template needs a value that was not given."""

    code = "value_missing"


class ValueNotInTemplate(Refusal):
    """A value was given that the template has no place for."""

    code = "value_not_in_template"


class SerialNumberIllegal(Refusal):
    """Not the content of a positive INTEGER of at most 20 octets, and the fewest (RFC 5280 §4.1.2.2)."""

    code = "serial_number_illegal"
