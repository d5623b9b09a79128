"""Weekly hours as people write them: "09:00-17:30", for each day of the week and for public holidays."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

WRITTEN = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])")
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hours:
    """From one moment of a day to another, the first included and the last not; 24:00 is its end.

    >>> Hours.read("09:00-17:30")
    Hours(opens=datetime.timedelta(seconds=32400), closes=datetime.timedelta(seconds=63000))
    """

    opens: timedelta
    closes: timedelta

    @classmethod
    def read(cls, text: str) -> "Hours":
        found = WRITTEN.fullmatch(text)
        if found is None:
            raise ValueError('hours are written "09:00-17:30"')
        a, b, c, d = map(int, found.groups())
        hours = cls(timedelta(hours=a, minutes=b), timedelta(hours=c, minutes=d))
        if not hours.opens < hours.closes <= DAY:
            raise ValueError("hours end after they begin and within the day")
        return hours

    def cover(self, at: time) -> bool:
        since_midnight = timedelta(
            hours=at.hour, minutes=at.minute, seconds=at.second, microseconds=at.microsecond
        )
        return self.opens <= since_midnight < self.closes

    def __str__(self) -> str:
        return f"{_clock(self.opens)}–{_clock(self.closes)}"


def _clock(since_midnight: timedelta) -> str:
    minutes = int(since_midnight.total_seconds()) // 60
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekly:
    """Hours for each day of the week; no hours, closed. Public holidays have their own, whatever the day."""

    mon: tuple[Hours, ...] = ()
    tue: tuple[Hours, ...] = ()
    wed: tuple[Hours, ...] = ()
    thu: tuple[Hours, ...] = ()
    fri: tuple[Hours, ...] = ()
    sat: tuple[Hours, ...] = ()
    sun: tuple[Hours, ...] = ()
    holiday: tuple[Hours, ...] = ()

    def on(self, weekday: int, *, holiday: bool) -> Sequence[Hours]:
        """The hours of a day, Monday being 0."""
        week = (self.mon, self.tue, self.wed, self.thu, self.fri, self.sat, self.sun)
        return self.holiday if holiday else week[weekday]

    def open_for(self, weekday: int, *, holiday: bool) -> timedelta:
        """How long it is open on such a day."""
        return sum((hours.closes - hours.opens for hours in self.on(weekday, holiday=holiday)), timedelta())

    def cover(self, local: datetime, *, holiday: bool) -> bool:
        return any(hours.cover(local.time()) for hours in self.on(local.weekday(), holiday=holiday))
