"""Invented applicants are nobody whom the demonstration knows."""

from chopmark.authority.catalogue.reading import current
from chopmark.config.check.invented import GIVEN, SURNAMES
from chopmark.config.demo import OWNERS_OFFICERS


def test_no_applicant_is_called_like_one_of_the_staff():
    staff = {member.name for member in current().staff.values()} | {name for _number, name in OWNERS_OFFICERS}
    assert len(staff) > 3
    assert not staff & {f"{surname} {given}" for surname in SURNAMES for given in GIVEN}
