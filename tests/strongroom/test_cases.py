from dataclasses import replace
from datetime import timedelta

import pytest
from people import ERRAND, ESHA, NOW, WORKER, asha_applies

from chopmark.strongroom.actors import CLOCK
from chopmark.strongroom.models import Case, Leaf, Opening, Record
from chopmark.strongroom.purposes import terms
from chopmark.strongroom.services import cases

pytestmark = pytest.mark.usefixtures("strongroom")
IN_TIME = NOW + terms().case.unconfirmed_for - timedelta(seconds=1)
TOO_LATE = NOW + terms().case.unconfirmed_for


def test_it_works():
    asha_applies()
    assert cases.expire_unconfirmed(actor=CLOCK, now=TOO_LATE) == 1
    record, case = Record.objects.get(), Case.objects.get()
    assert (record.wrapped_key, record.blind_index, record.ciphertext) == (None, None, None)
    assert record.shredded_at == case.closed_at == TOO_LATE
    assert cases.expire_unconfirmed(actor=CLOCK, now=TOO_LATE) == 0


def test_nothing_is_shredded_before_its_time():
    asha_applies()
    assert cases.expire_unconfirmed(actor=CLOCK, now=IN_TIME) == 0
    assert Record.objects.get().shredded_at is None


def test_a_confirmed_case_keeps_its_record():
    case_id = asha_applies().case_id
    cases.confirm_case(case_id=case_id, actor=WORKER, now=IN_TIME)
    assert cases.expire_unconfirmed(actor=CLOCK, now=TOO_LATE) == 0


def test_a_confirmation_that_comes_again_after_the_end_changes_nothing():
    case_id = asha_applies().case_id
    cases.confirm_case(case_id=case_id, actor=WORKER, now=IN_TIME)
    cases.close_case(case_id=case_id, actor=WORKER, now=IN_TIME)
    cases.confirm_case(case_id=case_id, actor=WORKER, now=TOO_LATE)
    assert Case.objects.get().closed_at == IN_TIME


def test_a_closed_case_keeps_its_record():
    case_id = asha_applies().case_id
    cases.close_case(case_id=case_id, actor=WORKER, now=IN_TIME)
    assert cases.expire_unconfirmed(actor=CLOCK, now=TOO_LATE) == 0
    assert Record.objects.get().shredded_at is None


def test_what_was_done_stays_in_the_log_after_shredding():
    asha_applies()
    cases.expire_unconfirmed(actor=CLOCK, now=TOO_LATE)
    assert Leaf.objects.count() == 2
    assert b"case:expired" in bytes(Leaf.objects.latest("id").entry)
    assert not Opening.objects.exists()


def test_one_that_cannot_be_shredded_keeps_no_other_waiting(monkeypatch, caplog):
    first = asha_applies()
    other = asha_applies(errand=replace(ERRAND, reference="AP261100420", nonce="5f" * 16), particulars=ESHA)
    shred = cases.shred

    def breaks_for_the_first(record, now):
        if record.pk == first.record_id:
            raise OSError(ESHA.name)
        shred(record, now)

    with monkeypatch.context() as patch:
        patch.setattr(cases, "shred", breaks_for_the_first)
        assert cases.expire_unconfirmed(actor=CLOCK, now=TOO_LATE) == 1
    assert list(Record.objects.exclude(shredded_at=None)) == [Record.objects.get(pk=other.record_id)]
    assert [record.getMessage() for record in caplog.records] == ["failed"]
    # Nothing of it was kept half done: it is tried again.
    assert cases.expire_unconfirmed(actor=CLOCK, now=TOO_LATE) == 1
