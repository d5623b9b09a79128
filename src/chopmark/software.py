"""Which software this is: said by every process when it starts, on the operator's side and on the owner's."""

import hashlib
import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

# Made while running or installing; what is compiled is compiled from what is hashed.
_MADE = {".pyc", ".pyo", ".mo"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Software:
    """The version by name, and digests (SHA-256, hex) over our files and over the libraries' names and versions."""

    version: str
    python: str
    code: str
    libraries: str


def running() -> Software:
    """What this process runs, read from its disk now."""
    return Software(
        version=metadata.version("chopmark"),
        python=platform.python_version(),
        code=digest_of(files_below(Path(__file__).parent)),
        libraries=digest_of({one.name: one.version for one in metadata.distributions()}),
    )


def files_below(root: Path) -> dict[str, str]:
    """Every file of a package by name, each as SHA-256 in hex."""
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file() and path.suffix not in _MADE
    }


def digest_of(named: Mapping[str, str]) -> str:
    """SHA-256 over a mapping as JSON with sorted keys, in hex."""
    return hashlib.sha256(json.dumps(named, sort_keys=True).encode()).hexdigest()
