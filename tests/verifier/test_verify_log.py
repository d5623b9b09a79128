import hashlib
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from random import Random  # noqa: TID251  # seeded: the same places in every run

import pytest

from chopmark.pki.tlog.note import verifier_key
from chopmark.verifier.faults import Fault, FaultCode
from chopmark.verifier.log import verify_log
from chopmark.verifier.sources import DirectorySource, HttpSource
from verifier.loghouse import KEY, LogHouse, entry, signed

SIZE = 700
ENTRIES = [entry(number) for number in range(SIZE)]
SEEDS = range(12)


@pytest.fixture
def house(tmp_path):
    return LogHouse(tmp_path).build(ENTRIES)


def fault_of(house, **more) -> Fault:
    with pytest.raises(Fault) as caught:
        verify_log(DirectorySource(house.folder), KEY, **more)
    return caught.value


def bundle(entries) -> bytes:
    return b"".join(len(e).to_bytes(2, "big") + e for e in entries)


def rewrite_bundle(house, index, change):
    """Alter the list of entries in the bundle that holds this index, and nothing else."""
    start = index // 256 * 256
    within = ENTRIES[start : start + 256]
    change(within, index - start)
    house.write(house.path("entries", index), bundle(within))


def test_it_works(house):
    seen = []
    report = verify_log(
        DirectorySource(house.folder), KEY, on_entry=lambda index, octets: seen.append((index, octets))
    )

    assert (report.size, report.root_hash, report.origin) == (SIZE, house.root(), KEY.name)
    assert report.tiles == 3 + 1
    assert seen == list(enumerate(ENTRIES))


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 512, 513])
def test_an_untouched_log_raises_no_alarm_at_any_size(tmp_path, size):
    house = LogHouse(tmp_path).build(ENTRIES[:size])

    assert verify_log(DirectorySource(tmp_path), KEY).root_hash == house.root()


def test_it_reads_over_http(house):
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(house.folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        source = HttpSource(f"http://127.0.0.1:{server.server_port}/")
        assert verify_log(source, KEY).size == SIZE
        (house.folder / house.path("entries", 300)).unlink()
        with pytest.raises(Fault) as caught:
            verify_log(source, KEY)
        server.shutdown()
    assert (caught.value.code, caught.value.first, caught.value.last) == (FaultCode.BUNDLE_MISSING, 256, 511)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_flipped_bit_in_an_entry_is_named(house, seed):
    index = Random(seed).randrange(SIZE)

    def flip(within, at):
        place = Random(seed).randrange(len(within[at]))
        octets = bytearray(within[at])
        octets[place] ^= 1 << seed % 8
        within[at] = bytes(octets)

    rewrite_bundle(house, index, flip)
    fault = fault_of(house)
    assert (fault.code, fault.first, fault.last) == (FaultCode.ENTRY_DIFFERS, index, index)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_flipped_bit_anywhere_in_any_file_is_an_alarm(house, seed):
    choose = Random(seed)
    file = choose.choice(sorted(path for path in house.folder.rglob("*") if path.is_file()))
    octets = bytearray(file.read_bytes())
    octets[choose.randrange(len(octets))] ^= 1 << choose.randrange(8)
    file.write_bytes(octets)

    fault = fault_of(house)
    assert fault.path or fault.first is not None


@pytest.mark.parametrize("seed", SEEDS)
def test_a_dropped_entry_is_named(house, seed):
    index = Random(seed).randrange(SIZE)
    rewrite_bundle(house, index, lambda within, at: within.pop(at))

    assert fault_of(house).first == index


@pytest.mark.parametrize("seed", SEEDS)
def test_a_duplicated_entry_is_named(house, seed):
    index = Random(seed).randrange(SIZE)
    rewrite_bundle(house, index, lambda within, at: within.insert(at, within[at]))

    assert fault_of(house).first == index + 1


@pytest.mark.parametrize("seed", SEEDS)
def test_entries_in_another_order_are_named(house, seed):
    index = Random(seed).choice([at for at in range(SIZE - 1) if at % 256 != 255])

    def swap(within, at):
        within[at], within[at + 1] = within[at + 1], within[at]

    rewrite_bundle(house, index, swap)
    assert fault_of(house).first == index


@pytest.mark.parametrize("seed", SEEDS)
def test_a_truncated_bundle_names_the_first_entry_that_is_gone(house, seed):
    index = Random(seed).randrange(SIZE)
    start = index // 256 * 256
    whole = bundle(ENTRIES[start:index])
    # Cut somewhere inside the entry itself.
    house.write(house.path("entries", index), house.read(house.path("entries", index))[: len(whole) + seed])

    fault = fault_of(house)
    assert (fault.code, fault.first) == (FaultCode.BUNDLE_MALFORMED, index)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_hash_altered_in_a_tile_is_named(house, seed):
    index = Random(seed).randrange(SIZE)
    octets = bytearray(house.read(house.path("0", index)))
    octets[index % 256 * 32 + seed] ^= 1
    house.write(house.path("0", index), bytes(octets))

    assert (fault_of(house).code, fault_of(house).first) == (FaultCode.ENTRY_DIFFERS, index)


def test_a_truncated_tile_is_named(house):
    house.write("tile/0/001", house.read("tile/0/001")[: 100 * 32 + 5])
    assert fault_of(house).first == 256 + 100
    house.build(ENTRIES)
    house.write("tile/1/000.p/2", house.read("tile/1/000.p/2") + bytes(32))
    assert (fault_of(house).code, fault_of(house).path) == (FaultCode.TILE_MALFORMED, "tile/1/000.p/2")


def test_a_tile_that_is_missing_is_named(house):
    (house.folder / "tile/1/000.p/2").unlink()
    fault = fault_of(house)
    assert (fault.code, fault.first, fault.last) == (FaultCode.TILE_MISSING, 0, 511)


@pytest.mark.parametrize("index", [3, 256, 511])
def test_an_entry_changed_together_with_its_tile_is_found_in_the_tile_above(house, index):
    forged = [*ENTRIES]
    forged[index] = entry(index, "application:refused")
    start = index // 256 * 256
    hashes = [hashlib.sha256(b"\x00" + e).digest() for e in forged[start : start + 256]]
    house.write(house.path("entries", index), bundle(forged[start : start + 256]))
    house.write(house.path("0", index), b"".join(hashes))

    fault = fault_of(house)
    assert (fault.code, fault.first, fault.last) == (FaultCode.TILE_DIFFERS, start, start + 255)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_fork_is_found_by_the_checkpoint_and_narrowed_by_those_that_were_kept(house, seed):
    index = Random(seed).randrange(SIZE)
    sizes = sorted(Random(seed + 100).sample(range(1, SIZE), 3))
    kept = [house.checkpoint(size) for size in sizes]
    genuine = house.read("checkpoint")
    forged = [*ENTRIES]
    forged[index] = entry(index, "application:refused")
    house.build(forged)

    # The fork is signed by the log's own key, so nobody sees it who kept nothing.
    assert verify_log(DirectorySource(house.folder), KEY).size == SIZE
    fault = fault_of(house, kept=[*reversed(kept), genuine.decode()])
    assert fault.code is FaultCode.HISTORY_REWRITTEN
    bounds = [0, *sizes, SIZE]
    assert (fault.first, fault.last + 1) == next(
        (low, high) for low, high in pairwise(bounds) if low <= index < high
    )

    # With the genuine checkpoint in place it is the root that tells.
    house.write("checkpoint", genuine)
    assert fault_of(house).code is FaultCode.ROOT_DIFFERS


def test_a_log_that_continues_what_was_kept_is_in_order(house):
    kept = [house.checkpoint(size) for size in (0, 1, 256, 300, SIZE)]

    assert verify_log(DirectorySource(house.folder), KEY, kept=kept).kept == (0, 1, 256, 300, SIZE)


def test_two_checkpoints_of_one_size_cannot_both_be_right(house):
    fault = fault_of(house, kept=[signed(300, bytes(32)), house.checkpoint(300)])
    assert fault.code is FaultCode.HISTORY_REWRITTEN


def test_a_log_that_shrank_is_named(house):
    kept = house.checkpoint()
    house.build(ENTRIES[:600])

    fault = fault_of(house, kept=[kept])
    assert (fault.code, fault.first, fault.last) == (FaultCode.LOG_SHRANK, 600, 699)


def test_a_leaf_in_another_writing_is_named(tmp_path):
    odd = [*ENTRIES[:9]]
    odd[5] = odd[5].replace(b'"at":', b'"at": ')
    house = LogHouse(tmp_path).build(odd)

    fault = fault_of(house)
    assert (fault.code, fault.first, fault.why) == (FaultCode.ENTRY_MALFORMED, 5, "not_canonical")


def test_a_partial_tile_that_became_full_is_read_from_the_full_one(house):
    """The log grew while we read: our checkpoint's partial files have been removed."""
    house.build(ENTRIES[:300])
    old = house.read("checkpoint")
    house.build(ENTRIES)
    for superseded in ("tile/entries/001.p", "tile/0/001.p"):
        (house.folder / superseded / "44").unlink()
    house.write("checkpoint", old)

    assert verify_log(DirectorySource(house.folder), KEY).size == 300


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda note: note.replace("700", "699"), "note_forged"),
        (lambda note: note.replace("— log.example/one", "— log.example/two"), "note_unsigned"),
        (lambda note: note + "x", "note_malformed"),
        (lambda _: signed(SIZE, bytes(32), "log.example/two"), "checkpoint_of_another_log"),
    ],
)
def test_a_checkpoint_that_the_key_did_not_sign_is_not_believed(house, change, why):
    house.write("checkpoint", change(house.read("checkpoint").decode()).encode())

    fault = fault_of(house)
    assert (fault.code, fault.why) == (FaultCode.CHECKPOINT_NOT_BELIEVED, why)


def test_another_key_of_the_same_name_believes_nothing(house):
    with pytest.raises(Fault):
        verify_log(DirectorySource(house.folder), verifier_key(KEY.name, bytes(32)))


def test_a_folder_without_a_checkpoint_is_no_log(tmp_path):
    assert fault_of(LogHouse(tmp_path)).code is FaultCode.CHECKPOINT_MISSING
