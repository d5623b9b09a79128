"""pki is a library that a supervisor could install alone: it imports the standard library and `cryptography`."""

import ast
import sys
from pathlib import Path

import chopmark.pki

FOLDER = Path(chopmark.pki.__file__).parent
ALLOWED = frozenset(sys.stdlib_module_names) | {"cryptography", "chopmark"}
# One judge speaks through another library.
ALSO = {FOLDER / "judges" / "pkix.py": {"pkilint"}}
# A pure function has no clock, no file, no network, no chance.
IMPURE = {
    "time",
    "random",
    "secrets",
    "socket",
    "ssl",
    "urllib",
    "http",
    "os",
    "pathlib",
    "subprocess",
    "threading",
}


def imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


def files():
    return [path for path in FOLDER.rglob("*.py") if "tlog" not in path.parts]


def test_it_works():
    assert len(files()) > 50


def test_nothing_but_cryptography_is_imported():
    for path in files():
        roots = {name.partition(".")[0] for name in imported(path)}
        assert roots <= ALLOWED | ALSO.get(path, set()), path


def test_nothing_of_the_rest_of_the_product_is_imported():
    for path in files():
        ours = {name for name in imported(path) if name.startswith("chopmark")}
        assert all(name.startswith("chopmark.pki") for name in ours), path


def test_no_clock_file_network_or_chance_is_imported():
    for path in files():
        assert not IMPURE & {name.partition(".")[0] for name in imported(path)}, path
