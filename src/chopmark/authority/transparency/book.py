"""The authority's heads and its witnesses' lines, as what all public logs do alike reads and writes them."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from django.db.models import Count

from chopmark.authority.audit.services import act, leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.kernel.actors import Actor, process
from chopmark.authority.transparency.models import Checkpoint, Cosignature, WitnessAlert
from chopmark.publiclog.heads import Head, head_of
from chopmark.publiclog.witnesses import Witness

log = structlog.get_logger("witnesses")


class Book:
    """The rows of `Checkpoint`, `Cosignature` and `WitnessAlert`."""

    def at(self, size: int) -> Head | None:
        return head_of(Checkpoint.objects.filter(size=size).first())

    def newest(self) -> Head | None:
        return head_of(Checkpoint.objects.order_by("size").last())

    def first_beyond(self, size: int) -> Head | None:
        return head_of(Checkpoint.objects.filter(size__gt=size).order_by("size").first())

    def cosigned(self, witnesses: Sequence[str], number: int, most: int) -> Sequence[int]:
        rows = (
            Cosignature.objects.filter(witness__in=witnesses).values("size").annotate(lines=Count("witness"))
        )
        return list(rows.filter(lines__gte=number).order_by("-size").values_list("size", flat=True)[:most])

    def lines(self, size: int, witnesses: Sequence[str]) -> Sequence[str]:
        rows = Cosignature.objects.filter(size=size, witness__in=witnesses).order_by("id")
        return list(rows.values_list("line", flat=True))

    def last_cosigned(self, witness: str) -> int:
        rows = Cosignature.objects.filter(witness=witness).order_by("-size")
        return rows.values_list("size", flat=True).first() or 0

    def keep(self, size: int, witness: str, line: str, now: datetime) -> None:
        # Two workers may have asked; either line is good.
        Cosignature.objects.get_or_create(
            size=size, witness=witness, defaults={"line": line, "received_at": now}
        )

    def is_away(self, witness: Witness, why: str) -> None:
        log.warning("witness_away", witness=witness.key.name, why=why)

    def refused(self, witness: Witness, after_size: int, code: str, now: datetime) -> None:
        """Once for each last cosigned size: the leaf of an alert brings a checkpoint that is refused too."""
        log.error("witness_refused", witness=witness.key.name, after_size=after_size, code=code)
        known = WitnessAlert.objects.filter(witness=str(witness.key), after_size=after_size, code=code)
        if not known.exists():
            _record(witness=witness, after_size=after_size, code=code, actor=process("worker"), now=now)


BOOK = Book()


@act(AuditTag.WITNESS_REFUSED)
def _record(*, witness: Witness, after_size: int, code: str, actor: Actor, now: datetime) -> None:
    """Say in the log too that a witness would not go on with it."""
    WitnessAlert.objects.create(witness=str(witness.key), after_size=after_size, code=code, raised_at=now)
    leave(
        public={"witness": witness.key.name, "size": after_size, "code": code},
        payload={"actor": actor.id},
        now=now,
    )
