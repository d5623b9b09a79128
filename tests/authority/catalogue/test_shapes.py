from datetime import date

import pytest

from chopmark.authority.catalogue import selectors as catalogue
from chopmark.authority.catalogue import shapes
from chopmark.authority.catalogue.words import ExtendedKeyUsage, GeneralName, KeyAlgorithm
from chopmark.pki import oids
from chopmark.pki.names import build_name, parse_name

A_DAY = date(2026, 11, 23)
FACTS = {"subscriber.srn": "0000000001", "subscriber.name": "CHAN Tai Man"}


@pytest.fixture
def personal(hongkong):
    return catalogue.type_in_force("personal", A_DAY)


def test_it_works(personal):
    template = shapes.name_template(personal, "adult")

    name = build_name(template, {**FACTS, "subscriber.email": "taiman@mail.example"})

    organization = "O=Hongkong Post e-Cert (Personal)"
    assert name.rfc4514() == f"CN=CHAN Tai Man,E=taiman@mail.example,OU=0000000001,{organization},C=HK"
    assert parse_name(template, name.der)["subscriber.srn"] == "0000000001"


def test_a_minor_is_named_so(personal):
    name = build_name(shapes.name_template(personal, "minor"), FACTS)

    assert name.values("O") == ("Hongkong Post e-Cert (Personal/Minor)",)


def test_the_reliance_limit_is_printed_and_is_nothing_for_a_minor(personal):
    notices = {
        who: shapes.certificate_profile(personal, who, A_DAY).policies[0].user_notice
        for who in ("adult", "minor")
    }

    assert "HK$200,000." in notices["adult"]
    assert "HK$0." in notices["minor"]


def test_the_longest_validity_of_a_profile_is_that_of_its_day(personal):
    assert shapes.certificate_profile(personal, "adult", A_DAY).validity.days == 3 * 365 + 1
    server = catalogue.type_in_force("server", A_DAY)
    assert shapes.certificate_profile(server, "organisation", A_DAY).validity.days == 199


def test_a_stopped_algorithm_is_no_longer_accepted(personal):
    before, after = (shapes.key_policy(personal, day) for day in (date(2030, 12, 31), date(2031, 1, 1)))

    assert before.rsa_bits == (2048, 4096)
    assert after.rsa_bits == (3072, 4096)
    assert after.curves == {oids.P256, oids.P384}


def test_nothing_is_signed_with_an_algorithm_of_tomorrow(personal):
    today = shapes.certificate_profile(personal, "adult", A_DAY).signature_algorithms
    tomorrow = shapes.certificate_profile(personal, "adult", date(2027, 1, 1)).signature_algorithms

    assert [str(new) for new in set(tomorrow) - set(today)] == ["id-ml-dsa-65"]


def test_every_word_of_a_pack_means_something_to_pki():
    assert set(shapes.NAME_KINDS) == set(GeneralName)
    assert all(shapes.ExtendedKeyUsage[usage.name] for usage in ExtendedKeyUsage)
    sized = set(shapes.CURVES) | set(shapes.RSA_BITS) | set(shapes.ML_DSA)
    assert set(KeyAlgorithm) - sized == {KeyAlgorithm.ED25519}
