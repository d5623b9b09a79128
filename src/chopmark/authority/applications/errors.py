"""Why an application is not taken."""

from chopmark.pki.refusals import Refusal


class ApplicationUnknown(Refusal):
    code = "application_unknown"


class ApplicationMoved(Refusal):
    """Somebody else got there first: the application is not in the state this act starts from."""

    code = "application_moved"


class AgreementNotAccepted(Refusal):
    code = "agreement_not_accepted"


class KeyRepeated(Refusal):
    """Another application already names this public key."""

    code = "key_repeated"


class KeySourceNotOffered(Refusal):
    """The type does not let the key be made this way."""

    code = "key_source_not_offered"


class CsrMissing(Refusal):
    code = "csr_missing"


class NotTheApplicant(Refusal):
    code = "not_the_applicant"


class ReceiptForAnother(Refusal):
    """The desk's receipt is genuine, and belongs to another application, nonce or type."""

    code = "receipt_for_another"


class ReceiptExpired(Refusal):
    """The desk's receipt came home so late that the owner may have shredded the record already: begin again."""

    code = "receipt_expired"


class ReceiptReplayed(Refusal):
    code = "receipt_replayed"
