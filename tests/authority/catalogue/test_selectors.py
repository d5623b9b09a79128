from datetime import UTC, date, datetime

import pytest

from chopmark.authority.catalogue import selectors as catalogue
from chopmark.authority.catalogue.errors import (
    AlgorithmStopped,
    ClassUnknown,
    NoPrice,
    NotOffered,
    TypeNotInForce,
    TypeNotRecognised,
    TypeUnknown,
)
from chopmark.authority.catalogue.words import KeyAlgorithm, Medium
from chopmark.pki.reasons import CRLReason

A_DAY = date(2026, 11, 23)


def test_it_works(hongkong):
    kind = catalogue.require_recognised("personal", A_DAY)

    assert kind.dual_control
    assert catalogue.issuer_for("personal", "adult", A_DAY).slug == "identity-1"
    assert catalogue.policy_for("personal", A_DAY).policy_oid == "1.3.6.1.4.1.16030.1.1.52"
    assert CRLReason.KEY_COMPROMISE in kind.subscriber_reasons


def test_a_type_not_yet_offered_is_refused(hongkong):
    with pytest.raises(TypeNotInForce):
        catalogue.type_in_force("smart-id", date(2003, 6, 22))
    with pytest.raises(TypeUnknown):
        catalogue.type_in_force("dog-licence", A_DAY)


def test_suspended_recognition_stops_a_type_that_is_still_offered(laid_over):
    laid_over({"types/personal.toml": "recognition = [{ from = 2000-01-31, until = 2026-11-22 }]"})

    assert catalogue.type_in_force("personal", A_DAY).code == "personal"
    with pytest.raises(TypeNotRecognised):
        catalogue.require_recognised("personal", A_DAY)
    assert "personal" not in {kind.code for kind in catalogue.types_offered(A_DAY)}


def test_a_moment_is_read_as_the_day_it_is_in_hong_kong(hongkong):
    last_second_of_promotion = datetime(2026, 6, 30, 15, 59, 59, tzinfo=UTC)
    midnight = datetime(2026, 6, 30, 16, 0, tzinfo=UTC)

    assert catalogue.price("personal-1y", last_second_of_promotion).amount_minor == 4800
    assert catalogue.price("personal-1y", midnight).amount_minor == 5000


def test_a_promotion_beats_the_price_on_its_days_only(hongkong):
    prices = {day: catalogue.price("personal-1y", day) for day in (date(2023, 6, 30), date(2023, 7, 1))}

    assert [(line.amount_minor, line.promotion) for line in prices.values()] == [(5000, False), (4800, True)]


def test_what_has_no_price_is_not_free(hongkong):
    with pytest.raises(NoPrice):
        catalogue.price("personal-1y", date(1999, 1, 1))
    with pytest.raises(NoPrice):
        catalogue.price("unheard-of", A_DAY)


def test_a_minor_is_relied_on_for_nothing(hongkong):
    kind = catalogue.type_in_force("personal", A_DAY)

    assert catalogue.reliance_limit(kind, "adult") == 200_000_00
    assert catalogue.reliance_limit(kind, "minor") == 0
    with pytest.raises(ClassUnknown):
        catalogue.reliance_limit(kind, "centenarian")


def test_the_issuer_changes_on_its_day_for_its_class(laid_over):
    laid_over(
        {
            "types/personal.toml": """
issuing = [
  { from = 2000-01-31, issuer = "identity-1" },
  { from = 2026-12-01, issuer = "identity-2", subscriber_class = "minor" },
]""",
            "hierarchy.toml": """
[issuers.identity-2]
key = "identity-1"
extended_key_usage = ["clientAuth", "emailProtection"]
crl_url = "x"
certificate_url = "x"
subject = [{ attribute = "CN", literal = "Two" }]
[certificates.identity-2]
subject = "identity-2"
issuer = "identity-root"
years = 9
""",
            "crl.toml": '[lists.identity-2]\nmade_by = "slot"\nvalid_hours = 24',
        }
    )

    chosen = {
        (who, day): catalogue.issuer_for("personal", who, date(2026, month, day)).slug
        for who in ("adult", "minor")
        for month, day in ((11, 30), (12, 1))
    }
    assert chosen == {
        ("adult", 30): "identity-1",
        ("adult", 1): "identity-1",
        ("minor", 30): "identity-1",
        ("minor", 1): "identity-2",
    }


def test_the_policy_is_that_of_the_practice_statement_in_force_at_issue(hongkong):
    assert catalogue.policy_for("personal", date(2024, 8, 20)).version == "1.51"
    assert catalogue.policy_for("personal", date(2024, 8, 21)).version == "1.52"


@pytest.mark.parametrize(
    ("code", "not_before", "not_after"),
    [
        ("personal", datetime(2026, 11, 23, 2, 0, tzinfo=UTC), datetime(2029, 11, 22, 16, 0, tzinfo=UTC)),
        ("personal", datetime(2028, 2, 29, 2, 0, tzinfo=UTC), datetime(2031, 2, 27, 16, 0, tzinfo=UTC)),
        ("server", datetime(2026, 11, 23, 2, 0, tzinfo=UTC), datetime(2027, 6, 9, 16, 0, tzinfo=UTC)),
    ],
)
def test_a_certificate_ends_at_midnight_in_hong_kong_and_not_later_than_its_length(
    hongkong, code, not_before, not_after
):
    assert catalogue.not_after(code, not_before) == not_after


def test_fees_are_of_the_subscription_and_medium_chosen(hongkong):
    kind = catalogue.type_in_force("personal", A_DAY)

    assert [line.code for line in catalogue.fee_lines(kind, on=A_DAY)] == ["personal-1y", "medium-file"]
    assert [line.code for line in catalogue.fee_lines(kind, on=A_DAY, key_source="own")] == ["personal-1y"]
    with_usb = catalogue.fee_lines(kind, on=A_DAY, medium=Medium.USB)
    assert sum(line.amount_minor for line in with_usb) == 90_00
    with pytest.raises(NotOffered):
        catalogue.fee_lines(kind, on=A_DAY, months=7)


def test_the_first_year_on_a_smart_card_is_free_and_the_next_is_not(hongkong):
    kind = catalogue.type_in_force("smart-id", A_DAY)

    assert [line.amount_minor for line in catalogue.fee_lines(kind, on=A_DAY)] == [0]
    assert [line.amount_minor for line in catalogue.fee_lines(kind, on=A_DAY, renewal=True)] == [5000]


def test_an_algorithm_stops_on_its_day(hongkong):
    catalogue.require_algorithm(KeyAlgorithm.RSA_2048, date(2030, 12, 31))
    with pytest.raises(AlgorithmStopped):
        catalogue.require_algorithm(KeyAlgorithm.RSA_2048, date(2031, 1, 1))
    with pytest.raises(AlgorithmStopped):
        catalogue.require_algorithm(KeyAlgorithm.P521, A_DAY)


def test_people_agree_to_a_named_version(hongkong):
    terms = catalogue.agreement_in_force(A_DAY)

    assert terms.name == "terms 1"
    assert "倚據限額" in terms.text.zh_hant
