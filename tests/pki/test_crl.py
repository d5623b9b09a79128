"""Lists say of every serial what they were told to say, to us and to a decoder we did not write."""

from datetime import timedelta

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from chopmark.pki import crl
from chopmark.pki.crl import CRLReason, RevokedEntry, assemble, build_tbs, read_crl, read_tbs
from chopmark.pki.der import MalformedDer
from pki.world import A_DAY, ECDSA, NOON, a_serial, identity_authority, moments

SHARD = "http://ca.example/crl/issuing-0.crl"
MOMENTS = moments(1990, 2060)
SERIALS = st.binary(min_size=0, max_size=19).map(lambda octets: b"\x45" + octets)
ENTRIES = st.lists(
    st.builds(RevokedEntry, SERIALS, MOMENTS, st.sampled_from(CRLReason), st.none() | MOMENTS),
    max_size=20,
    unique_by=lambda entry: entry.serial_number,
)


def a_list(entries=(), **otherwise):
    facts = {
        "number": 7,
        "this_update": NOON,
        "next_update": NOON + A_DAY,
        "distribution_point": SHARD,
        "only_user": True,
    }
    return build_tbs(
        issuer=identity_authority().facts, signature_algorithm=ECDSA, entries=entries, **(facts | otherwise)
    )


def signed(tbs):
    return assemble(tbs, ECDSA, identity_authority().sign(tbs))


def test_it_works():
    entry = RevokedEntry(a_serial(1), NOON, CRLReason.KEY_COMPROMISE)

    decoded = x509.load_der_x509_crl(signed(a_list([entry])))

    assert decoded.is_signature_valid(identity_authority().key.public_key())
    assert [one.serial_number for one in decoded] == [int.from_bytes(a_serial(1), "big")]
    point = decoded.extensions.get_extension_for_class(x509.IssuingDistributionPoint)
    assert point.critical
    assert point.value.only_contains_user_certs
    assert point.value.full_name == [x509.UniformResourceIdentifier(SHARD)]


@given(ENTRIES)
def test_an_independent_decoder_reads_every_entry(entries):
    decoded = x509.load_der_x509_crl(signed(a_list(entries)))

    assert [told(one) for one in decoded] == [
        (int.from_bytes(one.serial_number, "big"), one.revoked_at, spoken(one.reason), one.invalidity_date)
        for one in entries
    ]


def told(decoded):
    by_class = {type(one.value): one.value for one in decoded.extensions}
    reason, invalidity = by_class.get(x509.CRLReason), by_class.get(x509.InvalidityDate)
    return (
        decoded.serial_number,
        decoded.revocation_date_utc,
        reason and reason.reason.name,
        invalidity and invalidity.invalidity_date_utc,
    )


def spoken(reason):
    """Unspecified is left out."""
    return None if reason is CRLReason.UNSPECIFIED else reason.name.lower()


@given(ENTRIES, st.none() | st.integers(min_value=0, max_value=6), st.sampled_from(["user", "ca", "both"]))
def test_a_list_is_read_as_it_was_written(entries, base_number, scope):
    only_user, only_ca = scope == "user", scope == "ca"
    tbs = a_list(entries, base_number=base_number, only_user=only_user, only_ca=only_ca)

    facts = read_tbs(tbs)

    assert list(facts.entries()) == entries
    assert list(facts.serial_numbers()) == [entry.serial_number for entry in entries]
    assert (facts.entry_count, facts.number, facts.base_number) == (len(entries), 7, base_number)
    assert (facts.only_user, facts.only_ca, facts.distribution_point) == (only_user, only_ca, SHARD)
    assert facts.issuer_der == identity_authority().name_der
    assert (facts.this_update, facts.next_update) == (NOON, NOON + A_DAY)


def test_a_whole_list_is_read_with_its_signature():
    whole = read_crl(signed(a_list()))

    assert whole.facts.number == 7
    assert whole.facts.key_identifier == identity_authority().facts.key_identifier


def test_an_empty_list_has_no_entries_at_all():
    assert len(x509.load_der_x509_crl(signed(a_list()))) == 0


def test_a_delta_is_marked_critically():
    decoded = x509.load_der_x509_crl(signed(a_list(base_number=3)))

    found = decoded.extensions.get_extension_for_class(x509.DeltaCRLIndicator)
    assert (found.critical, found.value.crl_number) == (True, 3)


def test_a_full_list_has_no_distribution_point():
    facts = read_tbs(a_list(distribution_point=None, only_user=False))

    assert facts.distribution_point is None


def test_a_list_for_nobody_is_refused():
    with pytest.raises(crl.CrlScopeIllegal):
        a_list(only_user=True, only_ca=True)


@pytest.mark.parametrize(
    "entry",
    [
        RevokedEntry(b"", NOON),
        RevokedEntry(b"\x01" * 21, NOON),
        RevokedEntry(b"\x01", NOON + timedelta(microseconds=1)),
    ],
)
def test_an_entry_no_list_may_carry_is_refused(entry):
    with pytest.raises(crl.EntryIllegal):
        a_list([entry])


def test_reason_seven_does_not_exist():
    with pytest.raises(ValueError, match="7"):
        a_list([RevokedEntry(b"\x01", NOON, 7)])


def test_a_list_cut_short_is_refused():
    tbs = a_list([RevokedEntry(a_serial(1), NOON)])

    with pytest.raises(MalformedDer):
        read_tbs(tbs[:-1])


def test_many_entries_are_as_exact_as_few():
    entries = [
        RevokedEntry(
            a_serial(0)[:12] + number.to_bytes(4, "big"), NOON + timedelta(seconds=number), number % 6
        )
        for number in range(20_000)
    ]

    facts = read_tbs(a_list(entries))

    assert list(facts.entries()) == entries
    assert len(x509.load_der_x509_crl(signed(facts.tbs))) == len(entries)


@pytest.mark.parametrize("count", [1, 49, 50, 51, 230])
def test_a_sample_is_the_first_and_one_in_fifty_after_it(count):
    entries = [RevokedEntry(a_serial(number), NOON + timedelta(days=number)) for number in range(count)]

    assert list(read_tbs(a_list(entries)).sample()) == entries[::50]
