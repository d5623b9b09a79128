"""The owner's officers: Devi and Farah sign; Bikram is only the counter's."""

from datetime import timedelta

from people import BIKRAM, CHANDRA, ERRAND, LATER, NOW, WORKER

from chopmark.strongroom.actors import Actor
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.models import Officer
from chopmark.strongroom.purposes import AUTHORITY
from chopmark.strongroom.roles import OfficerRole
from chopmark.strongroom.services import cases, granting
from chopmark.strongroom.services.granting import Scope
from chopmark.strongroom.services.officer_cases import Wanted, open_case_by_officer

DEVI = Actor.officer("90011")
FARAH = Actor.officer("90012")


def officers_are_in() -> None:
    """Everybody has signed in before; what a credential is, is another test's."""
    for actor, role in (
        (DEVI, OfficerRole.OWNER),
        (FARAH, OfficerRole.OWNER),
        (BIKRAM, OfficerRole.COUNTER),
        (CHANDRA, OfficerRole.COUNTER),
    ):
        Officer.objects.create(number=actor.id, name=actor.id, role=role, registered_at=NOW)


def home(record):
    """Her application came home: only then does its number find a record."""
    cases.confirm_case(case_id=record.case_id, actor=WORKER, now=LATER)
    return record


def officers_case(
    purpose="enquiry", actor=BIKRAM, *, application=ERRAND.reference, why="She asked.", now=LATER
):
    wanted = Wanted(purpose=purpose, application=application, file="ENQ/118", why=why)
    return open_case_by_officer(wanted=wanted, keys=keyring(), actor=actor, now=now)


def scope(**changes) -> Scope:
    usual = {
        "purpose": "renewal",
        "fields": frozenset({"name", "email"}),
        "caller": AUTHORITY,
        "records": 3,
        "expires_at": NOW + timedelta(days=7),
    }
    return Scope(**usual | changes)


def grant(*signers: Actor, now=NOW, **changes):
    grant_id = granting.write_grant(scope=scope(**changes), keys=keyring(), actor=DEVI, now=now)
    for signer in signers:
        granting.sign_grant(grant_id=grant_id, actor=signer, now=now)
    return grant_id
