"""`chopmark bench report FOLDER`: docs/performance.md and its plots, from the files that `chopmark bench --keep FOLDER` wrote.

No figure of a run is written here: what the page says is what the files say.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from pathlib import Path

import click

from chopmark.config.bench.chapters import CHAPTERS, Chapter
from chopmark.config.bench.keeping import Kept, Machine
from chopmark.config.bench.plot import Curve, Plot, Point


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
def command(folder: Path) -> None:
    """Write FOLDER.md beside the folder, and a plot of each measurement into it."""
    kept = [Kept.read(path) for path in sorted(folder.glob("*.json"))]
    if not kept:
        raise click.ClickException(
            f"no figures are in {folder}: run `chopmark bench --keep {folder} ...` first"
        )
    for chapter in CHAPTERS:
        if runs := _of(chapter, kept):
            (folder / f"{chapter.measurement}.svg").write_text(_plot(chapter, runs).svg(), encoding="utf-8")
    folder.with_suffix(".md").write_text("\n".join(_page(folder.name, kept)), encoding="utf-8")


def _of(chapter: Chapter, kept: Sequence[Kept]) -> list[Kept]:
    """The chapter's runs: those of one kind together, the smaller first."""
    runs = [one for one in kept if one.measurement == chapter.measurement]
    return sorted(runs, key=lambda one: (_apart(chapter, one), _number(one, chapter.size)))


def _apart(chapter: Chapter, run: Kept) -> tuple[str, ...]:
    return tuple(str(run.figures[name]) for name in chapter.apart)


def _number(run: Kept, name: str) -> float:
    return float(run.figures[name])


def _page(folder: str, kept: Sequence[Kept]) -> Iterator[str]:
    yield "# What it does in a second"
    yield ""
    yield (
        "Made by `chopmark bench report` from the files in this page's folder, which `chopmark bench --keep` wrote: no figure is"
        " typed by hand. Each measurement takes a raw limit in the same run, before and after, and the ratio is to that: rates"
        " of other machines differ, ratios less. **A run that is not quiet shared its cores with other work, and its rates are"
        " too low**; its points are hollow. Dashed lines are aims."
    )
    yield ""
    yield from _machines(kept)
    for chapter in CHAPTERS:
        if runs := _of(chapter, kept):
            yield from _chapter(chapter, runs, folder)
    if missing := [one.title for one in CHAPTERS if not _of(one, kept)]:
        yield f"Not measured yet: {', '.join(missing)}."
        yield ""


def _machines(kept: Sequence[Kept]) -> Iterator[str]:
    yield from _table(
        ["Machine", "Cores", "Python", "PostgreSQL", "Runs", "Quiet", "Days"],
        [_machine(machine, [one for one in kept if one.machine == machine]) for machine in _different(kept)],
    )


def _different(kept: Sequence[Kept]) -> list[Machine]:
    return list(dict.fromkeys(one.machine for one in kept))


def _machine(machine: Machine, runs: Sequence[Kept]) -> list[str]:
    days = sorted({one.on for one in runs})
    quiet = sum(one.quiet for one in runs)
    return [
        machine.model,
        str(machine.cores),
        machine.python,
        machine.postgresql,
        str(len(runs)),
        str(quiet),
        days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}",
    ]


def _chapter(chapter: Chapter, runs: Sequence[Kept], folder: str) -> Iterator[str]:
    yield f"## {chapter.title}"
    yield ""
    yield chapter.what
    yield ""
    yield f"![{_conclusion(chapter, runs)}]({folder}/{chapter.measurement}.svg)"
    yield ""
    head = [chapter.size_words.capitalize()]
    head += [f"{line.words.capitalize()}, {chapter.unit}" for line in chapter.lines]
    head += [f"{chapter.limit.words.capitalize()}", "Ratio"]
    head += [words for _, words in chapter.columns]
    yield from _table([*head, "Quiet"], [_run(chapter, run) for run in runs])


def _run(chapter: Chapter, run: Kept) -> list[str]:
    names = [chapter.size, *(line.figure for line in chapter.lines)]
    names += [chapter.limit.figure, chapter.ratio]
    names += [name for name, _ in chapter.columns]
    busy = f"no: {run.load_before:g} others wanted a core"
    return [*(_said(run.figures[name]) for name in names), "yes" if run.quiet else busy]


def _said(value: float | int | str) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int) or value >= 100:
        return f"{round(value):,}"
    return f"{value:.3g}"


def _conclusion(chapter: Chapter, runs: Sequence[Kept]) -> str:
    """What the plot shows, for whoever cannot see it: the largest run."""
    largest = max(runs, key=lambda one: _number(one, chapter.size))
    figures = ", ".join(
        f"{line.words} {_said(largest.figures[line.figure])} {chapter.unit}" for line in chapter.lines
    )
    busy = "" if largest.quiet else " on a machine that others used too"
    return f"{chapter.title}, {_said(largest.figures[chapter.size])} {chapter.size_words}: {figures}{busy}"


def _plot(chapter: Chapter, runs: Sequence[Kept]) -> Plot:
    return Plot(
        title=chapter.title,
        conclusion=_conclusion(chapter, runs),
        x_words=chapter.size_words,
        y_words=chapter.unit,
        curves=list(_curves(chapter, runs)),
        aims=chapter.aims,
    )


def _curves(chapter: Chapter, runs: Sequence[Kept]) -> Iterator[Curve]:
    for apart, of_one_kind in groupby(runs, key=lambda one: _apart(chapter, one)):
        alike = list(of_one_kind)
        for line in chapter.lines:
            yield Curve(" ".join([line.words, *apart]), _points(chapter, line.figure, alike))
    # The limit dwarfs a rate that is far from it; it is in the table, and drawn where it helps to compare.
    if _is_near(chapter, runs):
        yield Curve(chapter.limit.words, _points(chapter, chapter.limit.figure, runs), is_limit=True)


def _is_near(chapter: Chapter, runs: Sequence[Kept]) -> bool:
    if len({_apart(chapter, one) for one in runs}) > 1:
        return False
    shown = max(_number(one, line.figure) for one in runs for line in chapter.lines)
    return max(_number(one, chapter.limit.figure) for one in runs) <= 5 * max(
        [shown, *(aim for aim, _ in chapter.aims)]
    )


def _points(chapter: Chapter, figure: str, runs: Sequence[Kept]) -> list[Point]:
    """One for each size; of several runs of a size the quiet one, and of those the last that was kept."""
    best: dict[float, Kept] = {}
    for run in sorted(runs, key=attrgetter("quiet", "on")):
        best[_number(run, chapter.size)] = run
    return [Point(size, _number(run, figure), run.quiet) for size, run in sorted(best.items())]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|" + " --- |" * len(head)
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""
