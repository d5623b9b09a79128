"""The owner's heads and her witnesses' lines, as what all public logs do alike reads and writes them."""

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db.models import Count

from chopmark.publiclog.heads import Head, head_of
from chopmark.publiclog.witnesses import Witness
from chopmark.strongroom.actors import WATCH, Actor
from chopmark.strongroom.leaves import act, leave_with
from chopmark.strongroom.log.models import LogCosignature, WitnessRefusal
from chopmark.strongroom.models import LogCheckpoint
from chopmark.strongroom.policy.models import Alert
from chopmark.strongroom.tags import Tag

PATTERN = "witness_refused"
_LONGEST_ASKER = 64

_log = logging.getLogger(__name__)


class Book:
    """The rows of `LogCheckpoint`, `LogCosignature` and `WitnessRefusal`."""

    def at(self, size: int) -> Head | None:
        return head_of(LogCheckpoint.objects.filter(size=size).first())

    def newest(self) -> Head | None:
        return head_of(LogCheckpoint.objects.order_by("size").last())

    def first_beyond(self, size: int) -> Head | None:
        return head_of(LogCheckpoint.objects.filter(size__gt=size).order_by("size").first())

    def cosigned(self, witnesses: Sequence[str], number: int, most: int) -> Sequence[int]:
        lines = LogCosignature.objects.filter(witness__in=witnesses).values("size")
        enough = lines.annotate(lines=Count("witness")).filter(lines__gte=number)
        return list(enough.order_by("-size").values_list("size", flat=True)[:most])

    def lines(self, size: int, witnesses: Sequence[str]) -> Sequence[str]:
        lines = LogCosignature.objects.filter(size=size, witness__in=witnesses)
        return list(lines.order_by("id").values_list("line", flat=True))

    def last_cosigned(self, witness: str) -> int:
        lines = LogCosignature.objects.filter(witness=witness).order_by("-size")
        return lines.values_list("size", flat=True).first() or 0

    def keep(self, size: int, witness: str, line: str, now: datetime) -> None:
        LogCosignature.objects.get_or_create(
            size=size, witness=witness, defaults={"line": line, "received_at": now}
        )

    def is_away(self, witness: Witness, why: str) -> None:
        _log.warning("witness %s is away: %s", witness.key.name, why)

    def refused(self, witness: Witness, after_size: int, code: str, now: datetime) -> None:
        """The owner is told once for each last cosigned size: the leaf of an alert brings a head that is refused too."""
        _log.error("witness %s refused after size %s: %s", witness.key.name, after_size, code)
        known = WitnessRefusal.objects.filter(witness=str(witness.key), after_size=after_size, code=code)
        if not known.exists():
            _tell_owner(witness=witness, after_size=after_size, code=code, actor=WATCH, now=now)


BOOK = Book()


@act(Tag.WITNESS_REFUSED)
def _tell_owner(*, witness: Witness, after_size: int, code: str, actor: Actor, now: datetime) -> None:
    """An alert like any other, and beside it what this one is about."""
    payload = {"witness": witness.key.name, "size": after_size, "code": code}
    asker = f"witness/{witness.key.name}"[:_LONGEST_ASKER]
    alert = Alert(pattern=PATTERN, asker=asker, purpose="", count=1, raised_at=now)
    leave_with(alert, actor=actor, payload=payload, now=now)
    WitnessRefusal.objects.create(alert=alert, witness=str(witness.key), after_size=after_size, code=code)
