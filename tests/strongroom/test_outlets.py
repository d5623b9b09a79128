"""From where records are opened: an outlet is the caller's word, kept and promised as such; at the desk there is none."""

from datetime import timedelta

import pytest
from desk_stage import signs_in, text
from owners_stage import DEVI, FARAH, grant, home, officers_are_in, officers_case
from people import BIKRAM, ERRAND, WORKER, asha_applies, asked

from chopmark.strongroom import clock, leaves, overview
from chopmark.strongroom.errors import FieldNotOfPurpose
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.models import LeafPayload, Opening
from chopmark.strongroom.overview import Grouping, Period, Place
from chopmark.strongroom.purposes import AUTHORITY, DESK
from chopmark.strongroom.roles import OfficerRole
from chopmark.strongroom.services import bulk, officer_cases, openings
from chopmark.strongroom.services.bulk import Batch
from chopmark.strongroom.services.openings import Asked
from chopmark.strongroom.services.submit import HERE
from chopmark.strongroom.services.two_persons import Wish

pytestmark = pytest.mark.usefixtures("strongroom")


@pytest.fixture
def asha():
    """Opened from two outlets, refused at one; once without an outlet, once in bulk, once at the desk."""
    now = clock.now()
    officers_are_in()
    asha = home(asha_applies(now=now))

    def from_(outlet, field="name"):
        ask = Asked.of(asha.case_id, "certificate", [field], AUTHORITY, ERRAND.reference, outlet)
        openings.open_fields(asked=ask, keys=keyring(), actor=WORKER, now=now)

    from_("CENTRAL")
    from_("CENTRAL")
    from_("YUEN-LONG")
    with pytest.raises(FieldNotOfPurpose):
        from_("CENTRAL", "phone")
    openings.open_fields(asked=asked(asha.case_id, "name"), keys=keyring(), actor=WORKER, now=now)
    given = grant(DEVI, FARAH, now=now, expires_at=now + timedelta(days=7))
    batch = Batch(
        grant_id=given,
        purpose="renewal",
        fields=frozenset({"name"}),
        caller=AUTHORITY,
        records=(asha.record_id,),
        outlet="YUEN-LONG",
    )
    bulk.open_many(batch=batch, keys=keyring(), actor=WORKER, now=now)
    case = officers_case(actor=BIKRAM, now=now)
    wish = Wish(case_id=case, purpose="enquiry", fields=frozenset({"name"}))
    officer_cases.open_fields(wish=wish, keys=keyring(), actor=BIKRAM, now=now)
    return asha


def today() -> Period:
    day = clock.now().astimezone(HERE).date()
    return Period(first=day - timedelta(days=1), last=day)


def counts(grouping=Grouping.OUTLET, place=None):
    rows = overview.openings_by(grouping, today(), place)
    return {(row.get("caller"), row["key"]): (row["shown"], row["denied"]) for row in rows}


def test_it_works(asha):
    assert counts() == {
        (AUTHORITY, ""): (1, 0),
        (AUTHORITY, "CENTRAL"): (2, 1),
        (AUTHORITY, "YUEN-LONG"): (2, 0),
        (DESK, ""): (1, 0),
    }


def test_one_place_is_counted_by_itself(asha):
    central = Place(AUTHORITY, "CENTRAL")
    assert counts(Grouping.PURPOSE, central) == {(None, "certificate"): (2, 1)}
    assert overview.openings_total(today(), central) == {"shown": 2, "named_only": 0, "denied": 1}
    assert counts(Grouping.OFFICER, Place(DESK, "")) == {(DESK, BIKRAM.id): (1, 0)}


def test_the_leaf_of_every_opening_promises_its_outlet(asha):
    """Single, refused, in bulk and at the desk: whoever edits the outlet afterwards disagrees with the log."""
    for opening in Opening.objects.all():
        said = LeafPayload.objects.get(leaf_id=opening.leaf_id).payload["rows"]
        assert leaves.promise(opening) in said
        opening.outlet += "X"
        assert leaves.promise(opening) not in said


def test_the_page_counts_by_outlet_and_says_whose_word_it_is(asha):
    devi = signs_in("90013", OfficerRole.OWNER)
    assert "operator’s word" not in text(devi.get("/owner/openings"))
    page = text(devi.get("/owner/openings", {"by": "outlet"}))
    for said in ("CENTRAL", "YUEN-LONG", "At the desk", "No outlet was named", "operator’s word"):
        assert said in page
    assert "place=authority%2FCENTRAL" in page


def test_the_page_shows_one_place_alone(asha):
    devi = signs_in("90013", OfficerRole.OWNER)
    page = text(devi.get("/owner/openings", {"by": "officer", "place": "authority/CENTRAL"}))
    assert "The operator’s system (worker)" in page and "at this desk</th>" not in page
    assert '<input type="hidden" name="place" value="authority/CENTRAL">' in page
    assert "place=authority%2FCENTRAL" in page.split("Count by", 2)[2]
    desk = text(devi.get("/owner/openings", {"by": "officer", "place": "desk/"}))
    assert f"Officer {BIKRAM.id}, at this desk" in desk and "(worker)" not in desk


@pytest.mark.parametrize("odd", ["nowhere/CENTRAL", "authority/<b>", "authority/" + "A" * 33, "/"])
def test_a_place_that_is_none_is_not_asked_for(asha, odd):
    devi = signs_in("90013", OfficerRole.OWNER)
    page = text(devi.get("/owner/openings", {"by": "outlet", "place": odd}))
    assert "From everywhere" not in page and "YUEN-LONG" in page


def test_the_report_counts_all_of_it_on_one_sheet_in_both_languages(asha):
    devi = signs_in("90013", OfficerRole.OWNER)
    link = text(devi.get("/owner/openings", {"by": "outlet"})).split('href="/owner/openings/report')[1]
    assert link.startswith("?by=outlet")
    page = text(devi.get("/owner/openings/report"))
    for said in (
        "CENTRAL",
        "At the desk",
        "本處櫃檯",
        "operator’s word",
        "服務點由承辦商所報",
        "officer",
        "90013",
    ):
        assert said in page
    assert "The log had no signed head" in page
    for private in ("CHAN", "A123456", str(asha.record_id)):
        assert private not in page
    one = text(devi.get("/owner/openings/report", {"place": "authority/CENTRAL"}))
    assert "CENTRAL" in one and "YUEN-LONG" not in one
