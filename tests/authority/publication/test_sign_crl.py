"""What the signer will not sign as a list."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from authority.publication.lists_stage import (
    OTHER,
    SERIAL,
    WORKER,
    first_lists,
    forge,
    numbers,
    prepare,
    require_oracle,
)
from authority.signing_stage import (
    A_SECOND,
    AN_HOUR,
    NOON,
    leaves,
)
from chopmark.authority.custody.errors import KeyNotInToken
from chopmark.authority.publication import services, signing
from chopmark.authority.publication.lists import RevocationList, list_of
from chopmark.authority.publication.models import (
    Crl,
    CrlClaim,
    CrlIntent,
)
from chopmark.authority.revocation.models import Revocation
from chopmark.authority.revocation.selectors import Stretch
from chopmark.pki import der, extensions, oids
from chopmark.pki.crl import read_entries, read_tbs
from chopmark.pki.crl.building import _freshest as building_freshest


def test_the_signer_refuses_an_entry_that_is_no_revocation(issuing, revoke, token, claimer):
    revoke()
    intent = prepare(issuing)
    CrlIntent.objects.create(
        issuer_id=issuing.id,
        shard=0,
        number=2,
        this_update=intent.this_update,
        next_update=intent.next_update,
        intended_at=NOON,
        tbs_cert_list=bytes(intent.tbs_cert_list)
        .replace(SERIAL, OTHER)
        .replace(bytes.fromhex("0603551d140403020101"), bytes.fromhex("0603551d140403020102")),
    )

    assert signing.run_once(token=token, now=NOON, claimer=claimer) == 0

    assert leaves()[-1].refused == "crl_not_ours"
    assert CrlClaim.objects.count() == 1 and not Crl.objects.exists()


def test_the_signer_refuses_a_list_that_leaves_a_revocation_out(issuing, revoke, token, claimer):
    intent = prepare(issuing)
    revoke(at=NOON - AN_HOUR)
    assert signing.run_once(token=token, now=NOON, claimer=claimer) == 0
    assert leaves()[-1].refused == "crl_not_ours"
    assert bytes(intent.tbs_cert_list)


def test_a_revocation_that_commits_while_a_list_is_made_waits_for_the_next(issuing, revoke, token, claimer):
    prepare(issuing)
    revoke(at=NOON - A_SECOND)
    assert signing.run_once(token=token, now=NOON, claimer=claimer) == 1


def test_a_refused_list_is_prepared_again_after_a_while(issuing, revoke, token, claimer):
    prepare(issuing, now=NOON - A_SECOND)
    prepare(issuing)
    revoke(at=NOON - AN_HOUR)
    signing.run_once(token=token, now=NOON, claimer=claimer)
    mine = list_of(issuing.id, 0)
    assert mine not in services.due_lists(now=NOON + timedelta(minutes=9))

    later = NOON + timedelta(minutes=10)
    assert mine in services.due_lists(now=later)
    prepare(issuing, now=later)
    signing.run_once(token=token, now=later, claimer=claimer)

    assert numbers() == [(issuing.id, 0, 3)]
    require_oracle()


@pytest.mark.parametrize(
    "forged",
    [
        {"number": 2**63 - 1},
        {"number": 2, "this_update": NOON + timedelta(days=30)},
        {"number": 2, "valid_for": timedelta(days=365)},
    ],
)
def test_a_forged_number_or_moment_is_refused_once_and_uses_up_no_number(issuing, token, claimer, forged):
    prepare(issuing, now=NOON - A_SECOND)
    signing.run_once(token=token, now=NOON, claimer=claimer)
    forge(issuing, **forged)

    assert signing.run_once(token=token, now=NOON, claimer=claimer) == 0
    assert signing.run_once(token=token, now=NOON, claimer=claimer) == 0

    assert [leaf.refused for leaf in leaves()].count("door_refused") == 1
    assert CrlClaim.objects.count() == 1
    prepare(issuing)
    assert signing.run_once(token=token, now=NOON, claimer=claimer) == 1
    assert numbers()[-1][2] <= 3
    require_oracle()


def test_a_list_dated_back_is_never_signed(issuing, token, claimer):
    forge(issuing, number=1, this_update=NOON - timedelta(minutes=11))
    assert signing.run_once(token=token, now=NOON, claimer=claimer) == 0
    assert not CrlClaim.objects.exists()
    assert list_of(issuing.id, 0) in services.due_lists(now=NOON)


def test_what_waited_too_long_for_the_signer_is_prepared_anew(issuing, token, claimer):
    services.prepare_due(actor=WORKER, now=NOON)
    back = NOON + timedelta(minutes=11)
    assert signing.run_once(token=token, now=back, claimer=claimer) == 0
    assert services.prepare_due(actor=WORKER, now=back) == len(first_lists())
    assert signing.run_once(token=token, now=back, claimer=claimer) == len(first_lists())


def test_while_the_token_is_away_no_number_is_spent(issuing, token, claimer, monkeypatch):
    prepare(issuing)
    with monkeypatch.context() as away:
        away.setattr(token, "handle", lambda label: (_ for _ in ()).throw(KeyNotInToken(label=label)))
        assert signing.run_once(token=token, now=NOON, claimer=claimer) == 0
    assert not CrlClaim.objects.exists()
    assert signing.run_once(token=token, now=NOON, claimer=claimer) == 1


def another_extension():
    """One that nobody knows and that says of itself that it need not be."""
    return extensions.extension("1.3.6.1.4.1.99999.1", der.null())


def two_addresses(url):
    """The delta where it is, and where somebody else would put one."""
    points = [distribution_point(one) for one in (url, "http://elsewhere.example/delta.crl")]
    return extensions.extension(oids.FRESHEST_CRL, der.sequence(*points))


def distribution_point(url):
    return der.sequence(extensions.distribution_point_name(url))


@pytest.mark.parametrize(
    "freshest", [lambda url: building_freshest(url) + another_extension(), two_addresses]
)
def test_the_signer_refuses_what_it_would_not_have_written_in_the_header(
    issuing, revoke, token, claimer, monkeypatch, freshest
):
    revoke()
    with monkeypatch.context() as stolen:
        stolen.setattr("chopmark.pki.crl.building._freshest", freshest)
        stolen.setattr(services, "lint_crl", lambda tbs, **_: SimpleNamespace(tbs_cert_list=tbs))
        intent = prepare(issuing)
    # Of what is read of it nothing is wrong.
    assert read_tbs(bytes(intent.tbs_cert_list)).freshest_url == list_of(issuing.id, 0).freshest_url

    assert signing.run_once(token=token, now=NOON, claimer=claimer) == 0
    assert leaves()[-1].refused == "crl_not_ours"


def test_the_signer_refuses_an_entry_that_says_more_than_its_row(
    issuing, revoke, token, claimer, monkeypatch
):
    revoke()
    row = Revocation.objects.get()
    more = der.sequence(
        der.serial_number(SERIAL),
        der.time(NOON),
        der.sequence(extensions.extension(oids.CRL_REASON, der.enumerated(row.reason)), another_extension()),
    )
    with monkeypatch.context() as stolen:
        stolen.setattr(RevocationList, "entries", lambda mine, at: [Stretch(SERIAL, more)])
        prepare(issuing)
    (read,) = read_entries(more, 0, len(more))
    assert [read] == list(read_entries(bytes(row.crl_entry), 0, len(row.crl_entry)))

    assert signing.run_once(token=token, now=NOON, claimer=claimer) == 0
    assert leaves()[-1].refused == "crl_not_ours"
