"""Openings joined with applications: what the owner tells is held against her own public log first."""

import json

import pytest

from chopmark.config.audit.openings import Line, check_openings, heading
from chopmark.pki.tlog.leaf import Leaf, canonical_payload, commitment, encode_leaf
from chopmark.verifier.sources import source_of
from verifier.loghouse import KEY, LogHouse
from world import NOON

pytestmark = pytest.mark.django_db
SALT = b"\x07" * 32
AT = int(NOON.timestamp()) + 86_400  # whatever is in evidence was there before


@pytest.fixture
def owner(tmp_path):
    """The owner's log over these acts, and the lines that she writes down of it."""

    def keep(*acts, refused=None):
        entries, lines = [], []
        for position, (tag, payload) in enumerate(acts):
            seal = commitment(SALT, canonical_payload(payload))
            entries.append(encode_leaf(Leaf(tag=tag, at=AT, refused=refused, commitment=seal)))
            lines.append(Line(position=position, salt=SALT, payload=payload).text())
        LogHouse(tmp_path / "owners").build(entries)
        return [heading(len(entries)), *lines]

    return keep


@pytest.fixture
def faults(tmp_path):
    return lambda lines: [
        f"{fault.about}: {fault.sentence}"
        for fault in check_openings(lines, source_of(str(tmp_path / "owners")), KEY)
    ]


@pytest.fixture
def home(stage):
    """Asha's application, come home, with her sighting in evidence."""
    application = stage.begins()
    stage.gathers(application)
    application.refresh_from_db()
    return application


def acts_of(application, **opened):
    said = {"case": str(application.case_id), "record": str(application.record_id)}
    return (
        ("record:submitted", said),
        ("record:opened", {**said, "purpose": "certificate", "fields": ["name"], **opened}),
        ("sighting:signed", {"case": said["case"], "repeated": False}),
    )


def test_it_works(home, owner, faults):
    assert faults(owner(*acts_of(home))) == []


def test_an_opening_under_a_case_that_the_authority_never_had_is_named(home, owner, faults):
    strange = {"case": "0b" * 16, "record": "0c" * 16}
    told = faults(owner(*acts_of(home), ("record:submitted", strange), ("record:opened", strange)))
    assert told == ["entry 4: it was for an application that the authority does not have"]


def test_an_opening_of_another_record_is_named(home, owner, faults):
    told = faults(owner(*acts_of(home, record="0c" * 16)))
    assert told == [f"entry 1: it was of another record than that of {home.reference}"]


def test_what_was_refused_gave_nothing(home, owner, faults):
    strange = {"case": "0b" * 16, "record": "0c" * 16}
    lines = owner(("record:submitted", strange), ("record:opened", strange), refused="case_closed")
    assert faults(lines) == [f"{home.reference}: its sighting is not in the owner's log"]


def test_a_sighting_that_the_desk_never_signed_is_named(home, owner, faults):
    told = faults(owner(*acts_of(home)[:2]))
    assert told == [f"{home.reference}: its sighting is not in the owner's log"]


def test_who_opens_at_the_owners_own_desk_needs_no_application(home, owner, faults):
    of_her_own = {"case": "0d" * 16, "record": "0c" * 16}
    assert faults(owner(*acts_of(home), ("record:opened", of_her_own))) == []


def test_a_line_that_is_kept_back_is_missed(home, owner, faults):
    lines = owner(*acts_of(home))
    assert faults(lines[:2] + lines[3:]) == ["entry 1: the owner's log has it, and no line opens it"]


def test_what_came_after_the_file_is_not_missed(home, owner, faults):
    whole = owner(*acts_of(home), *acts_of(home)[1:2])
    assert faults([heading(3), *whole[1:4]]) == []


def test_a_file_that_does_not_say_of_how_many_entries_it_is_proves_nothing(home, owner, faults):
    owner(*acts_of(home))
    for lines in ([], [heading(0)]):
        assert faults(lines) == ["the file: it does not say of how many entries it is"]


def test_a_line_that_was_written_anew_is_found(home, owner, faults):
    lines = owner(*acts_of(home))
    said = json.loads(lines[2])
    said["payload"]["purpose"] = "renewal"
    told = faults([*lines[:2], json.dumps(said), lines[3]])
    assert "entry 1: the owner's log commits to something else" in told


def test_a_log_under_another_key_proves_nothing(home, owner, tmp_path, faults):
    lines = owner(*acts_of(home))
    (tmp_path / "owners" / "checkpoint").write_text("nothing\n")
    (told,) = faults(lines)
    assert "checkpoint" in told
