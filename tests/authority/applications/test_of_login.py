"""What a login is shown as its own."""

from uuid import uuid4

from django.db import connection
from django.test.utils import CaptureQueriesContext

from chopmark.authority.applications.models import Application
from chopmark.authority.applications.population import NOBODY
from chopmark.authority.applications.selectors import of_login
from world import NOON


def of_campaign(number, record_id):
    return Application(
        reference=f"CP{number:013d}",
        login_id=NOBODY,
        type_code="personal",
        state="issued",
        key_source="campaign",
        agreement="terms 1",
        nonce=b"",
        record_id=record_id,
        begun_at=NOON,
    )


def test_it_reads_no_application_of_others(world):
    """Millions of a campaign stand in one table with hers: the portal's front page asks for what is hers, by an index."""
    hers = world.approved()
    Application.objects.bulk_create(of_campaign(number, uuid4()) for number in range(10_000))
    Application.objects.bulk_create([of_campaign(10_000, hers.record_id)])
    with connection.cursor() as cursor:
        cursor.execute("analyze applications_application")
        with CaptureQueriesContext(connection) as asked:
            found = of_login(hers.login_id)
        assert {one.reference for one in found} == {"CP0000000010000", hers.reference}
        for query in asked.captured_queries:
            cursor.execute(f"explain {query['sql']}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert "Seq Scan on applications" not in plan, plan
