"""What a campaign made for Asha stands at the portal beside what she applied for: she reads it, and accepts or rejects it."""

import pytest
from django.db import connection
from django.test import Client

from authority.web.world import NAME, PASSWORD, begin, come_home, issue
from chopmark.authority.applications import population
from chopmark.authority.applications.models import Application
from chopmark.authority.applications.population import Named
from chopmark.authority.delivery.models import Answer
from chopmark.authority.issuance.models import Certificate
from chopmark.authority.kernel import clock
from chopmark.authority.revocation.models import Revocation
from chopmark.authority.verification.models import Evidence


def made_for(record_id, place=0):
    """A line of a campaign that was issued and offered."""
    line = Named(place, record_id, NAME, "asha@mail.example", "adult", bytes([place + 1] * 32))
    population.add_named(
        [line], campaign=1, chunk=0, type_code="personal", agreement="terms 1", now=clock.now()
    )
    reference = population.reference_of(1, 0, place)
    issue(reference)
    return reference


@pytest.fixture
def hers(asha, submitted) -> str:
    issue(submitted)
    Evidence.objects.create(
        application_reference=submitted, kind="identity_sighted", actor_id="20417", recorded_at=clock.now()
    )
    return made_for(Application.objects.get(reference=submitted).record_id)


def test_it_works(asha, hers):
    assert f"/portal/applications/{hers}/" in asha.get("/portal/").content.decode()
    page = asha.get(f"/portal/applications/{hers}/")
    assert b"Check your certificate" in page.content
    assert asha.post(f"/portal/applications/{hers}/accept").status_code == 302
    assert Answer.objects.get(application_reference=hers).word == "accepted"
    page = asha.get(f"/portal/applications/{hers}/").content
    assert b"Your certificate is in force" in page
    assert b"Download your key" not in page  # it is in her card


def test_she_may_reject_it(asha, hers):
    answer = asha.post(f"/portal/applications/{hers}/reject", {"reason": "name_wrong"})
    assert answer.status_code == 302
    assert Answer.objects.get(application_reference=hers).word == "rejected"


def test_nobody_else_sees_it(hers):
    stranger = Client()
    come_home(begin(stranger))
    assert hers not in stranger.get("/portal/").content.decode()
    assert stranger.get(f"/portal/applications/{hers}/").status_code == 403
    assert stranger.post(f"/portal/applications/{hers}/accept").status_code == 403
    assert not Answer.objects.filter(application_reference=hers).exists()


def test_she_may_revoke_it_before_it_is_offered(asha, hers):
    """A campaign of a million offers its first certificate when its last is made."""
    with connection.cursor() as cursor:
        cursor.execute("alter table delivery_offer disable trigger user")
        cursor.execute("delete from delivery_offer where application_reference = %s", [hers])
        cursor.execute("alter table delivery_offer enable trigger user")
    Application.objects.filter(reference=hers).update(state="approved")
    made = Certificate.objects.get(application_reference=hers)
    address = f"/portal/certificates/{made.issuer_id}/{bytes(made.serial_number).hex().upper()}/revoke"
    assert address in asha.get(f"/portal/applications/{hers}/").content.decode()
    assert asha.get(address).status_code == 200
    answer = asha.post(address, {"reason": "1", "password": PASSWORD})
    assert answer.status_code == 302
    assert Revocation.objects.get().serial_number == made.serial_number
    assert address not in asha.get(f"/portal/applications/{hers}/").content.decode()
