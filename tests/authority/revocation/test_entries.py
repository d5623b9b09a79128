"""The database writes an entry of a list as `pki` does, octet for octet."""

from datetime import UTC, datetime

import pytest

from chopmark.authority.revocation.models import Release, Revocation, Suspension
from chopmark.authority.revocation.selectors import changes, entries_at
from chopmark.pki.crl import CRLReason, RevokedEntry, encode_entries

ISSUER = 7
NOON = datetime(2026, 11, 16, 4, 0, tzinfo=UTC)
BEFORE = datetime(2026, 11, 15, tzinfo=UTC)
EARLIER = datetime(2026, 11, 15, 23, 59, 59, tzinfo=UTC)


def a_row(serial_number, reason=0, revoked_at=NOON, invalidity_date=None, issuer_id=ISSUER):
    return Revocation.objects.create(
        issuer_id=issuer_id,
        serial_number=serial_number,
        reason=reason,
        revoked_at=revoked_at,
        invalidity_date=invalidity_date,
    )


def on_list(at=NOON, octets=None):
    return b"".join(stretch.entries for stretch in entries_at(ISSUER, at, octets=octets))


@pytest.mark.parametrize("serial_number", [b"\x01", b"\x00\xff", b"\x40" + bytes(15), b"\x7f" * 20])
@pytest.mark.parametrize("reason", [0, 1, 6, 10])
@pytest.mark.parametrize(
    ("revoked_at", "invalidity_date"),
    [(NOON, None), (NOON, EARLIER), (datetime(2051, 2, 3, 4, 5, 6, tzinfo=UTC), NOON)],
)
def test_it_works(db, serial_number, reason, revoked_at, invalidity_date):
    row = a_row(serial_number, reason, revoked_at, invalidity_date)

    entry = RevokedEntry(serial_number, revoked_at, CRLReason(reason), invalidity_date)
    assert bytes(row.crl_entry) == encode_entries([entry])


def test_a_list_is_in_the_order_of_serial_numbers_in_however_many_stretches(db, monkeypatch):
    serials = [bytes([1, number]) for number in (5, 3, 9, 1, 7)] + [b"\x01\x03\x00"]
    for serial_number in serials:
        a_row(serial_number)
    a_row(b"\x02", issuer_id=ISSUER + 1)
    whole = encode_entries(RevokedEntry(one, NOON) for one in sorted(serials))

    assert on_list() == whole
    monkeypatch.setattr("chopmark.authority.revocation.selectors.STRETCH", 2)
    assert on_list() == whole
    assert [stretch.last for stretch in entries_at(ISSUER, NOON)] == [sorted(serials)[at] for at in (1, 3, 5)]


def test_a_partition_has_the_serial_numbers_that_end_in_its_octets(db):
    for number in range(8):
        a_row(bytes([1, number]))
    assert on_list(octets=[2, 6]) == encode_entries(
        RevokedEntry(bytes([1, number]), NOON) for number in (2, 6)
    )


def test_what_is_on_hold_is_listed_until_it_is_released_or_revoked(db):
    Suspension.objects.create(issuer_id=ISSUER, serial_number=b"\x01", suspended_at=EARLIER)
    Suspension.objects.create(issuer_id=ISSUER, serial_number=b"\x02", suspended_at=EARLIER)
    on_hold = [RevokedEntry(one, EARLIER, CRLReason.CERTIFICATE_HOLD) for one in (b"\x01", b"\x02")]
    Release.objects.create(suspended_at=EARLIER, issuer_id=ISSUER, serial_number=b"\x01", released_at=NOON)
    a_row(b"\x02", reason=1)

    assert on_list(at=EARLIER) == encode_entries(on_hold)
    assert on_list() == encode_entries([RevokedEntry(b"\x02", NOON, CRLReason.KEY_COMPROMISE)])


def test_of_two_suspensions_that_are_open_a_list_has_one_entry(db):
    for moment in (EARLIER, NOON):
        Suspension.objects.create(issuer_id=ISSUER, serial_number=b"\x01", suspended_at=moment)
    entry = encode_entries([RevokedEntry(b"\x01", NOON, CRLReason.CERTIFICATE_HOLD)])

    assert on_list() == entry
    assert b"".join(one.entries for one in changes(ISSUER, since=BEFORE, at=NOON)) == entry
    Release.objects.create(suspended_at=NOON, issuer_id=ISSUER, serial_number=b"\x01", released_at=NOON)
    assert on_list() == encode_entries([RevokedEntry(b"\x01", EARLIER, CRLReason.CERTIFICATE_HOLD)])


def test_changes_are_what_was_added_and_what_was_released(db):
    Suspension.objects.create(issuer_id=ISSUER, serial_number=b"\x01", suspended_at=EARLIER)
    a_row(b"\x03", revoked_at=EARLIER)
    Release.objects.create(suspended_at=EARLIER, issuer_id=ISSUER, serial_number=b"\x01", released_at=NOON)
    Suspension.objects.create(issuer_id=ISSUER, serial_number=b"\x04", suspended_at=NOON)
    a_row(b"\x02")

    found = b"".join(stretch.entries for stretch in changes(ISSUER, since=EARLIER, at=NOON))

    assert found == encode_entries(
        [
            RevokedEntry(b"\x01", NOON, CRLReason.REMOVE_FROM_CRL),
            RevokedEntry(b"\x02", NOON),
            RevokedEntry(b"\x04", NOON, CRLReason.CERTIFICATE_HOLD),
        ]
    )


def test_who_is_suspended_again_stays_on_the_list(db):
    Suspension.objects.create(issuer_id=ISSUER, serial_number=b"\x01", suspended_at=EARLIER)
    Release.objects.create(suspended_at=EARLIER, issuer_id=ISSUER, serial_number=b"\x01", released_at=NOON)
    Suspension.objects.create(issuer_id=ISSUER, serial_number=b"\x01", suspended_at=NOON)
    again = encode_entries([RevokedEntry(b"\x01", NOON, CRLReason.CERTIFICATE_HOLD)])

    assert on_list() == again
    assert b"".join(one.entries for one in changes(ISSUER, since=EARLIER, at=NOON)) == again
