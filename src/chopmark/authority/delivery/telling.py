"""What the holder of a new certificate is told: to look at it and answer, or that it is hers already."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from chopmark.authority.applications.models import Application
from chopmark.authority.applications.selectors import by_reference
from chopmark.authority.catalogue import reading as catalogue
from chopmark.authority.delivery.models import Answer, Offer
from chopmark.authority.issuance import selectors as issuance
from chopmark.authority.kernel.actors import Actor
from chopmark.authority.kernel.identifiers import CertificateId
from chopmark.authority.notices import services as notices
from chopmark.authority.notices.policy import Template


def tell_ready(application: Application, offered: Offer, actor: Actor, now: datetime) -> None:
    if application.record_id is None:
        return
    authority = catalogue.current().authority
    # The clock lets an offer lapse so many times 24 hours after it: the day before has ended by then.
    last = offered.offered_at + timedelta(days=authority.acceptance_days - 1)
    serial_number = bytes(offered.serial_number)
    notices.tell(
        template=Template.CERTIFICATE_READY,
        certificate=CertificateId(offered.issuer_id, serial_number),
        application=application.reference,
        record_id=application.record_id,
        parameters={
            "answer_by": last.astimezone(ZoneInfo(authority.zone)).date().isoformat(),
            "application": application.reference,
            "serial_number": serial_number.hex(),
        },
        actor=actor,
        now=now,
    )


def tell_of_campaign(reference: str, actor: Actor, now: datetime) -> None:
    """Tell the holder of one certificate of a campaign; whoever answered meanwhile knows."""
    application, certificate = by_reference(reference), issuance.certificate_of(reference)
    offered = Offer.objects.filter(application_reference=reference).first()
    if application.record_id is None or certificate is None or offered is None:
        return
    answer = Answer.objects.filter(application_reference=reference).first()
    if answer is None:
        tell_ready(application, offered, actor, now)
    elif answer.word == Answer.Word.ACCEPTED and answer.answered_at == offered.offered_at:
        _tell_issued(application, offered, certificate.not_after, actor, now)


def _tell_issued(
    application: Application, offered: Offer, not_after: datetime, actor: Actor, now: datetime
) -> None:
    if application.record_id is None:
        return
    serial_number = bytes(offered.serial_number)
    zone = ZoneInfo(catalogue.current().authority.zone)
    notices.tell(
        template=Template.CERTIFICATE_ISSUED,
        certificate=CertificateId(offered.issuer_id, serial_number),
        application=application.reference,
        record_id=application.record_id,
        parameters={
            "not_after": not_after.astimezone(zone).date().isoformat(),
            "serial_number": serial_number.hex(),
        },
        actor=actor,
        now=now,
    )
