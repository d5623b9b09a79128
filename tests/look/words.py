"""What a page can say: every message id in an app's templates and code, and its translation."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

CALLS = {"_", "gettext", "gettext_lazy", "ngettext", "pgettext", "pgettext_lazy"}
IN_TEMPLATE = re.compile(r"""\b(?:_|gettext)\((u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))\)""")


def said_in(app: Path) -> set[str]:
    """Every English message id of the app."""
    templates = {word for path in app.rglob("templates/**/*.html") for word in _in_template(path)}
    return templates | {word for path in app.rglob("*.py") for word in _in_code(path)}


def _in_template(path: Path) -> Iterator[str]:
    for literal in IN_TEMPLATE.findall(templatize(path.read_text())):
        yield ast.literal_eval(literal.removeprefix("u"))


def _in_code(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def catalogue(app: Path) -> Catalog:
    with (app / "locale/zh_Hant/LC_MESSAGES/django.po").open("rb") as file:
        return read_po(file)


def untranslated(app: Path) -> set[str]:
    """Words of the app without a Chinese sentence."""
    known = (message for message in catalogue(app) if message.string and not message.fuzzy)
    return said_in(app) - {str(message.id) for message in known}


def unsaid(app: Path) -> set[str]:
    """Chinese sentences that no page says any more."""
    return {str(message.id) for message in catalogue(app) if message.id} - said_in(app)
