"""OpenSSL's path validation, CRL and OCSP, on what the walk left and on the running responder."""

from pathlib import Path

import pytest

from conformance.conftest import Instance, Run


def verify(instance: Instance, run: Run, crl: str, *, expect: int = 0) -> str:
    return run(
        "openssl", "verify", "-x509_strict", "-crl_check",
        "-CAfile", instance.check("root.pem"), "-untrusted", instance.check("issuing.pem"),
        "-CRLfile", pem(instance, run, crl), instance.check("certificate.pem"),
        expect=expect,
    )  # fmt: skip


def pem(instance: Instance, run: Run, crl: str) -> Path:
    out = instance.home / f"{crl}.pem"
    run("openssl", "crl", "-inform", "DER", "-in", instance.check(crl), "-out", out)
    return out


def test_the_path_is_good_under_strict_rules_before_revocation(instance, run):
    assert "certificate.pem: OK" in verify(instance, run, "crl-before.der")


def test_the_path_is_refused_after_revocation(instance, run):
    assert "certificate revoked" in verify(instance, run, "crl-after.der", expect=2)


@pytest.mark.parametrize("digest", ["-sha1", "-sha256"])
def test_the_responder_says_revoked(instance, run, digest):
    said = run(
        "openssl", "ocsp", digest, "-issuer", instance.check("issuing.pem"), "-cert", instance.check("certificate.pem"),
        "-url", instance.address("responder"), "-CAfile", instance.check("root.pem"),
        "-verify_other", instance.check("issuing.pem"), "-no_nonce",
    )  # fmt: skip
    assert "Response verify OK" in said
    assert "certificate.pem: revoked" in said


def test_the_responder_echoes_a_nonce(instance, run):
    said = run(
        "openssl", "ocsp", "-issuer", instance.check("issuing.pem"), "-cert", instance.check("certificate.pem"),
        "-url", instance.address("responder"), "-CAfile", instance.check("root.pem"), "-resp_text",
    )  # fmt: skip
    assert "OCSP Nonce" in said
    assert "WARNING: no nonce" not in said
    assert "nonce" not in said.split("Response verify OK")[-1].lower()


@pytest.mark.parametrize(("name", "status"), [("ocsp-before.der", "good"), ("ocsp-after.der", "revoked")])
def test_a_kept_answer_still_verifies(instance, run, name, status):
    said = run(
        "openssl", "ocsp", "-respin", instance.check(name), "-issuer", instance.check("issuing.pem"),
        "-cert", instance.check("certificate.pem"), "-CAfile", instance.check("root.pem"), "-no_nonce",
        # Kept since the walk, which may be longer ago than an answer is good for.
        "-validity_period", 24 * 3600,
    )  # fmt: skip
    assert "Response verify OK" in said
    assert f"certificate.pem: {status}" in said


def test_an_unknown_serial_number_is_unknown(instance, run):
    said = run(
        "openssl", "ocsp", "-issuer", instance.check("issuing.pem"), "-serial", "0x4242424242424242",
        "-url", instance.address("responder"), "-CAfile", instance.check("root.pem"),
    )  # fmt: skip
    assert "0x4242424242424242: unknown" in said


def test_the_key_that_was_made_opens_with_the_envelopes_pin_only(instance, run):
    pin = instance.check("keystore.pin").read_text().strip()
    keystore = instance.check("keystore.p12")
    said = run(
        "openssl", "pkcs12", "-in", keystore, "-passin", f"pass:{pin}", "-passout", "pass:", "-info", "-nodes"
    )
    assert "BEGIN PRIVATE KEY" in said
    assert said.count("BEGIN CERTIFICATE") == 3
    assert "MAC verify error" not in said
    assert "invalid password" in run(
        "openssl", "pkcs12", "-in", keystore, "-passin", "pass:WRONGWRONGWR", "-nodes", expect=1
    )


def test_the_made_key_is_the_one_in_its_certificate(instance, run, tmp_path):
    pin = instance.check("keystore.pin").read_text().strip()
    source = ["openssl", "pkcs12", "-in", instance.check("keystore.p12"), "-passin", f"pass:{pin}", "-nodes"]
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    run(*source, "-nocerts", "-out", key)
    run(*source, "-clcerts", "-nokeys", "-out", certificate)
    of_key = run("openssl", "pkey", "-in", key, "-pubout")
    of_certificate = run("openssl", "x509", "-in", certificate, "-noout", "-pubkey")
    assert of_key == of_certificate
