"""Until when somebody has paid, or need not pay; and how many of each there are."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection

from chopmark.authority.subscriptions import counting
from chopmark.authority.subscriptions.counting import Counted, counts
from chopmark.authority.subscriptions.models import CohortDecision
from chopmark.authority.subscriptions.policy import Cohort
from chopmark.authority.subscriptions.selectors import campaign_of, first_subscription, subscription_of
from chopmark.config.past import words_of
from world import NOON, at

A_DAY = timedelta(days=1)
WINTER = {"first_day": date(2026, 11, 1), "before_day": date(2026, 12, 1)}


def decided(*, free_months=24, number=41, decided_at=NOON, **cohort):
    return CohortDecision.objects.create(
        campaign_id=number,
        reference=f"C2611{number:04d}",
        digest=bytes(32),
        free_months=free_months,
        decided_at=decided_at,
        **{"before_day": date(2027, 1, 1), **cohort},
    )


def counted(now=NOON):
    with at("auditor"):
        return counts(**WINTER, at=now)


def test_it_works(world):
    """She paid fifty dollars for a year."""
    with at("web"):
        found = subscription_of(world.issued())
    assert (found.until.isoformat(), found.months) == ("2027-11-16T00:00:00+08:00", 12)
    assert (found.is_free, found.line, found.decision) == (False, "personal-1y", None)
    assert not found.is_over(found.until - A_DAY)
    assert found.is_over(found.until)


def test_what_stands_on_her_invoice_counts_and_not_what_the_type_says_later(world, law):
    certificate = world.issued()
    law({"types/personal.toml": 'subscriptions = [{ months = 24, first = ["personal-1y"] }]'})
    assert first_subscription("personal", date(2026, 11, 16)).months == 24
    assert subscription_of(certificate).months == 12


def test_a_decision_that_gives_less_than_was_paid_for_changes_nothing(world):
    certificate = world.issued()
    before = subscription_of(certificate)
    decided(free_months=12)
    assert subscription_of(certificate) == before
    assert counted()[0].paid == 1


def test_no_period_is_longer_than_the_certificate(world):
    certificate = world.issued()
    decided(free_months=600)
    assert subscription_of(certificate).until == certificate.not_after


def test_a_decision_holds_for_certificates_that_come_after_it(world):
    decided(free_months=36)
    assert subscription_of(world.issued()).decision == "C26110041"


def test_a_type_without_subscriptions_has_none(world, law):
    certificate = world.issued()
    law({"types/personal.toml": "subscriptions = []"})
    assert first_subscription("personal", date(2026, 11, 16)) is None
    certificate.application_reference = "CP0007000000001"  # of a campaign: no invoice
    assert subscription_of(certificate) is None


def test_the_reference_of_an_application_says_which_campaign_made_it():
    assert campaign_of("CP0007000000001") == 7
    assert campaign_of("CP12345000010002") == 12345
    assert campaign_of("AP261100419") is None


def test_how_many_are_free_paid_and_over(world):
    world.issued()
    world.revokes(world.issued())
    assert counted(NOON + A_DAY) == [Counted(type_code="personal", month="2026-11", paid=1, over=1)]
    decided()
    assert counted(NOON + A_DAY) == [
        Counted(type_code="personal", month="2026-11", free=1, free_by_decision=1, over=1)
    ]
    assert counted(NOON + 800 * A_DAY) == [Counted(type_code="personal", month="2026-11", over=2)]


def test_others_months_are_not_counted(world):
    world.issued()
    assert counts(first_day=date(2026, 12, 1), before_day=None, at=NOON) == []
    assert counts(first_day=None, before_day=date(2026, 11, 16), at=NOON) == []


MANY = """
    insert into issuance_certificate (issuer_id, serial_number, kind, certificate_der, fingerprint_sha256, type_code, subject,
                                      application_reference, not_before, not_after, leaf_id, recorded_at)
    select 3, decode(md5(n::text), 'hex'), 'certificate', decode(repeat('00', 600), 'hex'), sha256(n::text::bytea),
           'personal', '', 'CP0007' || lpad(n::text, 9, '0'), began, began + interval '3 years', n, began
    from generate_series(1, 20000) n, lateral (select timestamptz '2024-01-01' + n * interval '1 hour' as began) of
"""


def test_a_count_of_one_month_does_not_read_every_certificate(world):
    """Some blocks of two years' certificates are read, and of those rows most are of the month."""
    where, parameters = counting._wanted(Cohort(first_day=date(2025, 3, 1), before_day=date(2025, 4, 1)))
    with connection.cursor() as cursor:
        cursor.execute(MANY)
        cursor.execute("select brin_summarize_new_values('certificate_by_beginning')")  # as a vacuum does
        cursor.execute("analyze issuance_certificate")
        cursor.execute(
            f"explain (analyze) {counting._GROUPS.format(wanted=where)}", {**parameters, "at": NOON}
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Bitmap Index Scan on certificate_by_beginning" in plan
    assert sum(int(rows) for rows in re.findall(r"Rows Removed by Index Recheck: (\d+)", plan)) < 2000


def test_the_status_of_a_moment_says_what_was_decided_by_then(world):
    serial_number = bytes(world.issued().serial_number)
    decided(decided_at=NOON + A_DAY)
    before, after = (words_of(serial_number, at=NOON + days * A_DAY) for days in (0, 2))
    assert (before["subscription"], before["subscription_until"], before["subscription_by"]) == (
        "paid",
        "2027-11-15T16:00:00Z",
        "personal-1y",
    )
    assert (after["subscription"], after["subscription_until"], after["subscription_by"]) == (
        "free",
        "2028-11-15T16:00:00Z",
        "C26110041",
    )


@pytest.mark.parametrize("role", ["web", "worker", "operator"])
def test_whoever_shows_it_may_read_it(world, role):
    certificate = world.issued()
    with at(role):
        assert subscription_of(certificate).months == 12
