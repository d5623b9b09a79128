"""Words of the faces for codes that the services and the policy use: reasons, documents, methods of payment."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chopmark.authority.catalogue.words import Asker
from chopmark.authority.participants.access import Standing
from chopmark.authority.participants.permissions import Role
from chopmark.authority.participants.states import ClearanceKind, ReasonToLeave, Verdict
from chopmark.authority.revocation.asking import Means
from chopmark.look.statuses import Status
from chopmark.pki.reasons import CRLReason

# What the subscriber is asked; the word that is published is the standard's own.
WHY_REVOKE: Final[dict[CRLReason, Promise]] = {
    CRLReason.KEY_COMPROMISE: _("My key or PIN is lost, or somebody else may have it"),
    CRLReason.SUPERSEDED: _("I have a newer certificate"),
    CRLReason.AFFILIATION_CHANGED: _("My details have changed"),
    CRLReason.CESSATION_OF_OPERATION: _("I no longer want an e-Cert"),
    CRLReason.UNSPECIFIED: _("I would rather not say"),
}

# The same as an officer takes it down of somebody else; a list publishes the standard's word.
WHY_ASKED: Final[dict[CRLReason, Promise]] = {
    CRLReason.KEY_COMPROMISE: _("The key or PIN is lost, or somebody else may have it"),
    CRLReason.SUPERSEDED: _("There is a newer certificate"),
    CRLReason.AFFILIATION_CHANGED: _("The holder’s details have changed"),
    CRLReason.CESSATION_OF_OPERATION: _("The certificate is no longer wanted"),
    CRLReason.PRIVILEGE_WITHDRAWN: _("The right to the certificate ended"),
    CRLReason.UNSPECIFIED: _("No reason was given"),
}

ASKERS: Final[dict[Asker, Promise]] = {
    Asker.AUTHORISED_REPRESENTATIVE: _("Authorised representative"),
    Asker.AUTHORISED_USER: _("Authorised user"),
    Asker.AUTHORITY: _("The authority itself"),
    Asker.KEY_HOLDER: _("Whoever has the key"),
    Asker.REGISTRATION_AUTHORITY: _("Registration authority"),
    Asker.SUBSCRIBER: _("The subscriber"),
    Asker.SUPERVISOR: _("The supervisor"),
}

MEANS: Final[dict[Means, Promise]] = {
    Means.TELEPHONE: _("By telephone"),
    Means.EMAIL: _("By e-mail"),
    Means.FAX: _("By fax"),
    Means.LETTER: _("By letter"),
    Means.IN_PERSON: _("In person"),
}

HOLD_ACTS: Final[dict[str, Promise]] = {
    "suspend": _("Put on hold"),
    "release": _("Released from hold"),
    "revoke": _("Revoked"),
}

REASON_GIVEN: Final[dict[CRLReason, Promise]] = {
    CRLReason.UNSPECIFIED: _("none"),
    CRLReason.KEY_COMPROMISE: _("the key may be in other hands"),
    CRLReason.CA_COMPROMISE: _("the authority’s key may be in other hands"),
    CRLReason.AFFILIATION_CHANGED: _("the holder’s details changed"),
    CRLReason.SUPERSEDED: _("a newer certificate took its place"),
    CRLReason.CESSATION_OF_OPERATION: _("it is no longer wanted"),
    CRLReason.CERTIFICATE_HOLD: _("it is suspended"),
    CRLReason.PRIVILEGE_WITHDRAWN: _("the right to it ended"),
}

# The owner's notices, by their names in her policy.
NOTICES: Final[dict[str, Promise]] = {
    "certificate_issued": _("Certificate issued"),
    "certificate_ready": _("Certificate ready"),
    "certificate_replaced": _("Certificate will be replaced, nothing to do"),
    "certificate_revoked": _("Certificate revoked"),
    "certificate_to_replace": _("Certificate must be replaced, come to a centre"),
}

EVIDENCE: Final[dict[str, Promise]] = {
    "identity_sighted": _("Original identity card sighted"),
    "duplicate_check": _("Details confirmed, other records looked for"),
    "pin_envelope": _("PIN envelope"),
    "domain_control": _("Control of the domain names"),
    "guardian_consent": _("Consent of a parent or guardian"),
    "organisation_existence": _("Proof that the organisation exists"),
    "partner_attestation": _("Attestation of a partner"),
    "representative_authority": _("Authority of the representative"),
}

METHODS: Final[dict[str, Promise]] = {
    "cash": _("Cash"),
    "card": _("Card"),
    "cheque": _("Cheque"),
    "transfer": _("Bank transfer"),
}

ROLES: Final[dict[Role, Promise]] = {
    Role.AUDITOR: _("Auditor"),
    Role.CUSTODIAN: _("Key custodian"),
    Role.INTAKE_OFFICER: _("Intake officer"),
    Role.OPERATOR: _("Operator"),
    Role.REGISTRAR: _("Registrar of staff"),
    Role.RELEASE_OFFICER: _("Release officer"),
    Role.SUPERVISOR: _("Supervisor"),
}

CLEARANCES: Final[dict[ClearanceKind, Promise]] = {
    ClearanceKind.VETTING: _("Vetting"),
    ClearanceKind.NONDISCLOSURE: _("Non-disclosure agreement"),
}

WHY_LEAVE: Final[dict[ReasonToLeave, Promise]] = {
    ReasonToLeave.RESIGNED: _("Resigned"),
    ReasonToLeave.RETIRED: _("Retired"),
    ReasonToLeave.CONTRACT_ENDED: _("The contract ended"),
    ReasonToLeave.MOVED: _("Moved to other work"),
    ReasonToLeave.DISMISSED: _("Dismissed"),
}

STANDINGS: Final[dict[Standing, Status]] = {
    Standing.GOOD: Status("ok", "check", _("May act")),
    Standing.ENDS_SOON: Status("warn", "clock", _("May act, ends soon")),
    Standing.NOT_CLEARED: Status("error", "error", _("Not vetted today")),
    Standing.SUSPENDED: Status("warn", "pause", _("Suspended by review")),
    Standing.CLOSED: Status("", "dot", _("Closed")),
    Standing.LEFT: Status("", "dot", _("Left")),
}

VERDICTS: Final[dict[Verdict, Status]] = {
    Verdict.CONFIRMED: Status("ok", "check", _("Confirmed")),
    Verdict.WITHDRAWN: Status("error", "cross", _("Withdrawn")),
}
