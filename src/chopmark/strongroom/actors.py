"""Who is acting inside the strongroom, as the strongroom itself knows it."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from chopmark.strongroom.errors import ActorMalformed

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9:._-]{0,31}")


class ActorKind(StrEnum):
    SUBJECT = "subject"  # whom the record is about, at the desk
    OFFICER = "officer"  # signed in at the desk with a credential that the owner registered
    CALLER = "caller"  # the operator's software at the machine door
    OWNER = "owner"  # the owner's own staff and clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A party doing something now. What a caller says of itself is evidence, never permission."""

    kind: ActorKind
    id: str

    @classmethod
    def officer(cls, number: str) -> Self:
        return cls(kind=ActorKind.OFFICER, id=number)

    @classmethod
    def caller(cls, said: str) -> Self:
        """Whoever the operator's software says it acts for: a number or a process's name."""
        if not _ID.fullmatch(said):
            raise ActorMalformed
        return cls(kind=ActorKind.CALLER, id=said)


SUBJECT = Actor(kind=ActorKind.SUBJECT, id="subject")
OWNER = Actor(kind=ActorKind.OWNER, id="owner")
CLOCK = Actor(kind=ActorKind.OWNER, id="clock")
WATCH = Actor(kind=ActorKind.OWNER, id="watch")  # who counts what is not ordinary
