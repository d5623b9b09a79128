"""Yesterday's backup and today's log give back every revocation, suspension and release."""

import re

import pytest
from django.conf import settings
from django.db import connection

import oracle
from chopmark.authority.applications.selectors import by_reference
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.catalogue.words import Asker
from chopmark.authority.kernel.actors import Actor, ActorKind
from chopmark.authority.kernel.identifiers import CertificateId
from chopmark.authority.revocation import restoring
from chopmark.authority.revocation.asking import Asked, Means
from chopmark.authority.revocation.mass import revoke_many
from chopmark.authority.revocation.models import Release, Revocation, Suspension
from chopmark.authority.revocation.restoring import REVOKED, TOLD, restore
from chopmark.authority.revocation.selectors import open_suspensions
from chopmark.authority.revocation.services import revoke_by_subscriber
from chopmark.authority.revocation.suspending import release_by_officer, suspend_by_officer
from chopmark.authority.transparency.keys import own_key
from chopmark.config.revocations import told_by
from chopmark.pki.crl import CRLReason
from chopmark.verifier.faults import Fault
from chopmark.verifier.sources import DirectorySource
from world import A_SECOND, NOON, handed_on, last_leaf

TABLES = ("revocation_release", "revocation_suspension", "revocation_revocation")
ASKED = Asked(by=Asker.SUBSCRIBER, means=Means.TELEPHONE, document="CALL 2611-004")
BIKRAM = Actor(
    kind=ActorKind.OFFICER, id="20417", permissions=frozenset({"counter:suspension:take"}), outlet="DEMO"
)
OPERATOR = Actor(
    kind=ActorKind.OPERATOR, id="30001", permissions=frozenset({"console:certificate:revoke"}), outlet=None
)


def rows():
    """All that the tables say, but for the ids that the database gives."""
    return (
        sorted(
            (row.issuer_id, bytes(row.serial_number), row.reason, row.revoked_at)
            for row in Revocation.objects.all()
        ),
        sorted((bytes(row.serial_number), row.suspended_at) for row in Suspension.objects.all()),
        sorted(
            (bytes(row.serial_number), row.suspended_at, row.released_at) for row in Release.objects.all()
        ),
    )


def restore_from_backup():
    """The tables as they were before: empty. Only a restore takes rows away, so the walls are taken down for it."""
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"alter table {table} disable trigger user")
            cursor.execute(f"delete from {table}")
            cursor.execute(f"alter table {table} enable trigger user")


@pytest.fixture
def log(world):
    """A day's work in the public log: one revoked, one suspended and released, one on hold, one suspended and revoked."""
    certificates = [world.issued() for _ in range(4)]
    named = [{"issuer_id": one.issuer_id, "serial_number": bytes(one.serial_number)} for one in certificates]

    def revoke(at, now):
        asha = world.applicant(by_reference(certificates[at].application_reference))
        revoke_by_subscriber(**named[at], reason=CRLReason.SUPERSEDED, actor=asha, now=now)

    revoke(0, NOON)
    for at in (1, 2, 3):
        suspend_by_officer(**named[at], asked=ASKED, actor=BIKRAM, now=NOON)
    release_by_officer(**named[1], asked=ASKED, actor=BIKRAM, now=NOON + A_SECOND)
    revoke(3, NOON + A_SECOND)
    suspend_by_officer(**named[1], asked=ASKED, actor=BIKRAM, now=NOON + 2 * A_SECOND)
    world.turns()
    return DirectorySource(settings.CHOPMARK_LOG_DIR)


def bring_back(log):
    return restore(told=told_by(log, own_key()), actor=OPERATOR, now=NOON + 60 * A_SECOND)


def test_it_works(world, log):
    before = rows()
    assert list(map(len, before)) == [2, 4, 1]
    restore_from_backup()
    assert list(map(len, rows())) == [0, 0, 0]

    assert bring_back(log) == 7

    assert rows() == before
    assert last_leaf()["tag"] == "revocation:restored"
    assert set(handed_on()) == {"certificate.revoked", "certificate.suspended", "certificate.released"}


def test_again_it_does_nothing(log):
    assert bring_back(log) == 0
    restore_from_backup()
    bring_back(log)
    assert bring_back(log) == 0


def test_a_log_that_is_not_whole_is_not_believed(log):
    partial = settings.CHOPMARK_LOG_DIR.glob("tile/entries/**/*.p/*")
    bundle = max(partial, key=lambda path: int(path.name))
    bundle.chmod(0o600)
    octets = bytearray(bundle.read_bytes())
    octets[20] ^= 1
    bundle.write_bytes(octets)
    with pytest.raises(Fault):
        told_by(log, own_key())


def test_an_officer_may_not(log):
    with pytest.raises(Exception, match="permission"):
        restore(told=told_by(log, own_key()), actor=BIKRAM, now=NOON)


def test_lists_tell_the_same_again(world, log):
    restore_from_backup()
    bring_back(log)
    world.turns(now=NOON + 60 * A_SECOND)
    oracle.ask(now=NOON + 60 * A_SECOND)


def test_what_was_suspended_again_meanwhile_is_on_the_list_once_and_released_at_once(world, log):
    told = told_by(log, own_key())
    on_hold = Suspension.objects.latest("suspended_at")
    named = {"issuer_id": on_hold.issuer_id, "serial_number": bytes(on_hold.serial_number)}
    restore_from_backup()
    suspend_by_officer(**named, asked=ASKED, actor=BIKRAM, now=NOON + 30 * A_SECOND)

    assert restore(told=told, actor=OPERATOR, now=NOON + 60 * A_SECOND) == 7

    world.turns(now=NOON + 60 * A_SECOND)
    oracle.ask(now=NOON + 60 * A_SECOND)
    release_by_officer(**named, asked=ASKED, actor=BIKRAM, now=NOON + 61 * A_SECOND)
    assert not open_suspensions(**named).exists()


def test_what_was_released_meanwhile_does_not_lose_the_rest(log):
    """The backup knows the suspension, and an officer released it before the log was asked."""
    told = told_by(log, own_key())
    released = Release.objects.get()
    named = {"issuer_id": released.issuer_id, "serial_number": bytes(released.serial_number)}
    restore_from_backup()
    Suspension.objects.create(**named, suspended_at=NOON)
    release_by_officer(**named, asked=ASKED, actor=BIKRAM, now=NOON + 30 * A_SECOND)

    assert restore(told=told, actor=OPERATOR, now=NOON + 60 * A_SECOND) == 5
    assert list(map(len, rows())) == [2, 4, 1]


def test_what_a_campaign_revokes_at_the_same_time_does_not_lose_the_rest(log, monkeypatch):
    """It takes no locks, and may come between the look and the row."""
    told, looks = told_by(log, own_key()), restoring._is_there
    restore_from_backup()

    def overtaken(one):
        answer = looks(one)
        if one.tag in REVOKED and not answer:
            certificates = [CertificateId(one.issuer_id, one.serial_number)]
            revoke_many(
                certificates=certificates, reason=CRLReason.SUPERSEDED, behind={}, actor=OPERATOR, now=NOON
            )
        return answer

    monkeypatch.setattr(restoring, "_is_there", overtaken)
    assert restore(told=told, actor=OPERATOR, now=NOON + 60 * A_SECOND) == 5
    assert list(map(len, rows())) == [2, 4, 1]


def test_no_tag_that_ends_or_holds_trust_is_passed_over():
    said = re.compile(r"certificate:(revoked|suspended|released)_by_\w+")
    assert {tag for tag in AuditTag if said.fullmatch(tag)} == TOLD
