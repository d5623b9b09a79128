"""Reading what was checked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chopmark.authority.applications.models import Application
from chopmark.authority.applications.selectors import subscriber_class
from chopmark.authority.catalogue import selectors as catalogue
from chopmark.authority.verification.models import Decision, Evidence
from chopmark.authority.verification.policy import kinds_needed


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceLine:
    kind: str
    actor_id: str
    outlet: str
    note: dict[str, object]
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """Everything an officer sees of one application, none of it from the strongroom."""

    application: Application
    dual_control: bool
    evidence: dict[str, EvidenceLine]
    missing: Sequence[str]
    intake: frozenset[str]
    release_asked_at: datetime | None
    decided: Decision | None


def evidence_of(reference: str) -> dict[str, EvidenceLine]:
    return {
        row.kind: EvidenceLine(
            kind=row.kind,
            actor_id=row.actor_id,
            outlet=row.outlet,
            note=row.note,
            recorded_at=row.recorded_at,
        )
        for row in Evidence.objects.filter(application_reference=reference).order_by("recorded_at")
    }


def intake_of(reference: str) -> frozenset[str]:
    """Who had a hand in the intake: recorded evidence or asked for release."""
    recorded = Evidence.objects.filter(application_reference=reference).values_list("actor_id", flat=True)
    asked = Decision.objects.filter(application_reference=reference, step=Decision.Step.RELEASE_ASKED)
    return frozenset({*recorded, *asked.values_list("officer", flat=True)})


def is_approved(reference: str) -> bool:
    """Whether an officer released the application (CPS 4.2)."""
    return Decision.objects.filter(application_reference=reference, step=Decision.Step.APPROVED).exists()


def case_file(application: Application) -> CaseFile:
    reference = application.reference
    evidence = evidence_of(reference)
    decisions = {row.step: row for row in Decision.objects.filter(application_reference=reference)}
    asked = decisions.get(Decision.Step.RELEASE_ASKED)
    needed = evidence_needed(application)
    return CaseFile(
        application=application,
        dual_control=catalogue.certificate_type(application.type_code, application.begun_at).dual_control,
        evidence=evidence,
        missing=sorted(needed - set(evidence)),
        intake=intake_of(reference),
        release_asked_at=asked.decided_at if asked else None,
        decided=decisions.get(Decision.Step.APPROVED) or decisions.get(Decision.Step.REFUSED),
    )


def evidence_needed(application: Application) -> frozenset[str]:
    """Every kind of evidence that this application must have before release."""
    kind = catalogue.certificate_type(application.type_code, application.begun_at)
    of_class = kind.classes[subscriber_class(application)].evidence
    return kinds_needed(kind.evidence, of_class, application.key_source)
