"""docs/performance.md is what its files say: no figure in it is anybody's memory."""

import json
import shutil
from datetime import date
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

from chopmark.config.bench import plot
from chopmark.config.bench.chapters import CHAPTERS
from chopmark.config.bench.command import bench
from chopmark.config.bench.keeping import Keeper, Kept, Machine
from chopmark.config.bench.printing import JSON, say
from chopmark.config.bench.report import command

DOCS = Path(__file__).parents[2] / "docs"
MACHINE = Machine(cores=2, model="A core", python="3.11.7", postgresql="18.1")
DAY = date(2026, 11, 26)
SVG = "{http://www.w3.org/2000/svg}"


def run(size, *, quiet=True, measurement="search", on="2026-11-26", **figures):
    chapter = next(one for one in CHAPTERS if one.measurement == measurement)
    said = dict.fromkeys([name for name, _ in chapter.columns], 1)
    said |= {line.figure: size / 1000 for line in chapter.lines} | {chapter.size: size}
    said |= {
        chapter.limit.figure: 0.5,
        chapter.ratio: 0.25,
        **dict.fromkeys(chapter.apart, "p256"),
        **figures,
    }
    return Kept(measurement=measurement, on=on, machine=MACHINE, quiet=quiet, load_before=0.1, figures=said)


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "performance"
    folder.mkdir()
    return folder


def report(folder):
    done = CliRunner().invoke(command, [str(folder)])
    assert done.exit_code == 0, done.output
    return folder.with_suffix(".md").read_text(encoding="utf-8")


def points(folder, measurement="search"):
    drawn = ET.parse(folder / f"{measurement}.svg")
    return [one.get("fill") for one in drawn.iter(f"{SVG}circle")]


def test_it_works(folder):
    run(10_000).write(folder / "a.json")
    run(1_000_000, page_p95_ms=77.125).write(folder / "b.json")
    page = report(folder)
    assert "| 1,000,000 | 77.1 | 1,000 | 0.5 | 0.25 |" in page
    assert "| A core | 2 | 3.11.7 | 18.1 | 2 | 2 | 2026-11-26 |" in page
    assert "(performance/search.svg)" in page
    assert len(points(folder)) == 6  # two sizes of two curves and of the limit
    assert "Not measured yet: Population issue" in page


def test_the_committed_page_is_made_of_the_committed_files(folder):
    for path in (DOCS / "performance").glob("*.json"):
        shutil.copy(path, folder)
    assert report(folder) == (DOCS / "performance.md").read_text(encoding="utf-8")
    for made in folder.glob("*.svg"):
        assert made.read_bytes() == (DOCS / "performance" / made.name).read_bytes()


def test_a_run_that_others_disturbed_is_hollow_and_says_so(folder):
    run(10_000, quiet=False).write(folder / "a.json")
    assert "no: 0.1 others wanted a core" in report(folder)
    assert set(points(folder)) == {"#ffffff"}


def test_of_one_size_the_quiet_run_is_drawn(folder):
    run(10_000, quiet=False, on="2026-11-27").write(folder / "a.json")
    run(10_000).write(folder / "b.json")
    report(folder)
    assert "#ffffff" not in points(folder)
    assert len(points(folder)) == 3


def test_every_plot_is_in_words_too(folder):
    for chapter in CHAPTERS:
        run(100_000, measurement=chapter.measurement).write(folder / f"{chapter.measurement}.json")
    page = report(folder)
    for chapter in CHAPTERS:
        drawn = ET.parse(folder / f"{chapter.measurement}.svg").getroot()
        assert drawn.get("role") == "img"
        assert drawn.find(f"{SVG}desc").text in page
    assert "Not measured yet" not in page


def test_without_figures_there_is_no_page(folder):
    assert CliRunner().invoke(command, [str(folder)]).exit_code != 0
    assert not folder.with_suffix(".md").exists()


def test_every_chapter_is_of_a_measurement():
    every = {*bench.list_commands(None)} - {"report"}
    assert {one.measurement for one in CHAPTERS} == every


def test_what_is_measured_is_kept_with_its_machine(tmp_path, monkeypatch):
    @bench.command("pretended")
    @JSON
    def pretended(as_json):
        say({"count": 3, "seconds": 1.23456}, as_json=as_json)

    monkeypatch.setattr(type(bench), "get_command", lambda *_: pretended)
    done = CliRunner().invoke(bench, ["--keep", str(tmp_path), "--quiet", "pretended", "--json"])
    assert json.loads(done.output) == {"count": 3, "seconds": 1.235}
    (path,) = tmp_path.glob("*.json")
    kept = Kept.read(path)
    assert (kept.measurement, kept.quiet, kept.figures) == ("pretended", True, {"count": 3, "seconds": 1.235})
    assert kept.machine == Machine.this()


def test_other_settings_are_kept_beside_and_the_same_ones_replaced(tmp_path):
    def keep(count, seconds):
        keeper = Keeper(folder=tmp_path, quiet=False, today=DAY, load_before=9.876)
        keeper.keep("log", {"count": count}, {"count": count, "seconds": seconds})

    keep(10, 1)
    keep(10, 2)
    keep(20, 3)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log-10.json", "log-20.json"]
    assert Kept.read(tmp_path / "log-10.json").figures["seconds"] == 2
    assert Kept.read(tmp_path / "log-10.json").load_before == 9.9


def test_names_stand_apart_and_above_the_axis():
    axis = plot.HEIGHT - plot.BOTTOM
    places = plot._apart([20.0, 22.0, axis - 1.0, axis, axis])  # what a picture would show
    assert places[:2] == [20.0, 35.0]
    assert places[-1] == axis
    assert all(second - first >= 15 for first, second in pairwise(places))
