"""Pure: what is needed, and who may say that it is there."""

import pytest

from chopmark.authority.verification.errors import ApproverIsIntakeOfficer, EvidenceMissing
from chopmark.authority.verification.policy import kinds_needed, require_complete, require_second_person


def test_it_works():
    assert kinds_needed(["identity_sighted"], ["guardian_consent"], "own") == {
        "identity_sighted",
        "guardian_consent",
        "duplicate_check",
    }


def test_a_key_that_we_make_needs_an_envelope():
    assert "pin_envelope" in kinds_needed([], [], "authority")
    assert "pin_envelope" not in kinds_needed([], [], "own")


def test_whatever_the_type_forgets_duplicates_are_looked_for():
    assert kinds_needed([], [], "own") == {"duplicate_check"}


def test_every_missing_kind_is_named():
    with pytest.raises(EvidenceMissing) as raised:
        require_complete({"b", "a", "c"}, {"b"})
    assert raised.value.details == {"missing": "a, c"}


def test_nothing_recorded_is_not_complete():
    with pytest.raises(EvidenceMissing):
        require_complete({"a"}, ())


def test_the_second_person_is_another():
    require_second_person("20588", {"20417", "worker"})
    with pytest.raises(ApproverIsIntakeOfficer):
        require_second_person("20417", {"20417", "worker"})
