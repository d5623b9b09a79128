"""Writing down exactly what is to be signed."""

import secrets
from uuid import uuid4

import pytest
from cryptography import x509

from chopmark.authority.applications.selectors import by_reference
from chopmark.authority.catalogue.words import Evidence, KeySource
from chopmark.authority.issuance import handlers, services
from chopmark.authority.issuance.composing import public_key_of
from chopmark.authority.issuance.errors import AlreadyIntended, ApplicationNotApproved
from chopmark.authority.issuance.models import Blocked, Certificate, IntendedCertificate
from chopmark.authority.kernel.identifiers import serial_from
from chopmark.authority.keymaking.models import KeyRequest, SealRequest
from chopmark.authority.verification import services as verification
from chopmark.authority.verification.events import ApplicationApproved
from chopmark.pki.tbs import read_tbs_certificate
from unchanged import refused
from world import NAME, NOON, WORKER, at, handed_on, last_leaf, leaves

NOT_AN_ADDRESS = ".tai@mail.example"  # our own rules take it, RFC 5321 does not


@pytest.fixture
def intends():
    def intend(application):
        with at("worker"):
            services.intend(
                reference=application.reference,
                spki_der=public_key_of(application),
                serial_number=serial_from(secrets.token_bytes(16)),
                actor=WORKER,
                now=NOON,
            )

    return intend


def hears(application):
    with at("worker"):
        handlers.intend_or_have_key_made([ApplicationApproved(application.reference)], NOON)


def test_it_works(world, approved):
    world.hears()

    intent = IntendedCertificate.objects.get()
    printed = read_tbs_certificate(bytes(intent.tbs_certificate))
    assert printed.serial_number == bytes(intent.serial_number)
    assert printed.spki_der == public_key_of(approved)
    assert NAME.encode() in printed.subject_der
    assert last_leaf()["tag"] == "certificate:intended"
    assert handed_on() == []


def test_the_open_log_does_not_say_for_whom(world, approved):
    world.hears()

    intended = next(leaf for leaf in leaves() if leaf["tag"] == "certificate:intended")
    assert intended.keys() == {"v", "tag", "at", "commitment"}


def test_told_twice_it_intends_once(world, approved):
    hears(approved)
    hears(approved)

    with at("worker"):
        handlers.intend_or_have_key_made([ApplicationApproved(approved.reference)] * 2, NOON)

    assert IntendedCertificate.objects.count() == 1


def test_of_two_workers_the_second_finds_it_intended(world, approved, intends):
    intends(approved)
    with refused(AlreadyIntended):
        intends(approved)


def test_the_second_worker_takes_that_for_done(world, approved, monkeypatch):
    """It looked before the first had written."""
    hears(approved)
    monkeypatch.setattr(handlers, "has_live_intent", lambda _: False)
    hears(approved)

    assert IntendedCertificate.objects.count() == 1
    assert not Blocked.objects.exists()


@pytest.mark.parametrize("state", ["begun", "submitted", "verified", "refused"])
def test_nothing_is_intended_for_who_is_not_approved(world, intends, state):
    application = world.begins()
    if state != "begun":
        application = world.submits(application) if state != "verified" else world.takes_in(application)
    if state == "refused":
        world.refuses(application)
    application = by_reference(application.reference)
    assert application.state == state

    with refused(ApplicationNotApproved):
        intends(application)


def test_what_the_gate_finds_opens_a_ticket_and_is_not_intended(world):
    application = world.releases(world.takes_in(world.begins(), email=NOT_AN_ADDRESS))
    world.turns()

    assert not IntendedCertificate.objects.exists()
    ticket = Blocked.objects.get()
    assert ticket.application_reference == application.reference
    assert "pkilint pkix.invalid_email_address_syntax" in " ".join(ticket.findings)
    codes = [(leaf["tag"], leaf.get("refused")) for leaf in leaves()]
    assert ("certificate:intended", "lint_failed") in codes
    assert ("certificate:lint_failed", None) in codes
    assert by_reference(application.reference).state == "approved"
    assert handed_on() == []


@pytest.mark.parametrize("name", ["CHAN Tai Man ", "CHAN\tTai Man", "CHAN\x7f"])
def test_a_name_that_cannot_be_printed_opens_a_ticket_too(world, name):
    """And is not tried again every few minutes for ever."""
    world.releases(world.takes_in(world.begins(), name=name))
    world.turns()

    assert Blocked.objects.get().findings == ["attribute_illegal"]
    assert handed_on() == []


def test_a_type_that_lost_its_recognition_after_the_release_is_not_issued(world, approved, law):
    law({"types/personal.toml": "[[recognition]]\nfrom = 2000-01-31\nuntil = 2026-11-15"})
    world.turns()

    assert not IntendedCertificate.objects.exists()
    assert Blocked.objects.get().findings == ["type_not_recognised"]


def test_an_algorithm_that_stopped_since_is_not_certified(world, approved, law):
    law({"types/personal.toml": '[key]\naccepts = ["P-384"]\nmade = "P-384"'})
    world.turns()

    assert not IntendedCertificate.objects.exists()
    assert Blocked.objects.get().findings == ["weak_key_curve"]


def test_one_who_cannot_be_intended_holds_up_nobody(world):
    bad = world.releases(world.takes_in(world.begins(), email=NOT_AN_ADDRESS))
    good = world.approved()
    with at("worker"):
        told = [ApplicationApproved(bad.reference), ApplicationApproved(good.reference)]
        handlers.intend_or_have_key_made(told, NOON)

    assert IntendedCertificate.objects.get().application_reference == good.reference


def test_a_minor_is_printed_as_a_minor(world):
    application = world.gathers(world.begins(), age_band="minor")
    verification.record_evidence(
        reference=application.reference,
        kind=Evidence.GUARDIAN_CONSENT,
        document="7",
        actor=world.bikram,
        now=NOON,
    )
    world.asks_release(application)
    world.releases(application)
    world.hears()

    printed = bytes(IntendedCertificate.objects.get().tbs_certificate)
    assert b"Demonstration e-Cert (Personal/Minor)" in printed


def test_the_same_person_has_the_same_number_and_another_another(world):
    record = uuid4()
    for of in (record, record, uuid4()):
        world.releases(world.takes_in(world.begins(), record=of))
    world.turns()

    numbers = [subject.partition("OU=")[2][:10] for subject in _subjects()]
    assert numbers[0] == numbers[1] != numbers[2]


def _subjects() -> list[str]:
    return list(Certificate.objects.order_by("application_reference").values_list("subject", flat=True))


def test_the_key_is_asked_for_once_however_often_it_is_told(world):
    application = world.approved(key_source=KeySource.AUTHORITY)
    for _ in range(3):
        hears(application)

    assert KeyRequest.objects.count() == 1
    assert not IntendedCertificate.objects.exists(), "there is no key yet"


def test_sealing_is_asked_for_once_while_the_signer_is_away(world):
    """Each asking would be a leaf, each leaf a checkpoint: four a second for every certificate that waits."""
    world.approved(key_source=KeySource.AUTHORITY)
    while not handed_on() or handed_on() != ["certificate.recorded"]:
        world.hears()
        world.signs()
    for _ in range(5):
        world.hears()

    assert SealRequest.objects.count() == 1
    assert [leaf["tag"] for leaf in leaves()].count("key:sealing_requested") == 1


def test_a_serial_number_is_sixteen_octets_and_positive(world):
    for _ in range(3):
        world.approved()
    world.hears()

    serials = [bytes(row.serial_number) for row in IntendedCertificate.objects.all()]
    assert len(set(serials)) == 3
    assert all(len(serial) == 16 and 0x40 <= serial[0] <= 0x7F for serial in serials)


def test_it_is_valid_from_now_until_the_pack_says(world):
    certificate = x509.load_der_x509_certificate(bytes(world.issued().certificate_der))

    assert certificate.not_valid_after_utc.date().isoformat() == "2029-11-15"  # midnight in Hong Kong
