"""What a process says before it does anything else."""

import hashlib
import threading

import pytest
from django.db import OperationalError

from chopmark import software
from chopmark.authority.audit.models import Leaf, Payload
from chopmark.authority.catalogue.models import Edition
from chopmark.config import starting
from chopmark.pki.tlog.leaf import decode_leaf
from world import at


def tags():
    return [decode_leaf(bytes(leaf.entry)).tag for leaf in Leaf.objects.order_by("id")]


@pytest.mark.django_db
@pytest.mark.parametrize("process", ["web", "worker", "signer"])
def test_it_works(process):
    with at(process):
        starting.say_started(process)

    assert tags() == ["software:started", "pack:changed"]
    told = Payload.objects.earliest("leaf_id").payload
    assert told["actor"] == process
    assert told["pack"] == bytes(Edition.objects.get().digest).hex()
    running = software.running()
    assert (told["version"], told["code"], told["libraries"]) == (
        running.version,
        running.code,
        running.libraries,
    )


@pytest.mark.django_db
def test_a_responder_says_what_it_runs_and_decides_nothing_by_the_policy():
    with at("responder"):
        starting.say_started("responder")
    assert tags() == ["software:started"]


@pytest.mark.django_db
def test_each_start_is_said_and_the_policy_only_when_it_changes():
    starting.say_started("web")
    starting.say_started("web")
    assert tags() == ["software:started", "pack:changed", "software:started"]


def test_a_database_that_is_away_is_waited_for(monkeypatch):
    answers = [OperationalError("away"), OperationalError("away"), None]

    def say(process):
        if answer := answers.pop(0):
            raise answer

    monkeypatch.setattr(starting, "WAIT_SECONDS", 0)
    monkeypatch.setattr(starting, "_say", say)
    starting.say_started("web")
    assert answers == []


def test_who_is_told_to_stop_while_waiting_stops(monkeypatch):
    stop = threading.Event()

    def say(process):
        stop.set()
        raise OperationalError("away")

    monkeypatch.setattr(starting, "_say", say)
    starting.say_started("web", stop)


def test_one_octet_of_code_is_another_software(tmp_path):
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "views.py").write_bytes(b"fee = 50")
    (tmp_path / "app" / "views.pyc").write_bytes(b"compiled")
    before = software.files_below(tmp_path)
    (tmp_path / "app" / "views.py").write_bytes(b"fee = 51")
    after = software.files_below(tmp_path)

    assert before == {"app/views.py": hashlib.sha256(b"fee = 50").hexdigest()}
    assert software.digest_of(before) != software.digest_of(after)
