"""What the tree promises to its readers: short files, named sections, no strings that tie apps together unseen."""

import ast
import re
import tomllib
from pathlib import Path

import pytest
from django.apps import apps

from chopmark.authority.audit.tags import AuditTag

ROOT = Path(__file__).parent.parent.parent
SOURCE = ROOT / "src" / "chopmark"
AUTHORITY = SOURCE / "authority"
LONGEST_FILE = 400
# Foreign keys between apps: each with the reason why a plain identifier will not do.
CROSS_APP_KEYS: dict[str, str] = {}
# The doors to the world stand before all sections, and have none of their own.
FACES = {"web", "protocols"}

OUR_APPS = [config for config in apps.get_app_configs() if config.name.startswith("chopmark.authority.")]


def python_files() -> list[Path]:
    return sorted([*SOURCE.rglob("*.py"), *(ROOT / "tests").rglob("*.py"), ROOT / "dev"])


def test_it_works():
    assert len(OUR_APPS) > 10
    assert len(python_files()) > 100


def test_no_file_is_longer_than_can_be_read():
    long = {str(file.relative_to(ROOT)): len(file.read_text().splitlines()) for file in python_files()}
    assert {name: lines for name, lines in long.items() if lines > LONGEST_FILE} == {}


@pytest.mark.parametrize("config", OUR_APPS, ids=lambda config: config.label)
def test_an_app_says_which_section_of_the_practice_statement_it_is(config):
    said = config.module.__doc__ or ""
    assert config.label in FACES or re.search(r"RFC 3647 §\d|\bCPS\b", said), "the docstring names no section"
    assert len(said.strip().splitlines()) in range(1, 13), "one paragraph, or two short ones"


@pytest.mark.parametrize("config", OUR_APPS, ids=lambda config: config.label)
def test_no_foreign_key_ties_two_apps_together(config):
    keys = {
        f"{model._meta.label} -> {field.related_model._meta.label}"
        for model in config.get_models()
        for field in model._meta.get_fields()
        if (field.many_to_one or field.one_to_one or field.many_to_many)
        and field.concrete
        and field.related_model._meta.app_label != config.label
    }
    assert keys - set(CROSS_APP_KEYS) == set()


def test_every_word_of_the_log_is_used_and_in_order():
    sources = "".join(
        file.read_text() for file in SOURCE.rglob("*.py") if file != AUTHORITY / "audit" / "tags.py"
    )
    unused = [tag.name for tag in AuditTag if f"AuditTag.{tag.name}" not in sources]
    assert unused == []
    assert [tag.name for tag in AuditTag] == sorted(tag.name for tag in AuditTag)
    assert all(re.fullmatch(r"[a-z_]+:[a-z_]+", tag.value) for tag in AuditTag)


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_says_what_and_not_from_where(name):
    text = (ROOT / name).read_text()
    assert "://" not in text
    pins = re.findall(
        r"^(\S+)==\S+ .*\\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", text, re.MULTILINE
    )
    assert len(pins) == len(re.findall(r"^\S+==", text, re.MULTILINE)) > 40


def test_the_locks_hold_what_the_project_asks_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    names = {re.split(r"[\[<>=!~; ]", one)[0].lower() for one in wanted}
    locked = set(re.findall(r"^([\w.-]+)==", (ROOT / "requirements-dev.lock").read_text(), re.MULTILINE))
    assert names - {name.lower() for name in locked} == set()


def test_only_the_clock_modules_read_the_clock():
    """Ruff's banned list stands on names; this asks the syntax tree which modules escaped it."""
    readers = {
        str(file.relative_to(SOURCE))
        for file in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute)
        and (ast.unparse(node) in {"datetime.now", "timezone.now", "time.time"})
    }
    assert readers <= {
        "authority/kernel/clock.py",
        "strongroom/clock.py",
        "config/children.py",
        "verifier/witness/clock.py",
    }


def test_nothing_is_left_to_do():
    word = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    left = [str(file.relative_to(ROOT)) for file in SOURCE.rglob("*.py") if word.search(file.read_text())]
    assert left == []
