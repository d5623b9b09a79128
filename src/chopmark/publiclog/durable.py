"""Files that are whole and on the disk, or not there at all; all of them are public."""

import fcntl
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

# Another account may serve what is written here, however close the umask of the process that writes it.
_READABLE_BY_ALL = 0o644
_OPEN_TO_ALL = 0o755


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Be the only writer of this folder; the lock goes with the process that dies."""
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        open_to_all(folder)
    lock = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Every file has its content when this returns, after a power cut too."""
    paths = {folder / name: content for name, content in files.items()}
    parents = sorted({path.parent for path in paths})
    # A crash in these lines leaves empty folders, and half a file under a name that nobody reads.
    for parent in parents:
        _make_folder(parent, folder)
    beside = {path: _write_beside(path, content) for path, content in paths.items()}
    # A crash in this loop leaves some of the files, each of them whole; the next run writes the same again.
    for path, temporary in beside.items():
        temporary.replace(path)
    # Until here a power cut may take the new names away again, but never halve a file.
    for parent in parents:
        sync(parent)


def open_to_all(folder: Path) -> None:
    """Whoever reaches this folder may read in it."""
    folder.chmod(_OPEN_TO_ALL)


def _make_folder(folder: Path, root: Path) -> None:
    if folder == root or folder.is_dir():
        return
    _make_folder(folder.parent, root)
    folder.mkdir(exist_ok=True)
    open_to_all(folder)
    sync(folder.parent)


def _write_beside(path: Path, content: bytes) -> Path:
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _READABLE_BY_ALL)
    try:
        os.fchmod(descriptor, _READABLE_BY_ALL)
        view = memoryview(content)
        while view:
            view = view[os.write(descriptor, view) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return temporary


def sync(folder: Path) -> None:
    """The folder's names are on the disk when this returns."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
