"""The gate for populations: a sibling needs two judges fewer, and no other."""

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from chopmark.pki import lint
from pki.linting import a_name, codes, lint_asha
from pki.world import (
    A_DAY,
    ASHA_VALUES,
    HOST_NAME,
    NOON,
    a_serial,
    ashas_tbs,
    hosts_tbs,
    spki_of,
)


def test_a_sibling_needs_two_judges_fewer():
    first = lint_asha()
    tbs = ashas_tbs(serial_number=a_serial(1002))

    second = lint.lint_sibling(tbs, first)

    assert second.values.serial_number == a_serial(1002)


def test_a_certificate_without_an_address_is_no_sibling_of_one_with():
    tbs = ashas_tbs(values={"reliance": "Reliance limit HK$0"}, subject_der=HOST_NAME)

    with pytest.raises(lint.LintRefused) as refused:
        lint.lint_sibling(tbs, lint_asha())

    assert codes(refused) == {"not_a_sibling"}


def test_a_certificate_of_another_kind_of_key_is_no_sibling():
    tbs = ashas_tbs(spki_der=spki_of(rsa.generate_private_key(65537, 2048)))

    with pytest.raises(lint.LintRefused) as refused:
        lint.lint_sibling(tbs, lint_asha())

    assert codes(refused) == {"not_a_sibling"}


def test_a_certificate_of_another_template_is_no_sibling():
    with pytest.raises(lint.LintRefused) as refused:
        lint.lint_sibling(hosts_tbs(), lint_asha())

    assert codes(refused) == {"not_this_template"}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"serial_number": b"\x23\x65\x9e"}, "e_serial_too_short"),
        ({"not_after": NOON - A_DAY}, "e_validity_reversed"),
        ({"not_after": NOON + 11 * 365 * A_DAY}, "e_validity_outside_issuer"),
        ({"subject_der": a_name(("OU", "A" * 65), ("E", "asha@mail.example"))}, "e_name_attribute_too_long"),
        ({"subject_der": a_name(("CN", "CHAN Asha\u202e"))}, "e_name_attribute_illegal"),
        ({"values": {**ASHA_VALUES, "email": "asha"}}, "e_email_syntax"),
        ({"values": {**ASHA_VALUES, "email": "other@mail.example"}}, "e_email_differs"),
    ],
)
def test_a_sibling_is_held_to_every_rule_on_what_varies(fields, code):
    with pytest.raises(lint.LintRefused) as refused:
        lint.lint_sibling(ashas_tbs(**fields), lint_asha())

    assert code in codes(refused)
