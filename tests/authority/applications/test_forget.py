"""Applications that were never finished end by themselves."""

from datetime import timedelta

import pytest

from chopmark.authority.applications.errors import ReceiptExpired
from chopmark.authority.applications.selectors import by_reference
from chopmark.authority.applications.services import UNFINISHED_FOR
from world import NOON, a_csr, last_leaf

A_MINUTE = timedelta(minutes=1)


def test_it_works(world):
    application = world.begins()

    world.ticks(now=NOON + UNFINISHED_FOR + A_MINUTE)

    assert by_reference(application.reference).state == "withdrawn"


def test_before_that_it_waits(world):
    application = world.begins()

    world.ticks(now=NOON + UNFINISHED_FOR - A_MINUTE)

    assert by_reference(application.reference).state == "begun"


def test_its_key_is_free_again(world):
    csr = a_csr()
    world.begins(csr=csr)
    world.ticks(now=NOON + UNFINISHED_FOR + A_MINUTE)

    assert world.begins(csr=csr).state == "begun"


def test_a_receipt_that_comes_home_after_the_record_may_be_shredded_is_refused(world):
    application = world.begins()
    late = int((NOON - UNFINISHED_FOR - A_MINUTE).timestamp())

    with pytest.raises(ReceiptExpired):
        world.submits(application, at=late)
    assert last_leaf()["refused"] == "receipt_expired"
    assert by_reference(application.reference).state == "begun"
