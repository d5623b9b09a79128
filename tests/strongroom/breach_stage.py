"""A breach as Bikram reports it: he found that a list of records had been sent to somebody."""

from dataclasses import replace
from datetime import timedelta

from owners_stage import DEVI
from people import BIKRAM, LATER

from chopmark.strongroom.breaches import reporting
from chopmark.strongroom.breaches.models import BreachKind, StepKind
from chopmark.strongroom.breaches.reporting import Call, Report, Step

DETECTED = LATER + timedelta(hours=1)
REPORTED = DETECTED + timedelta(minutes=20)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
REPORT = Report(
    kind=BreachKind.DISCLOSED,
    detected_at=DETECTED,
    what="A list of applications was sent to a wrong address.",
    people=2,
    call=Call(whom="Devi, records office", at=DETECTED + 10 * MINUTE),
)


def reported(*, actor=BIKRAM, now=REPORTED, **changes):
    return reporting.report(given=replace(REPORT, **changes), actor=actor, now=now)


def step(kind: StepKind, *, number=1, actor=DEVI, now=REPORTED + HOUR, words="As agreed.", **more):
    given = Step(kind=kind, words=words, **more)
    return reporting.add_step(number=number, step=given, actor=actor, now=now)
