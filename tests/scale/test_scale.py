"""Machines are lost in the middle of a campaign: nothing of it is lost, nothing is done twice, no answer is wrong."""

import shutil
import time
from contextlib import contextmanager

import campaign
import psycopg
import pytest
from asking import Watch
from campaign import COUNT
from judging import audited, differing, has_copies, issuer_of_the_campaign
from layout import until

from outcome import counted, in_hand, is_settled, told
from patience import SETTLED_WITHIN

# Both ends give up a silent connection within some ten seconds; the rest is for a machine with much to do.
NOTICED_WITHIN = 30


@pytest.fixture
def cable(layout):
    """The first worker's machine, connected again afterwards."""
    host = layout.workers[0].host
    yield host
    host.connect()


def test_a_lock_of_a_machine_that_was_cut_off_is_soon_free(layout, cable, note):
    parameters = layout.parameters()
    with cable.inside():
        held = psycopg.connect(**parameters, autocommit=True)
    held.execute("select pg_advisory_lock(1)")
    with psycopg.connect(**parameters, autocommit=True) as other:

        def is_free():
            return other.execute("select pg_try_advisory_lock(1)").fetchone() == (True,)

        assert not is_free()
        cable.cut_off()
        seconds = until(is_free, "the lock is free", within=NOTICED_WITHIN)
    note(f"a lock of a machine that was cut off: free after {seconds:.0f} s")


def test_a_process_that_was_cut_off_soon_knows(layout, cable, note):
    with cable.inside():
        held = psycopg.connect(**layout.parameters(), autocommit=True)
    cable.cut_off()
    with pytest.raises(psycopg.OperationalError):
        held.execute("select pg_sleep(60)")


def test_a_campaign_survives_a_machine_and_then_the_primary(layout, note):
    # 1. A campaign, seven machines, and relying parties who never stop asking.
    wanted = campaign.staged(layout)
    start(layout.processes)
    with listening(layout, note) as watches:
        campaign.start(wanted)
        come_to(wanted, COUNT // 10)
        revoke(0, watches)

        # 2. A worker's machine is cut off. The other goes on alone.
        cut = layout.workers[0]
        cut.host.cut_off()
        had = campaign.issued(wanted)
        note(f"a worker was cut off at {had} of {COUNT}")
        revoke(1, watches)
        come_to(wanted, had + COUNT // 10)

        # 3. The signer loses its power, with a claim in its hand if we are quick, and is started again.
        until(in_hand, "a chunk is claimed", every=0.0)
        layout.signer.host.lose_power()
        layout.signer.host.connect()
        layout.signer.start()
        caught = in_hand()  # a new process needs a second before it can claim

        # 4. A responder is lost with its disk, and the primary loses its power.
        cold = layout.responders[1]
        cold.host.lose_power()
        shutil.rmtree(cold.home.path / "responder" / "status")
        had, lost_at = campaign.issued(wanted), time.monotonic()
        layout.first.host.lose_power()

        # 5. The standby takes over; nobody is told, everybody finds it.
        layout.second.promote()
        assert campaign.issued(wanted) < COUNT, "the campaign was over before the primary was lost"
        revoke(2, watches)
        come_to(wanted, had + 1)
        note(
            f"the primary was lost at {had}; the next certificate came {time.monotonic() - lost_at:.0f} s later"
        )

        # 6. A new disk for the responder; the cable is put back. No other process was started again.
        cold.host.connect()
        cold.start()
        until(cold.is_ready, "the cold responder is ready")
        cut.host.connect()
        come_to(wanted, COUNT)
        note(f"all {COUNT} were issued {time.monotonic() - lost_at:.0f} s after the primary was lost")
        for one in layout.processes:
            until(one.is_ready, f"{one.host.name} is well again")
        until(is_settled, "nothing is on its way")
        campaign.ask_for_lists()
        until(is_settled, "they are public")
        until(campaign.is_delta_public, "there is a delta to the new list")
        for one in layout.workers:
            until(lambda one=one: has_copies(one), f"{one.host.name} has what the others published", every=1)

    # 7. Nothing lost, nothing doubled: each line has one certificate under a number of its own, all but three are in force.
    assert counted() == (COUNT, COUNT, COUNT, COUNT - 3)
    ((spent,),) = told("select count(*) from issuance_spentchunk")
    note(
        f"{caught} chunks were in the signer's hand; {spent} were spent, and each number of them was revoked"
    )
    assert spent >= caught
    assert audited(layout.workers[0], layout.responders[0]) == []
    assert differing(layout.workers[1], layout.responders[1]) == []


def start(processes):
    for one in processes:
        one.start()
    for one in processes:
        until(one.is_ready, f"{one.host.name} is ready")


@contextmanager
def listening(layout, note):
    """A relying party at each responder, who hears no wrong answer."""
    watches = [Watch(responder, issuer_of_the_campaign()) for responder in layout.responders]
    for watch in watches:
        watch.begin()
    yield watches
    for watch in watches:
        watch.end()
        said = ", ".join(f"{name} {times}" for name, times in sorted(watch.heard.items()))
        note(f"{watch.responder.host.name} said {said}; silent for {watch.longest_silence:.0f} s at most")
        assert watch.wrong == []
        assert {"REVOKED", "UNKNOWN"} <= watch.heard.keys()


def come_to(wanted, count):
    until(lambda: campaign.issued(wanted) >= count, f"{count} are issued", within=2 * SETTLED_WITHIN)


def revoke(number, watches):
    issuer_id, serial_number = campaign.some_certificate(number)
    campaign.revoke(issuer_id, serial_number)
    for watch in watches:
        watch.revoked[int.from_bytes(serial_number, "big")] = time.monotonic()
