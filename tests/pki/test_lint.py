"""The gate: what is right passes three judges; each historic mis-issuance is stopped by the judge that knows it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from chopmark.pki import der, lint
from chopmark.pki.algorithms import SignatureAlgorithm, algorithm_identifier
from chopmark.pki.attributes import BY_NAME
from chopmark.pki.certificates import compile_template, read_certificate
from chopmark.pki.crl import CRLReason, RevokedEntry, build_tbs
from chopmark.pki.names import write_name
from chopmark.pki.ocsp import (
    CertStatus,
    HashAlgorithm,
    SingleResponse,
    build_response_data,
    cert_id,
    responder_key_hash,
)
from chopmark.pki.profiles import (
    ExtendedKeyUsage,
    KeyUsage,
    ocsp_delegate_profile,
)
from chopmark.pki.rules import all_rules
from pki.world import (
    A_DAY,
    ASHA_VALUES,
    ECDSA,
    HOST_NAME,
    IDENTITY,
    NOON,
    SERVER,
    a_key,
    a_serial,
    ashas_tbs,
    delegate,
    hosts_tbs,
    identity_authority,
    issuing_profile,
    root,
    root_template,
    server_authority,
    spki_of,
)


def lint_asha(tbs=None, template=None):
    return lint.lint_certificate(
        tbs or ashas_tbs(template),
        template or identity_authority().template(IDENTITY),
        issuer_certificate_der=identity_authority().certificate_der,
    )


def lint_host(tbs=None, template=None):
    return lint.lint_certificate(
        tbs or hosts_tbs(template),
        template or server_authority().template(SERVER),
        issuer_certificate_der=server_authority().certificate_der,
    )


def codes(refused):
    """What stopped it; pkilint also notices that user notices are discouraged, and we print them by law."""
    return {found.code for found in refused.value.findings if found.severity >= lint.Severity.ERROR}


def a_name(*attributes):
    """A name by hand, which may break every rule of names."""
    return der.sequence(
        *(
            der.set_of(der.sequence(der.oid(BY_NAME[name].oid), der.utf8_string(value)))
            for name, value in attributes
        )
    )


def test_it_works():
    linted = lint_asha()

    assert linted.tbs_certificate == ashas_tbs()
    assert linted.values.values == ASHA_VALUES
    assert not [finding for finding in linted.findings if finding.severity >= lint.Severity.WARNING]


def test_a_server_passes():
    lint_host()


def test_an_authority_passes_below_its_root():
    certificate = read_certificate(identity_authority().certificate_der)
    usages = (ExtendedKeyUsage.CLIENT_AUTH, ExtendedKeyUsage.EMAIL_PROTECTION)
    lint.lint_certificate(
        certificate.tbs.encoded,
        root().template(issuing_profile(usages)),
        issuer_certificate_der=root().certificate_der,
    )


def test_a_root_passes_as_its_own_issuer():
    tbs = read_certificate(root().certificate_der).tbs.encoded

    lint.lint_certificate(tbs, root_template(root().key, root().name_der), issuer_certificate_der=None)


def test_an_ocsp_delegate_passes():
    tbs = read_certificate(delegate()[1]).tbs.encoded
    template = identity_authority().template(ocsp_delegate_profile(validity=3 * A_DAY))

    lint.lint_certificate(tbs, template, issuer_certificate_der=identity_authority().certificate_der)


def test_names_in_chinese_pass():
    subject = write_name(
        [("C", "HK"), ("O", "香港郵政電子證書（個人）"), ("OU", "0000077156"), ("CN", "陳大文" * 21)]
    )

    lint_asha(ashas_tbs(subject_der=subject.der, values={"reliance": "倚據限額：港幣 200,000 元"}))


def test_a_home_without_a_domain_is_warned_and_not_refused():
    home = replace(
        identity_authority().facts,
        ca_issuers_url="http://localhost:8400/ca/issuing.crt",
        crl_url="http://localhost:8400/crl/issuing-0.crl",
        ocsp_url="http://localhost:8402",
    )
    template = compile_template(IDENTITY, issuer=home, signature_algorithm=ECDSA)

    linted = lint_asha(ashas_tbs(template), template)

    assert {found.code for found in linted.findings if found.severity is lint.Severity.WARNING} == {
        "pkix.invalid_uri_syntax"
    }


def test_an_address_of_another_bare_host_is_refused():
    nowhere = replace(identity_authority().facts, ocsp_url="http://intranet:8402")

    template = compile_template(IDENTITY, issuer=nowhere, signature_algorithm=ECDSA)
    with pytest.raises(lint.LintRefused) as refused:
        lint_asha(ashas_tbs(template), template)

    assert codes(refused) == {"pkix.invalid_uri_syntax"}


def test_an_rsa_subscriber_may_encipher():
    profile = replace(IDENTITY, key_usage=IDENTITY.key_usage | {KeyUsage.KEY_ENCIPHERMENT})
    template = identity_authority().template(profile)

    lint_asha(ashas_tbs(template, spki_der=spki_of(rsa.generate_private_key(65537, 2048))), template)


def test_nobody_else_can_call_bytes_linted():
    passed = lint_asha()

    with pytest.raises(lint.NotMadeByLint):
        lint.LintedCertificate(
            tbs_certificate=b"anything",
            template=passed.template,
            values=passed.values,
            given=passed.given,
            findings=(),
            maker=object(),
        )
    with pytest.raises((lint.NotMadeByLint, TypeError, ValueError)):
        replace(passed, tbs_certificate=b"anything")


def test_bytes_that_are_no_certificate_are_refused():
    with pytest.raises(lint.LintRefused) as refused:
        lint_asha(b"0\x03\x02\x01\x01")

    assert codes(refused) == {"not_decoded"}


# The history of this trade, one mis-issuance a row.


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


def test_every_rule_cites_what_demands_it():
    assert len(all_rules()) >= 30
    assert all(rule.citation.startswith(("RFC", "BR", "CPS", "X.520")) for rule in all_rules())


# Lists and answers.


def a_list(entries=(), **otherwise):
    facts = {"number": 7, "this_update": NOON, "next_update": NOON + A_DAY, "only_user": True}
    return build_tbs(
        issuer=identity_authority().facts,
        signature_algorithm=ECDSA,
        entries=entries,
        distribution_point="http://ca.example/crl/issuing-0.crl",
        **(facts | otherwise),
    )


def lint_list(tbs):
    return lint.lint_crl(tbs, issuer_certificate_der=identity_authority().certificate_der)


def test_a_list_passes():
    entries = [RevokedEntry(a_serial(n), NOON - A_DAY, CRLReason(n % 7)) for n in range(50)]

    assert lint_list(a_list(entries)).facts.entry_count == 50


def test_an_empty_list_and_a_delta_pass():
    lint_list(a_list())
    lint_list(a_list(base_number=3))


def test_a_long_list_is_not_given_to_the_slow_judge(monkeypatch):
    monkeypatch.setattr(lint.pkix, "judge_crl", lambda crl_der: pytest.fail("asked"))
    entries = [RevokedEntry(a_serial(n), NOON) for n in range(lint.PKILINT_ENTRIES + 1)]

    lint_list(a_list(entries))


@pytest.mark.parametrize(
    ("tbs", "code"),
    [
        (a_list(next_update=NOON), "e_crl_updates_reversed"),
        (a_list(number=2**160), "e_crl_number_too_long"),
        (a_list(base_number=7), "e_crl_base_not_before"),
        (a_list([RevokedEntry(a_serial(1), NOON + A_DAY)]), "e_crl_revoked_in_future"),
        (a_list([RevokedEntry(a_serial(1), NOON)] * 2), "e_crl_entry_duplicate"),
        (a_list([RevokedEntry(a_serial(1), NOON, CRLReason.REMOVE_FROM_CRL)]), "e_crl_remove_outside_delta"),
        (
            a_list([RevokedEntry(a_serial(1), NOON - A_DAY, CRLReason.KEY_COMPROMISE, NOON)]),
            "e_crl_invalidity_after_revocation",
        ),
        (a_list([RevokedEntry(b"\x80" + bytes(3), NOON)]), "e_crl_serial_illegal"),
    ],
)
def test_a_list_that_lies_is_refused(tbs, code):
    with pytest.raises(lint.LintRefused) as refused:
        lint_list(tbs)

    assert code in codes(refused)


def test_a_list_of_another_issuer_is_refused():
    with pytest.raises(lint.LintRefused) as refused:
        lint.lint_crl(a_list(), issuer_certificate_der=server_authority().certificate_der)

    assert {"e_crl_issuer_wrong", "e_crl_key_identifier_wrong"} <= codes(refused)


def test_a_list_by_a_subscriber_is_refused():
    with pytest.raises(lint.LintRefused) as refused:
        lint.lint_crl(a_list(), issuer_certificate_der=identity_authority().certify(ashas_tbs()))

    assert "e_crl_issuer_may_not" in codes(refused)


def an_answer(**otherwise):
    single = {
        "cert_id": cert_id(
            issuer_name_der=identity_authority().name_der,
            issuer_spki_der=spki_of(identity_authority().key),
            serial_number=a_serial(1),
            algorithm=HashAlgorithm.SHA1,
        ),
        "status": CertStatus.GOOD,
        "this_update": NOON,
        "next_update": NOON + A_DAY,
    }
    return SingleResponse(**(single | otherwise))


def lint_answer(*responses, by=None, issuer=None):
    data = build_response_data(
        responder_key_hash=responder_key_hash(spki_of(by or delegate()[0])),
        produced_at=NOON,
        responses=responses,
        nonce=b"n" * 32,
    )
    return lint.lint_ocsp(
        data,
        signature_algorithm=SignatureAlgorithm.ECDSA_SHA256,
        responder_certificate_der=delegate()[1],
        issuer_certificate_der=(issuer or identity_authority()).certificate_der,
    )


def test_an_answer_passes():
    revoked = an_answer(status=CertStatus.REVOKED, revoked_at=NOON - A_DAY, reason=CRLReason.SUPERSEDED)

    assert len(lint_answer(an_answer(), revoked).facts.responses) == 2


@pytest.mark.parametrize(
    ("response", "code"),
    [
        ({"this_update": NOON + timedelta(seconds=1)}, "e_ocsp_update_in_future"),
        ({"next_update": NOON}, "e_ocsp_updates_reversed"),
        ({"status": CertStatus.REVOKED, "revoked_at": NOON + A_DAY}, "e_ocsp_revoked_in_future"),
    ],
)
def test_an_answer_that_lies_is_refused(response, code):
    with pytest.raises(lint.LintRefused) as refused:
        lint_answer(an_answer(**response))

    assert code in codes(refused)


def test_an_answer_by_another_key_is_refused():
    with pytest.raises(lint.LintRefused) as refused:
        lint_answer(an_answer(), by=a_key())

    assert "e_ocsp_responder_wrong" in codes(refused)


def test_an_answer_for_another_issuer_is_refused():
    with pytest.raises(lint.LintRefused) as refused:
        lint_answer(an_answer(), issuer=server_authority())

    assert {"e_ocsp_issuer_wrong", "e_ocsp_delegate_wrong"} <= codes(refused)
