"""The cast: Asha applies; Bikram and Chandra are officers; Devi audits; Esha has nothing to do with it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django_otp.oath import TOTP

from chopmark.strongroom import officers
from chopmark.strongroom.actors import OWNER, SUBJECT, Actor
from chopmark.strongroom.hkid import check_digit
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.particulars import Particulars
from chopmark.strongroom.purposes import AUTHORITY
from chopmark.strongroom.services.openings import Asked
from chopmark.strongroom.services.sighting import Visit
from chopmark.strongroom.services.submit import Errand, Submitted, submit_application

NOW = datetime(2026, 11, 12, 2, 42, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)

ASHA = Particulars(
    name="CHAN Tai Man",
    chinese_name="陳大文",
    hkid="A1234563",
    birth_date=date(1988, 3, 27),
    email="taiman.chan@mail.example",
    phone="+85291234567",
)
ESHA = replace(
    ASHA, name="HO Siu Ling", chinese_name=None, hkid=f"B765432{check_digit('B', '765432')}", email=None
)
ERRAND = Errand(reference="AP261100419", nonce="5e" * 16, type="personal")
BIKRAM = Actor.officer("20417")
CHANDRA = Actor.officer("20588")
WORKER = Actor.caller("worker")
PASSWORD = "correct horse battery"

# What a browser sends from Asha's form.
FORM = {
    "name": "CHAN  Tai Man",
    "chinese_name": "陳大文",
    "hkid": "a123456(3)",
    "birth_date_day": "27",
    "birth_date_month": "3",
    "birth_date_year": "1988",
    "email": ASHA.email,
    "phone": "9123 4567",
}


def asha_applies(*, errand=ERRAND, particulars=ASHA, language="", now=NOW) -> Submitted:
    return submit_application(
        errand=errand, particulars=particulars, language=language, keys=keyring(), actor=SUBJECT, now=now
    )


def asked(case_id: UUID, *fields: str, purpose="certificate", caller=AUTHORITY, application=ERRAND.reference):
    return Asked.of(case_id, purpose, fields, caller, application)


def visit_of(case_id: UUID, *, nonce="c0" * 16) -> Visit:
    return Visit(case_id=case_id, reference=ERRAND.reference, nonce=nonce)


def bikram_is_welcomed(now=NOW) -> officers.Enrolment:
    """Bikram has his password and device, through the link that the owner sent him."""
    token = officers.register("20417", "LEE Wing Sze", now)
    enrolment = officers.welcomed_by(token, now)
    officers.welcome(token=token, password=PASSWORD, code=code_of(enrolment), actor=OWNER, now=now)
    enrolment.device.refresh_from_db()
    return enrolment


def code_of(enrolment: officers.Enrolment, *, steps_ahead: int = 0) -> str:
    """What the officer's device shows now, or (as a code works once) at the next step."""
    generator = TOTP(enrolment.device.bin_key, drift=steps_ahead)
    return f"{generator.token():06d}"
