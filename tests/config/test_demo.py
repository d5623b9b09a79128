"""A demonstration that was set up before vetting was kept goes on to work."""

import json

import pytest

from chopmark.authority.kernel import clock
from chopmark.authority.kernel.actors import ActorKind
from chopmark.authority.participants import access
from chopmark.authority.participants.access import Standing
from chopmark.authority.participants.models import Login
from chopmark.config import demo
from chopmark.config.folders import own_folder


@pytest.fixture
def old(db, tmp_path):
    """A home with one of the staff, of whom nothing is recorded, and her link."""
    folder = own_folder(tmp_path / "demo")
    (folder / "links.json").write_text(json.dumps({"20417": "a link"}))
    Login.objects.create(number="20417", kind=ActorKind.OFFICER, outlet="DEMO", opened_at=clock.now())
    return tmp_path


def test_it_works(old):
    assert [one.standing for one in access.people(clock.now())] == [Standing.NOT_CLEARED]

    assert demo.clear_staff(old) == 0

    people = access.people(clock.now())
    assert "31099" in [one.number for one in people]
    assert {one.standing for one in people} == {Standing.GOOD}
    links = json.loads((old / "demo" / "links.json").read_text())
    assert links["20417"] == "a link"
    assert "/staff/welcome/" in links["31099"]


def test_again_it_changes_nothing(old):
    demo.clear_staff(old)
    before = access.clearances("20417"), (old / "demo" / "links.json").read_text()

    demo.clear_staff(old)
    assert (access.clearances("20417"), (old / "demo" / "links.json").read_text()) == before
