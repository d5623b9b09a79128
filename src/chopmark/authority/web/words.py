"""Words of the faces for codes that the services and the policy use: reasons, documents, methods of payment."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chopmark.authority.participants.access import Standing
from chopmark.authority.participants.permissions import Role
from chopmark.authority.participants.states import ClearanceKind, ReasonToLeave, Verdict
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
