"""The start of a process: a version is in the log before anything that it does."""

from dataclasses import asdict
from datetime import datetime

from chopmark.authority.audit.services import act, leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.kernel.actors import Actor
from chopmark.software import Software


@act(AuditTag.SOFTWARE_STARTED)
def note_start(*, software: Software, pack: bytes, actor: Actor, now: datetime) -> None:
    """Leave a leaf that a process starts; what it runs is told to the supervisor, not to the world."""
    leave(payload={"actor": actor.id, "pack": pack.hex(), **asdict(software)}, now=now)
