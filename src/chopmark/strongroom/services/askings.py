"""What somebody asks at a door, and how often an asker was seen doing what a pattern looks for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import connection

from chopmark.strongroom.errors import CaseUnknown
from chopmark.strongroom.log.errors import OpeningsWaitForWitnesses
from chopmark.strongroom.policy.errors import (
    AskerSlowed,
    AskerStopped,
    GrantUnknown,
    MarketingForbidden,
    NotChosen,
    RecordUnknown,
)
from chopmark.strongroom.policy.shapes import Counts, Pattern, Per

# Nobody who has a case, a record or a grant asks for one that was never there.
GUESSED = (CaseUnknown.code, GrantUnknown.code, RecordUnknown.code)
# Being told to wait is no misdeed, being stopped cannot stop anybody twice, and a service has no other way to learn
# whom it may reach than to ask: each subject reads that it did.
NOT_COUNTED = (
    AskerSlowed.code,
    AskerStopped.code,
    MarketingForbidden.code,
    NotChosen.code,
    OpeningsWaitForWitnesses.code,
)


class Verb(StrEnum):
    """What is asked. Of those that show nothing, only refusals are counted: whoever guesses may guess with any verb."""

    BULK = "bulk"
    CASE = "case"
    CHALLENGE = "challenge"
    CLOSE = "close"
    COMPARE = "compare"
    CONFIRM = "confirm"
    DELIVER = "deliver"
    FIND = "find"
    LEAVE = "leave"
    OPEN = "open"
    RELEASE = "release"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Somebody asks something at a door."""

    caller: str
    actor: str
    outlet: str
    purpose: str
    verb: Verb

    def asker(self, per: Per) -> str:
        """Who this is, when attempts are added up so; nobody if it is not known."""
        if per is Per.CALLER:
            return self.caller
        if per is Per.OFFICER:
            return f"{self.caller}/{self.actor}"
        return f"outlet/{self.outlet}" if self.outlet else ""

    @property
    def askers(self) -> list[str]:
        return [asker for per in Per if (asker := self.asker(per))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What an asker did before, until now; counts begin anew after a suspension was lifted."""

    asking: Asking
    now: datetime
    lifted: Mapping[str, datetime]  # by asker

    def counts(self, patterns: Sequence[Pattern]) -> list[int]:
        """How often each pattern was seen, all in one question: whoever asks in bulk asks this each time."""
        if not patterns:
            return []
        questions = [f"(select count(*) {_ATTEMPTS} {_SEEN[one.counts]})" for one in patterns]
        return list(self._each(questions, patterns))

    def last(self, pattern: Pattern) -> datetime | None:
        """When the asker last did anything that counts."""
        at: datetime | None = self._each([f"(select max(at) {_ATTEMPTS})"], [pattern])[0]
        return at

    def _each(self, questions: Iterable[str], patterns: Sequence[Pattern]) -> Sequence[Any]:
        given: dict[str, Any] = {
            "caller": self.asking.caller,
            "actor": self.asking.actor,
            "outlet": self.asking.outlet,
        }
        texts = []
        for number, (question, pattern) in enumerate(zip(questions, patterns, strict=True)):
            texts.append(question.format(of=_OF[pattern.per], since=f"%(since_{number})s"))
            given[f"since_{number}"] = self._since(pattern)
        with connection.cursor() as cursor:
            cursor.execute("select " + ", ".join(texts), given)
            row: Sequence[Any] = cursor.fetchone()
        return row

    def _since(self, pattern: Pattern) -> datetime:
        since = self.now - pattern.within
        return max(since, self.lifted.get(self.asking.asker(pattern.per), since))


def _in(codes: Sequence[str]) -> str:
    return "(" + ", ".join(f"'{code}'" for code in codes) + ")"  # our own words: letters and underscores


# Whose attempts they are; those of an officer are hers at one door.
_OF = {
    Per.CALLER: "caller = %(caller)s",
    Per.OFFICER: "caller = %(caller)s and actor = %(actor)s",
    Per.OUTLET: "outlet = %(outlet)s",
}
_ATTEMPTS = f"from strongroom_attempt where {{of}} and at > {{since}} and refused not in {_in(NOT_COUNTED)}"
# Which of them add to a count.
_SEEN = {
    Counts.OPENINGS: f"and refused = '' and verb <> '{Verb.BULK}'",
    Counts.FINDS: f"and verb = '{Verb.FIND}'",
    Counts.UNKNOWN_CASES: f"and refused in {_in(GUESSED)}",
    Counts.REFUSALS: "and refused <> ''",
    Counts.REFUSALS_IN_A_ROW: f"and refused <> '' and id > coalesce((select max(id) {_ATTEMPTS} and refused = ''), 0)",
}
