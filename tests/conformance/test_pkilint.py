"""pkilint's own command lines over what was issued: nothing to warn of."""

import sys
from pathlib import Path

import pytest

LINTERS = Path(sys.executable).parent


@pytest.mark.parametrize("name", ["root.pem", "issuing.pem", "certificate.pem"])
def test_certificates(instance, run, name):
    # Below a warning: that there is a policy qualifier, which is where the reliance limit is printed (C13).
    said = run(LINTERS / "lint_pkix_cert", "lint", "-s", "WARNING", instance.check(name))
    assert not said.strip()


@pytest.mark.parametrize("name", ["crl-before.der", "crl-after.der"])
def test_lists(instance, run, name):
    said = run(LINTERS / "lint_crl", "lint", "-t", "CRL", "-p", "PKIX", "-s", "NOTICE", instance.check(name))
    assert not said.strip()


@pytest.mark.parametrize("name", ["ocsp-before.der", "ocsp-after.der"])
def test_answers(instance, run, name):
    said = run(LINTERS / "lint_ocsp_response", "lint", "-s", "NOTICE", instance.check(name))
    assert not said.strip()


def test_issuer_and_subject_fit_each_other(instance, run):
    said = run(
        LINTERS / "lint_pkix_signer_signee_cert_chain", "lint", "-s", "NOTICE",
        instance.check("issuing.pem"), instance.check("certificate.pem"),
    )  # fmt: skip
    assert not said.strip()
