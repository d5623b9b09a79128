"""Everything about one certificate, in a file that is checked without the log."""

import json

import pytest

from chopmark.authority.issuance.models import Certificate
from chopmark.authority.transparency.keys import own_key
from chopmark.config.evidence import gather
from chopmark.config.faults import Fault
from chopmark.verifier.proof_files import check_file
from world import EMAIL, NAME, at


def serial():
    return bytes(Certificate.objects.get().serial_number)


def read(text):
    return check_file(text.encode(), key=own_key(), witnesses=(), quorum=0)


def test_it_works(world, offered, no_case_to_close):
    world.accepts(offered)
    world.turns()
    with at("auditor"):
        text, waiting = gather(serial(), with_payloads=False)
    found = read(text)

    assert waiting == 0
    tags = [one.leaf.tag for one in found]
    for tag in ("application:begun", "application:approved", "certificate:issued", "certificate:accepted"):
        assert tags.count(tag) == 1, tag
    assert all(one.payload is None for one in found)


def test_payloads_come_along_for_an_auditor_and_are_the_ones_committed_to(world, offered):
    with at("auditor"):
        text, _ = gather(serial(), with_payloads=True)
    begun = next(one for one in read(text) if one.leaf.tag == "application:begun")

    assert begun.payload["application"] == offered.reference
    # The certificate holds her name and e-mail; nothing else in the file does.
    about = json.loads(text)["proofs"]
    assert NAME not in str(about) and EMAIL not in str(about)


def test_what_is_under_no_checkpoint_yet_is_left_out_and_counted(world, offered, no_case_to_close):
    world.accepts(offered)
    _, waiting = gather(serial(), with_payloads=False)
    assert waiting >= 1


def test_a_number_of_nobody_is_said_so(world, offered):
    with pytest.raises(Fault):
        gather(b"\x01", with_payloads=False)
