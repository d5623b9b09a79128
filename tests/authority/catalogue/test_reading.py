from pathlib import Path

import pytest

from chopmark.authority.catalogue.errors import PackMistakes
from chopmark.authority.catalogue.reading import current, read_packs

PACKS = Path(__file__).parents[3] / "src" / "chopmark" / "packs"


def test_it_works(hongkong):
    assert current() is hongkong
    assert {kind.code for kind in hongkong.types} == {"personal", "smart-id", "server"}
    assert hongkong.hierarchy.issuers["identity-1"].slug == "identity-1"
    assert hongkong.outlets.outlets["TST"].names.zh_hant == "尖沙咀"


def test_every_name_that_a_person_sees_is_there_in_chinese(hongkong):
    seen = [
        *(kind.names for kind in hongkong.types),
        *(line.names for line in hongkong.tariff.values()),
        *(outlet.names for outlet in hongkong.outlets.outlets.values()),
        *(rule.names for rule in hongkong.retention.values()),
        *(version.text for agreement in hongkong.agreements.values() for version in agreement.versions),
    ]

    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in words.zh_hant) for words in seen)


def test_the_demonstration_says_so_in_every_name_it_prints():
    pack = read_packs(PACKS / "hongkong", PACKS / "demo")

    printed = [row.literal for issuer in pack.hierarchy.issuers.values() for row in issuer.subject]
    printed += [one.organization for kind in pack.types for one in kind.classes.values()]
    assert pack.authority.demonstration
    assert not [text for text in printed if text and "Hongkong Post" in text]
    assert all(
        oid.startswith("1.3.6.1.4.1.32473.") for kind in pack.types for oid in [kind.cps[-1].policy_oid]
    )
    assert "示範" in pack.authority.names.authority.zh_hant


def test_an_overlay_changes_one_key_and_leaves_its_neighbours(laid_over):
    pack = laid_over({"outlets.toml": '[outlets.TST.hours]\nsat = ["10:00-12:00"]\n'})

    tsim_sha_tsui = pack.outlets.outlets["TST"]
    assert [str(hours) for hours in tsim_sha_tsui.hours.sat] == ["10:00–12:00"]
    assert [str(hours) for hours in tsim_sha_tsui.hours.mon] == ["09:00–17:30"]


def test_every_mistake_is_named_at_once_by_file_and_key(mistakes_of):
    found = mistakes_of(
        {
            "authority.toml": 'zone = 8\ncolour = "red"\n',
            "tariff.toml": '[personal-1y]\nprices = [{ from = 2000-01-31, cents = "50" }]\n',
            "types/extra.toml": 'code = "extra"\n',
            "fees.toml": "",
        }
    )

    assert "over/authority.toml: zone: must be text" in found
    assert "over/authority.toml: colour: unknown key" in found
    assert "over/tariff.toml: personal-1y.prices.0.cents: must be a whole number" in found
    assert "over/types/extra.toml: names: missing" in found
    assert "over/fees.toml: no part of a pack has this name" in found


def test_a_mistake_below_an_overlay_is_found_in_the_pack_that_wrote_it(mistakes_of):
    assert mistakes_of({"crl.toml": "slots = [09:15:00]\n"}) == [
        "hongkong/crl.toml: lists.identity-1.valid_hours: would pass its nextUpdate between two slots",
        "hongkong/crl.toml: lists.tls-1.valid_hours: would pass its nextUpdate between two slots",
    ]


SAME_DAY = '[[cps]]\nfrom = 2020-01-01\nversion = "1"\npolicies = ["1.2.3"]\n'
MISTAKES = {
    "bad OID": (
        "types/personal.toml",
        SAME_DAY.replace("1.2.3", "1.2.x"),
        "cps.0.policies.0: '1.2.x' is not",
    ),
    "OID of no arc": (
        "types/personal.toml",
        SAME_DAY.replace("1.2.3", "3.2.3"),
        "cps.0.policies.0: '3.2.3' is not",
    ),
    "dates overlap": ("types/personal.toml", SAME_DAY * 2, "cps.1.from: overlaps"),
    "recognition overlaps": (
        "types/personal.toml",
        "recognition = [{ from = 2000-01-31 }, { from = 2010-01-01 }]",
        "recognition.1.from: overlaps",
    ),
    "ends before it begins": ("types/personal.toml", "until = 1999-01-01\n", "until: ends before it begins"),
    "no tariff line": (
        "types/personal.toml",
        'administration = ["stamp"]',
        "administration.0: the tariff has no line",
    ),
    "no profile": ("types/personal.toml", 'profile = "round"', "profile: no profile 'round'"),
    "no issuer": (
        "types/personal.toml",
        'issuing = [{ from = 2000-01-31, issuer = "x" }]',
        "issuing.0.issuer: no issuer 'x'",
    ),
    "EKU beyond its issuer": (
        "types/personal.toml",
        'issuing = [{ from = 2000-01-31, issuer = "tls-1" }]',
        "issuing.0.issuer: 'tls-1' may not issue for clientAuth, emailProtection",
    ),
    "a root issues": (
        "types/personal.toml",
        'issuing = [{ from = 2000-01-31, issuer = "tls-root" }]',
        "issuing.0.issuer: 'tls-root' is a root",
    ),
    "a class that nobody serves": (
        "types/personal.toml",
        'issuing = [{ from = 2000-01-31, issuer = "identity-1", subscriber_class = "adult" }]',
        "issuing: nobody issues to the class 'minor'",
    ),
    "O too long": (
        "types/personal.toml",
        f'[classes.adult]\norganization = "{"x" * 65}"',
        "classes.adult.organization: longer than 64 characters",
    ),
    "OU too long": (
        "types/personal.toml",
        f'subject = [{{ attribute = "OU", literal = "{"x" * 65}" }}]',
        "subject.0.literal: longer than 64 characters",
    ),
    "TLS mixed with identity": (
        "hierarchy.toml",
        '[issuers.tls-1]\nextended_key_usage = ["serverAuth", "clientAuth"]',
        "issuers.tls-1.extended_key_usage: serverAuth stands alone",
    ),
    "an unknown word": ("types/personal.toml", 'channels = ["fax"]', "channels.0: 'fax' is not one of"),
    "a moment for a day": ("types/personal.toml", "from = 2000-01-31T00:00:00Z", "from: must be a day"),
    "a bit for a number": (
        "crl.toml",
        "public_within_minutes = true",
        "public_within_minutes: must be a whole",
    ),
    "hours that end before they begin": (
        "outlets.toml",
        '[outlets.TST.hours]\nmon = ["17:30-09:00"]',
        "outlets.TST.hours.mon.0: hours end after",
    ),
    "a capacity by day and by hour": (
        "outlets.toml",
        "[outlets.TST]\ncapacity_per_day = 100",
        "outlets.TST: say its capacity per day or per hour",
    ),
    "a counter for nobody": (
        "outlets.toml",
        "[outlets.TST]\ncapacity_per_hour = 0",
        "outlets.TST: a capacity must be at least 1",
    ),
    "no notice in a day": (
        "authority.toml",
        "notices_per_day = 0",
        "notices_per_day: must be at least 1",
    ),
    "an acceptance of another kind": (
        "types/personal.toml",
        'campaign_acceptance = "silence"',
        "campaign_acceptance: 'silence' is not one of",
    ),
    "a promotion for ever": (
        "tariff.toml",
        "[personal-1y]\npromotions = [{ from = 2020-01-01, cents = 1 }]",
        "personal-1y.promotions.0.until: a promotion has an end",
    ),
    "a validity of two lengths": (
        "types/personal.toml",
        "validity = [{ from = 2000-01-31, years = 1, days = 3 }]",
        "validity.0: give one of",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named(mistake, mistakes_of):
    file, text, named = MISTAKES[mistake]

    found = mistakes_of({file: text})

    assert [line for line in found if line.startswith(f"over/{file}: {named}")], found


def test_a_folder_without_a_pack_is_not_an_empty_policy(tmp_path):
    with pytest.raises(PackMistakes, match="no pack here"):
        read_packs(tmp_path)


def test_a_file_that_is_not_toml_is_named(mistakes_of):
    assert any(line.startswith("over/crl.toml: not TOML") for line in mistakes_of({"crl.toml": "slots = ["}))
