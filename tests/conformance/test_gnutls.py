"""GnuTLS's reading of the same path, list and responder."""


def test_certtool_verifies_the_chain(instance, run, tmp_path):
    chain = tmp_path / "chain.pem"
    chain.write_text(
        "".join(instance.check(f"{name}.pem").read_text() for name in ("certificate", "issuing", "root"))
    )
    said = run("certtool", "--verify-chain", "--infile", chain)
    assert "Chain verification output: Verified. The certificate is trusted." in said


def test_certtool_finds_the_revocation_in_the_list(instance, run):
    said = run("certtool", "--crl-info", "--inder", "--infile", instance.check("crl-after.der"))
    serial = instance.summary["serial_number"].lower()
    assert serial in said.lower()
    assert serial not in run(
        "certtool", "--crl-info", "--inder", "--infile", instance.check("crl-before.der")
    ).lower()  # fmt: skip


def test_certtool_refuses_the_certificate_by_the_list(instance, run, tmp_path):
    crl = tmp_path / "crl.pem"
    run("certtool", "--crl-info", "--inder", "--infile", instance.check("crl-after.der"), "--outfile", crl)
    trusted = tmp_path / "trusted.pem"
    trusted.write_text(instance.check("issuing.pem").read_text() + instance.check("root.pem").read_text())
    said = run(
        "certtool", "--verify", "--load-ca-certificate", trusted, "--load-crl", crl,
        "--infile", instance.check("certificate.pem"), expect=1,
    )  # fmt: skip
    assert "revoked" in said


def test_ocsptool_hears_revoked(instance, run):
    said = run(
        "ocsptool", f"--ask={instance.address('responder')}/", "--load-cert", instance.check("certificate.pem"),
        "--load-issuer", instance.check("issuing.pem"), "--load-trust", instance.check("issuing.pem"),
    )  # fmt: skip
    assert "Certificate Status: revoked" in said
    assert "Verifying OCSP Response: Success" in said


def test_ocsptool_verifies_the_kept_good_answer(instance, run):
    said = run(
        "ocsptool", "--verify-response", "--inder", "--infile", instance.check("ocsp-before.der"),
        "--load-cert", instance.check("certificate.pem"), "--load-issuer", instance.check("issuing.pem"),
        "--load-trust", instance.check("issuing.pem"),
    )  # fmt: skip
    assert "Success" in said
