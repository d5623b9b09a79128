"""The gate for what relying parties are told: lists and answers."""

from datetime import timedelta

import pytest

from chopmark.pki import lint
from chopmark.pki.algorithms import SignatureAlgorithm
from chopmark.pki.crl import CRLReason, RevokedEntry, build_tbs
from chopmark.pki.ocsp import (
    CertStatus,
    HashAlgorithm,
    SingleResponse,
    build_response_data,
    cert_id,
    responder_key_hash,
)
from pki.linting import codes
from pki.world import (
    A_DAY,
    ECDSA,
    NOON,
    a_key,
    a_serial,
    ashas_tbs,
    delegate,
    identity_authority,
    server_authority,
    spki_of,
)


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
