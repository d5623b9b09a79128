"""What the signer will not sign, whoever writes it into the table of intents."""

import re
import warnings
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chopmark.authority.applications.models import Application
from chopmark.authority.catalogue.words import KeySource
from chopmark.authority.custody import selectors as custody
from chopmark.authority.custody.token import KeyHandle
from chopmark.authority.issuance import composing, signing
from chopmark.authority.issuance.composing import public_key_of
from chopmark.authority.issuance.models import (
    Certificate,
    ChunkClaim,
    Claim,
    IntendedCertificate,
    IntendedChunk,
    Kind,
    RefusedIntent,
)
from chopmark.authority.issuance.selectors import waiting_for_signer
from chopmark.authority.participants.models import Subscriber
from chopmark.authority.revocation.models import Revocation
from chopmark.authority.validation.models import DelegateClaim
from chopmark.authority.verification.models import Decision
from chopmark.config.audit.command import faults
from chopmark.pki.refusals import Refusal
from world import NOON, a_csr, a_key, at, handed_on, last_leaf, last_payload, spki_der


class NoToken:
    """A token that nobody may touch."""

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"the token was asked for {name}")


@pytest.fixture
def sign():
    """The signer's round at the certificate door, as often as something waits."""

    def run(token=None, now=NOON):
        with at("signer"):
            return signing.run_once(token=token or NoToken(), now=now, claimer=1)

    return run


def refuses(sign, intent, code="intent_not_ours"):
    """It is refused for good, with a leaf and without a claim or a use of a key."""
    assert sign() == 0
    assert RefusedIntent.objects.get().code == code
    assert last_leaf()["tag"] == "certificate:signing_refused"
    assert last_leaf()["public"] == {
        "issuer": intent.issuer_id,
        "serial_number": bytes(intent.serial_number).hex(),
    }
    assert not Claim.objects.exists()
    assert not Certificate.objects.exists()
    assert not waiting_for_signer(1)


def test_it_works(world, intended, sign):
    assert sign(world.token) == 1

    certificate = Certificate.objects.get()
    assert bytes(certificate.serial_number) == bytes(intended.serial_number)
    assert bytes(intended.tbs_certificate) in bytes(certificate.certificate_der)
    assert last_leaf()["public"]["fingerprint_sha256"] == bytes(certificate.fingerprint_sha256).hex()
    assert last_payload() == {"application": intended.application_reference}
    assert handed_on() == ["certificate.recorded"]


def test_what_is_signed_is_not_signed_again(world, intended, sign):
    sign(world.token)
    assert sign() == 0


def test_nothing_waits_and_no_key_is_used(world, sign):
    assert sign() == 0


def test_an_honest_forgery_is_no_forgery(world, approved, forge, sign):
    """The stage itself: what `forge` writes unaltered is signed, so the refusals below are about what they alter."""
    forge(approved.reference)
    assert sign(world.token) == 1


def test_a_key_that_is_not_the_applicants_is_refused(approved, forge, sign):
    refuses(sign, forge(approved.reference, spki_der=spki_der(a_key())))
    assert last_payload()["details"] == {"rule": "applicants_key"}


def test_a_key_that_nobody_made_for_her_is_refused(world, forge, sign):
    application = world.approved(key_source=KeySource.AUTHORITY)
    refuses(sign, forge(application.reference, spki_der=spki_der(a_key())))


def test_the_key_of_another_applicant_is_refused(world, approved, forge, sign):
    other = world.approved()
    refuses(sign, forge(approved.reference, spki_der=public_key_of(other)))


@pytest.mark.parametrize("state", ["begun", "submitted", "verified"])
def test_what_no_second_officer_released_is_refused(world, forge, sign, state):
    """Even if the worker's hand moved the application; it has none in the table of decisions."""
    application = world.begins()
    if state != "begun":
        application = world.submits(application) if state == "submitted" else world.takes_in(application)
    Application.objects.filter(pk=application.pk).update(
        state="approved", age_band="adult", subject_name="CHAN Tai Man"
    )

    refuses(sign, forge(application.reference))
    assert last_payload()["details"] == {"rule": "released"}


def test_another_name_is_refused(approved, forge, sign):
    refuses(
        sign,
        forge(approved.reference, alter=lambda tbs: tbs.replace(b"CHAN Tai Man", b"WONG Tai Man")),
    )


def test_another_organization_is_refused(approved, forge, sign):
    altered = forge(approved.reference, alter=lambda tbs: tbs.replace(b"(Personal)", b"(Server!!)"))
    refuses(sign, altered)


def test_a_minor_is_not_made_an_adult(world, forge, sign):
    """The reliance limit is printed, and is another."""
    application = world.submits(world.begins(), age_band="minor")
    with at("web"):
        Decision.objects.create(
            application_reference=application.reference, step="approved", officer="20588", decided_at=NOON
        )
    Application.objects.filter(pk=application.pk).update(state="approved", age_band="adult")
    intent = forge(application.reference)
    Application.objects.filter(pk=application.pk).update(age_band="minor")

    refuses(sign, intent)


def test_the_number_of_another_subscriber_is_not_printed(world, approved, forge, sign):
    """O= says the type, OU= says who: relying applications know a person by it."""
    bo = world.approved()
    world.hears()
    numbers = dict(Subscriber.objects.values_list("record_id", "srn"))
    hers, his = (numbers[one.record_id].encode() for one in (approved, bo))
    stolen = forge(approved.reference, alter=lambda tbs: tbs.replace(hers, his))

    assert sign(world.token) == 2
    assert RefusedIntent.objects.get().serial_number == stolen.serial_number


def test_one_more_extension_is_refused(approved, forge, sign):
    refuses(sign, forge(approved.reference, alter=with_basic_constraints_of_a_ca))


def with_basic_constraints_of_a_ca(tbs: bytes) -> bytes:
    """The same certificate, and it may issue others: basicConstraints with cA TRUE in place of what stands there."""
    empty = bytes.fromhex("0603551d130101ff04023000")
    assert empty in tbs
    return tbs.replace(empty, bytes.fromhex("0603551d130101ff04023001"))


def test_key_usage_that_signs_certificates_is_refused(approved, forge, sign):
    def alter(tbs: bytes) -> bytes:
        found = re.search(bytes.fromhex("0603551d0f0101ff0404030205"), tbs) or re.search(
            bytes.fromhex("0603551d0f0101ff04040302"), tbs
        )
        assert found
        end = found.end()
        return tbs[:end] + bytes([tbs[end] ^ 0x07]) + tbs[end + 1 :]

    intent = forge(approved.reference, alter=alter)
    assert sign() == 0
    assert RefusedIntent.objects.get().serial_number == intent.serial_number


def test_a_serial_number_that_is_not_the_rows_is_refused(approved, forge, sign):
    other = b"\x45" * 16
    intent = forge(approved.reference)
    tbs = bytes(intent.tbs_certificate).replace(bytes(intent.serial_number), other)
    with_other = forge(approved.reference, serial_number=b"\x46" * 16, tbs_certificate=tbs)

    assert sign(Signs(1)) == 1
    assert RefusedIntent.objects.get().serial_number == with_other.serial_number


class Signs:
    """Counts and forgets; a certificate of it verifies nowhere."""

    def __init__(self, times: int) -> None:
        self.left = times

    def handle(self, label: str) -> object:
        return KeyHandle(label)

    def public_key_der(self, handle: object) -> bytes:
        return custody.authority_by_slug("identity-1").spki

    def sign(self, handle: object, data: bytes, algorithm: object) -> bytes:
        assert self.left > 0
        self.left -= 1
        return bytes.fromhex("3006020101020101")


@pytest.mark.parametrize("length", [1, 15, 17, 20])
def test_a_short_or_long_serial_number_is_refused(approved, forge, sign, length):
    refuses(sign, forge(approved.reference, serial_number=b"\x45" * length), code="door_refused")


@pytest.mark.parametrize("days", [-365, -8, 1])
def test_nothing_is_dated_back_or_ahead(approved, forge, sign, days):
    """A rule that stopped meanwhile would still hold for it."""
    refuses(sign, forge(approved.reference, now=NOON + timedelta(days=days)))
    assert last_payload()["details"] == {"rule": "moment"}


def test_what_waited_for_a_signer_a_few_days_is_still_good(world, intended, sign):
    assert sign(world.token, now=NOON + timedelta(days=3)) == 1


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"subscriber_class": "minor"}, "intent_not_ours"),
        ({"type_code": "smart-id"}, "intent_not_ours"),
        ({"policy_date": NOON.date() - timedelta(days=900)}, "intent_not_ours"),
        ({"kind": Kind.PRECERTIFICATE}, "intent_not_ours"),
        ({"application_reference": "AP261199999"}, "application_unknown"),
        ({"tbs_certificate": b""}, "malformed_der"),
        ({"tbs_certificate": b"\x30\x03\x02\x01\x05"}, "malformed_der"),
    ],
)
def test_a_row_that_does_not_fit_its_bytes_is_refused(approved, forge, sign, row, code):
    refuses(sign, forge(approved.reference, **row), code=code)


@pytest.mark.parametrize("slug", ["identity-root", "tls-1", "tls-root"])
def test_another_issuer_does_not_sign_it(approved, forge, sign, slug):
    refuses(sign, forge(approved.reference, issuer_id=custody.authority_by_slug(slug).id))


def test_an_issuer_that_does_not_exist_does_not_sign_it(approved, forge, sign):
    refuses(sign, forge(approved.reference, issuer_id=999))


def test_a_pack_that_differs_from_the_workers_signs_nothing(intended, sign, law):
    law({"profiles.toml": '[identity]\nkey_usage = ["digitalSignature"]'})
    composing._compiled.cache_clear()

    refuses(sign, intended)


def refused_for(rule):
    assert RefusedIntent.objects.get().code == "intent_not_ours"
    assert last_payload()["details"] == {"rule": rule}


def test_an_application_that_has_its_certificate_gets_no_second(world, approved, forge, sign):
    """A thief of the worker proves the same release again, or a restored backup has forgotten the intent."""
    forge(approved.reference)
    assert sign(world.token) == 1
    forge(approved.reference)
    assert sign(Signs(0)) == 0
    refused_for("application")
    assert Certificate.objects.count() == Claim.objects.count() == 1


def test_of_two_intents_for_an_application_one_is_signed(world, approved, forge, sign):
    first = forge(approved.reference)
    second = forge(approved.reference)
    assert sign(world.token) == 1
    assert RefusedIntent.objects.get().serial_number == second.serial_number
    assert Certificate.objects.get().serial_number == first.serial_number


def test_beside_a_claim_that_nothing_came_of_yet_the_application_is_not_signed(approved, forge, sign):
    claimed = forge(approved.reference)
    with at("signer"):
        Claim.objects.create(
            issuer_id=claimed.issuer_id, serial_number=claimed.serial_number, claimer=5, claimed_at=NOON
        )
    forge(approved.reference)
    assert sign(Signs(0)) == 0
    refused_for("application")


def test_a_number_that_is_revoked_is_not_signed(approved, forge, sign):
    intent = forge(approved.reference)
    with at("web"):
        Revocation.objects.create(
            issuer_id=intent.issuer_id, serial_number=intent.serial_number, reason=0, revoked_at=NOON
        )
    assert sign(Signs(0)) == 0
    refused_for("serial_number")


def test_a_number_of_a_delegate_is_not_signed(approved, forge, sign):
    intent = forge(approved.reference)
    with at("signer"):
        DelegateClaim.objects.create(
            request_id=1,
            issuer_id=intent.issuer_id,
            serial_number=intent.serial_number,
            tbs_certificate=b"",
            claimer=5,
            claimed_at=NOON,
        )
    assert sign(Signs(0)) == 0
    refused_for("serial_number")


def test_a_number_in_a_chunk_that_is_being_signed_is_not_signed(approved, forge, sign):
    intent = forge(approved.reference)
    with at("worker"):
        chunk = IntendedChunk.objects.create(
            issuer_id=intent.issuer_id,
            campaign_id=1,
            number=0,
            attempt=1,
            type_code="personal",
            policy_date=NOON.date(),
            places=b"",
            serial_numbers=b"\x41" * 16 + bytes(intent.serial_number),
            tbs_digests=b"",
            composed_at=NOON,
            rule_set="none",
            intended_at=NOON,
        )
    with at("signer"):
        ChunkClaim.objects.create(chunk_id=chunk.pk, claimer=5, claimed_at=NOON)
    assert sign(Signs(0)) == 0
    refused_for("serial_number")


def test_one_bad_intent_does_not_stop_the_others(world, approved, forge, sign):
    bo = world.approved()
    world.hears()
    bad = forge(approved.reference, tbs_certificate=b"?")
    cy = world.approved()
    world.hears()

    assert sign(world.token) == 3
    assert RefusedIntent.objects.get().serial_number == bad.serial_number
    issued = set(Certificate.objects.values_list("application_reference", flat=True))
    assert issued == {approved.reference, bo.reference, cy.reference}


def test_the_oracle_names_the_forged_intent_and_nothing_else(world, approved, forge):
    intent = forge(approved.reference, alter=lambda tbs: tbs.replace(b"CHAN", b"WONG"))
    world.turns()

    (fault,) = faults(now=NOON, settled=False, ocsp_address=None)
    assert fault.about == f"issuance_intendedcertificate {intent.pk}"


def test_whatever_an_octet_is_changed_to_nothing_but_the_original_is_signed(world, approved, forge, sign):
    intent = forge(approved.reference)
    original = bytes(intent.tbs_certificate)
    # The moment may differ by what an intent may wait: it has a test of its own.
    begins = original.index(b"\x17\x0d") + 2
    places = [place for place in range(len(original)) if not begins <= place < begins + 13]

    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.sampled_from(places), st.integers(1, 255))
    def altered(place: int, by: int) -> None:
        tbs = original[:place] + bytes([original[place] ^ by]) + original[place + 1 :]
        row = IntendedCertificate(
            **{f.attname: getattr(intent, f.attname) for f in IntendedCertificate._meta.fields}
        )
        row.tbs_certificate = tbs
        with pytest.raises(Refusal), warnings.catch_warnings():
            warnings.simplefilter("error")
            signing._as_we_would(row, NOON)

    altered()
    assert signing._as_we_would(intent, NOON).tbs_certificate == original


def test_a_weak_key_is_refused_though_it_is_the_applicants(world, approved, sign, forge, monkeypatch):
    """The policy of the day is asked again: an algorithm may have stopped since she applied."""
    key = ec.generate_private_key(ec.SECP521R1())
    Application.objects.filter(pk=approved.pk).update(csr=a_csr(key))
    with monkeypatch.context() as nobody_looks:
        nobody_looks.setattr(composing, "require_good_key", lambda *_: None)
        intent = forge(approved.reference, spki_der=spki_der(key))

    refuses(sign, intent, code="weak_key_curve")
