import secrets

import pytest
from django.db import DatabaseError

from authority.signing_stage import NOON, Broken, it_fails, leaves, tags
from chopmark.authority.audit.models import Payload
from chopmark.authority.kernel.actors import Actor, ActorKind, process
from chopmark.authority.keymaking import services
from chopmark.authority.keymaking.envelopes import read_number
from chopmark.authority.keymaking.errors import (
    EnvelopeCheckFigure,
    EnvelopeElsewhere,
    EnvelopeUnknown,
    EnvelopeUsed,
)
from chopmark.authority.keymaking.models import Envelope, EnvelopeHandOver

pytestmark = pytest.mark.usefixtures("hierarchy")

OFFICER = Actor(kind=ActorKind.OFFICER, id="20417", outlet="CENTRAL")


def make(printer, count=3, outlet="CENTRAL"):
    return services.make_envelopes(
        count=count,
        outlet=outlet,
        printer=printer,
        actor=process("worker"),
        now=NOON,
        randomness=secrets.token_bytes,
    )


def hand_over(number, actor=OFFICER, reference="AP261100001"):
    return services.hand_over(number=number, application_reference=reference, actor=actor, now=NOON)


def test_it_works():
    paper = {}

    numbers = make(paper.__setitem__)

    assert [read_number(printed) for printed in paper] == numbers
    assert Envelope.objects.count() == 3
    handed_over = hand_over(next(iter(paper)))
    assert handed_over.number == numbers[0]
    assert tags()[-2:] == ["envelopes:printed", "envelope:handed_over"]


def test_a_pin_is_on_its_paper_and_nowhere_else():
    paper = {}
    make(paper.__setitem__)

    kept = b"".join(bytes(row.sealed_pin) for row in Envelope.objects.all())
    said = str(list(Payload.objects.values_list("payload", flat=True))) + str(leaves())
    for pin in paper.values():
        assert pin.encode() not in kept
        assert pin not in said


def test_all_pins_differ():
    paper = {}
    make(paper.__setitem__, count=50)
    assert len(set(paper.values())) == 50


def test_an_envelope_is_handed_over_once():
    paper = {}
    make(paper.__setitem__)
    number = next(iter(paper))
    hand_over(number)

    with pytest.raises(EnvelopeUsed):
        hand_over(number, reference="AP261100002")

    assert EnvelopeHandOver.objects.get().application_reference == "AP261100001"
    assert leaves()[-1].refused == "envelope_used"


def test_an_envelope_of_another_outlet_is_refused():
    paper = {}
    make(paper.__setitem__, outlet="TSIMSHATSUI")
    with pytest.raises(EnvelopeElsewhere):
        hand_over(next(iter(paper)))


def test_an_envelope_that_was_never_printed_is_refused():
    with pytest.raises(EnvelopeUnknown):
        hand_over("0481 7236-5")


def test_a_wrong_check_figure_is_refused():
    with pytest.raises(EnvelopeCheckFigure):
        hand_over("0481 7236-4")


def test_a_printer_that_fails_leaves_no_envelope():
    with pytest.raises(Broken):
        make(it_fails)
    assert not Envelope.objects.exists()


def test_paper_that_came_out_before_the_failure_is_unknown_and_its_number_never_comes_again():
    paper = {}

    def jams_on_the_second(number, pin):
        paper[number] = pin
        if len(paper) == 2:
            raise Broken

    with pytest.raises(Broken):
        make(jams_on_the_second)
    again = make({}.__setitem__)

    for number in paper:
        assert read_number(number) not in again
        with pytest.raises(EnvelopeUnknown):
            hand_over(number)


def test_an_envelope_is_never_changed():
    make(lambda number, pin: None)
    with pytest.raises(DatabaseError, match="append-only"):
        Envelope.objects.update(outlet="ELSEWHERE")
