"""Who decided: two people where the type asks for two, and the evidence before the decision."""

from collections.abc import Iterator

from chopmark.authority.catalogue import selectors as catalogue
from chopmark.config.audit.fault import Fault, rows

APPROVED = """
    select application.reference, application.type_code, application.begun_at, decision.officer,
           array(select actor_id from verification_evidence evidence
                 where evidence.application_reference = application.reference),
           array(select kind from verification_evidence evidence
                 where evidence.application_reference = application.reference
                   and evidence.recorded_at <= decision.decided_at)
    from verification_decision decision
    join applications_application application on application.reference = decision.application_reference
    where decision.step = 'approved'
"""
# Whoever is of a campaign was approved with it: see `chunks.check_campaigns`.
UNDECIDED = """
    select reference from applications_application application
    left join verification_decision decision
      on decision.application_reference = reference and decision.step = 'approved'
    where state in ('approved', 'issued') and decision.id is null and key_source <> 'campaign'
"""


def check_decisions() -> Iterator[Fault]:
    for reference, type_code, begun_at, officer, intake, kinds in rows(APPROVED):
        kind = catalogue.certificate_type(type_code, begun_at)
        if kind.dual_control and officer in intake:
            yield Fault("decision", reference, f"officer {officer} approved her own intake")
        missing = {str(needed) for needed in kind.evidence} - set(kinds)
        if missing:
            yield Fault("decision", reference, f"it was approved without {', '.join(sorted(missing))}")
    for (reference,) in rows(UNDECIDED):
        yield Fault("decision", reference, "it is approved and nobody approved it")
