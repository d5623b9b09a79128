"""Who is acting, and by what leave: made by a face at sign-in, carried by every writing service."""

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    ANONYMOUS = "anonymous"
    APPLICANT = "applicant"
    SUBSCRIBER = "subscriber"
    OFFICER = "officer"
    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A party doing something now; `id` is a login's number or a process's name, never a person's."""

    kind: ActorKind
    id: str
    permissions: frozenset[str] = frozenset()
    outlet: str | None = None
    participant_id: int | None = None

    def may(self, permission: str) -> bool:
        return permission in self.permissions


def process(name: str) -> Actor:
    """One of our own processes acting on a hand-over or on the clock."""
    return Actor(kind=ActorKind.SYSTEM, id=name)


ANONYMOUS = Actor(kind=ActorKind.ANONYMOUS, id="anonymous")
