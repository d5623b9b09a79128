"""The owner's key is changed while the desk is open: no record is lost, and the old key is gone at the end."""

from dataclasses import replace

import pytest
from click.testing import CliRunner
from owners_stage import DEVI, FARAH, grant, officers_are_in
from people import ASHA, ESHA, NOW, WORKER, asked

from chopmark.strongroom import __main__ as commands
from chopmark.strongroom import vault
from chopmark.strongroom.actors import OWNER, SUBJECT
from chopmark.strongroom.errors import KekInUse, KekUnknown
from chopmark.strongroom.keys import ceremony
from chopmark.strongroom.keys.cabinet import FIRST, KEK_LABEL, UNNUMBERED, Cabinet, FileShelf, number_of
from chopmark.strongroom.keys.kek import UnsafeSoftwareKeyEncryptionKey
from chopmark.strongroom.keys.keyring import open_keyring
from chopmark.strongroom.keys.sealing import unseal
from chopmark.strongroom.models import Case, LeafPayload, Receipt, Record
from chopmark.strongroom.options import KeyFiles, Options
from chopmark.strongroom.services import bulk, openings, receipt_book, wrapping_keys
from chopmark.strongroom.services.bulk import Batch
from chopmark.strongroom.services.submit import Errand, submit_application

PASSPHRASE = "open sesame"


@pytest.fixture
def environment(tmp_path):
    ceremony.prepare(tmp_path, PASSPHRASE)
    passphrase = tmp_path / "passphrase"
    passphrase.touch(mode=0o600)
    passphrase.write_text(PASSPHRASE)
    return {
        "STRONGROOM_HOME": str(tmp_path),
        "STRONGROOM_PASSPHRASE_FILE": str(passphrase),
        "STRONGROOM_DATABASE": "dbname=strongroom",
    }


@pytest.fixture
def keys(strongroom, environment):
    return open_keyring(Options.read(environment), NOW)


@pytest.fixture
def files(tmp_path):
    return KeyFiles(tmp_path)


def apply(keys, number=0, particulars=ASHA):
    errand = Errand(reference=f"AP26110{number:04}", nonce="5e" * 16, type="personal")
    return submit_application(errand=errand, particulars=particulars, keys=keys, actor=SUBJECT, now=NOW)


def rotate(files):
    return wrapping_keys.rotate(files=files, passphrase=PASSPHRASE, actor=OWNER, now=NOW)


def rewrap(keys, most=500):
    return wrapping_keys.rewrap(keys=keys, most=most, actor=OWNER, now=NOW)


def retire(files, keys, number=FIRST):
    wrapping_keys.retire(number=number, files=files, keys=keys, actor=OWNER, now=NOW)


def name_of(submitted, keys):
    return vault.unlock(Record.objects.get(pk=submitted.record_id).locked, kek=keys.kek)["name"]


def test_it_works(keys, files):
    before = apply(keys)
    index = Record.objects.get().blind_index
    assert rotate(files) == 2
    after = apply(keys, 1)  # the same keyring: nothing was started anew
    assert wrapping_keys.counts(keys) == {1: 1, 2: 1}

    assert rewrap(keys) == 1
    assert rewrap(keys) == 0
    assert wrapping_keys.counts(keys) == {1: 0, 2: 2}
    retire(files, keys)
    assert files.kek_numbers() == [2]
    assert name_of(before, keys) == name_of(after, keys) == ASHA.name
    # The same person is still found by the same index, and the same form is still the same form.
    assert {bytes(record.blind_index) for record in Record.objects.all()} == {bytes(index)}
    assert apply(keys).record_id == before.record_id


def test_a_new_start_finds_the_same(keys, files, environment):
    submitted = apply(keys)
    rotate(files), rewrap(keys), retire(files, keys)
    ceremony.prepare(files.home, PASSPHRASE)  # as at every start: it makes no first key again
    again = open_keyring(Options.read(environment), NOW)
    assert name_of(submitted, again) == ASHA.name
    assert apply(again).record_id == submitted.record_id


def test_a_key_that_wraps_a_record_stays(keys, files):
    apply(keys)
    rotate(files)
    with pytest.raises(KekInUse):
        retire(files, keys)
    assert files.kek_numbers() == [1, 2]


def test_the_newest_key_stays(keys, files):
    with pytest.raises(KekInUse):
        retire(files, keys)
    with pytest.raises(KekUnknown):
        retire(files, keys, 7)


def test_a_key_whose_destruction_was_cut_is_destroyed_at_the_second_try(keys, files, monkeypatch):
    rotate(files)
    with monkeypatch.context() as crash:
        crash.setattr(ceremony.os, "fsync", lambda _: (_ for _ in ()).throw(OSError))
        with pytest.raises(OSError):
            retire(files, keys)
    assert files.kek_half_retired() == [FIRST]
    leaves = LeafPayload.objects.count()
    retire(files, keys)
    assert not files.kek_half_retired()
    assert LeafPayload.objects.count() == leaves
    assert files.kek_numbers() == [2]


@pytest.mark.parametrize("through", ["one", "many", "again"])
def test_a_record_is_read_once_more_when_its_key_went_while_it_was_opened(keys, files, monkeypatch, through):
    """The key is changed to the end between an act's reading the record and its using the key."""
    applied = apply(keys)
    officers_are_in()
    grant_id = grant(DEVI, FARAH)

    def turned(verb):
        def perform(*arguments, **named):
            read = verb(*arguments, **named)
            rotate(files)
            rewrap(keys)
            retire(files, keys)
            return read

        return perform

    if through == "one":
        monkeypatch.setattr(openings, "_write_opening", turned(openings._write_opening))
        reference = Case.objects.get().application_reference
        ask = replace(asked(applied.case_id, "name"), application=reference)
        opened = openings.open_fields(asked=ask, keys=keys, actor=WORKER, now=NOW)
        assert opened == {"name": ASHA.name}
    elif through == "many":
        monkeypatch.setattr(bulk, "_write_openings", turned(bulk._write_openings))
        batch = Batch(
            grant_id=grant_id,
            purpose="renewal",
            fields=frozenset({"name"}),
            caller="authority",
            records=(applied.record_id,),
        )
        (one,) = bulk.open_many(batch=batch, keys=keys, actor=WORKER, now=NOW)
        assert one.fields == {"name": ASHA.name}
    else:
        record, receipt = Record.objects.get(), Receipt.objects.get()
        before = receipt_book.text_of(receipt, record=record, keys=keys)
        turned(lambda: None)()
        assert receipt_book.text_of(receipt, record=record, keys=keys) == before
    assert files.kek_numbers() == [2]


def test_a_key_that_came_without_a_new_stamp_is_found(keys, files, monkeypatch):
    """Two changes within one tick of the file system's clock look like one."""
    applied = apply(keys)
    keys.kek.open_keys()
    seen = keys.kek.shelf.stamp()
    monkeypatch.setattr(FileShelf, "stamp", lambda shelf: seen)
    rotate(files)
    other = open_cabinet(keys, files)
    Record.objects.update(wrapped_key=vault.rewrap(Record.objects.get().locked, kek=other, nonce=bytes(12)))
    assert number_of(bytes(Record.objects.get().wrapped_key)) == 2
    assert name_of(applied, keys) == ASHA.name


def test_keys_at_hand_open_what_was_moved_to_another_meanwhile(keys, files):
    apply(keys)
    before = Record.objects.get().locked
    at_hand = keys.kek.at_hand()
    rotate(files)
    rewrap(keys)
    assert number_of(Record.objects.get().locked.wrapped_key) == 2
    assert vault.unlock(Record.objects.get().locked, kek=at_hand) == vault.unlock(before, kek=at_hand)


def test_a_desk_starts_while_a_key_is_retired(keys, environment, monkeypatch):
    """The file of a key goes between the listing of the folder and its reading."""
    applied = apply(keys)
    monkeypatch.setattr(KeyFiles, "kek_numbers", lambda _: [FIRST, 2])
    assert name_of(applied, open_keyring(Options.read(environment), NOW)) == ASHA.name


def open_cabinet(keys, files):
    return Cabinet(FileShelf(files, PASSPHRASE), keys.kek.index)


def test_moving_may_be_stopped_and_begun_again(keys, files):
    people = [apply(keys, number) for number in range(5)]
    rotate(files)
    assert rewrap(keys, most=2) == 2
    assert wrapping_keys.counts(keys) == {1: 3, 2: 2}
    # Openings go on meanwhile, of both.
    assert [name_of(submitted, keys) for submitted in people] == [ASHA.name] * 5
    assert [rewrap(keys, most=2), rewrap(keys, most=2), rewrap(keys, most=2)] == [2, 1, 0]


def test_a_chunk_that_fails_moves_nothing(keys, files, monkeypatch):
    apply(keys), apply(keys, 1)
    rotate(files)
    told = []

    def die_at_the_second(locked, **more):
        told.append(locked)
        if len(told) == 2:
            raise KeyboardInterrupt
        return b"never kept"

    monkeypatch.setattr(vault, "rewrap", die_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        rewrap(keys)
    assert wrapping_keys.counts(keys) == {1: 2, 2: 0}


def test_a_shredded_record_is_not_moved(keys, files):
    from chopmark.strongroom.services.cases import shred

    apply(keys)
    shred(Record.objects.get(), NOW)
    rotate(files)
    assert rewrap(keys) == 0
    retire(files, keys)


def test_every_step_leaves_a_leaf(keys, files):
    apply(keys)
    rotate(files), rewrap(keys), retire(files, keys)
    said = [row.payload for row in LeafPayload.objects.order_by("leaf_id")][1:]
    assert said == [
        {"actor": "owner:owner", "number": 2},
        {"actor": "owner:owner", "number": 2, "records": 1},
        {"actor": "owner:owner", "number": 1},
    ]


def test_a_home_from_before_keys_had_numbers(keys, files, environment):
    """What its only key wrapped opens, and what it found is found: its file and its rows stay as they are."""
    files.index_key.unlink()
    first = UnsafeSoftwareKeyEncryptionKey(
        unseal(files.kek.read_bytes(), passphrase=PASSPHRASE, label=KEK_LABEL)
    )
    chances = keys.draw_chances()
    old = vault.lock(ESHA.as_fields(), record_id=keys.draw_id(), kek=first, chances=chances)
    assert len(old.wrapped_key) == UNNUMBERED
    assert number_of(old.wrapped_key) == FIRST

    ceremony.prepare(files.home, PASSPHRASE)
    now = open_keyring(Options.read(environment), NOW)
    assert vault.unlock(old, kek=now.kek) == ESHA.as_fields()
    assert vault.blind_index(ESHA.hkid, kek=now.kek) == vault.blind_index(ESHA.hkid, kek=first)
    assert vault.digest(ESHA.as_fields(), kek=now.kek) == vault.digest(ESHA.as_fields(), kek=first)
    rotate(files)
    moved = vault.rewrap(old, kek=now.kek, nonce=now.draw(12))
    assert number_of(moved) == 2


def test_the_owner_types_it(keys, environment, monkeypatch):
    apply(keys)
    monkeypatch.setattr(commands, "keyring", lambda: keys)
    printed = []
    for typed in (["rotate"], ["status"], ["rewrap"], ["retire", "1"], ["status"]):
        done = CliRunner().invoke(commands.cli, ["kek", *typed], env=environment, catch_exceptions=False)
        printed += done.output.splitlines()
    assert printed == [
        "key 2 is the newest",
        "key 1: 1 records",
        "key 2: 0 records",
        "1 records moved",
        "all records are under key 2",
        "key 1 is destroyed",
        "key 2: 1 records",
    ]
