"""The person behind an application: which record is whose, and at which centre she was seen."""

from collections.abc import Collection, Iterator
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from chopmark.authority.applications.models import Application
from chopmark.authority.applications.population import NOBODY
from chopmark.authority.applications.states import ApplicationState
from chopmark.authority.kernel.copying import in_one

AT_ONCE = 2000
# Approved, and an officer had her identity card in hand: nobody else's record is behind these. Of a type that asks for no
# sighting an application may name any record.
SEEN = (ApplicationState.APPROVED, ApplicationState.ISSUED)
_SIGHTED = """
    exists (select from verification_evidence evidence where evidence.kind = 'identity_sighted'
            and evidence.application_reference = applications_application.reference)
"""
_OUTLETS = """
    select distinct on (record_id) record_id, outlet from applications_application
    where record_id in (select one::uuid from unnest(string_to_array(%s, ',')) one) and outlet <> ''
    order by record_id, begun_at desc
"""
_WITH_LOGIN = f"""
    select distinct record_id from applications_application
    where record_id in (select one::uuid from unnest(string_to_array(%s, ',')) one)
      and login_id <> %s and state in ('approved', 'issued') and {_SIGHTED}
"""  # noqa: S608  # our own words


def outlets_of(records: Collection[UUID]) -> Iterator[tuple[UUID, str]]:
    """Of each record that ever applied at a centre, the last of these centres."""
    for some in _stretches(records):
        with connection.cursor() as cursor:
            cursor.execute(_OUTLETS, [some])
            yield from cursor.fetchall()


def with_login(records: Collection[UUID]) -> int:
    """Of how many of these records the subject can sign in at the portal."""
    found = 0
    for some in _stretches(records):
        with connection.cursor() as cursor:
            cursor.execute(_WITH_LOGIN, [some, NOBODY])
            found += len(cursor.fetchall())
    return found


def _stretches(records: Collection[UUID]) -> Iterator[str]:
    each = list(records)
    for at in range(0, len(each), AT_ONCE):
        yield in_one(str(one) for one in each[at : at + AT_ONCE])


def of_campaigns_for(login_id: int) -> QuerySet[Application]:
    """What campaigns made for the person who signs in under this login: it is of a record that she herself applied with."""
    seen = Application.objects.filter(login_id=login_id, state__in=SEEN, record_id__isnull=False)
    sighted = seen.filter(RawSQL(_SIGHTED, [], BooleanField()))  # noqa: S611  # our own words
    records = list(sighted.values_list("record_id", flat=True))
    return Application.objects.filter(login_id=NOBODY, record_id__in=records)


def is_of(application: Application, login_id: int | None) -> bool:
    """Whether this login is the applicant's own, or of whoever a campaign made the certificate for."""
    if login_id is None:
        return False
    if application.login_id == login_id:
        return True
    return application.login_id == NOBODY and of_campaigns_for(login_id).filter(pk=application.pk).exists()
