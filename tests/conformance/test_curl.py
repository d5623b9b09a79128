"""curl as a relying party that caches: the list, the authority's certificates and the log over HTTP."""

import pytest


def head(said: str) -> dict[str, str]:
    lines = (line.split(":", 1) for line in said.splitlines() if ":" in line)
    return {name.strip().lower(): value.strip() for name, value in lines}


@pytest.fixture
def places(instance):
    certificate = instance.summary["addresses"]
    return {
        "crl": certificate["crl"],
        "issuer": certificate["issuer"],
        "checkpoint": certificate["log"] + "/checkpoint",
    }


@pytest.mark.parametrize(
    ("name", "content_type"),
    [("crl", "application/pkix-crl"), ("issuer", "application/pkix-cert"), ("checkpoint", "text/plain")],
)
def test_it_is_fetched_once_and_then_found_unchanged(places, run, tmp_path, name, content_type):
    first = head(run("curl", "-sS", "--fail", "-D", "-", "-o", tmp_path / "file", places[name]))
    assert first["content-type"].startswith(content_type)
    again = run(
        "curl",
        "-sS",
        "-o",
        "/dev/null",
        "-w",
        "%{http_code}",
        "-H",
        f"If-None-Match: {first['etag']}",
        places[name],
    )
    assert again == "304"
    other = run(
        "curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "-H", 'If-None-Match: "another"', places[name]
    )
    assert other == "200"


def test_the_addresses_printed_in_the_certificate_are_the_ones_that_answer(instance, run, places):
    printed = run("openssl", "x509", "-in", instance.check("certificate.pem"), "-noout", "-text")
    assert f"URI:{places['crl']}" in printed
    assert f"CA Issuers - URI:{places['issuer']}" in printed
    assert f"OCSP - URI:{instance.address('responder')}" in printed


def test_the_published_list_is_the_one_that_says_revoked(instance, run, places, tmp_path):
    crl = tmp_path / "crl.der"
    run("curl", "-sS", "--fail", "-o", crl, places["crl"])
    said = run("openssl", "crl", "-inform", "DER", "-in", crl, "-noout", "-text")
    assert instance.summary["serial_number"].upper() in said
