"""Why a certificate is not handed over."""

from chopmark.pki.refusals import Refusal


class NothingOffered(Refusal):
    code = "nothing_offered"


class AlreadyAccepted(Refusal):
    code = "already_accepted"


class AlreadyRejected(Refusal):
    code = "already_rejected"
