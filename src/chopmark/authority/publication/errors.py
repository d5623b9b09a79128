"""Why something is not made public."""

from chopmark.pki.refusals import Refusal


class ListUnknown(Refusal):
    """The pack gives this issuer no such list."""

    code = "crl_list_unknown"


class ListNotOurs(Refusal):
    """The signer's own reading of revocations does not give this list; `rule` says where they part."""

    code = "crl_not_ours"


class CertificateNotAccepted(Refusal):
    """Only what its subscriber accepted stands in the repository (C56)."""

    code = "certificate_not_accepted"


class NoBaseYet(Refusal):
    """There is no full list in public that a delta could be to."""

    code = "crl_no_base_yet"


class SecondTaken(Refusal):
    """A full list and its delta of one second would have to have one number (RFC 5280 §5.2.3)."""

    code = "crl_second_taken"
