import os
import signal
import subprocess
import sys
import textwrap

import pytest

from authority.signing_stage import NOON
from chopmark.authority.validation import status_store
from chopmark.authority.validation.errors import StatusStoreInUse
from chopmark.authority.validation.status import GOOD, UNKNOWN, key_of, revoked_entry
from chopmark.authority.validation.status_store import Horizon, StatusStore
from chopmark.pki.crl import CRLReason
from chopmark.pki.ocsp import CertStatus

HORIZON = Horizon(database="one/1/1", next=100, running=(97, 98))
LATER = Horizon(database="one/1/1", next=120)
SERIALS = [bytes([0x40]) + number.to_bytes(15, "big") for number in range(20_000)]
ASHA, BALA, CHAN = SERIALS[:3]


def keys(serials=SERIALS):
    return [key_of(1, serial) for serial in serials]


def fill(store, serials=SERIALS, revoked=(), horizon=HORIZON):
    store.fill([[(key,) for key in keys(serials)]], [], revoked, horizon)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "status"


@pytest.fixture
def filled(folder):
    with StatusStore(folder) as store:
        fill(store, revoked=[(key_of(1, BALA), revoked_entry(NOON, 1))])
    return folder


def test_it_works(filled):
    with StatusStore(filled) as store:
        assert store.horizon == HORIZON
        assert store.status_of(1, ASHA) == GOOD
        assert store.status_of(2, ASHA) == UNKNOWN
        assert store.status_of(1, bytes(16)) == UNKNOWN
        revoked = store.status_of(1, BALA)
    assert (revoked.status, revoked.revoked_at, revoked.reason) == (
        CertStatus.REVOKED,
        NOON,
        CRLReason.KEY_COMPROMISE,
    )


def test_serial_numbers_of_every_length_are_filled(folder):
    serials = sorted([b"\x01", b"\x01\x00", b"\x7f" * 20, b"\x40" * 16, b"\x02"])
    with StatusStore(folder) as store:
        fill(store, serials)
        assert all(store.status_of(1, serial) == GOOD for serial in serials)


def test_certificates_out_of_their_order_are_filled_all_the_same(folder):
    with StatusStore(folder) as store:
        fill(store, [BALA, ASHA, CHAN])
        assert store.horizon == HORIZON
        assert [store.status_of(1, serial) for serial in (ASHA, BALA, CHAN)] == [GOOD] * 3


def test_what_changed_is_told_and_what_did_not_is_not(filled):
    entry = revoked_entry(NOON, 4)
    with StatusStore(filled) as store:
        assert store.apply(keys([ASHA]), [(key_of(1, ASHA), entry)], LATER) == [key_of(1, ASHA)]
        assert store.apply(keys([ASHA]), [(key_of(1, ASHA), entry)], LATER) == []
        assert store.status_of(1, ASHA).reason is CRLReason.SUPERSEDED


def test_a_revoked_serial_number_is_not_good_again_when_its_certificate_is_read_late(folder):
    with StatusStore(folder) as store:
        store.apply([], [(key_of(1, ASHA), revoked_entry(NOON, 1))], HORIZON)
        store.apply(keys([ASHA]), [], LATER)
        assert store.status_of(1, ASHA).status is CertStatus.REVOKED


def test_a_filling_replaces_everything(filled):
    with StatusStore(filled) as store:
        fill(store, [CHAN], horizon=Horizon(database="another/1/1", next=5))
        assert (store.status_of(1, CHAN), store.status_of(1, ASHA)) == (GOOD, UNKNOWN)
        assert store.status_of(1, BALA) == UNKNOWN


def test_a_round_without_a_change_keeps_its_horizon_for_this_process_only(filled):
    with StatusStore(filled) as store:
        store.apply([], [], LATER)
        assert store.horizon == LATER
    with StatusStore(filled) as store:
        assert store.horizon == HORIZON


def test_a_store_of_another_form_knows_no_horizon(filled, monkeypatch):
    monkeypatch.setattr(status_store, "FORM", status_store.FORM + 1)
    with StatusStore(filled) as store:
        assert store.horizon is None


def test_two_processes_do_not_hold_one_store(filled):
    with StatusStore(filled), pytest.raises(StatusStoreInUse):
        StatusStore(filled)
    with StatusStore(filled) as store:
        assert store.status_of(1, ASHA) == GOOD


# The first half of a page, half of the file, all but the last page, nothing.
@pytest.mark.parametrize("kept", [2_000, 0.5, -4096, 0])
def test_a_store_that_was_cut_short_is_thrown_away(filled, kept):
    file = filled / "data.mdb"
    size = file.stat().st_size
    os.truncate(file, int(size * kept) if isinstance(kept, float) else kept % size)
    with StatusStore(filled) as store:
        assert store.horizon is None
        assert store.status_of(1, ASHA) == UNKNOWN
        fill(store)
        assert store.status_of(1, ASHA) == GOOD


def test_a_file_of_something_else_is_thrown_away(filled):
    (filled / "data.mdb").write_bytes(b"not a status store" * 10_000)
    with StatusStore(filled) as store:
        assert store.horizon is None


KILLED = """
    import os, pathlib, signal, sys
    from chopmark.authority.validation.status_store import Horizon, StatusStore

    def batches():
        for number in range(200):
            yield [(b"\\0\\1" + (number * 1000 + one).to_bytes(16, "big"),) for one in range(1000)]
            if number == 150:
                os.kill(os.getpid(), signal.SIGKILL)

    store = StatusStore(pathlib.Path(sys.argv[1]))
    store.fill(batches(), [], [], Horizon(database="one/1/1", next=500))
"""


def test_a_process_killed_while_it_fills_leaves_what_was_there(filled):
    killed = subprocess.run([sys.executable, "-c", textwrap.dedent(KILLED), str(filled)], check=False)
    assert killed.returncode == -signal.SIGKILL
    with StatusStore(filled) as store:
        assert store.horizon == HORIZON
        assert store.status_of(1, ASHA) == GOOD
        assert store.status_of(1, BALA).status is CertStatus.REVOKED


def test_nobody_else_reads_what_is_in_its_folder(tmp_path):
    with StatusStore(tmp_path / "status"):
        modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "status").iterdir()}
    assert set(modes) == {"data.mdb", "held", "lock.mdb"}
    assert set(modes.values()) == {0o600}
