from datetime import timedelta

import pytest
from cryptography import x509

from authority.signing_stage import A_SECOND, AN_HOUR, NOON
from chopmark.authority.catalogue.reading import current
from chopmark.authority.custody import selectors
from chopmark.authority.custody.crl_signing import PASSED_OVER, SoFar, sign_crl
from chopmark.authority.custody.errors import DoorRefused
from chopmark.authority.custody.printing import printed_facts
from chopmark.pki.crl import RevokedEntry, build_tbs
from chopmark.pki.refusals import Refusal

SMALL = RevokedEntry(b"\x40" + bytes(15), NOON)
LARGE = RevokedEntry(b"\x41" + bytes(15), NOON)


def tbs_of(issuing, **changes):
    given = {
        "issuer": printed_facts(current().hierarchy.issuers[issuing.slug], spki=issuing.spki),
        "signature_algorithm": issuing.signature_algorithm,
        "entries": [SMALL, LARGE],
        "number": 8,
        "this_update": NOON,
        "next_update": NOON + timedelta(days=1),
    }
    return build_tbs(**(given | changes))


def sign(tbs, issuing, token, *, now=NOON, **so_far):
    before = {"number": 7, "this_update": NOON - timedelta(hours=8), "valid_for": timedelta(days=1)}
    return sign_crl(tbs, issuer=issuing, so_far=SoFar(**(before | so_far)), token=token, now=now)


def test_it_works(issuing, token):
    crl = x509.load_der_x509_crl(sign(tbs_of(issuing), issuing, token))
    assert crl.is_signature_valid(x509.load_der_x509_certificate(issuing.certificate_der).public_key())
    assert len(crl) == 2


def test_a_number_that_does_not_grow_is_refused(issuing, token):
    with pytest.raises(DoorRefused, match="crl_number_grows"):
        sign(tbs_of(issuing), issuing, token, number=8)


def test_another_issuers_list_is_refused(issuing, token):
    other = selectors.authority_by_slug("tls-1")
    with pytest.raises(DoorRefused, match="issuer_name"):
        sign(tbs_of(other), issuing, token)


def test_a_list_that_ends_before_it_begins_is_refused(issuing, token):
    with pytest.raises(DoorRefused, match="this_update"):
        sign(tbs_of(issuing, next_update=NOON - A_SECOND), issuing, token)


@pytest.mark.parametrize("entries", [[LARGE, SMALL], [SMALL, SMALL]])
def test_nothing_stands_on_a_list_twice(issuing, token, entries):
    with pytest.raises(DoorRefused, match="entries_in_order"):
        sign(tbs_of(issuing, entries=entries), issuing, token)


def test_what_is_not_a_list_is_refused(issuing, token):
    with pytest.raises(Refusal):
        sign(b"sixteen octets!!" * 2, issuing, token)


@pytest.mark.parametrize("number", [7 + PASSED_OVER + 1, 2**63 - 1])
def test_a_number_that_leaves_none_for_the_next_is_refused(issuing, token, number):
    with pytest.raises(DoorRefused, match="crl_number_near"):
        sign(tbs_of(issuing, number=number), issuing, token)


@pytest.mark.parametrize("off", [-timedelta(minutes=11), timedelta(minutes=11), timedelta(days=3650)])
def test_a_list_dated_back_or_ahead_is_refused(issuing, token, off):
    moments = {"this_update": NOON + off, "next_update": NOON + off + AN_HOUR}
    with pytest.raises(DoorRefused, match="this_update"):
        sign(tbs_of(issuing, **moments), issuing, token)


def test_a_list_older_than_the_last_signed_one_is_refused(issuing, token):
    with pytest.raises(DoorRefused, match="this_update_grows"):
        sign(tbs_of(issuing), issuing, token, this_update=NOON + A_SECOND)


def test_a_list_that_is_good_for_longer_than_the_pack_says_is_refused(issuing, token):
    with pytest.raises(DoorRefused, match="validity_of_list"):
        sign(tbs_of(issuing, next_update=NOON + timedelta(days=1, seconds=1)), issuing, token)
