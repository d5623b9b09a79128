from datetime import timedelta

import pytest
from cryptography import x509

from authority.signing_stage import A_SECOND, NOON
from chopmark.authority.catalogue.reading import current
from chopmark.authority.custody import selectors
from chopmark.authority.custody.crl_signing import sign_crl
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


def test_it_works(issuing, token):
    crl = x509.load_der_x509_crl(sign_crl(tbs_of(issuing), issuer=issuing, last_number=7, token=token))
    assert crl.is_signature_valid(x509.load_der_x509_certificate(issuing.certificate_der).public_key())
    assert len(crl) == 2


def test_a_number_that_does_not_grow_is_refused(issuing, token):
    with pytest.raises(DoorRefused, match="crl_number_grows"):
        sign_crl(tbs_of(issuing), issuer=issuing, last_number=8, token=token)


def test_another_issuers_list_is_refused(issuing, token):
    other = selectors.authority_by_slug("tls-1")
    with pytest.raises(DoorRefused, match="issuer_name"):
        sign_crl(tbs_of(other), issuer=issuing, last_number=0, token=token)


def test_a_list_that_ends_before_it_begins_is_refused(issuing, token):
    with pytest.raises(DoorRefused, match="this_update"):
        sign_crl(tbs_of(issuing, next_update=NOON - A_SECOND), issuer=issuing, last_number=0, token=token)


@pytest.mark.parametrize("entries", [[LARGE, SMALL], [SMALL, SMALL]])
def test_nothing_stands_on_a_list_twice(issuing, token, entries):
    with pytest.raises(DoorRefused, match="entries_in_order"):
        sign_crl(tbs_of(issuing, entries=entries), issuer=issuing, last_number=0, token=token)


def test_what_is_not_a_list_is_refused(issuing, token):
    with pytest.raises(Refusal):
        sign_crl(b"sixteen octets!!" * 2, issuer=issuing, last_number=0, token=token)
