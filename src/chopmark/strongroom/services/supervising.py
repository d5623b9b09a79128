"""What a supervisor's officer asks beyond reading: refused, and written down."""

from datetime import datetime

from chopmark.strongroom.actors import Actor
from chopmark.strongroom.errors import SupervisorOnlyLooks
from chopmark.strongroom.leaves import act
from chopmark.strongroom.tags import Tag


@act(Tag.SUPERVISOR_ASKED)
def refuse(*, page: str, actor: Actor, now: datetime) -> None:
    """Refuse what she asked for, whatever it was; the leaf names the page by its name among the addresses."""
    raise SupervisorOnlyLooks(page=page)
