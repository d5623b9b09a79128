"""Why a certificate is not issued."""

from collections.abc import Sequence

from chopmark.pki.refusals import Refusal


class ApplicationNotApproved(Refusal):
    code = "application_not_approved"


class AlreadyIntended(Refusal):
    """A certificate of this application is intended, signed or refused by the signer; only a spent claim makes room."""

    code = "already_intended"


class CertificateUnknown(Refusal):
    code = "certificate_unknown"


class LintFailed(Refusal):
    """What would be signed breaks a rule; a ticket with the findings is opened, and nothing was intended."""

    code = "lint_failed"

    def __init__(self, *, findings: Sequence[str]) -> None:
        self.findings = tuple(findings)
        super().__init__(findings=len(self.findings))


class IntentNotOurs(Refusal):
    """The signer's own copy of the pack does not give these bytes: the row was not written by our worker, or the packs differ."""

    code = "intent_not_ours"


class SeveralIssuers(Refusal):
    """The classes of this type have different issuers on that day: a chunk is signed under one."""

    code = "several_issuers"


class ChunkNotOurs(Refusal):
    """What the owner, the operators and the signer's own copy of the pack give is another chunk than was intended."""

    code = "chunk_not_ours"


class ChunkAlreadyIntended(Refusal):
    """Its lines are intended, signed or refused by the signer; only a spent claim makes room."""

    code = "chunk_already_intended"
