"""The lawful moves of an application, and the one way to make one."""

from enum import StrEnum


class ApplicationState(StrEnum):
    BEGUN = "begun"  # the reference exists; the desk has not been visited
    SUBMITTED = "submitted"  # the owner's receipt is here, the invoice is written
    VERIFIED = "verified"  # an officer has all the evidence and asks for release
    APPROVED = "approved"  # released; a certificate will be made
    ISSUED = "issued"  # the certificate is offered to the applicant
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


MOVES: dict[ApplicationState, frozenset[ApplicationState]] = {
    ApplicationState.BEGUN: frozenset({ApplicationState.SUBMITTED, ApplicationState.WITHDRAWN}),
    ApplicationState.SUBMITTED: frozenset(
        {ApplicationState.VERIFIED, ApplicationState.REFUSED, ApplicationState.WITHDRAWN}
    ),
    ApplicationState.VERIFIED: frozenset({ApplicationState.APPROVED, ApplicationState.REFUSED}),
    ApplicationState.APPROVED: frozenset({ApplicationState.ISSUED}),
    ApplicationState.ISSUED: frozenset(),
    ApplicationState.REFUSED: frozenset(),
    ApplicationState.WITHDRAWN: frozenset(),
}

# A key named in an application that came to nothing may be named again.
GAVE_UP = (ApplicationState.REFUSED, ApplicationState.WITHDRAWN)
