from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from chopmark.authority.catalogue.errors import PackMistakes
from chopmark.authority.catalogue.pack import Pack
from chopmark.authority.catalogue.reading import read_packs

PACKS = Path(__file__).parents[3] / "src" / "chopmark" / "packs"
A_DAY = date(2026, 11, 23)


@pytest.fixture
def hongkong(settings) -> Pack:
    """The process has the pack of Hong Kong and nothing over it."""
    settings.CHOPMARK_PACKS = (PACKS / "hongkong",)
    return read_packs(PACKS / "hongkong")


@pytest.fixture
def laid_over(tmp_path: Path, settings) -> Callable[[dict[str, str]], Pack]:
    """The pack of Hong Kong with these files over it, which the process then has."""

    def lay(files: dict[str, str]) -> Pack:
        over = tmp_path / "over"
        for file, text in files.items():
            (over / file).parent.mkdir(parents=True, exist_ok=True)
            (over / file).write_text(text, encoding="utf-8")
        settings.CHOPMARK_PACKS = (PACKS / "hongkong", over)
        return read_packs(*settings.CHOPMARK_PACKS)

    return lay


@pytest.fixture
def mistakes_of(laid_over) -> Callable[[dict[str, str]], list[str]]:
    """Everything that is found wrong with the pack of Hong Kong when these files are over it."""

    def find(files: dict[str, str]) -> list[str]:
        try:
            laid_over(files)
        except PackMistakes as found:
            return [str(mistake) for mistake in found.mistakes]
        return []

    return find
