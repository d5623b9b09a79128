"""`/owner/log`: heads, witnesses, what is late, and what a witness would not sign and who looked at it."""

import shutil
from datetime import timedelta

import pytest
from desk_stage import signs_in, text
from log_stage import House
from witnesses_stage import ask, quorum, watching

from chopmark.strongroom import clock
from chopmark.strongroom.actors import Actor
from chopmark.strongroom.log import standing
from chopmark.strongroom.log.book import BOOK
from chopmark.strongroom.log.models import LogCosignature, WitnessRefusal
from chopmark.strongroom.models import LogCheckpoint
from chopmark.strongroom.options import Options
from chopmark.strongroom.policy.models import Finding
from chopmark.strongroom.roles import OfficerRole
from chopmark.strongroom.services import alerts

__all__ = ["quorum", "watching"]
pytestmark = pytest.mark.usefixtures("strongroom")
PAGE = "/owner/log"


@pytest.fixture
def served():
    """The log where the desk serves it."""
    found = House(Options.read().log_folder)
    yield found
    shutil.rmtree(found.folder, ignore_errors=True)


@pytest.fixture
def devi():
    return signs_in("90011", OfficerRole.OWNER)


def grows(served, watching):
    """Sign, ask and publish."""
    served.publish()
    ask(watching, clock.now())
    served.publish()


def by_name(now=None):
    return {one.name.rpartition("/")[2]: one for one in standing.cosigners(now or clock.now())}


def test_it_works(devi, served, watching, quorum):
    quorum(1)
    served.leave(3)
    grows(served, watching)
    newest = LogCheckpoint.objects.latest("size").size
    page = text(devi.get(PAGE))
    assert page.count("Up to date") == 2
    assert page.count(f"{newest} entries") == 2, "signed and published"
    assert "Every witness has signed each head that it was shown." in page
    assert 'aria-current="page">Log</a>' in page
    assert "No record is opened at the moment" not in page


def test_the_page_is_there_when_nothing_has_happened(devi):
    for language in ("en", "zh-hant"):
        assert devi.get(PAGE, {"lang": language}).status_code == 200
    assert "No witness is configured" in text(devi.get(PAGE, {"lang": "en"}))


def test_a_witness_that_is_away_is_behind_and_the_public_head_waits(devi, served, watching, quorum):
    quorum(2)
    served.leave(3)
    grows(served, watching)
    first = LogCheckpoint.objects.latest("size").size
    watching.away = {"two"}
    served.leave(2)
    grows(served, watching)
    found = by_name()
    assert (found["one"].behind, found["two"].behind) == (0, 2)
    assert standing.published(clock.now()).size == first
    # The head that one has not seen was signed two weeks ago, by this machine's clock.
    page = text(devi.get(PAGE))
    assert page.count("Up to date") == 1 and page.count("Behind") == 1
    assert "No record is opened at the moment" in page and "longer than 30 minutes" in page


def test_ages_are_of_the_last_cosignature(served, watching, quorum):
    served.leave(1)
    grows(served, watching)
    at = LogCosignature.objects.latest("received_at").received_at
    assert by_name(at + timedelta(minutes=5))["one"].age_seconds in range(299, 302)
    assert standing.published(clock.now()).signed_at == BOOK.newest().signed_at


def test_a_row_that_is_no_cosignature_is_named(devi, served, watching):
    """Whoever took the desk's process can add a row, and no signature."""
    served.leave(1)
    watching.away = {"one"}
    grows(served, watching)
    theirs = LogCosignature.objects.get()
    one = next(key for key in map(str, watching.keys()) if key != theirs.witness)
    LogCosignature.objects.create(size=theirs.size, witness=one, line=theirs.line, received_at=clock.now())
    assert not by_name()["one"].is_good and by_name()["two"].is_good
    assert "Not a cosignature of that head" in text(devi.get(PAGE))


def test_a_refusal_stays_with_what_was_found(devi, served, watching):
    served.leave(1)
    grows(served, watching)
    witness = watching.configured()[0]
    BOOK.refused(witness, 1, "witness_conflict", clock.now())
    page = text(devi.get(PAGE))
    assert "witness_conflict" in page and "To be looked at" in page
    refusal = WitnessRefusal.objects.get()
    assert f'href="/owner/alerts/{refusal.alert_id}"' in page
    alerts.acknowledge(
        alert_id=refusal.alert_id, finding=Finding.TAKEN_UP, actor=Actor.officer("90011"), now=clock.now()
    )
    page = text(devi.get(PAGE))
    assert "Taken up with the operator" in page and "Officer 90011" in page
    assert "witness_conflict" in page and "To be looked at" not in page
