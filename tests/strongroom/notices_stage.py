"""A subject who may be written to, and the post: what was handed to a channel, and servers of mail that fail."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from django.core.mail.backends.base import BaseEmailBackend
from people import ASHA, ERRAND, LATER, NOW, WORKER, asha_applies

from chopmark.strongroom.actors import CLOCK
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.notices.sending import send_due
from chopmark.strongroom.services import cases, notices
from chopmark.strongroom.services.notices import Wanted

READY = {"answer_by": "2026-12-12", "application": ERRAND.reference, "serial_number": "5e0c91d7"}
REVOKED = {"revoked_on": "2026-11-13", "serial_number": "5e0c91d7"}
SOON = LATER + timedelta(minutes=1)


class Mail(BaseEmailBackend):
    """A server of mail: what it has, and whether it then says that it failed."""

    has: list = []
    accepts, answers = True, True

    def send_messages(self, email_messages):
        if self.accepts:
            self.has.extend(email_messages)
        if not self.answers:
            raise ConnectionResetError(ASHA.email)
        return len(email_messages)


@contextmanager
def mail(settings, *, accepts=True, answers=True):
    """Messages go to that server meanwhile."""
    settings.EMAIL_BACKEND = "notices_stage.Mail"
    Mail.accepts, Mail.answers = accepts, answers
    yield Mail.has


def asha_came_home(*, language="", particulars=ASHA, reference=ERRAND.reference):
    errand = replace(ERRAND, reference=reference, nonce=reference.encode().hex()[-32:])
    submitted = asha_applies(errand=errand, particulars=particulars, language=language)
    cases.confirm_case(case_id=submitted.case_id, actor=WORKER, now=NOW)
    return submitted


def certificate_is_made(submitted, now=LATER):
    notices.open_case_for_notices(case_id=submitted.case_id, keys=keyring(), actor=WORKER, now=now)


def wanted(submitted, *, reference="N1-revoked", template="certificate_revoked", parameters=REVOKED):
    return Wanted(
        reference=reference, record_id=submitted.record_id, template=template, parameters=parameters
    )


def deliver(submitted, *, now=LATER, **changes):
    return notices.deliver(wanted=wanted(submitted, **changes), actor=WORKER, now=now)


def round_(now=SOON):
    return send_due(keys=keyring(), actor=CLOCK, now=now, most=100)
