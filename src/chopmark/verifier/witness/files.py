"""Files that are whole and on the disk before anybody is told, or as they were before."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_OWN = 0o600


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Be the only one, of all threads and processes, who works on what this lock stands for."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _OWN)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def write(path: Path, content: bytes) -> None:
    """The file has this content when this returns, after a power cut too; a crash before leaves the old one."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _OWN)
    try:
        view = memoryview(content)
        while view:
            view = view[os.write(descriptor, view) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    # A crash before this line leaves half a file under a name that nobody reads.
    temporary.replace(path)
    # Until this has returned, a power cut may bring the old file back; nobody was told of the new one yet.
    sync(path.parent)


def sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
