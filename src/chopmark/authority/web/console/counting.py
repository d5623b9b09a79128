"""How the console counts a campaign: of a replacement, certificates that go and lines that come for them are two counts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from chopmark.authority.campaigns import selectors
from chopmark.authority.campaigns.accepting import acceptance
from chopmark.authority.campaigns.selectors import Progress
from chopmark.authority.web.console.words import ANSWERED, LINES_FAILED
from chopmark.authority.web.problems import PROBLEMS

# What a replacement says of certificates that were to go; any other code is of a line.
OF_CERTIFICATES: Final = ("already_revoked", "line_refused")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    word: Promise | str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What became of all of something: the rows make up the total."""

    title: Promise
    rows: tuple[Row, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    done: int
    figures: tuple[Row, ...]  # beside the rate
    reasons: tuple[Row, ...]  # why lines failed
    tables: tuple[Table, ...]


def counts(campaign: Any, progress: Progress) -> Counts:
    if selectors.replaces_certificates(progress.kind):
        return _of_replacement(progress, int(selectors.terms_of(campaign)["lines"]))
    if selectors.changes_a_cohort(progress.kind):
        return _of_cohort(progress)
    missing = _missing(progress)
    done, reasons = done_of(progress), _rows(missing)
    return Counts(
        done=done,
        figures=(_pending(progress), Row(word=_("Failed"), count=sum(missing.values()))),
        reasons=reasons,
        tables=(
            Table(
                title=_("What became of the lines"),
                rows=(Row(word=_("Done"), count=done), _pending(progress), *_said_failed(reasons)),
                total=progress.count,
            ),
        ),
    )


def answered(campaign: Any) -> Table | None:
    """What holders said to the certificates that were made for them; nothing while none was offered."""
    said = acceptance(campaign).get("acceptance", {})
    if not said.get("offered"):
        return None
    rows = tuple(Row(word=word, count=said[name]) for name, word in ANSWERED.items())
    return Table(title=_("What holders said to them"), rows=rows, total=said["offered"])


def done_of(progress: Progress) -> int:
    """Of a replacement what has gone; otherwise what is neither left to do nor failed."""
    if selectors.replaces_certificates(progress.kind):
        return progress.revoked
    return progress.count - progress.pending - sum(_missing(progress).values())


def reason_of(code: str) -> Promise | str:
    """Why a line failed, in words: the console's own, or what a refusal of that code says everywhere."""
    if code in LINES_FAILED:
        return LINES_FAILED[code]
    return PROBLEMS[code].title if code in PROBLEMS else code


def _of_cohort(progress: Progress) -> Counts:
    """All at once or nothing: no line of it can fail."""
    done = progress.count - progress.pending
    rows = (Row(word=_("Free for longer"), count=done), _pending(progress))
    table = Table(title=_("What became of the certificates"), rows=rows, total=progress.count)
    return Counts(done=done, figures=(_pending(progress),), reasons=(), tables=(table,))


def _of_replacement(progress: Progress, lines: int) -> Counts:
    missing = _missing(progress)
    stay = _rows({code: missing.pop(code) for code in OF_CERTIFICATES if missing.get(code)})
    reasons, failed = _rows(missing), sum(missing.values())
    renewed = Row(word=_("New certificates made"), count=progress.issued)
    unreachable = Row(word=_("Without a new key, kept"), count=progress.unreachable)
    return Counts(
        done=progress.revoked,
        figures=(
            _pending(progress), renewed, unreachable, *stay, Row(word=_("Failed lines"), count=failed)
        ),
        reasons=reasons,
        tables=(
            Table(
                title=_("What became of the certificates"),
                rows=(Row(word=_("Revoked"), count=progress.revoked), _pending(progress), unreachable, *stay),
                total=progress.count,
            ),
            Table(
                title=_("What became of the lines"),
                rows=(
                    renewed,
                    Row(word=_("Pending"), count=lines - progress.issued - failed),
                    *_said_failed(reasons),
                ),
                total=lines,
            ),
        ),
    )  # fmt: skip


def _missing(progress: Progress) -> dict[str, int]:
    codes = sorted({*progress.failed, *progress.refused})
    return {code: progress.failed.get(code, 0) + progress.refused.get(code, 0) for code in codes}


def _rows(missing: Mapping[str, int]) -> tuple[Row, ...]:
    return tuple(Row(word=reason_of(code), count=count) for code, count in missing.items() if count)


def _said_failed(reasons: Iterable[Row]) -> Iterable[Row]:
    return (Row(word=format_lazy(_("Failed: {reason}"), reason=one.word), count=one.count) for one in reasons)


def _pending(progress: Progress) -> Row:
    return Row(word=_("Pending"), count=progress.pending)
