"""The gate: what is right passes three judges, and nobody else can say that it did."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from chopmark.pki import lint
from chopmark.pki.certificates import compile_template, read_certificate
from chopmark.pki.names import write_name
from chopmark.pki.profiles import (
    ExtendedKeyUsage,
    KeyUsage,
    ocsp_delegate_profile,
)
from chopmark.pki.rules import all_rules
from pki.linting import codes, lint_asha, lint_host
from pki.world import (
    A_DAY,
    ASHA_VALUES,
    ECDSA,
    IDENTITY,
    ashas_tbs,
    delegate,
    identity_authority,
    issuing_profile,
    root,
    root_template,
    spki_of,
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
            shape=passed.shape,
            maker=object(),
        )
    with pytest.raises((lint.NotMadeByLint, TypeError, ValueError)):
        replace(passed, tbs_certificate=b"anything")


def test_bytes_that_are_no_certificate_are_refused():
    with pytest.raises(lint.LintRefused) as refused:
        lint_asha(b"0\x03\x02\x01\x01")

    assert codes(refused) == {"not_decoded"}


# The history of this trade, one mis-issuance a row.


def test_every_rule_cites_what_demands_it():
    assert len(all_rules()) >= 30
    assert all(rule.citation.startswith(("RFC", "BR", "CPS", "X.520")) for rule in all_rules())


# Lists and answers.
