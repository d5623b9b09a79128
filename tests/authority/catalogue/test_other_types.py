"""The format holds types that this pack does not have (DOMAIN 1.3), without a change of code."""

from datetime import date

import pytest

from chopmark.authority.catalogue import selectors as catalogue
from chopmark.authority.catalogue import shapes
from chopmark.authority.catalogue.words import Asker, Medium
from chopmark.pki.names import build_name, parse_name

A_DAY = date(2026, 11, 23)
ORGANISATIONAL = """
code = "organisational"
from = 2000-01-31
names = { en = "e-Cert (Organisational)", zh-hant = "電子證書（機構）" }
profile = "identity"
dual_control = true
evidence = ["organisation_existence", "representative_authority"]
channels = ["counter", "interface"]
registration_authorities = ["hospital"]
administration = ["org-administration"]
eligibility = { en = "Registered organisation", zh-hant = "註冊機構" }
limits_of_use = { en = "No money, no contract", zh-hant = "不得用於金錢或合約" }

[classes.registered]
names = { en = "Holder of a business registration", zh-hant = "商業登記證持有人" }
organization = "Hongkong Post e-Cert (Organisational)"
reliance_limit_cents = 20000000
[classes.government]
names = { en = "Bureau or department", zh-hant = "政府決策局及部門" }
organization = "Hongkong Post e-Cert (Organisational)"
reliance_limit_cents = 20000000

[[subject]]
attribute = "C"
literal = "HK"
[[subject]]
attribute = "O"
source = "class.organization"
[[subject]]
attribute = "OU"
source = "subscriber.srn"
[[subject]]
attribute = "OU"
source = "organisation.registration"
[[subject]]
attribute = "OU"
source = "organisation.name"
[[subject]]
attribute = "OU"
source = "organisation.branch"
optional = true
[[subject]]
attribute = "CN"
source = "subscriber.name"

[key]
sources = ["authority"]
accepts = ["RSA-2048"]
made = "RSA-2048"

[[validity]]
from = 2000-01-31
months = 12
[[subscriptions]]
months = 12
first = ["org-first-1y"]
renewal = ["org-renewal-1y"]
[[subscriptions]]
months = 24
first = ["org-first-2y"]
renewal = ["org-renewal-2y"]
[media]
token = ["org-token"]

[[issuing]]
from = 2000-01-31
issuer = "identity-1"
[[issuing]]
from = 2019-04-01
subscriber_class = "government"
issuer = "identity-1"

[[cps]]
from = 2000-01-31
version = "1.52"
policies = ["1.3.6.1.4.1.16030.1.1.52", "2.16.344.8.2.2008.810.2.1.1.1"]

[revocation.authorised_representative]
reasons = ["unspecified", "certificate_hold", "affiliation_changed"]
notice_days = 30
[revocation.authorised_user]
reasons = ["key_compromise"]

[[recognition]]
from = 2000-01-31
"""
LINES = {"org-administration": 15000, "org-first-1y": 5000, "org-renewal-1y": 15000, "org-token": 0}
LINES |= {"org-first-2y": 20000, "org-renewal-2y": 30000}
TARIFF = "".join(
    f'[{code}]\nnames = {{ en = "{code}", zh-hant = "機構" }}\nprices = [{{ from = 2000-01-31, cents = {cents} }}]\n'
    for code, cents in LINES.items()
)
REGISTRATION = "000000000000000000000000HKPO"


@pytest.fixture
def organisational(laid_over):
    laid_over({"types/organisational.toml": ORGANISATIONAL, "tariff.toml": TARIFF})
    return catalogue.require_recognised("organisational", A_DAY)


def test_it_works(organisational):
    assert organisational.revocation[Asker.AUTHORISED_REPRESENTATIVE].notice_days == 30
    assert organisational.subscriber_reasons == ()
    two_years = catalogue.fee_lines(organisational, on=A_DAY, months=24, medium=Medium.TOKEN)
    assert [line.amount_minor for line in two_years] == [15000, 20000, 0]


@pytest.mark.parametrize("branch", [None, "Branch Office"])
def test_its_name_is_composed_and_read_back_with_and_without_a_branch(organisational, branch):
    template = shapes.name_template(organisational, "government")
    facts = {
        "subscriber.srn": "0000077156",
        "organisation.registration": REGISTRATION,
        "organisation.name": "Hongkong Post",
        "subscriber.name": "CHAN Tai Man",
    }
    if branch:
        facts["organisation.branch"] = branch

    name = build_name(template, facts)

    units = [branch] * bool(branch) + ["Hongkong Post", REGISTRATION, "0000077156"]
    expected = ["CN=CHAN Tai Man", *(f"OU={unit}" for unit in units)]
    expected += ["O=Hongkong Post e-Cert (Organisational)", "C=HK"]
    assert name.rfc4514() == ",".join(expected)
    assert parse_name(template, name.der) == facts


def test_both_its_policies_are_printed_ours_first(organisational):
    profile = shapes.certificate_profile(organisational, "registered", A_DAY)

    assert [policy.oid for policy in profile.policies] == list(organisational.cps[0].policies)


def test_two_versions_of_a_type_follow_each_other_by_date(laid_over):
    laid_over(
        {
            "types/organisational.toml": ORGANISATIONAL.replace(
                "from = 2000-01-31\nnames", "from = 2000-01-31\nuntil = 2026-11-23\nnames", 1
            ),
            "types/organisational-2026.toml": ORGANISATIONAL.replace(
                "from = 2000-01-31\nnames", "from = 2026-11-24\nnames", 1
            ).replace("dual_control = true", "dual_control = false"),
            "tariff.toml": TARIFF,
        }
    )

    assert catalogue.type_in_force("organisational", A_DAY).dual_control
    assert not catalogue.type_in_force("organisational", date(2026, 11, 24)).dual_control


def test_two_versions_of_a_type_on_one_day_are_a_mistake(mistakes_of):
    found = mistakes_of(
        {"types/a.toml": ORGANISATIONAL, "types/b.toml": ORGANISATIONAL, "tariff.toml": TARIFF}
    )

    assert found == ["over/types/b.toml: from: overlaps an earlier row"]
