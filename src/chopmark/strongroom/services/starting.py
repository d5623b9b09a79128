"""Starting to serve: what the log must say of the process before a door is opened."""

from datetime import datetime

from chopmark.strongroom.actors import Actor
from chopmark.strongroom.leaves import act, leave
from chopmark.strongroom.tags import Tag
from chopmark.strongroom.waivers import Waiver


@act(Tag.SOFTWARE_KEY_WAIVED)
def note_waiver(*, waiver: Waiver, actor: Actor, now: datetime) -> None:
    """Leave a leaf that a production desk starts on a key in a file, because the owner said so."""
    leave(actor=actor, payload={"reason": waiver.reason, "until": int(waiver.until.timestamp())}, now=now)
