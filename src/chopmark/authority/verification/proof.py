"""What stands behind an approval, proved again by whoever is about to sign for it.

A thief of the web or the worker can write rows. What he cannot write are the owner's signatures: the name to be printed,
and that an officer compared the card.
"""

from django.conf import settings

from chopmark.authority.applications.models import Application
from chopmark.authority.catalogue import selectors as catalogue
from chopmark.authority.catalogue.words import Evidence as EvidenceKind
from chopmark.authority.verification.errors import NotProven
from chopmark.authority.verification.models import Decision, Evidence
from chopmark.authority.verification.policy import require_complete, require_second_person
from chopmark.authority.verification.selectors import evidence_needed, evidence_of, intake_of
from chopmark.strongroom.client import ApplicationReceipt, SightingReceipt, read_receipt


def require_proven(application: Application) -> None:
    """Two people released it with all the evidence (C4), and the owner vouches for what will be printed and for the sighting."""
    _require_released(application)
    _require_owners_word(application)
    needed = evidence_needed(application)
    require_complete(needed, evidence_of(application.reference))
    if EvidenceKind.IDENTITY_SIGHTED in needed:
        _require_sighting(application)


def _require_released(application: Application) -> None:
    released = Decision.objects.filter(
        application_reference=application.reference, step=Decision.Step.APPROVED
    ).first()
    if released is None:
        raise NotProven(rule="released")
    if catalogue.certificate_type(application.type_code, application.begun_at).dual_control:
        require_second_person(released.officer, intake_of(application.reference))


def _require_owners_word(application: Application) -> None:
    receipt = read_receipt(application.receipt, key=settings.CHOPMARK_DESK_RECEIPT_KEY)
    _require(isinstance(receipt, ApplicationReceipt), "receipt")
    if isinstance(receipt, ApplicationReceipt):
        signed = (receipt.reference, receipt.type, receipt.record, receipt.case, receipt.name)
        stands = (
            application.reference,
            application.type_code,
            application.record_id,
            application.case_id,
            application.subject_name,
        )
        _require(signed == stands, "particulars")
        _require(
            (receipt.email or "", receipt.age_band) == (application.subject_email, application.age_band),
            "particulars",
        )


def _require_sighting(application: Application) -> None:
    evidence = Evidence.objects.get(
        application_reference=application.reference, kind=EvidenceKind.IDENTITY_SIGHTED
    )
    receipt = read_receipt(evidence.receipt, key=settings.CHOPMARK_DESK_RECEIPT_KEY)
    _require(isinstance(receipt, SightingReceipt), "sighting")
    if isinstance(receipt, SightingReceipt):
        signed = (receipt.reference, receipt.case, receipt.officer, receipt.matches)
        _require(signed == (application.reference, application.case_id, evidence.actor_id, True), "sighting")


def _require(holds: bool, rule: str) -> None:
    if not holds:
        raise NotProven(rule=rule)
