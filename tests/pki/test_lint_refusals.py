"""The gate: each historic mis-issuance is stopped by the judge that knows it."""

from dataclasses import replace

import pytest

from chopmark.pki import der, lint
from chopmark.pki.algorithms import algorithm_identifier
from chopmark.pki.names import write_name
from chopmark.pki.profiles import (
    ExtendedKeyUsage,
    KeyUsage,
)
from pki.linting import a_name, codes, lint_asha, lint_host
from pki.world import (
    A_DAY,
    ASHA_VALUES,
    ECDSA,
    IDENTITY,
    NOON,
    SERVER,
    ashas_tbs,
    hosts_tbs,
    identity_authority,
    server_authority,
)


def test_2016_a_sequential_serial_number_is_refused():
    with pytest.raises(lint.LintRefused) as refused:
        lint_asha(ashas_tbs(serial_number=b"\x23\x65\x9e"))

    assert "e_serial_too_short" in codes(refused)


def test_2016_a_padded_counter_is_refused():
    with pytest.raises(lint.LintRefused) as refused:
        lint_asha(ashas_tbs(serial_number=b"\x45" + (1234).to_bytes(15, "big")))

    assert codes(refused) == {"e_serial_not_random"}


def test_2016_sha_1_is_refused():
    ecdsa_with_sha_1 = der.sequence(der.oid("1.2.840.10045.4.1"))
    content = ashas_tbs()[4:].replace(algorithm_identifier(ECDSA), ecdsa_with_sha_1)

    with pytest.raises(lint.LintRefused) as refused:
        lint_asha(der.sequence(content))

    assert {"e_signature_algorithm_unexpected", "not_this_template"} <= codes(refused)


def test_2018_an_organisational_unit_of_65_characters_is_refused():
    subject = a_name(("C", "HK"), ("O", "Example"), ("OU", "A" * 65), ("CN", "CHAN Asha"))

    with pytest.raises(lint.LintRefused) as refused:
        lint_asha(ashas_tbs(subject_der=subject))

    assert "e_name_attribute_too_long" in codes(refused)
    assert {found.source for found in refused.value.findings} >= {lint.Source.OWN, lint.Source.PKILINT}


def test_2024_another_policy_than_the_one_in_force_is_refused():
    other = replace(IDENTITY, policies=(replace(IDENTITY.policies[0], oid="1.3.6.1.4.1.99999.1.1.2"),))

    with pytest.raises(lint.LintRefused) as refused:
        lint_asha(ashas_tbs(identity_authority().template(other)))

    assert codes(refused) == {"not_this_template"}


def test_a_server_without_alternative_names_is_refused():
    nameless = replace(SERVER, subject_alternative_names=())
    template = server_authority().template(nameless)

    with pytest.raises(lint.LintRefused) as refused:
        lint_host(hosts_tbs(template, values={}), template)

    assert {"e_server_name_missing", "e_common_name_not_alternative"} <= codes(refused)


def test_a_server_purpose_below_an_identity_authority_is_refused():
    template = identity_authority().template(SERVER)

    with pytest.raises(lint.LintRefused) as refused:
        lint_asha(hosts_tbs(template), template)

    assert "e_purpose_not_of_issuer" in codes(refused)


def test_a_server_that_also_signs_mail_is_refused():
    mixed = replace(
        SERVER, extended_key_usage=(ExtendedKeyUsage.SERVER_AUTH, ExtendedKeyUsage.EMAIL_PROTECTION)
    )
    template = server_authority().template(mixed)

    with pytest.raises(lint.LintRefused) as refused:
        lint_host(hosts_tbs(template), template)

    assert "e_purposes_mixed" in codes(refused)


def test_a_certificate_good_for_everything_is_refused():
    template = identity_authority().template(replace(IDENTITY, extended_key_usage=()))

    with pytest.raises(lint.LintRefused) as refused:
        lint_asha(ashas_tbs(template), template)

    assert "e_purpose_missing" in codes(refused)


def test_an_elliptic_key_that_enciphers_is_refused():
    profile = replace(IDENTITY, key_usage=IDENTITY.key_usage | {KeyUsage.KEY_ENCIPHERMENT})
    template = identity_authority().template(profile)

    with pytest.raises(lint.LintRefused) as refused:
        lint_asha(ashas_tbs(template), template)

    assert "e_key_usage_not_for_key" in codes(refused)


def test_a_subscriber_who_is_an_authority_is_refused():
    profile = replace(
        IDENTITY,
        basic_constraints=replace(IDENTITY.basic_constraints, ca=True),
        key_usage=frozenset({KeyUsage.KEY_CERT_SIGN, KeyUsage.CRL_SIGN}),
    )
    tbs = ashas_tbs(identity_authority().template(profile))

    with pytest.raises(lint.LintRefused) as refused:
        lint_asha(tbs)

    assert {"e_end_entity_is_authority", "e_key_usage_of_authority", "e_path_too_long"} <= codes(refused)


def test_an_authority_below_the_last_is_refused():
    profile = replace(
        IDENTITY,
        basic_constraints=replace(IDENTITY.basic_constraints, ca=True),
        key_usage=frozenset({KeyUsage.KEY_CERT_SIGN, KeyUsage.CRL_SIGN}),
    )
    template = identity_authority().template(profile)

    with pytest.raises(lint.LintRefused) as refused:
        lint_asha(ashas_tbs(template), template)

    assert "e_path_too_long" in codes(refused)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"crl_distribution_point": False}, "e_crl_distribution_point_missing"),
        ({"ocsp_access": False}, "e_ocsp_access_missing"),
        ({"subject_key_identifier": False}, "e_subject_key_identifier_wrong"),
        ({"authority_key_identifier": False}, "e_authority_key_identifier_wrong"),
        ({"ocsp_no_check": True}, "e_ocsp_delegate_wrong"),
        ({"key_usage": frozenset({KeyUsage.KEY_AGREEMENT})}, None),
        ({"key_usage": frozenset({KeyUsage.DATA_ENCIPHERMENT})}, "e_key_usage_not_for_purpose"),
    ],
)
def test_a_profile_with_a_hole_is_refused(change, code):
    template = identity_authority().template(replace(IDENTITY, **change))
    if code is None:
        lint_asha(ashas_tbs(template), template)
        return

    with pytest.raises(lint.LintRefused) as refused:
        lint_asha(ashas_tbs(template), template)

    assert code in codes(refused)


def test_a_certificate_without_a_policy_is_refused():
    template = identity_authority().template(replace(IDENTITY, policies=()))

    with pytest.raises(lint.LintRefused) as refused:
        lint_asha(ashas_tbs(template, values={"email": "asha@mail.example"}), template)

    assert "e_policy_missing" in codes(refused)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"not_after": NOON - A_DAY}, "e_validity_reversed"),
        ({"not_after": NOON + 4 * 366 * A_DAY}, "e_validity_too_long"),
        ({"not_before": NOON - 31 * A_DAY}, "e_validity_outside_issuer"),
        ({"subject_der": a_name()}, "e_name_empty"),
        ({"subject_der": a_name(("CN", " CHAN Asha"))}, "e_name_attribute_illegal"),
        ({"subject_der": a_name(("CN", ""))}, "e_name_attribute_illegal"),
        ({"subject_der": write_name([("CN", "A"), ("E", "other@mail.example")]).der}, "e_email_differs"),
        ({"values": {**ASHA_VALUES, "email": "Asha<asha@mail.example>"}}, "e_email_syntax"),
    ],
)
def test_a_value_out_of_bounds_is_refused(fields, code):
    with pytest.raises(lint.LintRefused) as refused:
        lint_asha(ashas_tbs(**fields))

    assert code in codes(refused)


@pytest.mark.parametrize(
    "name",
    [
        "localhost",
        "www.host_name.example",
        "*.example",
        "www.*.host.example",
        "-a.host.example",
        "10.0.0.1",
        "A.host.example",
        "a..example",
    ],
)
def test_what_is_no_host_name_is_refused(name):
    with pytest.raises(lint.LintRefused) as refused:
        lint_host(hosts_tbs(values={"dns_names": ("www.host.example", name)}))

    assert "e_dns_name_syntax" in codes(refused)


def test_one_wildcard_on_the_left_passes():
    lint_host(hosts_tbs(values={"dns_names": ("www.host.example", "*.host.example")}))


def test_a_common_name_beside_the_alternative_names_is_refused():
    with pytest.raises(lint.LintRefused) as refused:
        lint_host(hosts_tbs(values={"dns_names": ("other.host.example",)}))

    assert codes(refused) == {"e_common_name_not_alternative"}


def test_an_issuer_with_another_name_is_refused():
    with pytest.raises(lint.LintRefused) as refused:
        lint.lint_certificate(
            ashas_tbs(),
            identity_authority().template(IDENTITY),
            issuer_certificate_der=server_authority().certificate_der,
        )

    assert {"e_issuer_name_wrong", "e_authority_key_identifier_wrong"} <= codes(refused)


def test_a_finding_never_quotes_the_certificate():
    with pytest.raises(lint.LintRefused) as refused:
        lint_asha(ashas_tbs(subject_der=a_name(("CN", "CHAN Asha " + "A" * 65))))

    assert "CHAN" not in str(refused.value) + repr(refused.value.findings)
