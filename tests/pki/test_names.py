"""Names are composed from facts, and give the same facts back."""

import unicodedata

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from chopmark.pki import names
from chopmark.pki.names import DnAttribute, DnTemplate, FieldCheck, build_name, parse_name
from pki.world import ashas_tbs, identity_authority

PERSONAL = DnTemplate.from_rows(
    [
        {"attribute": "C", "constant": "HK"},
        {"attribute": "O", "constant": "Example e-Cert (Personal)"},
        {"attribute": "OU", "field": "srn", "check": "srn"},
        {"attribute": "E", "field": "email", "optional": True},
        {"attribute": "CN", "field": "name"},
    ]
)
ORGANISATIONAL = DnTemplate(
    (
        DnAttribute(attribute="C", constant="HK"),
        DnAttribute(attribute="O", constant="Example e-Cert (Organisational)"),
        DnAttribute(attribute="OU", field="srn", check=FieldCheck.SRN),
        DnAttribute(attribute="OU", field="registration", check=FieldCheck.REGISTRATION),
        DnAttribute(attribute="OU", field="organisation"),
        DnAttribute(attribute="OU", field="branch", optional=True),
        DnAttribute(attribute="E", field="email", optional=True),
        DnAttribute(attribute="CN", field="name"),
    )
)
DEPARTMENT = "000000000000000000000000HKPO"
ASHA = {"srn": "0000077156", "name": "CHAN Asha", "email": "asha@mail.example"}

WORDS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12).map(
    lambda text: unicodedata.normalize("NFC", text)
)
TEXTS = st.lists(WORDS, min_size=1, max_size=3).map(" ".join).filter(lambda text: len(text) <= 64)
SRNS = st.from_regex(r"\A[0-9]{10}\Z")
MAILBOXES = st.from_regex(r"\A[a-z0-9]{1,20}(\.[a-z0-9]{1,5})?@[a-z0-9]{1,20}\.example\Z")
FACTS = st.fixed_dictionaries(
    {"srn": SRNS, "registration": st.just(DEPARTMENT), "organisation": TEXTS, "name": TEXTS},
    optional={"branch": TEXTS, "email": MAILBOXES},
)


def test_it_works():
    name = build_name(PERSONAL, ASHA)

    assert name.rfc4514() == (
        "CN=CHAN Asha,E=asha@mail.example,OU=0000077156,O=Example e-Cert (Personal),C=HK"
    )
    assert parse_name(PERSONAL, name.der) == ASHA


@given(FACTS)
def test_the_facts_come_back_from_the_name(facts):
    assert parse_name(ORGANISATIONAL, build_name(ORGANISATIONAL, facts).der) == facts


@given(FACTS)
def test_an_independent_decoder_reads_the_same_name(facts):
    name = build_name(ORGANISATIONAL, facts)

    certificate = x509.load_der_x509_certificate(
        identity_authority().certify(ashas_tbs(subject_der=name.der))
    )

    assert [one.value for one in certificate.subject] == [value for _, value in name.attributes]
    assert certificate.subject.public_bytes() == name.der


def test_the_subscriber_reference_number_stands_alone_in_the_first_unit():
    name = build_name(PERSONAL, ASHA)

    assert name.values("OU") == ("0000077156",)


@pytest.mark.parametrize("with_branch", [True, False])
def test_the_branch_is_told_from_the_other_units(with_branch):
    facts = {"srn": "0000077156", "registration": DEPARTMENT, "organisation": "Post", "name": "CHAN"}
    facts |= {"branch": "Kowloon"} if with_branch else {}

    assert parse_name(ORGANISATIONAL, build_name(ORGANISATIONAL, facts)) == facts


def test_the_sixty_fifth_character_is_refused():
    build_name(PERSONAL, ASHA | {"name": "A" * 64})

    with pytest.raises(names.AttributeTooLong) as refused:
        build_name(PERSONAL, ASHA | {"name": "A" * 65})

    assert refused.value.details == {"field": "name", "limit": 64, "length": 65}


def test_sixty_four_characters_are_counted_and_not_octets():
    assert build_name(PERSONAL, ASHA | {"name": "陳" * 64}).values("CN") == ("陳" * 64,)


@pytest.mark.parametrize(
    "value", [" padded", "padded ", "two  spaces", "a\x00b", "a\u202eb", "e\u0301", "\t"]
)
def test_text_that_looks_like_other_text_is_refused(value):
    with pytest.raises(names.AttributeIllegal):
        build_name(PERSONAL, ASHA | {"name": value})


def test_an_empty_value_is_refused():
    with pytest.raises(names.AttributeEmpty):
        build_name(PERSONAL, ASHA | {"name": ""})


def test_a_missing_fact_is_refused():
    with pytest.raises(names.AttributeEmpty) as refused:
        build_name(PERSONAL, {"srn": "0000077156"})

    assert refused.value.details == {"field": "name"}


def test_a_fact_without_a_place_is_not_lost_in_silence():
    with pytest.raises(names.FactNotInTemplate):
        build_name(PERSONAL, ASHA | {"title": "Dr"})


@pytest.mark.parametrize(
    "email", ["not a mailbox", "a@b", "a@b..example", "陳@mail.example", "A <a@b.example>"]
)
def test_an_address_that_no_mail_reaches_is_refused(email):
    with pytest.raises(names.AttributeIllegal):
        build_name(PERSONAL, ASHA | {"email": email})


@pytest.mark.parametrize("srn", ["123", "12345678901", "123456789a", "١٢٣٤٥٦٧٨٩٠"])
def test_a_reference_number_is_ten_digits(srn):
    with pytest.raises(names.SrnMalformed):
        build_name(PERSONAL, ASHA | {"srn": srn})


@pytest.mark.parametrize("country", ["hk", "HKG", "1K"])
def test_a_country_is_two_capital_letters(country):
    with pytest.raises((names.AttributeIllegal, names.AttributeTooLong)):
        names.write_name([("C", country)])


def test_a_name_of_another_type_is_not_of_this_template():
    organisational = build_name(
        ORGANISATIONAL,
        {"srn": "0000077156", "registration": DEPARTMENT, "organisation": "Post", "name": "CHAN"},
    )

    with pytest.raises(names.NameNotOfTemplate):
        parse_name(PERSONAL, organisational)


def test_a_template_that_could_be_read_two_ways_is_refused():
    with pytest.raises(names.TemplateAmbiguous):
        DnTemplate(
            (
                DnAttribute(attribute="OU", field="one", optional=True),
                DnAttribute(attribute="OU", field="two", optional=True),
            )
        )


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ({"others": "HKPO"}, DEPARTMENT),
        (
            {"business_registration": "1234567800001010", "company_number": "123456"},
            "123456780000101000123456",
        ),
        ({"business_registration": "12345678"}, "123456780000000000000000"),
    ],
)
def test_a_registration_string_is_filled_with_zeros(parts, text):
    assert names.registration_string(**parts) == text
    names.read_registration_string(text)


def test_a_registration_string_gives_its_parts_back():
    assert names.read_registration_string(DEPARTMENT) == names.Registration(others="HKPO")


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"business_registration": "1234567"},
        {"business_registration": "12345678901234567"},
        {"company_number": "123456789"},
        {"company_number": "12-4"},
        {"others": "x" * 31},
        {"others": " x"},
    ],
)
def test_a_number_no_register_would_write_is_refused(parts):
    with pytest.raises(names.RegistrationMalformed):
        names.registration_string(**parts)
