from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from people import ASHA, ERRAND, ESHA, LATER, NOW, WORKER, asha_applies

from chopmark.strongroom import purposes, vault
from chopmark.strongroom.client import read_receipt
from chopmark.strongroom.errors import (
    ApplicationAlreadyRecorded,
    ApplicationFormsLimitReached,
    DeskFormsLimitReached,
    RecordShredded,
)
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.log import signing
from chopmark.strongroom.models import Case, Leaf, LeafPayload, Receipt, Record
from chopmark.strongroom.services import access_codes, cases, submit

pytestmark = pytest.mark.usefixtures("strongroom")


def public_key(home):
    return (home / "owner" / "strongroom" / "receipt.pub").read_bytes()


def test_it_works(home):
    submitted = asha_applies()
    receipt = read_receipt(submitted.receipt, key=public_key(home))
    assert (receipt.reference, receipt.nonce, receipt.type) == (ERRAND.reference, ERRAND.nonce, "personal")
    assert (receipt.name, receipt.email, receipt.age_band) == (ASHA.name, ASHA.email, "adult")
    assert (receipt.record, receipt.case) == (submitted.record_id, submitted.case_id)
    record = Record.objects.get()
    assert vault.unlock(record.locked, kek=keyring().kek) == ASHA.as_fields()
    assert Leaf.objects.count() == 1
    assert signing.check()


def test_a_receipt_has_no_identity_number_and_no_birth_date(home):
    receipt = read_receipt(asha_applies().receipt, key=public_key(home))
    said = repr(receipt)
    for private in (
        ASHA.hkid,
        ASHA.hkid[:-1],
        ASHA.birth_date.isoformat(),
        ASHA.phone,
        str(ASHA.chinese_name),
    ):
        assert private not in said


def test_nothing_that_was_typed_is_in_the_database_in_the_clear():
    asha_applies()
    rows = [
        *Record.objects.values(),
        *Case.objects.values(),
        *Receipt.objects.values(),
        *Leaf.objects.values(),
    ]
    rows += LeafPayload.objects.values()
    text = b" ".join(
        bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
        for row in rows
        for value in row.values()
    )
    for typed in ("CHAN", "陳大文", "A123456", "1988", "taiman", "91234567"):
        assert typed.encode() not in text


def test_a_minor_is_a_minor(home):
    young = replace(ASHA, birth_date=date(2010, 1, 1))
    receipt = read_receipt(asha_applies(particulars=young).receipt, key=public_key(home))
    assert receipt.age_band == "minor"


def test_the_same_form_again_has_the_same_receipt_and_a_fresh_code():
    first = asha_applies()
    again = asha_applies(now=LATER)
    assert again.receipt == first.receipt
    assert again.access_code != first.access_code
    record = Record.objects.get()
    salt, expected = bytes(record.access_salt), bytes(record.access_verifier)
    assert access_codes.fits(str(again.access_code), salt=salt, expected=expected)
    assert not access_codes.fits(str(first.access_code), salt=salt, expected=expected)


def test_once_the_application_arrived_the_code_is_never_replaced():
    first = asha_applies()
    cases.confirm_case(case_id=first.case_id, actor=WORKER, now=LATER)
    again = asha_applies(now=LATER)
    assert again.receipt == first.receipt
    assert again.access_code is None


def test_a_squatter_on_her_reference_locks_nobody_out(home):
    squatter = asha_applies(errand=replace(ERRAND, nonce="aa" * 16), particulars=ESHA)
    hers = asha_applies(now=LATER)
    receipt = read_receipt(hers.receipt, key=public_key(home))
    assert (receipt.nonce, receipt.name) == (ERRAND.nonce, ASHA.name)
    assert (hers.case_id, hers.record_id) != (squatter.case_id, squatter.record_id)
    assert asha_applies(now=LATER).receipt == hers.receipt


def test_one_errand_has_one_case_whatever_else_goes_wrong():
    case = Case.objects.get(pk=asha_applies().case_id)
    case.pk = uuid4()
    with pytest.raises(IntegrityError, match="case_of_errand_once"), transaction.atomic():
        case.save(force_insert=True)


def test_the_same_link_for_another_type_is_refused_and_the_refusal_is_in_the_log():
    asha_applies()
    with pytest.raises(ApplicationAlreadyRecorded):
        asha_applies(errand=replace(ERRAND, type="encipherment"))
    last = Leaf.objects.latest("id")
    assert b'"refused":"application_already_recorded"' in bytes(last.entry)
    assert Record.objects.count() == 1


def errand(number: int, *, reference: int = 0):
    return replace(ERRAND, reference=f"AP2611{reference:05d}", nonce=f"{number:032x}")


@pytest.fixture
def limits(monkeypatch):
    def lower(**changes):
        terms = purposes.terms()
        lowered = replace(terms, limits=replace(terms.limits, **changes))
        monkeypatch.setattr(submit, "terms", lambda: lowered)

    return lower


def test_a_flood_on_one_reference_is_refused_and_no_other_is(limits):
    limits(forms_waiting_per_application_in_a_quarter=2)
    first = asha_applies(errand=errand(1))
    asha_applies(errand=errand(2))
    with pytest.raises(ApplicationFormsLimitReached):
        asha_applies(errand=errand(3))
    assert asha_applies(errand=errand(1)).receipt == first.receipt  # a lost answer still costs nothing
    assert asha_applies(errand=errand(3, reference=1))
    assert asha_applies(errand=errand(3), now=NOW + submit.WINDOW)


def test_a_flood_over_many_references_is_refused(limits):
    limits(forms_waiting_in_a_quarter=2)
    for reference in (1, 2):
        asha_applies(errand=errand(1, reference=reference))
    with pytest.raises(DeskFormsLimitReached):
        asha_applies()
    assert asha_applies(now=NOW + submit.WINDOW)


def test_a_busy_day_reaches_no_limit_while_applications_come_home(limits):
    limits(forms_waiting_per_application_in_a_quarter=1, forms_waiting_in_a_quarter=1)
    for number in range(3):
        submitted = asha_applies(errand=errand(number))
        cases.confirm_case(case_id=submitted.case_id, actor=WORKER, now=NOW)


def test_another_form_for_the_same_application_is_refused():
    asha_applies()
    for other in (ESHA, replace(ASHA, phone="+85261234567"), replace(ASHA, email=None)):
        with pytest.raises(ApplicationAlreadyRecorded):
            asha_applies(particulars=other)


def test_a_shredded_record_has_no_receipt_any_more():
    asha_applies()
    cases.shred(Record.objects.get(), LATER)
    with pytest.raises(RecordShredded):
        asha_applies(now=LATER)


def test_a_record_cannot_be_half_shredded():
    asha_applies()
    with pytest.raises(IntegrityError), transaction.atomic():
        Record.objects.update(blind_index=None)


@pytest.mark.parametrize("table", ["leaf", "receipt", "opening"])
@pytest.mark.parametrize("verb", ["update strongroom_{} set {} = {}", "delete from strongroom_{}"])
def test_the_process_may_not_change_what_is_only_added(table, verb):
    column = {"leaf": "entry", "receipt": "kind", "opening": "refused"}[table]
    with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute(verb.format(table, column, column))
