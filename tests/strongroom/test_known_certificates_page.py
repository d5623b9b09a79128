"""Asha makes her certificate known at the desk: a text to sign, her certificate and its signature, in plain words."""

import base64

import pytest
from certificates_stage import Authority, signature_of
from desk_stage import text
from people import asha_applies

from chopmark.strongroom import clock
from chopmark.strongroom.certificates import Trust
from chopmark.strongroom.desk import known_certificates
from chopmark.strongroom.policy.models import Challenge, KnownCertificate


@pytest.fixture
def authority():
    return Authority.make(clock.now())


@pytest.fixture
def asha(client, strongroom, authority, monkeypatch):
    trust = Trust(issuers=(authority.certificate_der,), lists=(authority.crl(),))
    monkeypatch.setattr(known_certificates.Trust, "read", lambda _files: trust)
    submitted = asha_applies(now=clock.now())
    client.post("/history", {"hkid": "A123456(3)", "code": submitted.access_code})
    return client


def asked(asha):
    return asha.post("/history/certificates/ask").headers["Location"]


def pem(der):
    body = base64.encodebytes(der).decode()
    return f"-----BEGIN CERTIFICATE-----\n{body}-----END CERTIFICATE-----\n"


def form(holder, signed):
    return {"certificate": pem(holder.certificate_der), "signature": base64.b64encode(signed).decode()}


def test_it_works(asha, authority):
    assert "You have made no certificate known" in text(asha.get("/history/certificates"))
    address, hers = asked(asha), authority.issue()
    to_sign = asha.get(f"{address}/text").content
    assert to_sign.decode() in text(asha.get(address))
    sent = asha.post(address, form(hers, signature_of(to_sign, hers.key)))
    assert sent.headers["Location"] == "/history/certificates"
    fingerprint = bytes(KnownCertificate.objects.get().fingerprint).hex()
    assert fingerprint in text(asha.get("/history/certificates"))
    assert "/history/certificates" in text(asha.get("/history"))
    assert asha.get(address).status_code == 403


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_it_is_in_her_language(asha, language):
    page = text(asha.get(asked(asha), {"lang": language}))
    assert ("簽署這段文字" in page) == (language == "zh-hant")


def test_what_does_not_fit_is_said_at_its_field(asha, authority):
    address, hers = asked(asha), authority.issue()
    to_sign = asha.get(f"{address}/text").content
    good = form(hers, signature_of(to_sign, hers.key))
    assert asha.post(address, {}).status_code == 422
    for wrong, words in (
        ({"certificate": "no"}, "with its first and its last line"),
        ({"signature": "§"}, "in base64"),
        ({"signature": base64.b64encode(b"x" * 70).decode()}, "The signature does not fit the certificate"),
        ({"certificate": pem(Authority.make(clock.now()).issue().certificate_der)}, "not from an authority"),
    ):
        answer = asha.post(address, good | wrong)
        assert answer.status_code == 422 and words in text(answer), wrong
    assert not KnownCertificate.objects.exists()
    # A wrong answer does not use the text up.
    assert asha.post(address, good).status_code == 302


def test_the_text_is_hers_and_for_this_only(asha, authority, client):
    address = asked(asha)
    asha.post("/history/sign-out")
    for what in ("", "/text"):
        assert asha.get(address + what).headers["Location"] == "/history"
    assert asha.post("/history/certificates/ask").headers["Location"] == "/history"
    assert asha.get("/history/certificates").headers["Location"] == "/history"
    assert Challenge.objects.get().answered_at is None
