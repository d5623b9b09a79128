"""The quick road for populations: it says yes to what the slow road lets pass, and never to anything else."""

import string
from functools import cache

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from chopmark.pki import lint
from chopmark.pki.certificates.moulds import Mould, MouldImpossible
from chopmark.pki.judges.kin import Kin
from chopmark.pki.names import write_name
from chopmark.pki.rules import all_rules
from chopmark.pki.tbs import read_tbs_certificate
from pki.linting import a_name, lint_asha, lint_host
from pki.world import ASHA_VALUES, NOON, a_serial, ashas_tbs, spki_of

A_MAILBOX = "chan.t.m@mail.example"
# What a sibling settles with its length, its octets or its kind; each of the others is asked of the values that differ.
SETTLED = {
    "e_common_name_not_alternative",  # servers have no quick road
    "e_dns_name_syntax",
    "e_name_empty",
    "e_serial_too_long",
    "e_serial_too_short",
    "e_validity_encoding",
    "e_validity_outside_issuer",
    "e_validity_reversed",
    "e_validity_too_long",
}
ASKED = {
    "e_email_differs",
    "e_email_syntax",
    "e_name_attribute_illegal",
    "e_name_attribute_too_long",
    "e_serial_not_positive",
    "e_serial_not_random",
}


@cache
def first():
    return lint_asha()


def another(seed, *, email=A_MAILBOX, common_name="CHAN Tai Man", organization="Example e-Cert (Personal)"):
    subject = write_name(
        [("C", "HK"), ("O", organization), ("OU", f"{seed:010}"), ("E", email), ("CN", common_name)]
    )
    return ashas_tbs(
        serial_number=a_serial(seed),
        subject_der=subject.der,
        spki_der=spki_of(ec.generate_private_key(ec.SECP256R1())),
        values={**ASHA_VALUES, "email": (email,)},
    )


def test_every_rule_is_settled_or_asked():
    assert {rule.code for rule in all_rules() if not rule.shared} == SETTLED | ASKED


@given(
    st.integers(2, 10**9),
    st.text(string.ascii_lowercase, min_size=1, max_size=60),
    st.sampled_from(["陳大文", "CHAN Tai Man", "O'Brien, J.", "Ó" * 20, "A" * 64]),
)
def test_a_sibling_is_read_along_the_first(seed, mailbox, name):
    email = f"{mailbox}@mail.example"
    tbs = another(seed, email=email, common_name=name)

    cut = first().kin.passes(tbs)

    slowly = read_tbs_certificate(tbs)
    assert cut is not None
    assert (cut.serial_number, cut.subject_der, cut.spki_der) == (
        slowly.serial_number,
        slowly.subject_der,
        slowly.spki_der,
    )
    assert (cut.not_before, cut.not_after, cut.mailbox) == (slowly.not_before, slowly.not_after, email)
    lint.lint_sibling(tbs, first())


def test_no_octet_can_be_changed_that_the_slow_road_would_not_let_pass():
    tbs = another(1003)
    assert first().kin.passes(tbs)
    passed = 0
    for at in range(len(tbs)):
        for change in (0x01, 0x20, 0x80, 0xFF):
            changed = bytearray(tbs)
            changed[at] ^= change
            if first().kin.passes(bytes(changed)):
                lint.lint_sibling(bytes(changed), first())
                passed += 1
    assert passed  # a letter of the name, a bit of the serial number


@pytest.mark.parametrize("cut", [0, 1, 4, 40, 200, -1])
def test_what_is_cut_short_does_not_fit(cut):
    assert first().kin.passes(another(1004)[:cut]) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"serial_number": b"\x7f" + bytes(15)},
        {"serial_number": b"\x23\x65\x9e"},
        {"not_after": NOON},
        {"subject_der": a_name(("C", "HK"), ("O", "Example e-Cert (Personal)"))},
        {"values": {**ASHA_VALUES, "email": ("other@mail.example",)}},
        {"values": {**ASHA_VALUES, "reliance": "HK$0"}},
        {"spki_der": spki_of(ec.generate_private_key(ec.SECP384R1()))},
    ],
)
def test_what_the_mould_does_not_know_is_left_to_the_slow_road(fields):
    assert first().kin.passes(ashas_tbs(**fields)) is None


@pytest.mark.parametrize("name", ["", " CHAN", "CHAN\u202e", "A" * 65])
def test_an_attribute_that_breaks_a_rule_does_not_pass(name):
    subject = a_name(("C", "HK"), ("O", "X"), ("OU", "1"), ("E", "asha@mail.example"), ("CN", name))

    assert first().kin.passes(ashas_tbs(subject_der=subject)) is None


def test_a_mailbox_that_is_the_moulds_own_is_held_against_the_alternative_name_too():
    subject = read_tbs_certificate(ashas_tbs()).subject_der
    tbs = ashas_tbs(subject_der=subject, values={**ASHA_VALUES, "email": ("other@mail.example",)})

    assert first().kin.passes(tbs) is None


def test_a_serial_number_in_more_octets_than_it_needs_is_no_der():
    tbs, padded = another(1005), b"\x00" + a_serial(7)[:15]

    assert padded[1] < 0x80
    assert first().kin.passes(tbs.replace(a_serial(1005), padded)) is None


def test_a_server_has_no_quick_road():
    linted = lint_host()

    assert linted.kin.passes(linted.tbs_certificate) is None


def test_alternative_names_of_other_kinds_make_no_mould():
    with pytest.raises(MouldImpossible):
        Mould(read_tbs_certificate(lint_host().tbs_certificate))


def test_who_knows_nobody_lets_nobody_pass():
    assert Kin().passes(ashas_tbs()) is None
