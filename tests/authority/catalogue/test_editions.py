"""A change of the policy is in the log, with every fee that it changes."""

import threading

import pytest
from django.db import close_old_connections, connection, transaction

from chopmark.authority.audit.models import Leaf, Payload
from chopmark.authority.catalogue.editions import files_of, note_pack
from chopmark.authority.catalogue.models import Edition
from chopmark.authority.catalogue.reading import read_packs
from chopmark.authority.kernel.actors import process
from chopmark.config.audit.authority import PROMISING
from chopmark.config.audit.promises import check_promises
from chopmark.pki.tlog.leaf import decode_leaf
from world import NOON, at

WEB = process("web")
DEARER = {
    "tariff.toml": """
[personal-1y]
prices = [
    { from = 2000-01-31, until = 2026-12-31, cents = 5000 },
    { from = 2027-01-01, cents = 6000 },
]
"""
}


@pytest.fixture
def folders(laid_over, settings):
    """The pack in force, and what it becomes when a line is dearer from the new year."""
    return lambda files: (laid_over(files), settings.CHOPMARK_PACKS)[1]


def noted(folders, role="web"):
    with at(role):
        return note_pack(pack=read_packs(*folders), files=files_of(folders), actor=WEB, now=NOON)


def said(tag):
    leaves = [(leaf.pk, decode_leaf(bytes(leaf.entry))) for leaf in Leaf.objects.order_by("id")]
    return [(leaf.public, Payload.objects.get(leaf_id=at).payload) for at, leaf in leaves if leaf.tag == tag]


@pytest.mark.django_db
def test_it_works(hongkong, settings):
    assert noted(settings.CHOPMARK_PACKS)

    [(public, payload)] = said("pack:changed")
    assert public == {"pack": files_of(settings.CHOPMARK_PACKS).digest.hex()}
    assert payload["files"]["hongkong/tariff.toml"]["before"] is None
    assert len(payload["files"]["hongkong/tariff.toml"]["after"]) == 64
    assert said("fee:changed") == []  # it was not changed: it began
    assert list(check_promises(PROMISING)) == []


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["web", "worker", "signer"])
def test_every_process_that_works_by_it_may_say_so_and_once_is_enough(hongkong, settings, role):
    assert [noted(settings.CHOPMARK_PACKS, role) for _ in range(3)] == [True, False, False]
    assert Leaf.objects.count() == 1


@pytest.mark.django_db
def test_a_fee_that_changes_is_named_with_what_it_was_and_what_it_is(hongkong, settings, folders):
    noted(settings.CHOPMARK_PACKS)
    assert noted(folders(DEARER))

    [(public, charged)] = said("fee:changed")
    assert public == {"line": "personal-1y"}
    assert ["price", "2027-01-01", None, 6000] in charged["after"]
    assert ["price", "2027-01-01", None, 6000] not in charged["before"]
    _, payload = said("pack:changed")[-1]
    assert list(payload["files"]) == ["over/tariff.toml"]


@pytest.mark.django_db
def test_who_goes_back_to_the_old_policy_is_seen_too(hongkong, settings, folders):
    before = settings.CHOPMARK_PACKS
    after = folders(DEARER)
    assert [noted(each) for each in (before, after, before, after)] == [True] * 4
    assert len(said("fee:changed")) == 3


@pytest.mark.django_db
def test_a_file_that_is_gone_is_named_and_a_comment_is_a_change(hongkong, settings, folders):
    after = folders({"tariff.toml": "# nothing is dearer\n"})
    before = settings.CHOPMARK_PACKS[:1]
    assert [noted(each) for each in (before, after, before)] == [True] * 3
    changes = [payload["files"] for _, payload in said("pack:changed")]
    assert changes[1]["over/tariff.toml"]["before"] is None
    assert changes[2]["over/tariff.toml"]["after"] is None
    assert said("fee:changed") == []


@pytest.mark.django_db
def test_an_edition_that_is_edited_later_disagrees_with_the_log(hongkong, settings):
    noted(settings.CHOPMARK_PACKS)
    with connection.cursor() as cursor:
        cursor.execute("alter table catalogue_edition disable trigger all")
        cursor.execute("update catalogue_edition set fees = jsonb_set(fees, '{personal-1y,0,3}', '1')")
        cursor.execute("alter table catalogue_edition enable trigger all")
    assert {fault.check for fault in check_promises(PROMISING)} == {"row", "leaf"}


@pytest.mark.django_db(transaction=True)
def test_two_that_start_at_once_note_it_once(hongkong, settings):
    answers = []

    def start():
        with transaction.atomic():
            answers.append(noted(settings.CHOPMARK_PACKS))
        close_old_connections()
        connection.close()

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [False, False, False, True]
    assert Edition.objects.count() == 1
