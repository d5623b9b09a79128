"""What the desk and its machine door say of the witnesses: to readers of the log, to a subject, to machines and to the owner."""

import shutil

import httpx
import pytest
from click.testing import CliRunner
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation
from log_stage import House
from people import ERRAND, WORKER, asha_applies, asked
from witnesses_stage import MUCH_LATER, ask, house, late, quorum, settle, watching

from chopmark.strongroom import clock, machine, overview
from chopmark.strongroom.client import Strongroom, StrongroomUnavailable
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.log.book import BOOK
from chopmark.strongroom.log.keys import own_key
from chopmark.strongroom.models import Opening
from chopmark.strongroom.options import Options
from chopmark.strongroom.services import openings
from chopmark.verifier import cli
from chopmark.verifier.sources import HttpSource

__all__ = ["house", "late", "quorum", "watching"]


@pytest.fixture
def served(watching, quorum, monkeypatch):
    """The log where the desk serves it, read by the verifier's own command over HTTP, in process."""
    quorum(2)
    desk = Client()

    def answer(request):
        found = desk.get(request.url.path)
        return httpx.Response(found.status_code, content=found.content)

    transport = httpx.MockTransport(answer)
    monkeypatch.setattr(cli, "source_of", lambda place: HttpSource(place, transport=transport))
    found = House(Options.read().log_folder)
    yield found
    shutil.rmtree(found.folder, ignore_errors=True)


def verify(*keys):
    options = [part for key in keys for part in ("--witness", str(key))]
    typed = ["verify", "http://127.0.0.1/log", "--key", str(own_key()), *options, "--quorum", str(len(keys))]
    return CliRunner().invoke(cli.log, typed)


def test_anybody_verifies_it_at_the_desk_with_its_witnesses(served, watching):
    served.leave(300)
    assert settle(served, watching) == 2
    said = verify(*watching.keys())
    assert said.exit_code == 0, said.output
    assert "300 entries" in said.output
    assert "cosigned by witness.example/one" in said.output and "witness.example/two" in said.output


def test_what_has_one_of_two_is_not_there_yet(served, watching):
    served.leave(3)
    settle(served, watching)
    watching.away = {"two"}
    served.leave(2)
    assert settle(served, watching) == 1
    assert "3 entries" in verify(*watching.keys()).output


def test_a_subject_takes_the_cosigned_proof_along(served, watching, tmp_path):
    asha = asha_applies(now=clock.now())
    ask_for = asked(asha.case_id, "name")
    openings.open_fields(asked=ask_for, keys=keyring(), actor=WORKER, now=clock.now())
    client = Client()
    client.post("/history", {"hkid": "A123456(3)", "code": asha.access_code})
    page = f"/history/{Opening.objects.get().leaf_id}/proof"
    served.publish()
    assert client.get(page).status_code == 409
    ask(watching)
    served.publish()

    file = tmp_path / "line.tlog-proof"
    file.write_bytes(client.get(page).content)
    keys = watching.keys()
    options = [part for key in keys for part in ("--witness", str(key))]
    checked = CliRunner().invoke(cli.proof, ["verify", str(file), "--key", str(own_key()), *options])
    assert checked.exit_code == 0, checked.output


@pytest.fixture
def late_now(late, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: MUCH_LATER)
    monkeypatch.setattr(machine, "close_old_connections", lambda: None)
    return late


def test_the_machine_door_says_not_now_rather_than_never(late_now):
    asha, _ = late_now
    door = Strongroom(None, transport=httpx.WSGITransport(app=machine.application))
    with pytest.raises(StrongroomUnavailable):
        door.open(
            case=asha.case_id,
            purpose="certificate",
            fields=["name"],
            actor="worker",
            application=ERRAND.reference,
        )
    with httpx.Client(
        base_url="http://door", transport=httpx.WSGITransport(app=machine.application)
    ) as client:
        assert client.get("/readyz").json() == {"ready": True, "openings": "waiting"}
        sent = {"case": str(asha.case_id), "purpose": "certificate", "fields": ["name"], "actor": "worker"}
        answer = client.post("/open", json=sent | {"application": ERRAND.reference})
        assert (answer.status_code, answer.json()) == (503, {"refused": "openings_wait_for_witnesses"})


def test_the_desk_says_so_in_both_languages_and_stays_ready(late_now):
    ready = Client().get("/readyz")
    assert (ready.status_code, ready.content) == (200, b"ready: openings wait for witnesses of the log\n")
    assert "No record is opened at the moment" in Client().get("/").content.decode()
    chinese = Client().get("/", headers={"Accept-Language": "zh-Hant"}).content.decode()
    assert "現時暫停開啟紀錄" in chinese


def owners_part(now):
    said = {}
    for language in ("en", "zh-hant"):
        with translation.override(language):
            said[language] = render_to_string(
                "strongroom/owner/witnesses.html", {"log": overview.log_state(now)}
            )
    return said


def test_the_owners_page_says_how_far_and_why_not_further(late, watching, quorum):
    shown = owners_part(MUCH_LATER)
    assert "No record is opened at the moment" in shown["en"] and "現時暫停開啟紀錄" in shown["zh-hant"]
    assert "Under their cosignatures" in shown["en"]
    BOOK.refused(watching.configured()[0], 0, "status_409", MUCH_LATER)
    assert "witness.example/one answered status_409" in owners_part(MUCH_LATER)["en"]
    quorum(0)
    assert "No record is opened" not in owners_part(MUCH_LATER)["en"]
