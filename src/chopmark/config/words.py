"""Compiling what translators wrote (.po) into what gettext reads (.mo), where it is missing or older."""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCE = Path(__file__).parent.parent


def compile_words(source: Path = SOURCE) -> list[Path]:
    """Compile each catalogue whose .mo is not newer than its .po; answers those that were compiled."""
    waiting = [po for po in sorted(source.rglob("LC_MESSAGES/*.po")) if _is_stale(po)]
    for po in waiting:
        _compile(po)
    return waiting


def _is_stale(po: Path) -> bool:
    mo = po.with_suffix(".mo")
    return not mo.exists() or mo.stat().st_mtime <= po.stat().st_mtime


def _compile(po: Path) -> None:
    with po.open("rb") as words:
        catalog = read_po(words, abort_invalid=True)
    # In place at once: a process that starts meanwhile must not read half a catalogue.
    draft = po.with_suffix(f".mo.{id(catalog):x}")
    with draft.open("wb") as compiled:
        write_mo(compiled, catalog)
    draft.replace(po.with_suffix(".mo"))


if __name__ == "__main__":
    compile_words()
