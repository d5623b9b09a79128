import pytest
from people import ASHA, BIKRAM, LATER, asha_applies, asked

from chopmark.strongroom.errors import FieldNotOfPurpose
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.models import Case, LeafPayload, Opening
from chopmark.strongroom.particulars import MASKED, masked, plain
from chopmark.strongroom.purposes import DESK
from chopmark.strongroom.services import openings


@pytest.fixture
def case_id(strongroom):
    case_id = asha_applies().case_id
    Case.objects.update(purposes=["enquiry", "identity_check"])
    return case_id


def open_(case_id, *fields, purpose="enquiry"):
    ask = asked(case_id, *fields, purpose=purpose, caller=DESK)
    return openings.open_fields(asked=ask, keys=keyring(), actor=BIKRAM, now=LATER)


def test_it_works(case_id):
    assert open_(case_id, "hkid:masked", "phone:masked") == {
        "hkid:masked": "A••••••(•)",
        "phone:masked": "••••4567",
    }
    assert Opening.objects.get().fields == ["hkid:masked", "phone:masked"]
    assert LeafPayload.objects.latest("leaf_id").payload["fields"] == ["hkid:masked", "phone:masked"]


@pytest.mark.parametrize("field", MASKED)
def test_a_masked_value_is_not_the_value(field):
    value = ASHA.as_fields()[plain(field)]
    assert value not in masked(plain(field), value)
    assert masked(plain(field), None) is None


def test_plain_needs_the_plain_name_in_the_purpose(case_id):
    with pytest.raises(FieldNotOfPurpose):
        open_(case_id, "hkid")


def test_a_purpose_that_may_see_a_field_may_see_less_of_it(case_id):
    assert open_(case_id, "hkid:masked", purpose="identity_check") == {"hkid:masked": "A••••••(•)"}


def test_a_field_that_has_no_mask_has_no_masked_name(case_id):
    with pytest.raises(FieldNotOfPurpose):
        open_(case_id, "name:masked")
