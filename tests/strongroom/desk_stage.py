"""Officers at their browsers, each signed in with a credential of her own."""

from html import unescape

from django.test import Client
from people import PASSWORD, code_of

from chopmark.strongroom import clock, officers
from chopmark.strongroom.actors import OWNER
from chopmark.strongroom.roles import OfficerRole


def signs_in(number: str, role: OfficerRole = OfficerRole.COUNTER) -> Client:
    now = clock.now()
    token = officers.register(number, number, now, role=role)
    enrolment = officers.welcomed_by(token, now)
    officers.welcome(token=token, password=PASSWORD, code=code_of(enrolment), actor=OWNER, now=now)
    enrolment.device.refresh_from_db()
    client = Client()
    sent = {"number": number, "password": PASSWORD, "code": code_of(enrolment, steps_ahead=1)}
    assert client.post("/officer/sign-in", sent).status_code == 302
    return client


def text(answer) -> str:
    return unescape(answer.content.decode())
