"""Our own rules, one to a file. The code of a rule is `e_` and its file's name; every file in the folder is a rule."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from chopmark.pki.rule import Rule


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule in the folder, by name; a file without a citation or a check is a mistake and stops here."""
    names = sorted(found.name for found in iter_modules(__path__))
    return tuple(_rule(name) for name in names)


def _rule(name: str) -> Rule:
    module = import_module(f"{__name__}.{name}")
    return Rule(f"e_{name}", module.CITATION, module.check, getattr(module, "SHARED", False))
